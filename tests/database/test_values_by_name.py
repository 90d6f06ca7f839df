"""When attributes of a composite type change places, or one comes in between, each keeps its values: in columns of the
type, of domains over it, of arrays of both, and inside of other types."""

from __future__ import annotations

import pytest

from tests.migration import Migration, declare
from tests.servers import Server, fetch, rows, run_sql

TYPE = "create type size as (width int, height int);"
AROUND = """
create domain inner_size as size; create domain smaller as inner_size; create domain sizes as size[];
create type extent as (front inner_size, depth int);
create table crate (id int primary key, plain size, inside inner_size, deeper smaller, layers inner_size[], every sizes,
    whole extent, wholes extent[]);
insert into crate values (1, row(1, 2), row(3, 4), row(5, 6), array[row(7, 8)::size::inner_size, null],
    array[row(9, 10)::size], row(row(11, 12)::size::inner_size, 0)::extent,
    array[row(row(13, 14)::size::inner_size, 0)::extent]), (2, null, null, null, null, null, null, null);
"""
DECLARED = """
[composite_types.size.columns]
{attributes}
[composite_types.extent.columns]
front = "inner_size"
depth = "int"
[domains]
inner_size = "size"
smaller = "inner_size"
sizes = "size[]"
[tables.crate]
primary_key = ["id"]
[tables.crate.columns]
id = "int"
plain = {{ type = "size", null = true }}
inside = {{ type = "inner_size", null = true }}
deeper = {{ type = "smaller", null = true }}
layers = {{ type = "inner_size[]", null = true }}
every = {{ type = "sizes", null = true }}
whole = {{ type = "extent", null = true }}
wholes = {{ type = "extent[]", null = true }}
"""
WIDTHS_AND_HEIGHTS = """
select (plain).width, (plain).height, (inside).width, (inside).height, (deeper).width, (deeper).height,
    (layers[1]).width, (layers[1]).height, (every[1]).width, (every[1]).height,
    ((whole).front).width, ((whole).front).height, ((wholes[1]).front).width, ((wholes[1]).front).height
  from crate order by id
"""


@pytest.mark.parametrize(
    "attributes",
    ['height = "int"\nwidth = "int"', 'width = "int"\ncolor = "text"\nheight = "int"'],
    ids=["other_places", "one_in_between"],
)
def test_each_attribute_keeps_its_values(attributes: str, server: Server) -> None:
    with server.database() as live:
        run_sql(live, TYPE + AROUND)
        before = (server.dump(live), rows(live))
        migration = Migration(server.scratch())
        plan = migration.plan(live, declare({"public.toml": DECLARED.format(attributes=attributes)}))
        migration.apply(live, plan)
        assert fetch(live, WIDTHS_AND_HEIGHTS) == [tuple(range(1, 15)), (None,) * 14]
        migration.apply(live, migration.plan_back(live, plan))
        assert (server.dump(live), rows(live)) == before
