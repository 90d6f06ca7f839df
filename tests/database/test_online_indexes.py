"""Indexes and keys of tables in use: built beside, replaced without a gap, and what becomes of a build that fails."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.conftest import ProjectFolder
from tests.database.test_backfill import at_work
from tests.migration import Migration, build_directly, declare, every, there_and_back
from tests.servers import Server, fetch, rows, run_sql

BEFORE = """
[tables.acc]
columns.id = "int"
columns.code = "text"
columns.kind = "text"
indexes.acc_kind_idx = ["kind"]
indexes.acc_gone_idx = ["code", "kind"]
uniques.acc_code_key = ["code"]
"""
AFTER = """
[tables.acc]
primary_key = ["id"]
columns.id = "int"
columns.code = "text"
columns.kind = "text"
indexes.acc_kind_idx = { on = ["lower(kind) text_pattern_ops"], options = { fillfactor = 70 }, clustered = true }
indexes.acc_code_idx = { on = ["code"], unique = true, where = "kind <> ''", comment = "of all that have a kind" }
uniques.acc_code_key = { columns = ["code", "kind"], include = ["id"], deferrable = true }
"""
NAMES = "select relname from pg_class where relkind = 'i' and relname ~ '^acc' order by 1"


def live(conninfo: str, accounts: int) -> None:
    build_directly(conninfo, declare({"public.toml": BEFORE}))
    run_sql(conninfo, f"insert into acc select n, 'c' || n, 'k' || (n % 7) from generate_series(1, {accounts}) n")


def test_they_are_built_beside_and_nothing_is_missing_meanwhile(server: Server) -> None:
    """Nor on the way back. pg_dump judges the end; what stands after each transaction, the server itself."""
    migration = Migration(server.scratch(), online=every)
    after = declare({"public.toml": AFTER})
    with server.database() as conninfo, server.database() as wanted:
        live(conninfo, 50)
        build_directly(wanted, after)
        start, start_rows = server.dump(conninfo), rows(conninfo)
        plan = migration.plan(conninfo, after)
        texts = [step.statement.sql for step in plan.steps]
        assert sum(text.startswith(("CREATE INDEX CONC", "CREATE UNIQUE INDEX CONC")) for text in texts) == 4
        assert sum(text.startswith("DROP INDEX CONCURRENTLY") for text in texts) == 2
        for step in plan.steps:
            if step.statement.outside:
                assert step.effects is not None
                assert {lock.mode for lock in step.effects.locks} <= {"SHARE UPDATE EXCLUSIVE"}, step
                assert step.statement.risk.word == "caution"
            assert step.effects is None or not step.effects.rewrites
        for stage in plan.stages:
            gone = {d.address.name for d in stage.differences if d.after is None}
            assert not gone & {"public.acc.acc_kind_idx", "public.acc.acc_code_key"}, gone
        migration.apply(conninfo, plan)
        assert server.dump(conninfo) == server.dump(wanted)
        assert not migration.plan(conninfo, after).steps
        migration.apply(conninfo, migration.plan_back(conninfo, plan))
        assert (server.dump(conninfo), rows(conninfo)) == (start, start_rows)


def test_what_an_index_stands_on_goes_with_it_at_once(newest: Server) -> None:
    """An index whose column is dropped, or changes its type, cannot stay until another is built."""
    migration = Migration(newest.scratch(), online=every)
    less = BEFORE.replace('["code", "kind"]', '["code"]').replace(
        'columns.kind = "text"', 'columns.kind = "varchar(9)"'
    )
    with newest.database() as conninfo:
        live(conninfo, 50)
        there_and_back(migration, newest, conninfo, less)


def test_what_stands_on_a_new_key_waits_for_it(server: Server) -> None:
    key = 'foreign_keys.entry_acc_id_fkey = { columns = ["acc_id"], references = { table = "acc", columns = ["id"] } }'
    entry = '[tables.entry]\ncolumns.acc_id = "int"\n'
    migration = Migration(server.scratch(), online=every)
    with server.database() as conninfo:
        build_directly(conninfo, declare({"public.toml": BEFORE + entry}))
        there_and_back(migration, server, conninfo, AFTER + entry + key)


@pytest.fixture
def shop(newest: Server, project: Callable[..., ProjectFolder]) -> Callable[[str], ProjectFolder]:
    def made(conninfo: str) -> ProjectFolder:
        live(conninfo, 50)
        folder = project({"live": conninfo}, '[safety]\nonline = "always"\nlock_retry_for = "2s"\n')
        folder.declare(BEFORE.replace('["kind"]', '{ on = ["kind"], comment = "changed at once" }') + MORE)
        done = folder.run("plan", "live", "--out", "plan.json", "--no-check-data")
        assert done.code == 0, done.err
        return folder

    return made


BUILDING = "query ~ '^CREATE UNIQUE INDEX CONC' and pid <> pg_backend_pid()"
TERMINATE = f"select pg_terminate_backend(pid) from pg_stat_activity where {BUILDING}"
MORE = 'indexes.acc_id_idx = { on = ["id"], unique = true }\n'


def test_rows_that_are_alike_stop_it_and_leave_nothing(newest: Server, shop: Callable[[str], ProjectFolder]) -> None:
    with newest.database() as conninfo:
        folder = shop(conninfo)
        start = newest.dump(conninfo)
        run_sql(conninfo, "insert into acc values (7, 'twice', '')")
        ran = folder.run("apply", "plan.json")
        assert (ran.code, "could not create unique index" in ran.err) == (6, True), ran.err
        assert fetch(conninfo, NAMES) == [("acc_code_key",), ("acc_gone_idx",), ("acc_kind_idx",)]
        assert folder.run("apply", "live", "--resume", "--auto-approve").code == 6
        run_sql(conninfo, "delete from acc where code = 'twice'")
        ran = folder.run("apply", "live", "--resume", "--auto-approve")
        assert ran.code == 0, ran
        assert len(fetch(conninfo, NAMES)) == 4
        assert folder.run("rollback", "live", "--auto-approve").code == 0
        assert newest.dump(conninfo) == start


@pytest.mark.parametrize(
    ("end", "way"),
    [
        ("terminated", "on"),
        ("killed", "on"),
        ("killed", "back"),
        ("killed and the build ends", "back"),
        pytest.param("terminated", "back", marks=pytest.mark.soak),
        pytest.param("killed and the build ends", "on", marks=pytest.mark.soak),
    ],
)
def test_a_build_that_is_cut_short(
    end: str, way: str, newest: Server, shop: Callable[[str], ProjectFolder], cache: Path
) -> None:
    with newest.database() as conninfo:
        folder = shop(conninfo)
        start = newest.dump(conninfo)
        with psycopg.connect(conninfo) as old, psycopg.connect(conninfo, autocommit=True) as watcher:
            old.execute("insert into acc values (0, 'other', '')")
            with apply_in_build(folder, watcher, cache) as running:
                if end != "terminated":
                    running.kill()
                if end != "killed and the build ends":
                    watcher.execute(TERMINATE)
                assert running.wait(30) in (6, -9)
            old.rollback()
        with psycopg.connect(conninfo, autocommit=True) as watcher:
            over = "select count(*) = 0 from pg_stat_activity where application_name ~ '^faberdb apply'"
            while watcher.execute(over).fetchone() != (True,):
                pass
        left = fetch(
            conninfo, "select indisvalid from pg_index x join pg_class c on c.oid = indexrelid where relname ~ 'new$'"
        )
        assert left == [(end == "killed and the build ends",)]
        if way == "on":
            ran = folder.run("apply", "plan.json")
            assert ran.code == 0, ran
            assert len(fetch(conninfo, NAMES)) == 4
        ran = folder.run("rollback", "live", "--auto-approve")
        assert ran.code == 0, ran
        assert newest.dump(conninfo) == start


def apply_in_build(
    folder: ProjectFolder, watcher: psycopg.Connection[tuple[object, ...]], cache: Path
) -> subprocess.Popen[bytes]:
    """The apply of plan.json, at the moment when its build waits for a transaction."""
    settings = {**os.environ, **folder.env, "FABERDB_CACHE": str(cache)}
    program = [str(Path(sys.executable).with_name("faberdb")), "apply", "plan.json"]
    nowhere = subprocess.DEVNULL
    running = subprocess.Popen(program, cwd=folder.root, env=settings, stdout=nowhere, stderr=nowhere)
    waits = f"select from pg_stat_activity where {BUILDING} and wait_event_type = 'Lock'"
    begun = time.monotonic()
    while not watcher.execute(waits.encode()).fetchall():
        assert running.poll() is None
        assert time.monotonic() - begun < 40
        time.sleep(0.02)
    return running


def test_a_build_takes_longer_than_other_statements_may(newest: Server, shop: Callable[[str], ProjectFolder]) -> None:
    with newest.database() as conninfo:
        folder = shop(conninfo)
        config = folder.root / "faberdb.toml"
        config.write_text(config.read_text().replace('"2s"', '"1min"\nstatement_timeout = "1s"'))
        with psycopg.connect(conninfo) as old:
            old.execute("insert into acc values (0, 'other', '')")
            end = threading.Timer(4, old.commit)
            end.start()
            ran = folder.run("apply", "plan.json")
            end.join()
        assert ran.code == 0, ran
        assert fetch(conninfo, "select indisvalid from pg_index where indexrelid = 'acc_id_idx'::regclass") == [(True,)]


def test_what_cannot_be_cleared_away_is_named(newest: Server, shop: Callable[[str], ProjectFolder]) -> None:
    with newest.database() as conninfo:
        folder = shop(conninfo)
        run_sql(conninfo, "insert into acc values (1, 'again', '')")
        with psycopg.connect(conninfo, autocommit=True) as builder, pytest.raises(psycopg.errors.UniqueViolation):
            builder.execute("create unique index concurrently acc_id_idx__faberdb_new on acc (id)")
        with psycopg.connect(conninfo) as reader:
            reader.execute("select from acc")
            ran = folder.run("apply", "plan.json")
            assert (ran.code, "acc_id_idx__faberdb_new, which was left half done" in ran.err) == (6, True), ran
        run_sql(conninfo, "delete from acc where code = 'again'")
        assert folder.run("apply", "plan.json").code == 0
        assert len(fetch(conninfo, NAMES)) == 4


def test_what_the_transaction_before_it_read_is_not_said_of_a_build(server: Server) -> None:
    tables = BEFORE + '[tables.other]\ncolumns.id = "int"\n'
    with server.database() as conninfo:
        build_directly(conninfo, declare({"public.toml": tables}))
        after = tables.replace("[tables.other]", 'checks.acc_id_check = "id > 0"\n\n[tables.other]')
        plan = Migration(server.scratch(), online=every).plan(
            conninfo, declare({"public.toml": after + 'indexes.other_id_idx = ["id"]\n'})
        )
        said = {step.address.kind: step.effects.scans for step in plan.steps if step.effects and step.effects.scans}
        assert said == {"check": ("table public.acc",), "index": ("table public.other",)}


def test_names_that_begin_alike_and_are_as_long_as_can_be(server: Server) -> None:
    """Of indexes that come, go and are replaced, and of columns that become NOT NULL."""
    table, names = "shipping_addresses_of_customers_by_region_and_year_" + "x" * 12, ("city", "zip", "road")
    long = [f"index_on_{table[:46]}_{name}" for name in names]
    head = f"[tables.{table}]\n"
    loose = head + "".join(f'columns.{name} = {{ type = "text", null = true }}\n' for name in names)
    tight = head + "".join(f'columns.{name} = "text"\n' for name in names)
    before = loose + f'indexes.{long[0]} = ["city"]\nindexes.{long[1]} = ["zip"]\n'
    after = tight + f'indexes.{long[0]} = ["city", "zip"]\nindexes.{long[2]} = ["road"]\n'
    gone = loose
    migration = Migration(server.scratch(), online=every)
    with server.database() as conninfo:
        build_directly(conninfo, declare({"public.toml": before}))
        for number, text in enumerate((after, before, gone, before)):
            with server.database() as wanted:
                build_directly(wanted, declare({"public.toml": text}))
                migration.apply(conninfo, migration.plan(conninfo, declare({"public.toml": text}), f"plan {number}"))
                assert server.dump(conninfo) == server.dump(wanted)


def test_a_name_that_somebody_else_has_and_a_key_that_checks_at_the_end_are_changed_at_once(newest: Server) -> None:
    before = BEFORE + 'indexes.acc_id_idx__faberdb_new = ["id"]\n'
    after = before.replace("acc_code_key = [", "acc_code_key = { deferrable = true, columns = [").replace(
        'columns = ["code"]', 'columns = ["code"] }'
    )
    migration = Migration(newest.scratch(), online=every)
    with newest.database() as conninfo:
        build_directly(conninfo, declare({"public.toml": before}))
        plan = migration.plan(conninfo, declare({"public.toml": after + MORE}))
        texts = [step.statement.sql for step in plan.steps]
        assert any(text.startswith("CREATE UNIQUE INDEX acc_id_idx ") for text in texts), texts
        migration.apply(conninfo, plan)
        back = migration.plan(conninfo, declare({"public.toml": before}), "back")
        assert not any("acc_code_key__faberdb_new" in step.statement.sql for step in back.steps)
        migration.apply(conninfo, back)


def test_what_did_nothing_is_not_taken_back_by_taking_back_the_plan_before(
    newest: Server, project: Callable[..., ProjectFolder]
) -> None:
    """It is what whoever gives the command means; what a build has left goes."""
    with newest.database() as conninfo:
        folder = project({"live": conninfo}, '[safety]\nonline = "always"\n')
        table = '[tables.acc]\nprimary_key = ["id"]\ncolumns.id = "int"\n'
        folder.declare(table)
        assert folder.run("apply", "live", "--auto-approve").code == 0
        start = newest.dump(conninfo)
        folder.declare(table + 'indexes.acc_id_idx = ["id"]\n')
        assert folder.run("plan", "live", "--out", "plan.json").code == 0
        with psycopg.connect(conninfo) as writer:
            writer.execute("insert into acc values (1)")  # whom the build waits for
            with at_work(folder) as running:
                while not fetch(conninfo, "select from pg_class where relname = 'acc_id_idx__faberdb_new'"):
                    assert running.poll() is None
                running.kill()
                running.wait(30)
            ours = "from pg_stat_activity where application_name ~ '^faberdb apply'"
            while fetch(conninfo, f"select pg_terminate_backend(pid) {ours}"):
                pass
        left = "select indisvalid from pg_index where indexrelid = 'acc_id_idx__faberdb_new'::regclass"
        assert fetch(conninfo, left) == [(False,)]
        ran = folder.run("rollback", "live", "--auto-approve")
        assert ran.code == 0, ran
        assert "stopped before anything of it was committed" in ran.out + ran.err
        assert "faberdb rollback live --steps 1" in ran.out + ran.err
        assert newest.dump(conninfo) == start
        assert folder.run("rollback", "live", "--steps", "1", "--auto-approve").code == 0
        assert fetch(conninfo, "select to_regclass('public.acc') is null") == [(True,)]
