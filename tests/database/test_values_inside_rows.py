"""Values inside of rows, while the type of these is made anew or a column of their table changes its type: each stays
what it is, whatever it is, and takes another type by the cast that a column of its own would take."""

from __future__ import annotations

import pytest

from faberdb.errors import DeclarationError
from tests.migration import Migration, declare
from tests.servers import Server, fetch, rows, run_sql

SORTS = {
    "truth": ("boolean", "true"),
    "nothing": ("json", "'null'"),
    "document": ("json", '\'{"a": 1,  "a": 2}\''),
    "nothing_b": ("jsonb", "'null'"),
    "documents": ("jsonb[]", "array['null'::jsonb, '1', null]"),
    "from_zero": ("integer[]", "'[0:1]={5,6}'"),
    "square": ("text[]", """'{{"",NULL},{"NULL","a,b"}}'"""),
    "none": ("integer[]", "'{}'"),
    "padded": ("character(5)", "'a'"),
    "letter": ('"char"', "'x'"),
    "single": ("real", "1.17549435e-38"),
    "double": ("double precision", "'-0'"),
    "exact": ("numeric", "123456789012345678901234567890.1234567890"),
    "ancient": ("timestamp with time zone", "'0044-03-15 01:02:03.000001+00 BC'"),
    "lasting": ("interval", "'1 mon -2 days 03:04:05.678'"),
    "bytes": ("bytea", r"'\x00ff'"),
    "price": ("money", "'-1,234.56'"),
    "vector": ("int2vector", "'1 2'"),
    "boxes": ("box[]", "'{(1,1),(0,0);(2,2),(0,0)}'"),
    "between": ("int4range", "'[1,5)'"),
    "words": ("tsvector", "'a:1A b:2'"),
    "odd": ("text", r"E'a\n\t\u00e9\\\"'"),
}
AROUND = """
create domain d_inner as inner_t; create domain d_many as inner_t[];
create table outer_t (id int primary key, r inner_t, rs inner_t[], d d_inner, ds d_inner[], m d_many, ms d_many[]);
insert into outer_t select n, v, array[v, null], v, array[v::d_inner], array[v], array[array[v]::d_many]
  from (values (1, {row}::inner_t), (2, null), (3, {nulls}::inner_t)) _ (n, v);
update outer_t set rs = ('[2:3][0:0]={{' || quote_ident(r::text) || '},{NULL}}')::inner_t[] where id = 3;
"""


def composite(*attributes: tuple[str, str]) -> str:
    """A composite type in all that can hold it, with rows."""
    return f"create type inner_t as ({', '.join(f'{name} {type_}' for name, type_ in attributes)});"


def test_values_of_every_sort_are_the_same_after_their_attributes_changed_places(server: Server) -> None:
    sorts = [(name, type_) for name, (type_, _) in SORTS.items()]
    row, nulls = (f"row({', '.join(values)})" for values in ([v for _, v in SORTS.values()], ["null"] * len(SORTS)))
    around = AROUND.replace("{row}", row).replace("{nulls}", nulls)
    names = ", ".join(f"(v).{name}::text" for name in SORTS)
    every = (
        f"select id, {names} from (select id, r from outer_t union all select id, unnest(rs) from outer_t union all"
        " select id, d from outer_t union all select id, unnest(ds) from outer_t union all select id, unnest(m) from"
        " outer_t union all select id, unnest(unnest(ms)::inner_t[]) from outer_t) _ (id, v) order by 1, v is null"
    )
    dimensions = "select array_dims(rs) from outer_t order by id"
    with server.database() as live, server.database() as wanted:
        run_sql(live, composite(*sorts) + around)
        run_sql(wanted, composite(*reversed(sorts)) + around.split("insert")[0])
        before, found, dims = rows(live), fetch(live, every), fetch(live, dimensions)
        migration = Migration(server.scratch())
        plan = migration.plan_towards(live, wanted)
        migration.apply(live, plan)
        assert (fetch(live, every), fetch(live, dimensions)) == (found, dims)
        migration.apply(live, migration.plan_back(live, plan))
        assert rows(live) == before


CASTS = [
    ("text", "jsonb", """'{"k": 1}'""", '{"k": 1}'),
    ("text", "jsonb", "'null'", "null"),
    ("jsonb", "text", "'\"abc\"'", '"abc"'),
    ("jsonb", "text", "'null'", "null"),
    ("timestamptz", "text", "'2026-01-01 10:00+00'", "2026-01-01 10:00:00+00"),
    ("boolean", "text", "true", "true"),
    ("boolean", "integer", "true", "1"),
    ("character(5)", "text", "'a'", "a"),
    ("numeric", "integer", "1.5", "2"),
    ("real", "double precision", "0.1", "0.10000000149011612"),
]


@pytest.mark.in_turn(2)
@pytest.mark.parametrize(("old", "new", "value", "becomes"), CASTS, ids=[f"{c[0]}_{c[1]}_{c[2]}" for c in CASTS])
def test_an_attribute_takes_another_type_as_a_column_does(
    old: str, new: str, value: str, becomes: str, newest: Server
) -> None:
    before, after = (composite(("v", type_), ("j", "jsonb")) for type_ in (old, new))
    table = "create table t (id int primary key, r inner_t, rs inner_t[]);"
    with newest.database() as live, newest.database() as wanted:
        run_sql(
            live,
            f"{before}{table} insert into t values (1, row({value}, 'null'), array[row({value}, 'null')::inner_t])",
        )
        run_sql(wanted, after + table)
        start = rows(live)
        migration = Migration(newest.scratch())
        plan = migration.plan_towards(live, wanted)
        migration.apply(live, plan)
        assert fetch(live, "select (r).v::text, (rs[1]).v::text, (r).j is null from t") == [(becomes, becomes, False)]
        migration.apply(live, migration.plan_back(live, plan))
        assert rows(live) == start


def test_an_attribute_that_would_be_cut_stops_the_change(newest: Server) -> None:
    before, after = (composite(("v", f"varchar({n})"), ("n", "int")) for n in (9, 3))
    table = "create table t (id int primary key, r inner_t);"
    with newest.database() as live, newest.database() as wanted:
        run_sql(live, f"{before}{table} insert into t values (1, row('long', 1))")
        run_sql(wanted, after + table)
        migration = Migration(newest.scratch())
        plan = migration.plan_towards(live, wanted)
        with pytest.raises(Exception, match="too long"):
            migration.apply(live, plan)
        assert fetch(live, "select r::text from t") == [("(long,1)",)]


TABLES = """
create table inner_t (id bigint, gone int, n int, j jsonb, a int[]); alter table inner_t drop gone;
create table outer_t (id int primary key, r inner_t, rs inner_t[]);
insert into outer_t values (1, row(1, 2, 'null', '[2:3]={5,6}'), array[row(1, 2, 'null', '{}'), null]::inner_t[]),
    (2, null, null), (3, row(null, null, null, null), '[2:2][1:1]={{"(1,,,)"}}');
"""


def test_rows_of_a_table_are_the_same_after_a_column_changed_its_type(server: Server) -> None:
    with server.database() as live, server.database() as wanted:
        run_sql(live, TABLES)
        run_sql(wanted, TABLES.split("insert")[0].replace("n int", "n bigint"))
        before, found = rows(live), "select r::text, rs::text, r is null from outer_t order by id"
        held = fetch(live, found)
        migration = Migration(server.scratch())
        plan = migration.plan_towards(live, wanted)
        migration.apply(live, plan)
        assert fetch(live, found) == held
        migration.apply(live, migration.plan_back(live, plan))
        assert rows(live) == before


ROWS_ELSEWHERE = """
schema = "public"
[tables.inner_t.columns]
id = "bigint"
n = {{ type = "bigint", null = true{more} }}
{between}
[tables.outer_t.columns]
r = {{ type = "{of}", null = true }}
"""


@pytest.mark.parametrize(
    ("more", "between", "of", "said"),
    [
        (', using = "n * 100"', "", "inner_t", r"from integer to bigint by `using` while column public.outer_t.r"),
        (
            "",
            '[composite_types.c.columns]\nr = "inner_t"',
            "c",
            "column public.outer_t.r holds rows of the table inside",
        ),
    ],
    ids=["by_using", "inside_another_type"],
)
def test_what_rows_elsewhere_cannot_follow_is_refused(
    more: str, between: str, of: str, said: str, newest: Server
) -> None:
    between_sql = "create type c as (r inner_t);" if between else ""
    sql = f"create table inner_t (id bigint not null, n int); {between_sql} create table outer_t (r {of});"
    text = ROWS_ELSEWHERE.format(more=more, between=between, of=of)
    with newest.database() as live:
        run_sql(live, sql)
        with pytest.raises(DeclarationError, match=said):
            Migration(newest.scratch()).plan(live, declare({"public.toml": text}))


RANGES = """
[composite_types.size.columns]
{0} = "integer"
{1} = "integer"
[range_types]
sizes = "size"
[tables.t.columns]
r = {{ type = "{2}", null = true }}
"""


@pytest.mark.parametrize("type_", ["sizes", "sizes[]", "sizes_multirange"])
def test_bounds_of_ranges_have_no_names_to_carry_them_by(newest: Server, type_: str) -> None:
    with newest.database() as live:
        run_sql(live, "create type size as (h int, w int); create type sizes as range (subtype = size)")
        run_sql(live, f"create table t (r {type_})")
        with pytest.raises(DeclarationError, match=r"cannot change while column public.t.r holds ranges over it"):
            Migration(newest.scratch()).plan(live, declare({"public.toml": RANGES.format("w", "h", type_)}))
