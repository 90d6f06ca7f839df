"""A plan that stopped in the middle of what the catalogue does not tell: rows that are still to be written, and what is
there only until it ends. A plan, or an import, from where things are would lose the rows and keep the rest for good, so
it is told what ends the first one instead. While an apply is at work, nobody makes anything of what it has come to."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest

from tests.conftest import ProjectFolder
from tests.database.test_backfill import at_work, watch
from tests.servers import Server, fetch, rows, run_sql

TABLE = '[tables.acc]\nprimary_key = ["id"]\ncolumns.id = "int"\n'
NOTE = 'columns.note = { type = "text", null = true }\n'
BEFORE = f'{TABLE}columns.visits = "int"\n{NOTE}'
FILLED = BEFORE + "columns.twice = { type = \"int\", null = true, backfill = 'id * 2' }\n"
WIDER = BEFORE.replace('visits = "int"', 'visits = "bigint"')
GONE = BEFORE.replace(NOTE, "")
HALF_WAY = {
    # What is declared; a column to look at, in which table; how many rows have something there.
    "rows to be written": (FILLED, "twice", "select count(twice) > 3000 from acc"),
    "a second column": (WIDER, "visits__faberdb_new", "select count(visits__faberdb_new) > 3000 from acc"),
    "a copy in quarantine": (GONE, "note", "select count(*) > 3000 from faberdb_quarantine.q_1"),
}
ROWS = 30_000


@contextmanager
def killed(
    folder: ProjectFolder, conninfo: str, column: str, true: str, *command: str
) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """An apply, or what else is said, that was killed once this was true."""
    with psycopg.connect(conninfo, autocommit=True) as other:
        with at_work(folder, *command) as running:
            if "faberdb_quarantine.q_1" in true:
                while other.execute("select to_regclass('faberdb_quarantine.q_1')").fetchone() == (None,):
                    assert running.poll() is None
            watch(other, true, running, column=column)
            running.kill()
            running.wait(30)
        while other.execute("select from pg_stat_activity where application_name ~ '^faberdb '").fetchall():
            time.sleep(0.02)
        yield other


@pytest.fixture
def acc(newest: Server, project: Callable[..., ProjectFolder]) -> Iterator[tuple[ProjectFolder, str]]:
    with newest.database() as conninfo:
        folder = project({"live": conninfo}, '[safety]\nonline = "always"\n')
        folder.declare(BEFORE)
        assert folder.run("apply", "live", "--auto-approve").code == 0
        run_sql(conninfo, f"insert into acc select n, n, 'note ' || n from generate_series(1, {ROWS}) n; analyze acc")
        yield folder, conninfo


def refused(folder: ProjectFolder, *said: str) -> None:
    """Whoever looks for what is to be done from here is told how to end what was begun; nothing is changed."""
    files = {f: f.read_bytes() for f in folder.root.rglob("*") if f.is_file()}
    for command in (
        ("plan", "live"),
        ("apply", "live", "--auto-approve"),
        ("import", "live"),
        ("diff", "live", "declared"),
    ):
        ran = folder.run(*command)
        assert ran.code == 6, (command, ran)
        assert "stopped part way on live, in the middle of what only it can end" in ran.err
        for words in said:
            assert words in ran.err, (command, ran.err)
    assert {f: f.read_bytes() for f in folder.root.rglob("*") if f.is_file()} == files
    told = folder.run("status", "live").out
    assert "no plan is made before" in told
    assert "plans from where things are" not in told
    drift = folder.run("drift", "live", "--detailed-exitcode")
    assert (drift.code, "What it did is known, and no drift" in drift.err) == (0, True), drift


@pytest.mark.parametrize("way", ["on", "back"])
@pytest.mark.parametrize("case", HALF_WAY)
def test_no_plan_is_made_in_the_middle_of_another(
    case: str, way: str, newest: Server, acc: tuple[ProjectFolder, str]
) -> None:
    folder, conninfo = acc
    declared, column, true = HALF_WAY[case]
    start, start_rows = newest.dump(conninfo), rows(conninfo)
    folder.declare(declared)
    assert folder.run("plan", "live", "--out", "plan.json").code == 0
    with killed(folder, conninfo, column, true):
        refused(folder, "faberdb apply live --resume", "faberdb rollback live")
        assert folder.run("purge", "live", "--auto-approve").code == 6
        if way == "on":
            ran = folder.run("apply", "live", "--resume", "--auto-approve")
            assert ran.code == 0, ran
            assert "No changes" in folder.run("plan", "live").out
        ran = folder.run("rollback", "live", "--auto-approve")
        assert ran.code == 0, ran
        assert (newest.dump(conninfo), rows(conninfo)) == (start, start_rows)
        folder.declare(BEFORE)
        assert "No changes" in folder.run("plan", "live").out
        assert folder.run("purge", "live", "--auto-approve").code == 0
        run_sql(conninfo, "insert into acc (id, visits, note) values (-1, 0, 'written after all')")


def test_a_way_back_in_the_middle_of_what_it_gives_back(newest: Server, acc: tuple[ProjectFolder, str]) -> None:
    folder, conninfo = acc
    start, start_rows = newest.dump(conninfo), rows(conninfo)
    folder.declare(GONE)
    assert folder.run("apply", "live", "--auto-approve").code == 0
    true = "select count(note) > 3000 from acc"
    with killed(folder, conninfo, "note", true, "rollback", "live", "--auto-approve"):
        refused(folder, "rows are still to be written: column public.acc.note", "go on with it: faberdb rollback live")
        ran = folder.run("rollback", "live", "--auto-approve")
        assert ran.code == 0, ran
        assert (newest.dump(conninfo), rows(conninfo)) == (start, start_rows)


@pytest.mark.parametrize("case", ["rows to be written", "a second column"])
def test_what_somebody_has_changed_since_is_no_dead_end(
    case: str, newest: Server, acc: tuple[ProjectFolder, str]
) -> None:
    """Then the rest of the plan does not fit any more, and only the way back is named; once that is gone, a plan is
    made from where things are. It is no reason to forget the rows that were left."""
    folder, conninfo = acc
    declared, column, true = HALF_WAY[case]
    folder.declare(declared)
    assert folder.run("plan", "live", "--out", "plan.json").code == 0
    with killed(folder, conninfo, column, true):
        run_sql(conninfo, "create table other (id int)")
        ran = folder.run("plan", "live")
        assert (ran.code, "--resume" in ran.err) == (6, False), ran
        assert "take back what it did: faberdb rollback live" in ran.err
        told = folder.run("status", "live").out
        assert ("--resume" in told, "faberdb rollback live" in told) == (False, True), told
        ran = folder.run("rollback", "live", "--auto-approve")
        assert ran.code == 0, ran
        assert fetch(conninfo, "select count(*) from acc where visits = id") == [(ROWS,)]
        assert not fetch(conninfo, "select from pg_proc where proname ~ 'faberdb'")
        assert folder.run("apply", "live", "--auto-approve").code == 0


def test_nobody_makes_anything_of_what_an_apply_at_work_has_come_to(acc: tuple[ProjectFolder, str]) -> None:
    folder, conninfo = acc
    folder.declare(FILLED)
    assert folder.run("plan", "live", "--out", "plan.json").code == 0
    with (
        psycopg.connect(conninfo) as holder,
        psycopg.connect(conninfo, autocommit=True) as other,
        at_work(folder) as running,
    ):
        watch(other, "select count(twice) > 0 from acc", running, column="twice")
        holder.execute("select from acc where id = 29000 for update")
        watch(other, "select count(twice) > 20000 from acc", running, column="twice")
        for command in (("drift", "live", "--detailed-exitcode"), ("plan", "live"), ("import", "live")):
            ran = folder.run(*command)
            assert ran.code == 4, (command, ran)
            assert "is being changed by" in ran.err
        assert "is running since" in folder.run("status", "live").out
        assert running.poll() is None
        holder.rollback()
        assert running.wait(60) == 0
    assert folder.run("drift", "live", "--detailed-exitcode").code == 0
