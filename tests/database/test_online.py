"""Tables that are in use: what is done so that nobody waits, when, and what becomes of it where it stops half way."""

from __future__ import annotations

from collections.abc import Callable, Set

import psycopg
import pytest

from faberdb.model import Address
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.live.large import large
from tests.conftest import ProjectFolder
from tests.migration import Migration, build_directly, declare, every
from tests.servers import Server, fetch, rows, run_sql

BEFORE = """
[tables.owner]
primary_key = ["id"]
columns.id = "int"

[tables.acc]
primary_key = ["id"]
columns.id = "int"
columns.owner_id = "int"
columns.balance = "int"
columns.old = { type = "int", null = true }
"""
ADDED = """
checks.acc_balance_check = "balance >= 0"
foreign_keys.acc_owner_id_fkey = { columns = ["owner_id"], references = { table = "owner", columns = ["id"] } }
"""
AFTER = BEFORE + 'columns.new = { type = "int", null = true }' + ADDED
STATES = "select conname, convalidated from pg_constraint where conname ~ '^acc_.*_(check|fkey)$' order by 1"


def live(newest: Server, conninfo: str, accounts: int) -> None:
    build_directly(conninfo, declare({"public.toml": BEFORE}))
    run_sql(conninfo, "insert into owner select n from generate_series(1, 9) n")
    run_sql(conninfo, f"insert into acc select n, 1 + n % 9, n, n from generate_series(1, {accounts}) n")
    run_sql(conninfo, "analyze")


def test_rows_are_looked_at_after_all_else_and_beside_it(server: Server) -> None:
    """Also on the way back of a plan that takes constraints away."""
    migration = Migration(server.scratch(), online=every)
    with server.database() as conninfo, server.database() as wanted:
        live(server, conninfo, 20)
        after = declare({"public.toml": AFTER})
        build_directly(wanted, after)
        start, start_rows = server.dump(conninfo), rows(conninfo)
        plan = migration.plan(conninfo, after)
        last = [step for step in plan.steps if " VALIDATE " in step.statement.sql]
        assert [step.transaction for step in last] == [2, 3]
        assert plan.steps[-2:] == tuple(last)
        assert {step.transaction for step in plan.steps[:-2]} == {1}
        for step in last:
            assert step.effects is not None
            assert not {lock.mode for lock in step.effects.locks} & {"ACCESS EXCLUSIVE", "SHARE ROW EXCLUSIVE"}
        migration.apply(conninfo, plan)
        assert server.dump(conninfo) == server.dump(wanted)
        assert not migration.plan(conninfo, after).steps
        full = server.dump(conninfo)
        gone = migration.plan(conninfo, declare({"public.toml": AFTER.removesuffix(ADDED)}), "gone")
        migration.apply(conninfo, gone)
        back = migration.plan_back(conninfo, gone)
        assert [" VALIDATE " in step.statement.sql for step in back.steps][-2:] == [True, True]
        migration.apply(conninfo, back)
        assert server.dump(conninfo) == full
        migration.apply(conninfo, migration.plan_back(conninfo, plan, "back again"))
        assert (server.dump(conninfo), rows(conninfo)) == (start, start_rows)


def test_a_key_of_a_partitioned_table_is_valid_from_the_start_before_18(server: Server) -> None:
    parts = """
[tables.part]
partition_by = "RANGE (id)"
columns.id = "int"
columns.owner_id = "int"

[tables.part_1]
partition_of = "part"
bound = "FOR VALUES FROM (1) TO (9)"
"""
    key = ADDED.splitlines()[2].replace("acc_", "part_")
    with server.database() as conninfo, server.database() as wanted:
        build_directly(conninfo, declare({"public.toml": BEFORE + parts}))
        after = declare(
            {"public.toml": BEFORE + parts.replace('columns.owner_id = "int"', f'columns.owner_id = "int"\n{key}')}
        )
        build_directly(wanted, after)
        plan = Migration(server.scratch(), online=every).plan(conninfo, after)
        later = any(" VALIDATE " in step.statement.sql for step in plan.steps)
        assert later == (server.major >= 18)
        Migration(server.scratch()).apply(conninfo, plan)
        assert server.dump(conninfo) == server.dump(wanted)


def test_names_that_change_too(newest: Server) -> None:
    """What is measured is the table, whatever it is called afterwards; and on the way back no name waits for rows."""
    renamed = BEFORE.replace("[tables.acc]", '[tables.account]\nrenamed_from = "acc"') + ADDED
    asked: list[Address] = []

    def noted(tables: Set[Address]) -> Set[Address]:
        asked.extend(tables)
        return tables

    with newest.database() as conninfo:
        live(newest, conninfo, 20)
        start, start_rows = newest.dump(conninfo), rows(conninfo)
        migration = Migration(newest.scratch(), online=noted)
        plan = migration.plan(conninfo, declare({"public.toml": renamed}))
        assert asked == [Address("table", ("public", "acc"))]
        assert [" VALIDATE " in step.statement.sql for step in plan.steps][-2:] == [True, True]
        migration.apply(conninfo, plan)
        former = BEFORE.replace("[tables.acc]", '[tables.acc]\nrenamed_from = "account"')
        gone = migration.plan(conninfo, declare({"public.toml": former}), "gone")
        migration.apply(conninfo, gone)
        assert newest.dump(conninfo) == start
        back = migration.plan_back(conninfo, gone)
        assert not any(" VALIDATE " in step.statement.sql for step in back.steps)
        migration.apply(conninfo, back)
        migration.apply(conninfo, migration.plan_back(conninfo, plan, "back again"))
        assert (newest.dump(conninfo), rows(conninfo)) == (start, start_rows)


def test_what_was_declared_not_valid_is_validated_later(newest: Server) -> None:
    """And what there is to say of a foreign key is said all the same: no index serves it."""
    added = ADDED.replace('columns = ["id"] } }', 'columns = ["id"] }, not_valid = true }')
    with newest.database() as conninfo:
        live(newest, conninfo, 20)
        migration = Migration(newest.scratch(), online=every)
        first = migration.plan(conninfo, declare({"public.toml": BEFORE + added}))
        second = declare({"public.toml": AFTER})
        said = {hazard.code for step in migration.plan(conninfo, second).steps for hazard in step.statement.hazards}
        assert {codes.FOREIGN_KEY_WITHOUT_INDEX, codes.VALIDATED_LATER} <= said
        migration.apply(conninfo, first)
        plan = migration.plan(conninfo, second, "second")
        assert [" VALIDATE " in step.statement.sql for step in plan.steps][-1]
        assert plan.steps[-1].transaction > plan.steps[0].transaction
        migration.apply(conninfo, plan)
        assert not migration.plan(conninfo, second).steps


@pytest.mark.parametrize("child", ["id > 0", "id > 1"])
def test_a_check_made_anew_above_one_that_is_new(child: str, server: Server) -> None:
    before = '[tables.whole]\ncolumns.id = "int"\nchecks.p = "id > 1"\n[tables.much]\ninherits = ["whole"]\n'
    after = before.replace("id > 1", "id > 0") + 'checks.p = "id > 0"\n'
    if child != "id > 0":
        before, after = before.replace('checks.p = "id > 1"\n', "") + 'checks.p = "id > 1"\n', after
    with server.database() as conninfo, server.database() as wanted:
        build_directly(conninfo, declare({"public.toml": before}))
        build_directly(wanted, declare({"public.toml": after}))
        migration = Migration(server.scratch(), online=every)
        migration.apply(conninfo, migration.plan(conninfo, declare({"public.toml": after})))
        assert server.dump(conninfo) == server.dump(wanted)


@pytest.mark.parametrize("taken_back", [False, True])
def test_a_row_in_the_way_that_came_in_meanwhile(
    taken_back: bool, newest: Server, project: Callable[..., ProjectFolder]
) -> None:
    """The plan stops after its first transaction. It can be taken back; or goes on, once the row is put right."""
    with newest.database() as conninfo:
        live(newest, conninfo, 20)
        start = newest.dump(conninfo), rows(conninfo)
        folder = project({"live": conninfo}, '[safety]\nonline = "always"\n')
        folder.declare(BEFORE + ADDED)
        assert folder.run("plan", "live", "--out", "plan.json").code == 0
        run_sql(conninfo, "update acc set balance = -1 where id = 7")
        ran = folder.run("apply", "plan.json")
        assert (ran.code, "id = 7" in ran.err) == (6, True), ran.err
        assert fetch(conninfo, STATES) == [("acc_balance_check", False), ("acc_owner_id_fkey", False)]
        assert "interrupted" in folder.run("status", "live").out
        if taken_back:
            assert folder.run("rollback", "live", "--auto-approve").code == 0
            run_sql(conninfo, "update acc set balance = 7 where id = 7")
            assert (newest.dump(conninfo), rows(conninfo)) == start
            return
        run_sql(conninfo, "update acc set balance = 7 where id = 7")
        again = folder.run("apply", "live", "--resume", "--auto-approve")
        assert again.code == 0, again.err
        assert fetch(conninfo, STATES) == [("acc_balance_check", True), ("acc_owner_id_fkey", True)]
        assert folder.run("rollback", "live", "--auto-approve").code == 0
        assert (newest.dump(conninfo), rows(conninfo)) == start


def test_a_table_counts_with_its_kin(server: Server) -> None:
    """One large child makes a constraint of its parent and of its siblings one to be validated later."""
    parts = """
[tables.whole]
columns.id = "int"

[tables.much]
inherits = ["whole"]

[tables.little]
inherits = ["whole"]

[tables.alone]
columns.id = "int"
"""
    check = 'checks.positive = "id > 0"\n'
    after = parts.replace('columns.id = "int"', f'columns.id = "int"\n{check}')
    after = after.replace('inherits = ["whole"]', f'inherits = ["whole"]\n{check}')
    with server.database() as conninfo, server.database() as wanted:
        build_directly(conninfo, declare({"public.toml": parts}))
        build_directly(wanted, declare({"public.toml": after}))
        run_sql(conninfo, "insert into much select n from generate_series(1, 1200000) n; insert into little values (1)")
        with psycopg.connect(conninfo) as connection:
            named = {name: Address("table", ("public", name)) for name in ("whole", "much", "little", "alone", "none")}
            found = large(connection, named.values())
        assert found == {named[name] for name in ("whole", "much", "little", "none")}
        migration = Migration(server.scratch(), online=lambda tables: found & tables)
        plan = migration.plan(conninfo, declare({"public.toml": after}))
        assert sum(" VALIDATE " in step.statement.sql for step in plan.steps) == 3
        migration.apply(conninfo, plan)
        assert server.dump(conninfo) == server.dump(wanted)


@pytest.mark.parametrize(
    ("setting", "accounts", "later"),
    [("auto", 100, False), ("auto", 1_200_000, True), ("never", 100, False), ("always", 100, True)],
)
def test_when(setting: str, accounts: int, later: bool, newest: Server, project: Callable[..., ProjectFolder]) -> None:
    with newest.database() as conninfo:
        live(newest, conninfo, accounts)
        folder = project({"live": conninfo}, f'[safety]\nonline = "{setting}"\n')
        folder.declare(BEFORE + ADDED)
        ran = folder.run("plan", "live", "-v")
        assert ran.code == 0, ran.err
        assert ("VALIDATE CONSTRAINT" in ran.out) == later


def test_not_null_is_proven_beside_reads_and_writes(server: Server) -> None:
    """Without a scan under a lock that others wait for, both ways, and with nothing left of the proof."""
    loose = BEFORE.replace('balance = "int"', 'balance = { type = "int", null = true }')
    migration = Migration(server.scratch(), online=every)
    with server.database() as conninfo, server.database() as wanted:
        build_directly(conninfo, declare({"public.toml": loose}))
        run_sql(conninfo, "insert into acc select n, 1, n, n from generate_series(1, 20) n")
        after = declare({"public.toml": BEFORE})
        build_directly(wanted, after)
        start, start_rows = server.dump(conninfo), rows(conninfo)
        plan = migration.plan(conninfo, after)
        for step in plan.steps:
            assert step.effects is not None
            exclusive = any(lock.mode == "ACCESS EXCLUSIVE" for lock in step.effects.locks)
            assert not (exclusive and step.effects.scans), step
        assert any(step.effects.scans for step in plan.steps if step.effects)
        assert plan.steps[0].transaction < plan.steps[1].transaction
        migration.apply(conninfo, plan)
        assert server.dump(conninfo) == server.dump(wanted)
        assert not migration.plan(conninfo, after).steps
        migration.apply(conninfo, migration.plan_back(conninfo, plan))
        assert (server.dump(conninfo), rows(conninfo)) == (start, start_rows)


def test_a_new_key_over_a_column_that_may_be_empty(server: Server) -> None:
    """Whether the key is built beside or, of a partitioned table, added at once."""
    loose = '[tables.{name}]\n{more}columns.id = {{ type = "int", null = true }}\n'
    tables = [("plain", ""), ("whole", 'partition_by = "RANGE (id)"\n')]
    before = "".join(loose.format(name=name, more=more) for name, more in tables)
    after = before.replace('{ type = "int", null = true }', '"int"').replace(
        "columns.id", 'primary_key = ["id"]\ncolumns.id'
    )
    migration = Migration(server.scratch(), online=every)
    with server.database() as conninfo, server.database() as wanted:
        build_directly(conninfo, declare({"public.toml": before}))
        build_directly(wanted, declare({"public.toml": after}))
        start = server.dump(conninfo)
        plan = migration.plan(conninfo, declare({"public.toml": after}))
        migration.apply(conninfo, plan)
        assert server.dump(conninfo) == server.dump(wanted)
        migration.apply(conninfo, migration.plan_back(conninfo, plan))
        assert server.dump(conninfo) == start
