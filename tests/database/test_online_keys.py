"""Keys, and the foreign keys that point at them, take another type beside reads and writes."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest

from tests.conftest import ProjectFolder
from tests.database.test_backfill import at_work, watch
from tests.migration import Migration, build_directly, declare, every
from tests.servers import Server, fetch, rows, run_sql

BEFORE = """
[tables.acc]
primary_key = ["id"]
columns.id = "serial"
columns.code = "int"
columns.boss = { type = "int", null = true }
columns.email = "text"
uniques.acc_code_key = ["code", "email"]
indexes.acc_boss_idx = ["boss"]
foreign_keys.acc_boss_fkey = { columns = ["boss"], references = { table = "acc", columns = ["id"] } }

[tables.entry]
primary_key = ["acc", "number"]
columns.acc = "int"
columns.number = { type = "int", identity = "always" }
columns.amount = "int"

[tables.entry.foreign_keys.entry_acc_fkey]
columns = ["acc"]
references = { table = "acc", columns = ["id"] }
on_delete = "cascade"
deferrable = true

[tables.small]
columns.acc = "int"
foreign_keys.small_acc_fkey = { columns = ["acc"], references = { table = "acc", columns = ["id"] } }
"""
AFTER = (
    BEFORE.replace('"serial"', '"bigserial"')
    .replace('columns.code = "int"', 'columns.code = "bigint"')
    .replace('columns.boss = { type = "int"', 'columns.boss = { type = "bigint"')
    .replace('columns.acc = "int"', 'columns.acc = "bigint"')
    .replace('columns.number = { type = "int"', 'columns.number = { type = "bigint"')
)


def live(conninfo: str, accounts: int) -> None:
    build_directly(conninfo, declare({"public.toml": BEFORE}))
    run_sql(
        conninfo,
        "insert into acc (code, boss, email) select n, nullif(n / 7, 0), 'of ' || n"
        f" from generate_series(1, {accounts}) n; insert into entry (acc, amount) select 1 + n % {accounts}, n"
        f" from generate_series(1, {2 * accounts}) n; insert into small select n from generate_series(1, 50) n",
    )


def test_nothing_is_rewritten_or_looked_at_under_a_lock(server: Server) -> None:
    migration = Migration(server.scratch(), online=every)
    after = declare({"public.toml": AFTER})
    with server.database() as conninfo, server.database() as wanted:
        live(conninfo, 2000)
        build_directly(wanted, after)
        start, start_rows = server.dump(conninfo), rows(conninfo)
        plan = migration.plan(conninfo, after)
        assert sum(step.statement.batches is not None for step in plan.steps) == 6
        for step in plan.steps:
            strong = {lock.mode for lock in step.effects.locks} if step.effects else set()
            if {"ACCESS EXCLUSIVE", "SHARE ROW EXCLUSIVE"} & strong:
                assert step.effects is not None
                assert not (*step.effects.scans, *step.effects.rewrites), step
        migration.apply(conninfo, plan)
        assert server.dump(conninfo) == server.dump(wanted)
        assert not migration.plan(conninfo, after).steps
        run_sql(conninfo, "insert into acc (code, email) values (0, ''); insert into entry (acc, amount) values (1, 1)")
        new = fetch(conninfo, "select (select id from acc where code = 0), (select max(number) from entry)")
        assert new == [(2001, 4001)]
        run_sql(conninfo, "delete from acc where code = 0; delete from entry where number = 4001")
        migration.apply(conninfo, migration.plan_back(conninfo, plan))
        assert (server.dump(conninfo), rows(conninfo)) == (start, start_rows)


@pytest.mark.parametrize("way", ["on", "back"])
def test_it_is_killed_half_way(way: str, newest: Server, project: Callable[..., ProjectFolder]) -> None:
    """And the foreign keys hold all the while."""
    with newest.database() as conninfo:
        live(conninfo, 20_000)
        start, start_rows = newest.dump(conninfo), rows(conninfo)
        folder = project({"live": conninfo}, '[safety]\nonline = "always"\n')
        folder.declare(AFTER)
        assert folder.run("plan", "live", "--out", "plan.json").code == 0
        with psycopg.connect(conninfo, autocommit=True) as other:
            with at_work(folder) as running:
                second = "id__faberdb_new"
                watch(other, f"select count({second}) > 5000 from acc", running, column=second)
                running.kill()
                running.wait(30)
            while other.execute("select from pg_stat_activity where application_name ~ '^faberdb apply'").fetchall():
                pass
            with pytest.raises(psycopg.errors.ForeignKeyViolation):
                other.execute("insert into entry (acc, amount) values (50000, 1)")
        ran = folder.run("apply", "live", "--resume", "--auto-approve") if way == "on" else None
        assert ran is None or ran.code == 0, ran
        ran = folder.run("rollback", "live", "--auto-approve")
        assert ran.code == 0, ran
        assert (newest.dump(conninfo), rows(conninfo)) == (start, start_rows)


@pytest.mark.parametrize("type_", ["numeric", "text"])
def test_a_foreign_key_that_cannot_hold_half_way_changes_at_once(type_: str, newest: Server) -> None:
    """One that points from the new type to the old is taken by the server between integers only."""
    text = 'tables.p = { columns.id = "int", primary_key = ["id"] }\n[tables.c]\ncolumns.p = "int"\n'
    text += 'foreign_keys.c_p_fkey = { columns = ["p"], references = { table = "p", columns = ["id"] } }\n'
    after = declare({"public.toml": text.replace('"int"', f'"{type_}"')})
    with newest.database() as conninfo:
        build_directly(conninfo, declare({"public.toml": text}))
        plan = Migration(newest.scratch(), online=every).plan(conninfo, after)
        assert plan.steps
        assert not any(step.statement.batches for step in plan.steps)
