"""faberdb.toml: what it means, and every way it can be wrong."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from faberdb.cli import options
from faberdb.config.project import Project, find, load
from faberdb.errors import ConfigError
from faberdb.model import Risk

pytestmark = pytest.mark.usefixtures("folder")

FULL = """\
[project]
name = "shop"
search_path = ["public", "extensions"]
exclude = ["audit.*"]

[database]
hosting = "server"

[environments.dev]
hosting = "embedded"
auto_migrate = true
server_version = 16

[environments.staging]
connection_string_env = "STAGING_URL"
lock_timeout = "500ms"

[environments.production]
hosting = "aws-aurora"
connection_string_env = "PROD_URL"
promote_from = "staging"
require_approval = true
backup_before_migrate = true
max_risk = "caution"
roles = { app = "app_prod" }

[safety]
protected_environments = ["production"]
health_check_before_deploy = true
lock_timeout = "3s"
statement_timeout = "1min"

[state]
path = "state"

[alerts]
urls_env = "ALERT_URLS"
"""


def project(text: str = FULL) -> Project:
    Path("faberdb.toml").write_text(text, "utf-8")
    return load(Path())


def refused(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        project(text)
    return str(caught.value).partition("\nhelp: ")[0]


def test_a_project_is_read_with_its_defaults_filled_in(folder: Path) -> None:
    found = project()
    assert (found.root, found.file, found.schemas) == (folder, Path("faberdb.toml"), Path("schemas"))
    assert found.search_path == ("public", "extensions")
    assert (found.include, found.exclude) == ((), ("audit.*",))
    assert found.state.path == folder / "state"
    assert found.safety.proof == "required"
    assert found.shadow.server == "auto"

    dev, staging, production = (found.environment(name) for name in ("dev", "staging", "production"))
    assert (dev.embedded, dev.hosting, dev.auto_migrate, dev.server_version) == (True, "embedded", True, 16)
    assert (dev.protected, dev.lock_timeout, dev.statement_timeout, dev.max_risk) == (False, 3, 60, Risk.DESTRUCTIVE)
    assert (staging.embedded, staging.hosting, staging.lock_timeout) == (False, "server", 0.5)
    assert (production.hosting, production.protected, production.max_risk) == ("aws-aurora", True, Risk.CAUTION)
    assert production.roles == {"app": "app_prod"}


def test_the_shortest_project() -> None:
    found = project('[project]\nname = "x"\n[environments.dev]\n')
    assert found.environment("dev").embedded
    assert found.unsupported("dev") == ()
    assert (found.backup.provider, found.backup.directory) == ("pg_dump", found.root / ".faberdb" / "backups")


def test_promises_this_version_does_not_keep_are_named() -> None:
    found = project()
    everywhere = ("alerts.urls_env",)
    assert found.unsupported("staging") == everywhere
    assert found.unsupported("production") == (
        "environments.production.require_approval",
        "environments.production.promote_from",
        *everywhere,
    )


def test_settings_without_effect_are_named_where_they_are_written() -> None:
    start = '[project]\nname = "x"\n[environments.dev]\n'
    assert project(start + "[migrations]\ntimeout_seconds = 9\n").idle == ()
    more = '[migrations]\ntable = "x"\n[integration]\nlogs_plugin = "x"\n'
    found = project(start + more)
    assert found.idle == ("integration.logs_plugin",)
    assert found.unsupported("dev") == ()


def test_an_unknown_environment_is_refused_with_the_nearest() -> None:
    with pytest.raises(ConfigError) as caught:
        project().environment("prodution")
    assert str(caught.value) == (
        "faberdb.toml: there is no environment `prodution`; did you mean `production`?\n"
        "help: run the command again with `production`; or, if it is a new one, add [environments.prodution] to"
        " faberdb.toml"
    )


def test_a_folder_that_does_not_exist_is_told_as_such() -> None:
    with pytest.raises(ConfigError) as caught:
        load(Path("/nosuch/folder"))
    assert str(caught.value) == (
        "/nosuch/folder: the folder to work in does not exist\nhelp: name a folder with --chdir DIR"
    )


def test_a_folder_that_is_gone_is_no_unexpected_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    context = click.Context(click.Command("plan"), obj={"chdir": "."})
    with pytest.raises(ConfigError, match="the folder to work in is gone"):
        options.folder(context)
    monkeypatch.chdir(tmp_path)


def test_what_is_written_wrong_comes_with_help(folder: Path) -> None:
    for text, advice in (
        (
            '[environments.production]\n[safety]\nprotected_environments = ["prod"]\n',
            "correct the name, or add [environments.prod]",
        ),
        (
            '[environments.dev]\nconnection_string_env = "postgresql://u@h/x"\n',
            "export NAME='postgresql://...' and write connection_string_env = \"NAME\"",
        ),
    ):
        with pytest.raises(ConfigError) as caught:
            project(HEAD + text)
        assert caught.value.advice.startswith(advice)


def test_the_project_is_found_from_below(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project()
    below = folder / "schemas" / "deep"
    below.mkdir(parents=True)
    assert find(below) == folder / "faberdb.toml"
    monkeypatch.chdir(below)
    assert load(Path.cwd()).schemas == folder / "schemas"


def test_the_search_ends_at_the_top_of_the_repository(folder: Path) -> None:
    project()
    inner = folder / "vendored" / "src"
    inner.mkdir(parents=True)
    (folder / "vendored" / ".git").write_text("gitdir: elsewhere", "utf-8")
    with pytest.raises(ConfigError) as caught:
        find(inner)
    assert str(caught.value) == (
        f"there is no faberdb.toml in {inner} or above it, up to {inner.parent}\n"
        "help: run `faberdb init` to start a project here, or name its folder with --chdir DIR"
    )


HEAD = '[project]\nname = "x"\n'
BAD: list[tuple[str, str, str]] = [
    (
        "unknown key",
        HEAD + "[safety]\nlock_timout = 1\n",
        "4:1: unknown key `lock_timout`; did you mean `lock_timeout`?",
    ),
    ("unknown table", HEAD + "[enviroments.dev]\n", "3:2: unknown key `enviroments`; did you mean `environments`?"),
    (
        "unknown key of an environment",
        HEAD + "[environments.dev]\nconnection_string = 'X'\n",
        "4:1: unknown key `connection_string`; did you mean `connection_string_env`?",
    ),
    (
        "wrong type",
        HEAD + '[environments.dev]\nauto_migrate = "yes"\n',
        "4:1: `auto_migrate` must be true or false, not a string",
    ),
    (
        "wrong word",
        HEAD + '[database]\nhosting = "aws"\n',
        "4:1: `hosting` must be 'embedded', 'server', 'aws-rds' or 'aws-aurora', not 'aws'",
    ),
    ("missing name", "[project]\n", "1:2: `project` needs the key `name`"),
    ("missing table", "", "1:1: the key `project` is missing"),
    ("broken TOML", "[project\n", "1:9: not valid TOML: expected ']' at the end of a table declaration"),
    ("empty name", '[project]\nname = " "\n', "2:1: `name`: this must not be empty"),
    (
        "duration without a unit",
        HEAD + '[safety]\nlock_timeout = "5"\n',
        '4:1: `lock_timeout`: write a duration with its unit: "500ms", "2s", "5min", "1h"',
    ),
    (
        "a secret where a name belongs",
        HEAD + '[environments.dev]\nconnection_string_env = "hunter2!"\n',
        "4:1: `connection_string_env`: this must be the name of an environment variable, such as DATABASE_URL",
    ),
    (
        "a URL where a name belongs",
        HEAD + '[environments.dev]\nconnection_string_env = "postgres://ann:hunter2@db/shop"\n',
        "4:1: a connection string is written here; keep it in an environment variable and give the variable's name"
        " to connection_string_env in faberdb.toml",
    ),
    (
        "an environment of a project on servers without a connection string",
        HEAD + '[database]\nhosting = "server"\n[environments.production]\n',
        "5:15: [database] hosting is server, so this needs connection_string_env, the name of a variable; or `hosting ="
        ' "embedded"` for a PostgreSQL that faberdb runs itself',
    ),
    (
        "a server without a connection string",
        HEAD + '[environments.dev]\nhosting = "aws-rds"\n',
        "4:1: a database on aws-rds needs connection_string_env, the name of a variable",
    ),
    (
        "an embedded server with one",
        HEAD + '[environments.dev]\nhosting = "embedded"\nconnection_string_env = "X"\n',
        "5:1: an embedded database takes no connection string; remove this key or `hosting`",
    ),
    (
        "a protected environment that does not exist",
        HEAD + '[environments.production]\n[safety]\nprotected_environments = ["prod", "production"]\n',
        "5:27: there is no environment `prod`; did you mean `production`?",
    ),
    (
        "promotion from nowhere",
        HEAD + '[environments.prod]\npromote_from = "stagin"\n[environments.staging]\n',
        "4:1: there is no environment `stagin`; did you mean `staging`?",
    ),
    (
        "promotion from itself",
        HEAD + '[environments.prod]\npromote_from = "prod"\n',
        "4:1: an environment cannot be promoted from itself",
    ),
    (
        "a name that is taken by the journal of another",
        HEAD + '[environments."prod.journal"]\n',
        "3:15: `.journal` ends the name of what is kept beside the state of an environment",
    ),
    (
        "protected and not",
        HEAD + '[environments.prod]\nprotected = false\n[safety]\nprotected_environments = ["prod"]\n',
        "4:1: [safety] protected_environments says the opposite; change one of the two",
    ),
    (
        "the version of somebody else's server",
        HEAD + '[environments.prod]\nconnection_string_env = "X"\nserver_version = 16\n',
        "5:1: only the embedded server's version can be chosen; remove this key",
    ),
    (
        "schemas outside the project",
        HEAD + 'schemas = "../other"\n',
        '3:1: `schemas` must name a folder inside the project\'s own, such as "schemas"',
    ),
    (
        "schemas that are the project",
        HEAD + 'schemas = "."\n',
        '3:1: `schemas` must name a folder inside the project\'s own, such as "schemas"',
    ),
]


@pytest.mark.parametrize(("text", "message"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_what_is_wrong_is_said_at_its_line(text: str, message: str) -> None:
    assert refused(text) == f"faberdb.toml:{message}"


def test_all_problems_are_shown_together() -> None:
    assert refused("[project]\nnme = 1\n[safety]\nproof = 1\n").splitlines() == [
        "faberdb.toml:2:1: unknown key `nme`; did you mean `name`?",
        "faberdb.toml:4:1: `proof` must be 'required' or 'partial', not an integer",
    ]


def test_a_pattern_that_is_none_is_told_at_its_place() -> None:
    said = refused('[project]\nname = "x"\nexclude = ["public.a", \'public."b\']\n[environments.dev]\n')
    assert "faberdb.toml:3:24: item 2 of `exclude`: a double quote is not closed" in said


def test_what_of_the_server_is_asked_for_names_its_kind() -> None:
    said = refused('[project]\nname = "x"\nserver_objects = ["role:shop_*", "fast"]\n[environments.dev]\n')
    assert "item 2 of `server_objects`: write what it is and its name" in said
