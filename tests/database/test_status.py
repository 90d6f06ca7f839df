"""`status` says what it compared, who is at work, and why a server cannot be reached."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.conftest import ProjectFolder
from tests.database.at_work import AFTER, apply_at_work, prepared
from tests.servers import Server

Projects = Callable[..., ProjectFolder]


@pytest.fixture
def shop(newest: Server, project: Projects) -> Iterator[tuple[ProjectFolder, str]]:
    with newest.database() as conninfo:
        yield project({"live": conninfo}), conninfo


def told(folder: ProjectFolder) -> str:
    ran = folder.run("status", "live")
    assert ran.code == 0, ran.err
    return " ".join(ran.out.split())


def test_an_apply_at_work_is_told_at_once(shop: tuple[ProjectFolder, str], cache: Path) -> None:
    folder, conninfo = shop
    prepared(folder)
    with apply_at_work(folder, conninfo, cache) as running:
        begun = time.monotonic()
        said = told(folder)
        assert time.monotonic() - begun < 5
        assert running.poll() is None
    assert "an apply by " in said
    assert "is running since " in said
    plan_id = json.loads((folder.root / "plan.json").read_text())["plan_id"]
    assert f"step 2 of 2 of plan {plan_id[:8]}" in said
    assert "as recorded" not in said
    assert running.returncode == 0
    assert "as recorded" in told(folder)


def test_a_plan_that_a_crash_left_is_not_taken_for_the_one_at_work(shop: tuple[ProjectFolder, str]) -> None:
    folder, conninfo = shop
    prepared(folder)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("update faberdb.plan set state = 'running'")
        time.sleep(0.1)
        with psycopg.connect(conninfo, autocommit=True, application_name="faberdb apply by ann") as other:
            from faberdb_providers.postgres.underway import LOCK_KEY

            other.execute(f"select pg_advisory_lock({LOCK_KEY}, 1)".encode())
            said = told(folder)
    assert "an apply by ann (server process" in said
    assert "of plan" not in said


def test_what_was_compared_is_said(shop: tuple[ProjectFolder, str]) -> None:
    folder, conninfo = shop
    folder.declare(AFTER)
    said = told(folder)
    assert "nothing recorded: `faberdb import live`" in said
    assert "state none" in said
    prepared(folder)  # the schema files differ now from what is there
    assert "as recorded (schema files are not looked at: faberdb plan live)" in told(folder)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("create table by_hand ()")
    assert "drifted from what was recorded: `faberdb drift live`" in told(folder)


def test_without_its_state_only_the_journal_tells(shop: tuple[ProjectFolder, str]) -> None:
    folder, _ = shop
    prepared(folder)
    (folder.root / ".faberdb/state/live.json").unlink()
    said = told(folder)
    assert "nothing recorded" in said
    assert "state none; 1 plan applied, as the journal tells" in said
    ran = folder.run("status", "live", "--json")
    assert json.loads(ran.out.splitlines()[-1])["as_recorded"] is None


def test_why_a_server_is_not_reached_is_said_without_secrets(tmp_path: Path, project: Projects) -> None:
    folder = project({"live": "postgresql://ann:hush@127.0.0.1:1/shop"})
    for more in ((), ("--json",)):
        ran = folder.run("status", "live", *more)
        assert ran.code == 0, ran.err
        assert "cannot connect to environment live: " in ran.out
        assert "refused" in ran.out
        assert "hush" not in ran.out + ran.err


@pytest.mark.parametrize(
    ("password", "why"),
    [("hu%sh", "a % in it begins no code such as %25"), ("hu@sh", "an @ or a / in its password"), ("hu/sh", "an @ or")],
)
def test_a_password_that_a_url_cannot_hold_so_is_told_by_the_name_of_its_variable(
    password: str, why: str, project: Projects
) -> None:
    folder = project({"live": f"postgresql://ann:{password}@127.0.0.1:1/shop"})
    ran = folder.run("plan", "live")
    said = " ".join(ran.err.split())
    assert ran.code == 1
    assert f"faberdb.toml:9:1: the variable LIVE_URL holds a connection string that cannot be read: {why}" in said
    assert "write % as %25, @ as %40, / as %2F, : as %3A" in said
    assert "server runs" not in said
    assert "sh@" not in said


def test_programs_get_data_beside_the_sentences(newest: Server, project: Projects) -> None:
    with newest.database() as conninfo:
        folder = project({"live": conninfo})

        def data() -> dict[str, object]:
            ran = folder.run("status", "live", "--json")
            assert ran.code == 0, ran
            found = json.loads(ran.out.splitlines()[-1])["data"]
            assert isinstance(found, dict)
            return found

        assert data() == {
            "standing": "nothing_recorded",
            "serial": None,
            "plans_applied": None,
            "last": None,
            "quarantine": {"things": 0, "bytes": 0, "plans": []},
            "kept_databases": [],
            "pending": None,
        }
        folder.declare('[tables.t.columns]\nid = "int"\nname = "text"\n')
        assert folder.run("apply", "live", "--auto-approve").code == 0
        folder.declare('[tables.t.columns]\nid = "int"\n')
        assert folder.run("apply", "live", "--auto-approve").code == 0
        found = data()
        assert (found["standing"], found["serial"], found["plans_applied"]) == ("as_recorded", 2, 2)
        last, kept = found["last"], found["quarantine"]
        assert isinstance(last, dict)
        assert (last["action"], len(last["plan_id"]), set(last)) == (
            "apply",
            32,
            {"plan_id", "at", "action", "by", "checks"},
        )
        assert isinstance(kept, dict)
        assert kept["things"] == 1
        assert kept["bytes"] > 0
        (of,) = kept["plans"]
        assert (of["plan_id"], of["returns"], of["bytes"]) == (last["plan_id"], True, kept["bytes"])
        with psycopg.connect(conninfo, autocommit=True) as other:
            other.execute("alter table t add column more int")
        assert data()["standing"] == "drifted"
        folder.env["LIVE_URL"] = "postgresql://127.0.0.1:1/x"
        assert data()["standing"] == "unreachable"


def test_plans_are_taken_back_from_the_journal_when_the_state_is_lost(newest: Server, project: Projects) -> None:
    """As docs/guide/environments-and-ci.md says."""
    with newest.database() as conninfo:
        folder = project({"live": conninfo})
        state = folder.root / ".faberdb" / "state" / "live.json"
        for columns in ('id = "int"\n', 'id = "int"\nname = { type = "text", null = true }\n'):
            folder.declare(f"[tables.t.columns]\n{columns}")
            assert folder.run("apply", "live", "--auto-approve").code == 0
        state.unlink()
        ran = folder.run("rollback", "live", "--auto-approve")
        assert ran.code == 0, ran
        assert "name" not in newest.dump(conninfo)
        assert state.exists()
        folder.declare('[tables.t.columns]\nid = "int"\nmore = { type = "text", null = true }\n')
        state.unlink()
        assert folder.run("apply", "live", "--auto-approve").code == 0
        ran = folder.run("rollback", "live", "--steps", "2", "--auto-approve")
        assert ran.code == 0, ran
        assert "CREATE TABLE public.t" not in newest.dump(conninfo)
        assert folder.run("apply", "live", "--auto-approve").code == 0
        state.unlink()
        assert folder.run("import", "live").code == 0
        ran = folder.run("rollback", "live", "--auto-approve")
        assert ran.code != 0, ran
        assert "CREATE TABLE public.t" in newest.dump(conninfo)
