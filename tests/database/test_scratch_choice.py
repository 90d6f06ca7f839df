"""Which server a plan is tried out on, and what is left there of runs that were killed: nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from faberdb.errors import ScratchError
from faberdb_providers.postgres.servers.binaries import EMBEDDED, find
from faberdb_providers.postgres.shadow import PREFIX, Need, open_scratch
from tests.servers import Server, fetch, run_sql


@pytest.fixture
def need(newest: Server, cache: Path) -> Need:
    """What a plan for an empty database of a server needs, on a machine that only has the embedded programs."""
    return Need(newest.major, {}, {}, newest.cluster.conninfo("template1"), protected=False, cache=cache)


def test_a_database_on_the_same_server_comes_before_the_embedded_one(need: Need) -> None:
    with open_scratch(need) as server:
        assert server.description == "a scratch database on the same server"
        assert not server.owns_roles
        with server.database() as session:
            assert session.query("select from pg_class where relnamespace = 'public'::regnamespace") == []


def test_nothing_is_created_on_a_protected_server(need: Need) -> None:
    with open_scratch(need._replace(protected=True)) as server:
        assert server.description.startswith("scratch cluster")
        assert server.owns_roles


def test_a_server_named_in_the_configuration_comes_first(need: Need) -> None:
    shadow = need.target
    with open_scratch(need._replace(target="host=/nowhere dbname=none", shadow=shadow)) as server:
        assert server.description == "the server of [shadow] url_env"


def test_the_configuration_can_ask_for_one_sort_of_server(need: Need) -> None:
    with open_scratch(need._replace(shadow_kind="embedded")) as server:
        assert server.description.startswith("scratch cluster")
    if any(b.major == need.major and b.source != EMBEDDED for b in find(None, "")):
        return  # this machine has such programs of its own
    with pytest.raises(ScratchError) as raised, open_scratch(need._replace(shadow_kind="binaries")):
        pass
    assert "no scratch server" in raised.value.message


def test_a_version_of_an_extension_that_no_server_has_is_named(need: Need) -> None:
    wanted = need._replace(installed={"plpgsql": "0.9"}, new={"plpgsql": "7.0"})
    with pytest.raises(ScratchError) as raised, open_scratch(wanted):
        pass
    words = "\n".join(raised.value.detail)
    assert "it does not have the version of extension plpgsql 0.9, plpgsql 7.0 (it would install 1.0)" in words


def test_an_extension_that_no_server_has_is_named(need: Need) -> None:
    with pytest.raises(ScratchError) as raised, open_scratch(need._replace(new={"no_such_thing": "1"})):
        pass
    assert "it does not have the extension no_such_thing" in "\n".join(raised.value.detail)


def test_what_was_not_even_tried_is_said_too(need: Need) -> None:
    lacking = need._replace(new={"no_such_thing": "1"})
    for changed, said in (
        (lacking._replace(protected=True), "on the same server: not tried, since the environment is protected"),
        (lacking._replace(protected=True), "[shadow] url_env: not set"),
        (lacking._replace(major=12), "PostgreSQL programs of this machine: none of PostgreSQL 12"),
        (lacking._replace(shadow_kind="embedded"), 'programs of this machine: not tried, since [shadow] server = "emb'),
    ):
        with pytest.raises(ScratchError) as raised, open_scratch(changed):
            pass
        assert said in "\n".join(raised.value.detail)


def test_what_a_killed_run_left_behind_is_removed_and_what_is_in_use_is_not(need: Need) -> None:
    left = f"{PREFIX}1_1_1"
    run_sql(need.target, f"create database {left}")
    with open_scratch(need) as server, server.database() as session:
        in_use = session.connection.info.dbname
        with open_scratch(need):
            names = {n for (n,) in fetch(need.target, "select datname from pg_database")}
        assert in_use in names
        assert left not in names
    names = {n for (n,) in fetch(need.target, "select datname from pg_database")}
    assert not [n for n in names if n.startswith(PREFIX)]
    assert conninfo_to_dict(need.target)["dbname"] in names
