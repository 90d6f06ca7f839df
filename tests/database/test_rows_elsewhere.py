"""Rows of a table that are stored elsewhere, as values of its row type, when the table changes: what they hold comes
back with a rollback like what the table holds, and what they cannot follow is refused with a word of what to do."""

from __future__ import annotations

import pytest

from faberdb.errors import DeclarationError
from faberdb_providers.postgres.hazards import codes
from tests.migration import Migration, declare
from tests.servers import Server, fetch, rows, run_sql

SQL = """
create table inner_t (id bigint primary key, n int, j jsonb);
create domain d_inner as inner_t; create type c_inner as (r inner_t, d d_inner[]);
create table outer_t (id int primary key, r inner_t, rs inner_t[], d d_inner, c c_inner);
create table keyless_t (r inner_t, note text);
insert into inner_t values (1, 10, 'null');
insert into outer_t values (1, row(1, 2, 'null'), array[row(3, 4, 'null'), null]::inner_t[], row(5, 6, '1'),
    row(row(7, 8, null), array[row(9, 10, 'null')::inner_t])), (2, null, null, null, null);
insert into keyless_t values (row(1, 2, 'null'), 'a'), (row(3, 4, null), 'a'), (null, 'b');
"""
HELD = """
select (r).id, (r).n, (r).j, (rs[1]).id, (rs[1]).n, (rs[1]).j, (d).id, (d).n, (d).j, ((c).r).n, (((c).d)[1]).n,
    (((c).d)[1]).j, r is null, rs::text is null from outer_t order by outer_t.id
"""


@pytest.mark.parametrize("gone", [("n",), ("j",), ("n", "j")], ids="_".join)
def test_what_they_hold_of_a_column_that_goes_comes_back(gone: tuple[str, ...], server: Server) -> None:
    keyless = "select (r).id, (r).n, (r).j, note from keyless_t order by note, 1"
    with server.database() as live, server.database() as wanted:
        run_sql(live, SQL)
        columns = {"n": "n int, " if "n" in gone else ", n int", "j": ", j jsonb"}
        without = SQL.split("insert")[0].replace(columns["j"], "" if "j" in gone else columns["j"])
        run_sql(wanted, without.replace("n int, ", "").replace(", n int", "") if "n" in gone else without)
        before, held = fetch(live, HELD), fetch(live, keyless)
        migration = Migration(server.scratch())
        plan = migration.plan_towards(live, wanted)
        said = [h.message for s in plan.steps for h in s.statement.hazards if h.code == codes.ATTRIBUTE_DROP]
        assert any("column public.outer_t.r" in message for message in said)
        migration.apply(live, plan)
        migration.apply(live, migration.plan_back(live, plan))
        assert fetch(live, HELD) == before
        # Of rows alike in all else, only what one step gives back is told apart by their order in the file.
        assert len(gone) > 1 or fetch(live, keyless) == held


MOODS = """
create type mood as enum ({values}); create table inner_t (id bigint, n mood, ns mood[]);
create table outer_t (id int primary key, r inner_t, rs inner_t[]);
"""


@pytest.mark.parametrize("values", ["'c', 'b', 'a'", "'a', 'c'"], ids=["reordered", "one_less"])
def test_they_follow_an_enum_that_is_made_anew(values: str, server: Server) -> None:
    with server.database() as live, server.database() as wanted:
        run_sql(live, MOODS.format(values="'a', 'b', 'c'"))
        run_sql(live, "insert into outer_t values (1, row(1, 'a', '{c}'), array[row(2, 'c', null)::inner_t, null])")
        run_sql(wanted, MOODS.format(values=values))
        held, before = "select r::text, rs::text, (r).n < 'c' from outer_t", rows(live)
        found = fetch(live, held)
        migration = Migration(server.scratch())
        plan = migration.plan_towards(live, wanted)
        migration.apply(live, plan)
        assert [row[:2] for row in fetch(live, held)] == [row[:2] for row in found]
        migration.apply(live, migration.plan_back(live, plan))
        assert (rows(live), fetch(live, held)) == (before, found)


SIZES = """
create type size as ({attributes}); create domain positive as {over};
create table inner_t (id bigint, s size, p positive);
create table outer_t (id int primary key, r inner_t, rs inner_t[]);
"""


def test_they_follow_a_composite_type_and_a_domain_that_are_made_anew(server: Server) -> None:
    with server.database() as live, server.database() as wanted:
        run_sql(live, SIZES.format(attributes="w int, h int", over="int"))
        run_sql(
            live,
            "insert into outer_t values (1, row(1, row(2, 3), 4), array[row(5, row(6, 7), 8)::inner_t, null]),"
            " (2, row(null, null, null), null)",
        )
        run_sql(wanted, SIZES.format(attributes="h int, w int", over="bigint"))
        held, before = (
            "select ((r).s).w, ((r).s).h, ((rs[1]).s).w, (r).p, (rs[1]).p from outer_t order by id",
            rows(live),
        )
        found = fetch(live, held)
        migration = Migration(server.scratch())
        plan = migration.plan_towards(live, wanted)
        migration.apply(live, plan)
        assert fetch(live, held) == found == [(2, 3, 6, 4, 8), (None,) * 5]
        migration.apply(live, migration.plan_back(live, plan))
        assert rows(live) == before


DECLARED = """
[tables.inner_t]
primary_key = ["id"]
{table}
[tables.inner_t.columns]
id = "bigint"
n = {{ type = "integer", null = true{column} }}
[tables.outer_t.columns]
r = {{ type = "inner_t", null = true }}
{more}
"""
PARTITION = '[tables.inner_0]\npartition_of = "inner_t"\nbound = "FOR VALUES WITH (modulus 1, remainder 0)"'
REFUSED = [
    (
        'partition_by = "HASH (id)"',
        "",
        PARTITION,
        "table public.inner_t: it cannot be made anew while column public.outer",
    ),
    (
        "",
        ', generated = "(id * 2)::integer"',
        "",
        "column public.inner_t.n: it cannot be made anew while column public.out",
    ),
]


@pytest.mark.parametrize(("table", "column", "more", "said"), REFUSED, ids=["partitioned", "generated"])
def test_what_would_be_made_anew_is_refused(table: str, column: str, more: str, said: str, newest: Server) -> None:
    text = DECLARED.format(table=table, column=column, more=more)
    with newest.database() as live:
        run_sql(live, "create table inner_t (id bigint primary key, n int); create table outer_t (r inner_t);")
        with pytest.raises(DeclarationError, match="holds rows of the table") as raised:
            Migration(newest.scratch()).plan(live, declare({"public.toml": text}))
        assert said in str(raised.value)
        assert "give that column another type first" in str(raised.value.advice)


def test_rows_of_a_child_table_are_not_left_behind(newest: Server) -> None:
    sql = (
        "create table above_t (id int, n int); create table inner_t () inherits (above_t); create table o (r inner_t);"
    )
    with newest.database() as live, newest.database() as wanted:
        run_sql(live, sql)
        run_sql(wanted, sql.replace(", n int", ""))
        with pytest.raises(
            DeclarationError, match=r"column public.o.r holds rows of table public.inner_t, which has it"
        ):
            Migration(newest.scratch()).plan_towards(live, wanted)
