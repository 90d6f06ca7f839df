"""What an attribute of a composite type holds is kept when it goes, and comes back, in every column that holds its
type: of domains over it, of arrays of both, and inside of other types."""

from __future__ import annotations

import pytest

from faberdb.plan.document import Plan
from faberdb_providers.postgres.hazards import codes
from tests.database.test_values_by_name import AROUND, DECLARED, TYPE, WIDTHS_AND_HEIGHTS
from tests.migration import Migration, declare
from tests.servers import Server, fetch, rows, run_sql

ONE_LESS = ['width = "int"', 'height = "int"', 'color = "text"\nheight = "int"']


def dropping(attributes: str, live: str, server: Server) -> tuple[Migration, Plan]:
    """A migration that has taken attributes from a type in use, and its plan."""
    run_sql(live, TYPE + AROUND)
    migration = Migration(server.scratch())
    plan = migration.plan(live, declare({"public.toml": DECLARED.format(attributes=attributes)}))
    migration.apply(live, plan)
    return migration, plan


@pytest.mark.parametrize("attributes", [*ONE_LESS, 'color = "text"'], ids=["last", "first", "one_for_another", "both"])
def test_they_come_back_wherever_they_were(attributes: str, server: Server) -> None:
    with server.database() as live:
        migration, plan = dropping(attributes, live, server)
        assert codes.ATTRIBUTE_DROP in {h.code for step in plan.steps for h in step.statement.hazards}
        migration.apply(live, migration.plan_back(live, plan))
        assert fetch(live, WIDTHS_AND_HEIGHTS) == [tuple(range(1, 15)), (None,) * 14]


def test_a_rollback_is_exact(server: Server) -> None:
    with server.database() as live, server.database() as before:
        run_sql(before, TYPE + AROUND)
        migration, plan = dropping('height = "int"', live, server)
        migration.apply(live, migration.plan_back(live, plan))
        assert (server.dump(live), rows(live)) == (server.dump(before), rows(before))


def test_what_was_written_since_stays(server: Server) -> None:
    """Also where nothing is left to hold the value, or an array has other elements."""
    with server.database() as live:
        migration, plan = dropping('width = "int"', live, server)
        run_sql(
            live,
            "update crate set plain = null, layers = array[row(70)::size::inner_size], inside.width = 30,"
            " whole.front = null where id = 1",
        )
        migration.apply(live, migration.plan_back(live, plan))
        query = "select plain, inside::text, layers::text, (whole).front is null, every::text from crate where id = 1"
        assert fetch(live, query) == [(None, "(30,4)", '{"(70,)"}', True, '{"(9,10)"}')]


def test_a_column_that_leaves_the_type_goes_before_the_attribute(newest: Server) -> None:
    with newest.database() as live:
        run_sql(
            live, "create type size as (width int, note text); create table crate (id int primary key, inside size);"
        )
        run_sql(live, "insert into crate values (1, row(1, 'a')), (2, null)")
        start = (newest.dump(live), rows(live))
        migration = Migration(newest.scratch())
        text = "[composite_types.size.columns]\nwidth = 'int'\n[tables.crate]\nprimary_key = ['id']\n"
        text += "[tables.crate.columns]\nid = 'int'\ninside = { type = 'text', null = true }\n"
        plan = migration.plan(live, declare({"public.toml": text}))
        migration.apply(live, plan)
        assert fetch(live, "select inside from crate order by id") == [("(1,a)",), (None,)]
        migration.apply(live, migration.plan_back(live, plan))
        assert (newest.dump(live), rows(live)) == start
