"""faberdb is killed at any point of an apply: what it did is known, can be gone on with, and is the first thing that
rollback takes back."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest

from tests.conftest import ProjectFolder
from tests.servers import Server

BEFORE = '[enums]\nmood = ["sad"]\n\n[tables.person.columns]\nid = "bigint"\n'
AFTER = BEFORE.replace('["sad"]', '["sad", "well", "happy"]') + 'name = { type = "text", null = true }\n'

# The kill stands where the statement is: before it, or after it.
KILLER = """
import os, signal, sys
where, wanted = sys.argv[1], int(sys.argv[2])
from faberdb.apply import execute
from faberdb.cli.workspace import Workspace
from faberdb_providers.postgres.target import Target
count = 0
def deadly(owner, name, after):
    whole = getattr(owner, name)
    def call(*args, **more):
        global count
        mine = name != "end_plan" or args[2] == "applied"
        count += mine
        if mine and count == wanted and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        result = whole(*args, **more)
        if mine and count == wanted and after:
            os.kill(os.getpid(), signal.SIGKILL)
        return result
    setattr(owner, name, call)
name, _, side = where.partition(" ")
deadly(Workspace if name == "write_state" else Target, name, side == "after")
sys.argv = ["faberdb", *sys.argv[3:]]
from faberdb.cli.main import main
main()
"""

# (statement, which time it is reached, what is there afterwards)
POINTS = {
    "before the lock": ("lock", 1, "before"),
    "after the lock": ("lock after", 1, "before"),
    "after begin_plan": ("begin_plan after", 1, "before"),
    "inside the first transaction": ("_hold after", 1, "before"),
    "after the first transaction": ("run_transaction after", 1, "between"),
    "inside the second transaction": ("_hold after", 2, "between"),
    "after the last transaction": ("end_plan", 1, "after"),
    "after end_plan": ("end_plan after", 1, "after"),
    "before the state is written": ("write_state", 1, "after"),
    "after the state was written": ("write_state after", 1, "after"),
}


class Killed:
    """A database whose second plan was killed at one point."""

    def __init__(self, server: Server, folder: ProjectFolder, conninfo: str, point: str) -> None:
        self.server, self.folder, self.conninfo = server, folder, conninfo
        folder.declare(BEFORE)
        assert folder.run("apply", "live", "--auto-approve").code == 0
        self.before = self.dump()
        folder.declare(AFTER)
        made = folder.run("plan", "live", "--out", "plan.json")
        assert made.code == 0, made.err
        name, times, self.place = POINTS[point]
        settings = {**os.environ, **folder.env, "NO_COLOR": "1"}
        command = [sys.executable, "-c", KILLER, name, str(times), "apply", "plan.json"]
        done = subprocess.run(command, cwd=folder.root, env=settings, capture_output=True, text=True, check=False)
        assert done.returncode == -9, done.stderr + done.stdout
        self.after_kill = self.dump()

    def dump(self) -> str:
        return self.server.dump(self.conninfo)


@pytest.fixture(params=POINTS)
def killed(
    request: pytest.FixtureRequest,
    newest: Server,
    project: Callable[..., ProjectFolder],
) -> Iterator[Killed]:
    with newest.database() as conninfo:
        yield Killed(newest, project({"live": conninfo}), conninfo, request.param)


@pytest.mark.in_turn(2)
def test_the_same_plan_goes_on_and_is_taken_back(killed: Killed) -> None:
    assert (killed.after_kill == killed.before) == (killed.place == "before")
    said = killed.folder.run("status", "live").out
    assert ("interrupted" in said) == (killed.place == "between"), said
    again = killed.folder.run("apply", "plan.json")
    known = killed.place == "after" and again.code == 3 and "applied already" in again.err
    assert again.code == 0 or known, again.err
    assert "name text" in killed.dump()
    assert "as recorded" in killed.folder.run("status", "live").out
    back = killed.folder.run("rollback", "live", "--auto-approve")
    assert back.code == 0, back.err
    assert killed.dump() == killed.before
    assert "as recorded" in killed.folder.run("status", "live").out


@pytest.mark.in_turn(2)
def test_rollback_takes_it_back_first(killed: Killed) -> None:
    back = killed.folder.run("rollback", "live", "--auto-approve")
    assert back.code == 0, back.err
    if killed.place == "before":
        assert "person" not in killed.dump()
    else:
        assert killed.dump() == killed.before
    assert "as recorded" in killed.folder.run("status", "live").out


def test_what_stopped_does_not_go_on_over_a_change_by_hand(
    newest: Server, project: Callable[..., ProjectFolder]
) -> None:
    with newest.database() as conninfo:
        killed = Killed(newest, project({"live": conninfo}), conninfo, "after the first transaction")
        with psycopg.connect(conninfo) as connection:
            connection.execute("alter table person add by_hand int")
        again = killed.folder.run("apply", "plan.json")
        assert again.code == 3, again.err
        assert "faberdb rollback live" in again.err


def test_what_stopped_goes_on_without_its_file(newest: Server, project: Callable[..., ProjectFolder]) -> None:
    with newest.database() as conninfo:
        killed = Killed(newest, project({"live": conninfo}), conninfo, "after the first transaction")
        (killed.folder.root / "plan.json").unlink()
        assert "`faberdb apply live --resume` goes on" in killed.folder.run("status", "live").out
        looked = killed.folder.run("apply", "live", "--resume", "--dry-run")
        assert (looked.code, killed.dump() == killed.after_kill) == (0, True), looked.err
        # What is declared meanwhile is none of its business.
        killed.folder.declare("[tables.other.columns]\nid = 'bigint'\n")
        on = killed.folder.run("apply", "live", "--resume", "--auto-approve")
        assert on.code == 0, on.err
        assert "name text" in killed.dump()
        assert "other" not in killed.dump()
        again = killed.folder.run("apply", "live", "--resume", "--auto-approve")
        assert (again.code, "nothing stopped part way on live" in again.err) == (9, True), again.err
        assert killed.folder.run("rollback", "live", "--auto-approve").code == 0
        assert killed.dump() == killed.before


def test_a_journal_that_cannot_be_written_stops_the_plan_between_its_transactions(
    newest: Server, project: Callable[..., ProjectFolder]
) -> None:
    """As a full disk does it, which was an error without words when it struck the token."""
    with newest.database() as conninfo, psycopg.connect(conninfo, autocommit=True) as admin:
        folder = project({"live": conninfo})
        folder.declare(BEFORE)
        assert folder.run("apply", "live", "--auto-approve").code == 0
        folder.declare(AFTER)
        admin.execute(
            "create function faberdb.no_room() returns trigger language plpgsql as"
            " $$ begin raise 'no room' using errcode = 'disk_full'; end $$;"
            " create trigger no_room before insert on faberdb.journal for each row"
            " when (new.transaction = 2 and new.outcome = 'intent') execute function faberdb.no_room()"
        )
        ran = folder.run("apply", "live", "--auto-approve")
        assert (ran.code, "no room" in ran.err, "Traceback" in ran.err) == (6, True, False), ran.err
        assert "go on: faberdb apply live --resume" in ran.err
        admin.execute("drop function faberdb.no_room cascade")
        ran = folder.run("apply", "live", "--resume", "--auto-approve")
        assert ran.code == 0, ran.err
        assert "name text" in newest.dump(conninfo)


def test_a_rollback_that_was_only_not_recorded_is_not_gone_on_with(
    newest: Server, project: Callable[..., ProjectFolder]
) -> None:
    with newest.database() as conninfo:
        killed = Killed(newest, project({"live": conninfo}), conninfo, "before the state is written")
        settings = {**os.environ, **killed.folder.env, "NO_COLOR": "1"}
        command = [sys.executable, "-c", KILLER, "run_transaction after", "1", "rollback", "live", "--auto-approve"]
        assert subprocess.run(command, cwd=killed.folder.root, env=settings, check=False).returncode == -9
        # To rollback again would take back the plan before.
        ran = killed.folder.run("apply", "live", "--resume", "--auto-approve")
        assert (ran.code, "nothing stopped part way on live" in ran.err) == (9, True), ran.err
        assert killed.dump() == killed.before


def test_a_new_plan_ends_what_was_interrupted(newest: Server, project: Callable[..., ProjectFolder]) -> None:
    with newest.database() as conninfo:
        killed = Killed(newest, project({"live": conninfo}), conninfo, "after the first transaction")
        done = killed.folder.run("apply", "live", "--auto-approve")
        assert done.code == 0, done.err
        assert "as recorded" in killed.folder.run("status", "live").out
        back = killed.folder.run("rollback", "live", "--auto-approve", "--steps", "2")
        assert back.code == 0, back.err
        assert killed.dump() == killed.before


def test_a_colleague_cannot_apply_again_what_was_taken_back(
    newest: Server, project: Callable[..., ProjectFolder], tmp_path: Path
) -> None:
    with newest.database() as conninfo:
        folder = project({"live": conninfo})
        folder.declare(BEFORE)
        assert folder.run("apply", "live", "--auto-approve").code == 0
        folder.declare(AFTER)
        assert folder.run("plan", "live", "--out", "plan.json").code == 0
        colleague = ProjectFolder(tmp_path / "colleague", folder.env, folder.run_command)
        shutil.copytree(folder.root, colleague.root)
        assert folder.run("apply", "plan.json").code == 0
        assert folder.run("rollback", "live", "--auto-approve").code == 0
        again = colleague.run("apply", "plan.json")
        assert again.code == 3, again.err
        assert "this plan was applied already, and taken back since" in again.err


def test_a_stale_plan_writes_nothing(newest: Server, project: Callable[..., ProjectFolder], tmp_path: Path) -> None:
    with newest.database() as conninfo:
        folder = project({"live": conninfo})
        folder.declare(BEFORE)
        assert folder.run("plan", "live", "--out", "plan.json").code == 0
        with psycopg.connect(conninfo) as connection:
            connection.execute("create table by_hand ()")
        assert folder.run("apply", "plan.json").code == 3
        with psycopg.connect(conninfo) as connection:
            assert connection.execute("select 1 from pg_namespace where nspname ~ '^faberdb'").fetchall() == []


def test_the_server_ends_the_step_of_a_command_that_was_killed(
    newest: Server, project: Callable[..., ProjectFolder]
) -> None:
    with newest.database() as conninfo, psycopg.connect(conninfo, autocommit=True) as watcher:
        folder = project({"live": conninfo})
        folder.declare("[tables.person.columns]\nid = 'bigint'\n")
        assert folder.run("apply", "live", "--auto-approve").code == 0
        watcher.execute("insert into person values (1)")
        before = newest.dump(conninfo)
        folder.declare(
            "[tables.person.columns]\nid = 'bigint'\n[tables.person.checks]\nlong = 'pg_sleep(90)::text = $$$$'\n"
        )
        assert folder.run("plan", "live", "--out", "plan.json").code == 0
        running = subprocess.Popen(
            [str(Path(sys.executable).with_name("faberdb")), "apply", "plan.json"],
            cwd=folder.root,
            env={**os.environ, **folder.env},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _until(watcher, "select 1 from pg_stat_activity where wait_event = 'PgSleep'", there=True)
        running.kill()
        running.wait()
        _until(watcher, "select 1 from pg_stat_activity where wait_event = 'PgSleep'", there=False)
        assert newest.dump(conninfo) == before
        assert "as recorded" in folder.run("status", "live").out


def _until(watcher: psycopg.Connection[tuple[object, ...]], question: LiteralString, *, there: bool) -> None:
    deadline = time.monotonic() + 40
    while bool(watcher.execute(question).fetchall()) != there:
        assert time.monotonic() < deadline, question
        time.sleep(0.1)
