"""A column of a table in use takes another type beside reads and writes."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest

from tests.conftest import ProjectFolder
from tests.database.test_backfill import killed_half_way
from tests.database.test_grants import make_roles
from tests.migration import Migration, build_directly, declare, every, there_and_back
from tests.servers import Server, fetch, rows, run_sql

BEFORE = """
[tables.acc]
primary_key = ["id"]
columns.id = "int"
columns.visits = { type = "int", default = "0", comment = "how often" }
columns.day = { type = "date", null = true }
columns."Odd name" = { type = "int", null = true, statistics = 300 }
columns.checked = "int"
checks.acc_checked_check = "checked >= 0"
indexes.acc_visits_idx = ["visits"]
indexes.acc_both_idx = { on = ["day desc", "visits", "id"], unique = true, options = { fillfactor = 70 } }
"""
AFTER = (
    BEFORE.replace('visits = { type = "int"', 'visits = { type = "bigint"')
    .replace('"date"', '"timestamp"')
    .replace('"Odd name" = { type = "int"', '"Odd name" = { type = "numeric"')
    .replace('checked = "int"', 'checked = "bigint"')
)


def live(conninfo: str, accounts: int) -> None:
    build_directly(conninfo, declare({"public.toml": BEFORE}))
    run_sql(
        conninfo,
        "insert into acc select n, n % 7, case when n % 3 > 0 then date '2026-01-01' + n end, nullif(n % 5, 0), n"
        f" from generate_series(1, {accounts}) n",
    )


def test_values_follow_and_the_table_is_never_rewritten_under_a_lock(server: Server) -> None:
    migration = Migration(server.scratch(), online=every)
    after = declare({"public.toml": AFTER})
    with server.database() as conninfo, server.database() as wanted:
        live(conninfo, 3000)
        build_directly(wanted, after)
        start, start_rows = server.dump(conninfo), rows(conninfo)
        plan = migration.plan(conninfo, after)
        assert not [step.address.name for step in plan.steps if step.effects and step.effects.rewrites]
        assert sum(step.statement.batches is not None for step in plan.steps) == 4
        migration.apply(conninfo, plan)
        assert server.dump(conninfo) == server.dump(wanted)
        assert not migration.plan(conninfo, after).steps
        found = fetch(
            conninfo,
            "select count(*) filter (where visits = id % 7), count(*) filter (where day = date '2026-01-01' + id),"
            ' count(*) filter (where "Odd name" = id % 5) from acc',
        )
        assert found == [(3000, 2000, 2400)]
        migration.apply(conninfo, migration.plan_back(conninfo, plan))
        assert (server.dump(conninfo), rows(conninfo)) == (start, start_rows)


@pytest.mark.parametrize("way", ["on", "back"])
def test_what_is_written_meanwhile_is_kept(way: str, newest: Server, project: Callable[..., ProjectFolder]) -> None:
    """Also where it is killed half way and gone on with, or taken back."""
    with newest.database() as conninfo:
        live(conninfo, 30_000)
        start = newest.dump(conninfo)
        folder = project({"live": conninfo}, '[safety]\nonline = "always"\n')
        folder.declare(BEFORE.replace('visits = { type = "int"', 'visits = { type = "bigint"'))
        assert folder.run("plan", "live", "--out", "plan.json").code == 0
        second = "visits__faberdb_new"
        with psycopg.connect(conninfo, autocommit=True) as other:
            killed_half_way(folder, other, f"select count({second}) > 5000 from acc", second)
            # Before and behind the watermark, and new.
            other.execute("update acc set visits = 1000 where id = 1")
            other.execute("set session_replication_role = replica")  # as who brings changes from another server
            other.execute("update acc set visits = 1000 where id = 29000")
            other.execute("insert into acc (id, checked) values (40000, 0)")
            other.execute("insert into acc (id, checked, visits) values (-1, 0, 2000)")
        if way == "on":
            ran = folder.run("apply", "live", "--resume", "--auto-approve")
            assert ran.code == 0, ran
        else:
            ran = folder.run("rollback", "live", "--auto-approve")
            assert ran.code == 0, ran
            assert newest.dump(conninfo) == start
        query = "select id, visits from acc where visits > 6 or id in (-1, 40000) or visits is distinct from id % 7"
        assert fetch(conninfo, f"{query} order by id") == [(-1, 2000), (1, 1000), (29000, 1000), (40000, 0)]
        assert fetch(conninfo, "select count(*) from acc") == [(30_002,)]
        assert not fetch(conninfo, "select from pg_proc where proname ~ 'faberdb'")


@pytest.mark.parametrize(
    "more",
    [
        "[publications.all]\nall_tables = true\n",
        '[tables.acc.triggers.zz]\nwhen = "before"\nevents = ["insert"]\nexecute = "f()"\n',
    ],
    ids=["published", "with a trigger"],
)
def test_what_others_see_or_change_is_changed_at_once(more: str, newest: Server) -> None:
    """A subscriber has no second column, and a trigger could change the value after it was copied."""
    function = '[functions."f()"]\nreturns = "trigger"\nlanguage = "plpgsql"\nbody = "BEGIN RETURN NEW; END"\n'
    text = BEFORE.split("columns.day")[0] + 'indexes.acc_visits_idx = ["visits"]\n' + function + more
    with newest.database() as conninfo:
        build_directly(conninfo, declare({"public.toml": text}))
        after = declare({"public.toml": text.replace('visits = { type = "int"', 'visits = { type = "bigint"')})
        plan = Migration(newest.scratch(), online=every).plan(conninfo, after)
        assert not any(step.statement.batches for step in plan.steps)


def test_an_owner_from_whom_rows_are_hidden_is_not_stopped_half_way(newest: Server) -> None:
    """The server lets no UPDATE see all rows then, neither that of the plan nor the one that takes it back."""
    make_roles(newest)
    text = BEFORE.split("columns.day")[0].replace("[tables.acc]\n", "[tables.acc]\nforce_row_security = true\n", 1)
    text = text.replace("force_row", "row_security = true\nforce_row", 1)
    text += '[tables.acc.policies.some]\nusing = "id > 10"\n'
    after = declare({"public.toml": text.replace('visits = { type = "int"', 'visits = { type = "bigint"')})
    with newest.database() as conninfo:
        build_directly(conninfo, declare({"public.toml": text}))
        run_sql(conninfo, "insert into acc select n, n from generate_series(1, 100) n")
        run_sql(conninfo, "grant create on schema public to g_writer; alter table acc owner to g_writer")
        plan = Migration(newest.scratch(), online=every).plan(conninfo, after)
        with psycopg.connect(conninfo) as owner:
            owner.execute("set role g_writer; set row_security = off")
            for step in plan.steps:
                if step.address.kind == "column":
                    owner.execute(step.statement.sql.encode())
        assert fetch(conninfo, "select count(*), sum(visits), pg_typeof(sum(visits))::text from acc") == [
            (100, 5050, "numeric")  # what a sum of bigint is
        ]


def test_what_is_made_again_over_a_column_is_away_for_a_moment_only(server: Server) -> None:
    """A view, a policy: they go and come in the transaction in which the columns change places."""
    make_roles(server)
    text = """
[tables.acc]
primary_key = ["id"]
row_security = true
columns.id = { type = "int", identity = "always" }
columns.visits = "int"
columns.owner = "int"
indexes.acc_visits_idx = ["visits"]
policies.some = { using = "visits > 3" }

[tables.entry]
columns.id = "bigint"
columns.acc = "int"
primary_key = ["id"]
foreign_keys.entry_acc_fkey = { columns = ["acc"], references = { table = "acc", columns = ["id"] } }

[views.busy]
query = "select id, visits from acc where visits > 5"
comment = "those who come often"
grants.g_writer = ["select"]

[views.very_busy]
query = "select id from busy where visits > 6"
"""
    bigger = text.replace('visits = "int"', 'visits = "bigint"').replace('acc = "int"', 'acc = "bigint"')
    with server.database() as conninfo:
        build_directly(conninfo, declare({"public.toml": text}))
        run_sql(conninfo, "insert into acc (visits, owner) select n % 9, n from generate_series(1, 500) n")
        run_sql(conninfo, "insert into entry select n, n from generate_series(1, 500) n")
        bigger = bigger.replace('id = { type = "int"', 'id = { type = "bigint"')
        plan = there_and_back(Migration(server.scratch(), online=every), server, conninfo, bigger)
        assert not [step.address.name for step in plan.steps if step.effects and step.effects.rewrites]
        gone = next(step for step in plan.steps if step.statement.sql.startswith("DROP VIEW public.busy"))
        made = next(step for step in plan.steps if step.statement.sql.startswith("CREATE VIEW public.busy"))
        assert gone.transaction == made.transaction
        in_between = [step for step in plan.steps if step.transaction == made.transaction]
        assert not any(step.effects.scans for step in in_between if step.effects)
