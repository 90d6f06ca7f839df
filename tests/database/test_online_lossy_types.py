"""A column of a table in use takes a type that does not hold all of its values, beside reads and writes, and back."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest

from tests.conftest import ProjectFolder
from tests.database.test_backfill import killed_half_way
from tests.migration import Migration, build_directly, declare, every
from tests.servers import Server, fetch, rows, run_sql

BEFORE = """
[enums]
mood = ["sad", "well"]

[tables.acc]
primary_key = ["id"]
columns.id = "int"
columns.amount = { type = "numeric(10,2)", default = "1.25", comment = "how much" }
columns.code = { type = "text", null = true }
columns.said = "text"
columns.at = { type = "timestamp", null = true }
columns.feels = { type = "text", null = true }
indexes.acc_amount_idx = ["amount"]
"""
LENGTH = "case when said ~ '^x*$' then length(said) else said::int end"
AFTER = (
    BEFORE.replace('amount = { type = "numeric(10,2)"', 'amount = { type = "int"')
    .replace('code = { type = "text"', 'code = { type = "varchar(9)"')
    .replace('said = "text"', f"""said = {{ type = "int", using = "{LENGTH}" }}""")
    .replace('at = { type = "timestamp"', 'at = { type = "timestamptz"')
    .replace('feels = { type = "text"', 'feels = { type = "mood"')
)


def live(conninfo: str, accounts: int) -> None:
    build_directly(conninfo, declare({"public.toml": BEFORE}))
    run_sql(
        conninfo,
        "insert into acc select n, n % 900 / 8.0, case when n % 3 > 0 then 'c' || n end, repeat('x', n % 7),"
        " timestamp '2026-01-01' + n * interval '1 hour', (array['sad', 'well', null])[1 + n % 3]"
        f" from generate_series(1, {accounts}) n",
    )


def test_values_are_kept_and_come_back_without_a_lock(server: Server) -> None:
    migration = Migration(server.scratch(), online=every)
    after = declare({"public.toml": AFTER})
    with server.database() as conninfo, server.database() as wanted:
        live(conninfo, 3000)
        build_directly(wanted, after)
        start, start_rows = server.dump(conninfo), rows(conninfo)
        plan = migration.plan(conninfo, after)
        assert not [step.address.name for step in plan.steps if step.effects and step.effects.rewrites]
        assert sum(step.statement.batches is not None for step in plan.steps) == 10
        migration.apply(conninfo, plan)
        assert server.dump(conninfo) == server.dump(wanted)
        assert not migration.plan(conninfo, after).steps
        found = fetch(
            conninfo,
            "select count(*) filter (where amount = round(round(id % 900 / 8.0, 2))), count(code), sum(said),"
            " count(*) filter (where at = timestamptz '2026-01-01 UTC' + id * interval '1 hour') from acc",
        )
        assert found == [(3000, 2000, sum(n % 7 for n in range(1, 3001)), 3000)]
        back = migration.plan_back(conninfo, plan)
        assert not [step.address.name for step in back.steps if step.effects and step.effects.rewrites]
        migration.apply(conninfo, back)
        assert (server.dump(conninfo), rows(conninfo)) == (start, start_rows)


MEANWHILE = """
update acc set said = 'xx', amount = 3.75 where id in (1, 29000);
insert into acc (id, said, amount) values (-1, 'yyy', 7.50);
delete from acc where id in (2, 29001);
update acc set id = -5 where id = 5; update acc set id = 5 where id = 11; update acc set id = 11 where id = -5;
set timezone = 'America/New_York';
set session_replication_role = replica;
update acc set said = 'from elsewhere' where id in (7, 29002);
insert into acc (id, said) values (-2, 'new');
delete from acc where id in (8, 29003);
"""


@pytest.mark.parametrize("way", ["on", "back"])
def test_what_is_written_meanwhile_is_kept(way: str, newest: Server, project: Callable[..., ProjectFolder]) -> None:
    """Also where it is killed half way and gone on with, or taken back; and a rollback gives each row what it had."""
    with newest.database() as conninfo:
        live(conninfo, 30_000)
        start = newest.dump(conninfo)
        folder = project({"live": conninfo}, '[safety]\nonline = "always"\n')
        folder.declare(BEFORE.replace('said = "text"', """said = { type = "int", using = "length(said)" }"""))
        assert folder.run("plan", "live", "--out", "plan.json").code == 0
        second = "said__faberdb_new"
        with psycopg.connect(conninfo, autocommit=True) as other:
            killed_half_way(folder, other, f"select count({second}) > 5000 from acc", second)
            other.execute(MEANWHILE)
        had = fetch(conninfo, "select id, said, amount from acc order by id")
        if way == "on":
            ran = folder.run("apply", "live", "--resume", "--auto-approve")
            assert ran.code == 0, ran
            found = fetch(conninfo, "select id, said from acc order by id")
            assert found == [(id_, len(said)) for id_, said, _ in had]
            run_sql(conninfo, "update acc set said = 20 where id = 3; update acc set said = said where id = 4")
            run_sql(conninfo, "insert into acc (id, said) values (-3, 30)")
        ran = folder.run("rollback", "live", "--auto-approve")
        assert ran.code == 0, ran
        assert newest.dump(conninfo) == start
        back = dict(fetch(conninfo, "select id, said from acc"))
        if way == "on":
            assert (back.pop(-3), back.pop(3), back.pop(4)) == ("30", "20", "x" * 4)
        assert back == {id_: said for id_, said, _ in had if id_ in back}
        assert len(back) == len(had) - (2 if way == "on" else 0)
        assert not fetch(conninfo, "select from pg_proc where proname ~ 'faberdb'")


def test_a_value_that_does_not_fit_is_named_before_anything_is_done(
    newest: Server, project: Callable[..., ProjectFolder]
) -> None:
    """On the way there, and on the way back, where one was written since that the old type does not take."""
    with newest.database() as conninfo:
        live(conninfo, 100)
        run_sql(conninfo, "update acc set code = 'far too long' where id = 40")
        start = newest.dump(conninfo)
        folder = project({"live": conninfo}, '[safety]\nonline = "always"\n')
        folder.declare(AFTER)
        ran = folder.run("apply", "live", "--auto-approve")
        assert (ran.code, "id = 40" in ran.err) == (9, True), ran
        assert newest.dump(conninfo) == start
        run_sql(conninfo, "update acc set code = 'short' where id = 40")
        ran = folder.run("apply", "live", "--auto-approve")
        assert ran.code == 0, ran
        goal = newest.dump(conninfo)
        run_sql(conninfo, "update acc set amount = 2000000000 where id = 41")
        ran = folder.run("rollback", "live", "--auto-approve")
        assert (ran.code, "id = 41" in ran.err) == (9, True), ran
        assert newest.dump(conninfo) == goal
        run_sql(conninfo, "update acc set amount = 2000 where id = 41")
        ran = folder.run("rollback", "live", "--auto-approve")
        assert ran.code == 0, ran
        assert newest.dump(conninfo) == start


def test_whoever_writes_a_value_that_does_not_fit_is_told(newest: Server) -> None:
    """Instead of losing it: the column will not take it either."""
    migration = Migration(newest.scratch(), online=every)
    after = declare({"public.toml": BEFORE.replace('code = { type = "text"', 'code = { type = "varchar(9)"')})
    with newest.database() as conninfo:
        live(conninfo, 100)
        plan = migration.plan(conninfo, after)
        with psycopg.connect(conninfo, autocommit=True) as other:
            for step in plan.steps:
                if step.statement.outside:
                    break
                if "kept" not in step.statement.sql and "quarantine" not in step.statement.sql:
                    other.execute(step.statement.sql.encode())
            with pytest.raises(psycopg.errors.StringDataRightTruncation):
                other.execute("update acc set code = 'far too long' where id = 1")
