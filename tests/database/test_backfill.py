"""A column of a table in use gets its values in parts: what that does to rows, and what becomes of it half way."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest

from faberdb.model import Action, Address, Batches, Limits, Statement, Step
from faberdb_providers.postgres import batches
from tests.conftest import ProjectFolder
from tests.migration import Migration, build_directly, declare, every, opened, there_and_back
from tests.servers import Server, fetch, rows, run_sql

BEFORE = """
[tables.acc]
primary_key = ["id", "part"]
columns.id = "int"
columns.part = "text"
columns.kind = { type = "text", null = true }

[tables.plain]
columns.id = "int"
"""
AFTER = """
[tables.acc]
primary_key = ["id", "part"]
columns.id = "int"
columns.part = "text"
columns.kind = { type = "text", backfill = "'of ' || part" }
columns.token = { type = "uuid", default = "gen_random_uuid()" }
columns.double = { type = "int", backfill = "id * 2" }
columns.number = { type = "bigint", default = "nextval('acc_number_seq')" }
indexes.acc_token_idx = { on = ["token"], unique = true }
checks.acc_double_check = "double is not null and double <> 7"

[sequences.acc_number_seq]

[tables.plain]
columns.id = "int"
columns.token = { type = "uuid", null = true, default = "gen_random_uuid()" }
"""


def live(conninfo: str, accounts: int) -> None:
    build_directly(conninfo, declare({"public.toml": BEFORE}))
    run_sql(conninfo, f"insert into acc select n, 'it''s %' || n, null from generate_series(1, {accounts}) n")
    run_sql(conninfo, f"insert into plain select n from generate_series(1, {accounts}) n")
    run_sql(conninfo, "analyze")


def test_every_row_gets_its_value_and_nobody_waits_for_all_of_them(server: Server) -> None:
    migration = Migration(server.scratch(), online=every)
    after = declare({"public.toml": AFTER})
    with server.database() as conninfo, server.database() as wanted:
        live(conninfo, 3000)
        build_directly(wanted, after)
        start, start_rows = server.dump(conninfo), rows(conninfo)
        plan = migration.plan(conninfo, after)
        parts = [step for step in plan.steps if step.statement.batches]
        assert [step.statement.batches.key for step in parts if step.statement.batches].count(("id", "part")) == 3
        assert len(parts) == (4 if server.major >= 14 else 3)
        for step in plan.steps:
            strong = {lock.mode for lock in step.effects.locks} if step.effects else set()
            rewritten = bool(step.effects and (step.effects.rewrites or step.effects.scans))
            whole = "plain" in str(step.address) and server.major < 14
            assert not ("ACCESS EXCLUSIVE" in strong and rewritten) or whole, step
        migration.apply(conninfo, plan)
        assert server.dump(conninfo) == server.dump(wanted)
        found = fetch(
            conninfo,
            "select count(*), count(distinct token), count(distinct number), bool_and(double = id * 2),"
            " bool_and(kind = 'of ' || part) from acc",
        )
        assert found == [(3000, 3000, 3000, True, True)]
        assert fetch(conninfo, "select count(distinct token) from plain") == [(3000,)]
        assert not migration.plan(conninfo, after).steps
        migration.apply(conninfo, migration.plan_back(conninfo, plan))
        assert (server.dump(conninfo), rows(conninfo)) == (start, start_rows)


MORE = BEFORE.replace(
    "[tables.plain]", 'columns.token = { type = "uuid", default = "gen_random_uuid()" }\n\n[tables.plain]'
)


@pytest.fixture
def shop(newest: Server, project: Callable[..., ProjectFolder]) -> Callable[[str, int], ProjectFolder]:
    def made(conninfo: str, accounts: int) -> ProjectFolder:
        live(conninfo, accounts)
        folder = project({"live": conninfo}, '[safety]\nonline = "always"\n')
        folder.declare(MORE)
        done = folder.run("plan", "live", "--out", "plan.json")
        assert done.code == 0, done.err
        return folder

    return made


def test_a_row_that_somebody_holds_is_waited_for(newest: Server, shop: Callable[[str, int], ProjectFolder]) -> None:
    """And those who write others meanwhile wait for none of the backfill's."""
    with newest.database() as conninfo:
        folder = shop(conninfo, 50_000)
        with (
            psycopg.connect(conninfo) as holder,
            psycopg.connect(conninfo, autocommit=True) as other,
            at_work(folder) as running,
        ):
            watch(other, "select count(token) > 0 from acc", running)
            holder.execute("select from acc where id = 49000 for update")  # the column is there, its row still empty
            watch(other, "select count(token) > 48000 from acc", running)
            other.execute("set statement_timeout = '5s'")
            for row in (1, 48_999, 49_001, 50_000):
                other.execute("update acc set kind = 'written' where id = %s", (row,))
            assert running.poll() is None
            holder.rollback()
            assert running.wait(60) == 0
        assert fetch(conninfo, "select count(*), count(distinct token) from acc") == [(50_000, 50_000)]
        assert fetch(conninfo, "select count(*) from acc where kind = 'written'") == [(4,)]


@pytest.mark.parametrize("way", ["on", "back"])
@pytest.mark.parametrize(
    "share", [pytest.param(0.1, marks=pytest.mark.soak), 0.5, pytest.param(0.9, marks=pytest.mark.soak)]
)
def test_it_is_killed_half_way(
    share: float, way: str, newest: Server, shop: Callable[[str, int], ProjectFolder]
) -> None:
    accounts = 20_000
    with newest.database() as conninfo:
        folder = shop(conninfo, accounts)
        start, start_rows = newest.dump(conninfo), rows(conninfo)
        with psycopg.connect(conninfo, autocommit=True) as other:
            with at_work(folder) as running:
                watch(other, f"select count(token) > {share * accounts} from acc", running)
                running.send_signal(signal.SIGKILL)
                running.wait(30)
            while other.execute("select from pg_stat_activity where application_name ~ '^faberdb apply'").fetchall():
                time.sleep(0.02)
        filled = fetch(conninfo, "select id, token from acc where token is not null")
        assert share * accounts < len(filled) < accounts
        if way == "on":
            ran = folder.run("apply", "live", "--resume", "--auto-approve")
            assert ran.code == 0, ran
            assert fetch(conninfo, "select count(*), count(distinct token) from acc") == [(accounts, accounts)]
            assert set(filled) <= set(fetch(conninfo, "select id, token from acc"))
        ran = folder.run("rollback", "live", "--auto-approve")
        assert ran.code == 0, ran
        assert (newest.dump(conninfo), rows(conninfo)) == (start, start_rows)


def test_ctrl_c_between_two_parts(newest: Server, shop: Callable[[str, int], ProjectFolder]) -> None:
    with newest.database() as conninfo:
        folder = shop(conninfo, 20_000)
        with psycopg.connect(conninfo, autocommit=True) as other, at_work(folder) as running:
            watch(other, "select count(token) > 5000 from acc", running)
            running.send_signal(signal.SIGINT)
            assert running.wait(30) == 130
        ((mark,),) = fetch(conninfo, "select watermark from faberdb.journal where outcome = 'part'")
        assert int(json.loads(mark)[0]) > 5000
        assert folder.run("apply", "live", "--resume", "--auto-approve").code == 0
        assert fetch(conninfo, "select count(distinct token) from acc") == [(20_000,)]


@pytest.mark.parametrize("key", [("n", '"faberdb n"'), ()], ids=["by key", "by place"])
def test_it_goes_on_behind_a_mark_and_then_looks_for_what_came_before(key: tuple[str, ...], newest: Server) -> None:
    """A row can be put behind the mark by whoever changes its key, or by an update into a page with room."""
    with newest.database() as conninfo:
        run_sql(conninfo, 'create table t (n int, "faberdb n" text, v int, primary key (n, "faberdb n"))')
        run_sql(conninfo, "insert into t select i, 'it''s', null from generate_series(1, 4000) i; analyze t")
        marks: list[tuple[str, ...]] = []
        column = Address("column", ("public", "t", "v"))
        statement = Statement("UPDATE t SET v = n WHERE v IS NULL", batches=Batches("t", key, "v IS NULL", column))
        step = Step("0001", column, Action.CREATE, statement, 1)
        with opened(conninfo, read_only=False) as session:
            session.execute("set search_path = public")
            assert statement.batches is not None
            doing = batches.Doing(("3000", "a") if key else ("10",), marks.append, lambda: None, lambda rows, of: None)
            batches.run(session, step, statement.batches, Limits(0.1, None, 5.0), doing)
        assert int(marks[0][0]) > (3000 if key else 10)
        assert min(int(mark[0]) for mark in marks) < (3000 if key else 10 + 1000)
        assert fetch(conninfo, "select count(*) from t where v = n") == [(4000,)]


def test_a_key_that_takes_in_the_new_column(newest: Server) -> None:
    """Until all rows have a value its ranges are of no use."""
    migration = Migration(newest.scratch(), online=every)
    wider = BEFORE.replace('["id", "part"]', '["id", "region"]').replace(
        "columns.kind", """columns.region = { type = "text", backfill = "'eu'" }\ncolumns.kind"""
    )
    with newest.database() as conninfo:
        live(conninfo, 3000)
        there_and_back(migration, newest, conninfo, wider)


# A shell that was begun in the background hands on that Ctrl-C is to be ignored.
PROGRAM = """
import signal
from faberdb.__main__ import main
signal.signal(signal.SIGINT, signal.default_int_handler)
main()
"""


@contextmanager
def at_work(folder: ProjectFolder, *said: str) -> Iterator[subprocess.Popen[bytes]]:
    """The apply of plan.json, or the command that is said."""
    command, environ = [sys.executable, "-c", PROGRAM, *(said or ("apply", "plan.json"))], {**os.environ, **folder.env}
    with (folder.root / "apply.log").open("wb") as log:
        running = subprocess.Popen(command, cwd=folder.root, env=environ, stdout=log, stderr=log)
        try:
            yield running
        finally:
            running.kill()
            running.wait(30)


def watch(
    other: psycopg.Connection[tuple[object, ...]],
    true: str,
    running: subprocess.Popen[bytes],
    *,
    column: str = "token",
) -> None:
    """Wait until a query about a new column says true."""
    begun = time.monotonic()
    there = "select from pg_attribute where attrelid = 'acc'::regclass and attname = %s"
    while not other.execute(there, (column,)).fetchall() or other.execute(true.encode()).fetchone() != (True,):
        assert running.poll() is None
        assert time.monotonic() - begun < 60
        time.sleep(0.005)


def killed_half_way(
    folder: ProjectFolder, other: psycopg.Connection[tuple[object, ...]], true: str, column: str
) -> None:
    """The apply of plan.json is killed once a query about a new column says true, and its sessions have ended."""
    with at_work(folder) as running:
        watch(other, true, running, column=column)
    while other.execute("select from pg_stat_activity where application_name ~ '^faberdb apply'").fetchall():
        time.sleep(0.005)
