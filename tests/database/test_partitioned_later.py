"""A table becomes partitioned with its rows: they are no news to triggers, sequences go on, and none is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from faberdb.errors import RolledBackError
from faberdb_providers.postgres.hazards import codes
from tests.migration import Migration, declare
from tests.servers import Server, fetch, rows, run_sql

CASE = Path(__file__).parents[1] / "golden" / "table" / "partitioned_with_its_rows"
BEFORE, AFTER = ((CASE / name).read_text() for name in ("before.toml", "after.toml"))


@pytest.fixture
def visits(server: Server, database: Callable[[], str]) -> str:
    live = database()
    migration = Migration(server.scratch())
    migration.apply(live, migration.plan(live, declare({"public.toml": BEFORE}), "first"))
    run_sql(live, "alter table visit disable trigger all")
    run_sql(live, (CASE / "rows.sql").read_text())
    run_sql(live, "alter table visit enable trigger all")
    return live


def test_the_rows_are_where_they_belong_and_new_ones_come_after_them(server: Server, visits: str) -> None:
    migration = Migration(server.scratch())
    migration.apply(visits, migration.plan(visits, declare({"public.toml": AFTER})))
    found = fetch(visits, "select tableoid::regclass::text, id, note, year from visit order by id")
    assert found == [("visit_2023", 1, None, 2023), ("visit_2024", 2, None, 2024), ("visit_rest", 3, None, 2026)]
    assert fetch(visits, "insert into visit (at, place) values ('2023-05-05', 'a') returning id") == [(4,)]


def test_rows_without_a_partition_are_named_and_nothing_is_changed(server: Server, visits: str) -> None:
    start = server.dump(visits), rows(visits)
    migration = Migration(server.scratch())
    wanted = AFTER.replace("('2023-01-01') TO ('2024-01-01')", "('2023-06-01') TO ('2024-01-01')")
    plan = migration.plan(visits, declare({"public.toml": wanted}))
    with pytest.raises(RolledBackError) as refused:
        migration.apply(visits, plan)
    assert any("in_table = 'public.visit', key = '1, 2023-01-02'" in line for line in refused.value.detail)
    assert (server.dump(visits), rows(visits)) == start


def test_nothing_is_copied_into_a_table_that_was_there_before(server: Server, database: Callable[[], str]) -> None:
    live = database()
    run_sql(
        live,
        "create table event (id int not null); create table old (id int not null);"
        "insert into event values (1); insert into old values (2)",
    )
    start = rows(live)
    migration = Migration(server.scratch())
    text = "[tables.event]\npartition_by = 'LIST (id)'\ncolumns = { id = 'int' }\n"
    text += "[tables.old]\npartition_of = 'event'\nbound = 'DEFAULT'\n"
    plan = migration.plan(live, declare({"public.toml": text}))
    assert any(h.code == codes.ROWS_SET_ASIDE for step in plan.steps for h in step.statement.hazards)
    migration.apply(live, plan)
    assert fetch(live, "select id from event") == [(2,)]
    migration.apply(live, migration.plan_back(live, plan))
    assert rows(live) == start
