"""An extension's type beside a key, from the first plan to the drop of both."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conftest import INSTALLED
from tests.migration import Migration, declare
from tests.servers import Server, fetch, run_sql

MADE_OF_IT = """
[extensions]
vector = {}
[composite_types.pair]
comment = "a pair"
[composite_types.pair.columns]
vec = "vector"
note = "text"
[composite_types.outer_pair.columns]
pairs = "pair[]"
number = "integer"
[domains.place]
type = "vector(2)"
default = "'[0,0]'"
[domains.place.checks]
place_check = "VALUE <> '[9,9]'"
[domains.place_again]
type = "place"
not_null = true
[domains.places]
type = "vector[]"
[domains.paired]
type = "pair"
[tables.book]
primary_key = ["id"]
[tables.book.columns]
id = "int"
pair = { type = "pair", null = true }
pairs = { type = "pair[]", null = true }
deep = { type = "outer_pair", null = true }
place = { type = "place", null = true }
again = "place_again"
places = { type = "places", null = true }
paired = { type = "paired[]", null = true }
[tables.stays]
primary_key = ["id"]
[tables.stays.columns]
id = "int"
paired = { type = "paired", null = true }
pair = { type = "pair", null = true }
"""
LEFT_OF_IT = """
[tables.stays]
primary_key = ["id"]
[tables.stays.columns]
id = "int"
pair = { type = "text", null = true }
"""
ROWS = """
insert into book values (1, row('[1,2]', 'a,"b'), array[row('[1]', null)::pair, null],
 row(array[row('[3]', '{}')::pair], 5), '[1,2]', '[3,4]', array['[1]'::vector, null],
 array[row('[7]', 'x')::pair::paired]);
insert into book (id, again) values (2, '[0,1]');
insert into stays values (1, row('[1]', 'p'), row('[2]', 'q'))
"""
ALL = "select id, pair, pairs, deep, place, again, places, paired from book order by id"

BOOK = "[tables.book]\nprimary_key = ['id']\n[tables.book.columns]\nid = 'int'\n"


def _with_vector(servers: Callable[[int], Server]) -> Server:
    server = servers(max(INSTALLED))
    if ("vector",) not in fetch(server.cluster.conninfo("template1"), "select name from pg_available_extensions"):
        pytest.skip("the server does not have the extension vector")
    return server


@pytest.mark.parametrize("said", ["vector = { schema = 'public' }", "vector = {}"])
def test_a_type_of_an_extension_comes_and_goes_with_its_table(servers: Callable[[int], Server], said: str) -> None:
    server = _with_vector(servers)
    migration = Migration(server.scratch())
    with server.database() as live:
        whole = declare({"public.toml": f"[extensions]\n{said}\n{BOOK}vec = 'public.vector(2)'"})
        migration.apply(live, migration.plan(live, whole, "first"))
        run_sql(live, "insert into book values (1, '[1,2]')")
        assert not migration.plan(live, whole).steps
        without = migration.plan(live, declare({"public.toml": f"[extensions]\n{said}\n{BOOK}"}), "second")
        migration.apply(live, without)
        migration.apply(live, migration.plan_back(live, without, "third"))
        assert fetch(live, "select vec::text from book") == [("[1,2]",)]
        gone = migration.plan(live, declare({"public.toml": ""}), "fourth")
        migration.apply(live, gone)
        migration.apply(live, migration.plan_back(live, gone, "fifth"))
        assert fetch(live, "select id from book") == [(1,)]


@pytest.mark.parametrize("reverse_ties", [False, True])
def test_what_is_made_of_a_type_of_an_extension_goes_with_it_and_its_values_come_back(
    servers: Callable[[int], Server], reverse_ties: bool
) -> None:
    """Domains, composite types, arrays, and what is made of those: nothing in quarantine is of such a type."""
    server = _with_vector(servers)
    migration = Migration(server.scratch(), reverse_ties)
    with server.database() as live:
        first = migration.plan(live, declare({"public.toml": MADE_OF_IT}), "first")
        migration.apply(live, first)
        run_sql(live, ROWS)
        rows = fetch(live, ALL)
        gone = migration.plan(live, declare({"public.toml": LEFT_OF_IT}), "second")
        migration.apply(live, gone)
        assert fetch(live, "select pair from stays") == [("([2],q)",)]
        back = migration.plan_back(live, gone, "third")
        migration.apply(live, back)
        assert fetch(live, ALL) == rows
        assert fetch(live, "select id, paired, pair from stays") == [(1, "([1],p)", "([2],q)")]
        assert not migration.plan(live, declare({"public.toml": MADE_OF_IT}), "fourth").steps
        migration.apply(live, migration.plan_back(live, back, "fifth"))
        assert fetch(live, "select count(*) from pg_extension where extname = 'vector'") == [(0,)]


def test_a_type_that_was_made_with_its_extension_goes_with_it(servers: Callable[[int], Server]) -> None:
    """An attribute taken out of it would come back behind the others, and their order counts."""
    server = _with_vector(servers)
    with server.database() as live:
        migration = Migration(server.scratch())
        start = server.dump(live)
        text = "[extensions]\nvector = {}\n[composite_types.pair.columns]\nvec = 'vector'\nnote = 'text'\n"
        plan = migration.plan(live, declare({"public.toml": text}), "first")
        migration.apply(live, plan)
        assert fetch(live, "select row('[1]', 'a')::pair::text") == [("([1],a)",)]
        migration.apply(live, migration.plan_back(live, plan, "second"))
        assert server.dump(live) == start


def test_rows_in_columns_of_others_are_kept_by_the_names_of_their_columns(servers: Callable[[int], Server]) -> None:
    """The column that comes back stands at the end of its table, and not where the text of such a row has its value."""
    server = _with_vector(servers)
    text = """
[extensions]
vector = {}
[tables.place.columns]
vec = { type = "vector", null = true }
name = "text"
[tables.trip]
primary_key = ["id"]
[tables.trip.columns]
id = "int"
start = { type = "place", null = true }
stops = { type = "place[]", null = true }
"""
    every = "select id, (start).name, (start).vec::text, (stops[1]).name, (stops[1]).vec::text from trip order by id"
    migration = Migration(server.scratch())
    with server.database() as live:
        migration.apply(live, migration.plan(live, declare({"public.toml": text}), "first"))
        run_sql(live, "insert into trip values (1, row('[1]', 'a'), array[row('[2]', '[3]')::place]), (2, null, null)")
        rows = fetch(live, every)
        gone = migration.plan(live, declare({"public.toml": ""}), "second")
        migration.apply(live, gone)
        migration.apply(live, migration.plan_back(live, gone, "third"))
        assert rows == fetch(live, every) == [(1, "a", "[1]", "[3]", "[2]"), (2, None, None, None, None)]
