"""What the process was started with: connection strings, programs, folders, and whom a lock names."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from faberdb.config.environment import Surroundings, surroundings
from faberdb.config.project import Project, load
from faberdb.errors import ConfigError

HEAD = '[project]\nname = "x"\n'
pytestmark = pytest.mark.usefixtures("folder")

FULL = """\
[project]
name = "shop"

[safety]
protected_environments = ["production"]

[environments.dev]

[environments.staging]
connection_string_env = "STAGING_URL"

[environments.production]
hosting = "aws-aurora"
connection_string_env = "PROD_URL"
max_risk = "caution"
"""


def project(text: str) -> Project:
    Path("faberdb.toml").write_text(text, "utf-8")
    return load(Path())


def connection(url: str | None, environment: str = "staging", text: str = FULL, **more: str) -> str | None:
    variables = dict(more)
    if url is not None:
        variables["STAGING_URL"] = variables["PROD_URL"] = url
    return surroundings(variables).connection_string(project(text).environment(environment))


def test_a_connection_string_comes_from_its_variable() -> None:
    assert connection(" postgresql://ann:pw@db/shop\n") == "postgresql://ann:pw@db/shop"
    assert connection("host=db password='a b'") == "host=db password='a b'"
    assert connection("postgres://x", "dev") is None


@pytest.mark.parametrize(("value", "state"), [(None, "not set"), ("  ", "empty")])
def test_a_missing_variable_is_named_with_its_place_and_the_way_to_set_it(value: str | None, state: str) -> None:
    with pytest.raises(ConfigError) as caught:
        connection(value)
    assert str(caught.value) == (
        f"faberdb.toml:10:1: environment `staging` needs the variable STAGING_URL, which is {state}\n"
        "help: export STAGING_URL='postgresql://USER:PASSWORD@HOST:5432/DATABASE'"
    )


@pytest.mark.parametrize("value", ["hunter2", "mysql://ann:hunter2@db/x", "host=db hunter2", "postgres://[hunter2/"])
def test_what_is_no_connection_string_is_refused_and_not_repeated(value: str) -> None:
    with pytest.raises(ConfigError) as caught:
        connection(value)
    assert "hunter2" not in str(caught.value)
    assert "hunter2" not in repr(caught.value.__context__)
    assert caught.value.message == "the variable STAGING_URL does not hold a PostgreSQL connection string"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ann:pw@db.example/shop?sslmode=verify-full",
        "host=db.example sslmode='verify-full'",
        "postgresql://localhost/shop",
        "postgresql://ann@[::1]:5433/shop",
        "postgresql:///shop",
        "postgresql:///shop?host=/var/run/postgresql",
        "postgresql://%2Fvar%2Frun/shop",
        "host=/tmp dbname=shop",
        "dbname=shop",
        "host=localhost,127.0.0.1",
    ],
)
def test_a_protected_environment_may_be_reached_like_this(url: str) -> None:
    assert connection(url, "production") == url


@pytest.mark.parametrize(
    ("url", "mode"),
    [
        ("postgresql://ann:pw@db.example/shop", "not set"),
        ("postgresql://ann:pw@db.example/shop?sslmode=require", "require"),
        ("host=db.example password=pw sslmode=verify-ca", "verify-ca"),
        ("postgresql://localhost,db.example/shop", "not set"),
        ("postgresql://localhost/shop?host=db.example", "not set"),
        ("hostaddr=10.0.0.1 dbname=shop", "not set"),
        ("service=shop", "not set"),
    ],
)
def test_a_protected_environment_must_verify_its_server(url: str, mode: str) -> None:
    with pytest.raises(ConfigError) as caught:
        connection(url, "production")
    assert str(caught.value) == (
        "faberdb.toml:12:15: environment `production` is protected, but its connection would trust any server:"
        f" sslmode is {mode}\n"
        "help: add sslmode=verify-full (and sslrootcert) to PROD_URL, or say in faberdb.toml why not:"
        ' [environments.production] tls_exception = "reason"'
    )


def test_the_drivers_own_variables_count() -> None:
    assert connection("dbname=shop", "production", PGHOST="db.example", PGSSLMODE="verify-full")
    with pytest.raises(ConfigError, match="sslmode is not set"):
        connection("dbname=shop", "production", PGHOST="db.example")


def test_an_exception_can_be_stated() -> None:
    text = FULL.replace("max_risk", 'tls_exception = "inside the VPN"\nmax_risk')
    assert connection("postgresql://db.example/shop", "production", text)


def test_the_scratch_server_comes_from_its_variable() -> None:
    assert surroundings({}).shadow_string(project(HEAD)) is None
    found = project(HEAD + '[shadow]\nurl_env = "SCRATCH"\n')
    assert surroundings({"SCRATCH": "postgresql://db/x"}).shadow_string(found) == "postgresql://db/x"
    with pytest.raises(ConfigError) as caught:
        surroundings({}).shadow_string(found)
    assert str(caught.value).startswith(
        "faberdb.toml:4:1: the scratch server needs the variable SCRATCH, which is not set\n"
    )


def test_surroundings_are_read_once() -> None:
    found = surroundings(
        {
            "FABERDB_PG_BIN": "/opt/pg/bin",
            "PATH": os.pathsep.join(["/usr/bin", "", "/bin"]),
            "FABERDB_CACHE": "/var/cache/faber",
            "NO_COLOR": "1",
            "CI": "true",
            "USER": "ann",
        }
    )
    assert found.pg_bin == Path("/opt/pg/bin")
    assert found.path == (Path("/usr/bin"), Path("/bin"))
    assert found.cache == Path("/var/cache/faber")
    assert (found.color, found.ci) == (False, True)
    assert found.user.startswith("ann@")


@pytest.mark.parametrize(
    ("variables", "cache"),
    [
        ({"HOME": "/home/ann"}, "/home/ann/.cache/faberdb"),
        ({"HOME": "/home/ann", "XDG_CACHE_HOME": "/x"}, "/x/faberdb"),
        ({"HOME": "/home/ann", "XDG_CACHE_HOME": "relative"}, "/home/ann/.cache/faberdb"),
    ],
)
def test_the_cache_is_where_the_platform_keeps_caches(variables: dict[str, str], cache: str) -> None:
    found = surroundings(variables)
    assert found.cache == Path(cache)
    assert (found.color, found.ci, found.pg_bin, found.path) == (True, False, None, ())


def test_surroundings_never_show_the_variables() -> None:
    found: Surroundings = surroundings({"PROD_URL": "postgresql://ann:hunter2@db/shop"})
    assert "hunter2" not in repr(found)
    assert surroundings().variables is os.environ
