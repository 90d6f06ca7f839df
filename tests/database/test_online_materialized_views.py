"""A materialized view over tables in use gets another query without keeping its readers waiting for that."""

from __future__ import annotations

import pytest

from tests.database.test_grants import make_roles
from tests.migration import Migration, build_directly, declare, every
from tests.servers import Server, fetch, rows, run_sql

BEFORE = """
[tables.acc]
primary_key = ["id"]
columns.id = "int"
columns.kind = "text"
columns.visits = "int"

[views.acc_seen]
query = "select id, kind, visits from acc"

[materialized_views.by_kind]
query = "select kind, count(*) as number from acc_seen group by kind"
comment = "how many"
grants.g_writer = ["select"]
indexes.by_kind_kind_idx = { on = ["kind"], unique = true }

[views.most]
query = "select kind from by_kind where number > 100"
"""
AFTER = BEFORE.replace("count(*) as number", "count(*) as number, sum(visits) as visits")


def live(conninfo: str) -> None:
    build_directly(conninfo, declare({"public.toml": BEFORE}))
    run_sql(conninfo, "insert into acc select n, 'kind ' || n % 7, n % 11 from generate_series(1, 3000) n")
    run_sql(conninfo, "refresh materialized view by_kind")


def test_it_is_filled_before_it_takes_the_place(server: Server) -> None:
    make_roles(server)
    migration = Migration(server.scratch(), online=every)
    after = declare({"public.toml": AFTER})
    with server.database() as conninfo, server.database() as wanted:
        live(conninfo)
        build_directly(wanted, after)
        start, start_rows = server.dump(conninfo), rows(conninfo)
        plan = migration.plan(conninfo, after)
        swapped = next(s.transaction for s in plan.steps if s.statement.sql.startswith("ALTER MATERIALIZED VIEW"))
        for step in plan.steps:
            if step.transaction == swapped and step.effects:
                assert (step.effects.scans, step.effects.rewrites) == ((), ()), step
        migration.apply(conninfo, plan)
        assert server.dump(conninfo) == server.dump(wanted)
        assert fetch(conninfo, "select sum(number), sum(visits) from by_kind") == fetch(
            conninfo, "select count(*), sum(visits) from acc"
        )
        assert not migration.plan(conninfo, after).steps
        migration.apply(conninfo, migration.plan_back(conninfo, plan))
        assert (server.dump(conninfo), rows(conninfo)) == (start, start_rows)


@pytest.mark.parametrize(
    "change",
    [
        ("select id, kind, visits from acc", "select id, kind, visits + 1 as visits from acc"),
        ('columns.visits = "int"', 'columns.visits = "bigint"'),
    ],
    ids=["a view that it reads", "a table"],
)
def test_what_the_plan_changes_below_it_comes_first(newest: Server, change: tuple[str, str]) -> None:
    make_roles(newest)
    migration = Migration(newest.scratch(), online=every)
    with newest.database() as conninfo:
        live(conninfo)
        plan = migration.plan(conninfo, declare({"public.toml": AFTER.replace(*change)}))
        assert not any("by_kind__faberdb_new" in step.statement.sql for step in plan.steps)
        migration.apply(conninfo, plan)
        assert fetch(conninfo, "select count(*) from by_kind") == [(7,)]
