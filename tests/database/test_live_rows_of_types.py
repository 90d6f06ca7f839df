"""Values that become others by a plan are held against all that the server holds them against in the same statement:
NOT NULL, domains, and the keys, exclusions and checks that stay on the table."""

from __future__ import annotations

import pytest

from faberdb.errors import FaberError
from faberdb.model import LiveRows
from tests.database.live_rows import FIT, look, said
from tests.migration import Migration, declare
from tests.servers import Server, run_sql

TABLE = '[tables.t]\nprimary_key = ["id"]\n[tables.t.columns]\nid = "bigint"\n'
UNIQUE = '[tables.t.uniques]\nt_w_key = ["w"]\n'
THERE = "create table t (id bigint primary key, {}); insert into t values {}"
CHECKED = '[domains.d]\ntype = "text"\n[domains.d.checks]\nsaid = "value <> \'x\'"\n'
OF_W = "column:public.t.w"
S = "create table s (w {} primary key); insert into s values ({}); "
REFERRING = (
    '[tables.s]\nprimary_key = ["w"]\n[tables.s.columns]\nw = {}\n'
    + TABLE
    + 'w = {{ type = {}, null = true }}\n[tables.t.foreign_keys.f]\ncolumns = ["w"]\nreferences = {{ table = "s" }}\n'
)
OF_TEXT = "{{ type = \"text\", collation = '{}' }}"

# There, wanted, which step, the rows that are in its way.
STOPPED: dict[str, tuple[str, str, str, list[str]]] = {
    "a new generated column is without a value": (
        THERE.format("a int", "(1, 1), (2, null)"),
        TABLE + 'a = { type = "integer", null = true }\nb = { type = "integer", generated = "a + 1" }\n',
        "column:public.t.b",
        ["id = 2"],
    ),
    "what a cast makes is no value": (
        THERE.format("w text not null", "(1, '1'), (2, '')"),
        TABLE + 'w = { type = "integer", using = "nullif(w, \'\')::integer" }\n',
        OF_W,
        ["id = 2"],
    ),
    "numbers without their fractions are alike": (
        THERE.format("w numeric not null unique", "(1, 1.2), (2, 1.4), (3, 9)"),
        TABLE + 'w = "integer"\n' + UNIQUE,
        OF_W,
        ["id = 1", "id = 2"],
    ),
    "days are alike in an index": (
        THERE.format("w timestamp not null, a int not null", "(1, '2020-01-01 01:00', 1), (2, '2020-01-01 02:00', 1)")
        + "; create unique index i on t (a, w) where id < 9",
        TABLE + 'w = "date"\na = "integer"\n[tables.t.indexes.i]\non = ["a", "w"]\nunique = true\nwhere = "id < 9"\n',
        OF_W,
        ["id = 1", "id = 2"],
    ),
    "texts are alike once they are lower": (
        THERE.format("w varchar(9) not null unique", "(1, 'A'), (2, 'a'), (3, 'b')"),
        TABLE + 'w = { type = "text", using = "lower(w)" }\n' + UNIQUE,
        OF_W,
        ["id = 1", "id = 2"],
    ),
    "texts are alike once what follows is cut": (
        THERE.format("w text not null unique", "(1, 'ab'), (2, 'ab  ')"),
        TABLE + 'w = "varchar(2)"\n' + UNIQUE,
        OF_W,
        ["id = 1", "id = 2"],
    ),
    "an expression of an index is alike": (
        THERE.format("w numeric not null", "(1, 1.2), (2, -1.4)") + "; create unique index i on t (abs(w))",
        TABLE + 'w = "integer"\n[tables.t.indexes.i]\non = ["abs(w)"]\nunique = true\n',
        OF_W,
        ["id = 1", "id = 2"],
    ),
    "what is computed another way fails a check": (
        THERE.format("a int, w int generated always as (a) stored, constraint c check (w > 0)", "(1, 1), (2, 9)"),
        TABLE
        + 'a = { type = "integer", null = true }\nw = { type = "integer", null = true, generated = "a - 1" }\n'
        + '[tables.t.checks]\nc = "w > 0"\n',
        OF_W,
        ["id = 1"],
    ),
    "what is computed another way is alike": (
        THERE.format("a int not null, w int generated always as (a) stored not null unique", "(1, 1), (2, -1)"),
        TABLE + 'a = "integer"\nw = { type = "integer", generated = "abs(a)" }\n' + UNIQUE,
        OF_W,
        ["id = 1", "id = 2"],
    ),
    "the elements of an array fail the check of a domain": (
        "create domain d as text check (value <> 'x'); "
        + THERE.format("w text[]", "(1, '{x}'), (2, '{y}'), (3, null)"),
        CHECKED.replace("said", "d_check") + TABLE + 'w = { type = "d[]", null = true }\n',
        OF_W,
        ["id = 1"],
    ),
    "the value of a domain over a domain": (
        "create domain d as text; create domain e as d; " + THERE.format("w e", "(1, 'x'), (2, null)"),
        CHECKED + '[domains.e]\ntype = "d"\n' + TABLE + 'w = { type = "e", null = true }\n',
        "domain_constraint:public.d.said",
        ["in_table = 'public.t', key = '1'"],
    ),
    "a domain over another type": (
        "create domain d as text; " + THERE.format("w d", "(1, '1'), (2, 'x'), (3, null)"),
        '[domains]\nd = "integer"\n' + TABLE + 'w = { type = "d", null = true }\n',
        "domain:public.d",
        ["id = 2"],
    ),
    "the elements fail a check that their domain gets": (
        "create domain d as text; " + THERE.format("w d[]", "(1, '{x}'), (2, '{y}'), (3, null)"),
        CHECKED + TABLE + 'w = { type = "d[]", null = true }\n',
        "domain:public.d",
        ["id = 1"],
    ),
    "a domain over an enum that loses a value": (
        "create type e as enum ('x', 'y'); create domain d as e; "
        + THERE.format("w d, v d[]", "(1, 'x', '{x}'), (2, 'x', '{x,y}')"),
        '[enums]\ne = ["x"]\n[domains]\nd = "e"\n'
        + TABLE
        + 'w = { type = "d", null = true }\nv = { type = "d[]", null = true }\n',
        "domain:public.d",
        ["id = 2"],
    ),
    "a date that is no time": (
        THERE.format("w date", "(1, '400000-01-01'), (2, '2020-01-01')"),
        TABLE + 'w = { type = "timestamp", null = true }\n',
        OF_W,
        ["id = 1"],
    ),
    "a row that has no value at all": (
        "create table p (w int, v int); insert into p values (1, 1), (1, null)",
        '[tables.p.columns]\nw = { type = "integer", null = true }\nv = { type = "integer", null = true }\n'
        '[tables.p.checks]\nc = "p is not null"\n',
        "check:public.p.c",
        ["ctid = '(0,2)'"],
    ),
    "a new virtual column is without a value": (
        THERE.format("a int", "(1, 1), (2, null)"),
        TABLE
        + 'a = { type = "integer", null = true }\nb = { type = "integer", generated = "a + 1", virtual = true }\n',
        "column:public.t.b",
        ["id = 2"],
    ),
    "a foreign key of a domain": (
        S.format("bigint", "1") + "create domain d as bigint; " + THERE.format("w d", "(1, 1), (2, 77), (3, null)"),
        '[domains]\nd = "bigint"\n' + REFERRING.format('"bigint"', '"d"'),
        "foreign_key:public.t.f",
        ["id = 2"],
    ),
    "a foreign key of another collation": (
        S.format('text collate "C"', "'a'") + THERE.format('w text collate "POSIX"', "(1, 'a'), (2, 'b')"),
        REFERRING.format(OF_TEXT.format('"C"'), '"text", collation = \'"POSIX"\''),
        "foreign_key:public.t.f",
        ["id = 2"],
    ),
    "a foreign key that points at texts of a length": (
        S.format("char(5)", "'ab'") + THERE.format("w text", "(1, 'ab  '), (2, 'abc'), (3, 'ab       c')"),
        REFERRING.format('"character(5)"', '"text"'),
        "foreign_key:public.t.f",
        ["id = 2", "id = 3"],
    ),
    "rows of a child are its own": (
        "create domain d as text; create table p (w d); create table q (w d) inherits (p); create table r () inherits"
        " (q); insert into p values ('x'); insert into q values ('y'), ('x'); insert into r values ('y'), ('y'), ('x')",
        CHECKED
        + '[tables.p.columns]\nw = { type = "d", null = true }\n[tables.q]\ninherits = ["p"]\n[tables.q.columns]\n'
        + 'w = { type = "d", null = true }\n[tables.r]\ninherits = ["q"]\n',
        "domain_constraint:public.d.said",
        [f"in_table = 'public.{table}', key = '(0,{place})'" for table, place in (("p", 1), ("q", 2), ("q", 3))],
    ),
    "no value of a domain over a domain": (
        "create domain d as text; create domain e as d; " + THERE.format("w e", "(1, 'x'), (2, null)"),
        '[domains.d]\ntype = "text"\nnot_null = true\n[domains.e]\ntype = "d"\n'
        + TABLE
        + 'w = { type = "e", null = true }\n',
        "domain:public.d",
        ["in_table = 'public.t', key = '2'"],
    ),
}


@pytest.mark.in_turn(2)
@pytest.mark.parametrize("case", STOPPED)
def test_what_stops_it_is_foretold(newest: Server, case: str) -> None:
    there, wanted, address, keys = STOPPED[case]
    if newest.major < 17 and "generated" in there:
        pytest.skip("an expression could not change in place before PostgreSQL 17")
    if newest.major < 18 and "virtual" in wanted:
        pytest.skip("virtual columns came with PostgreSQL 18")
    with newest.database() as conninfo:
        run_sql(conninfo, there)
        *before, last = said(look(conninfo, newest, wanted))[address]
        assert last is not None
        assert (sorted(last.keys), last.number, last.more) == (keys, len(keys), False)
        assert not any(live.number and live != last for live in before if live)
        migration = Migration(newest.scratch())
        with pytest.raises(FaberError) as stopped:
            migration.apply(conninfo, migration.plan(conninfo, declare({"public.toml": wanted})))
        told = str(stopped.value.detail)
        assert all(key in told for key in keys), told


FITTING: dict[str, tuple[str, str]] = {
    "values that stay apart": (
        THERE.format("w numeric not null unique", "(1, 1.2), (2, 2.4)"),
        TABLE + 'w = "integer"\n' + UNIQUE,
    ),
    "rows without a value": (
        THERE.format("w numeric unique", "(1, null), (2, null)"),
        TABLE + 'w = { type = "integer", null = true }\n' + UNIQUE,
    ),
    "a key that goes": (
        THERE.format("w numeric not null unique", "(1, 1.2), (2, 1.4)"),
        TABLE + 'w = "integer"\n',
    ),
    "a check that nothing is held against": (
        THERE.format("w numeric not null", "(1, 0.04)") + "; alter table t add constraint c check (w <> 0) not valid",
        TABLE
        + 'w = { type = "numeric(9,1)", using = "trunc(w, 1)::numeric(9,1)" }\n[tables.t.checks]\n'
        + 'c = { expression = "w <> 0", not_valid = true }\n',
    ),
}


@pytest.mark.parametrize("case", FITTING)
def test_no_false_alarm(newest: Server, case: str) -> None:
    there, wanted = FITTING[case]
    with newest.database() as conninfo:
        run_sql(conninfo, there)
        assert set(said(look(conninfo, newest, wanted))[OF_W]) == {FIT}
        migration = Migration(newest.scratch())
        migration.apply(conninfo, migration.plan(conninfo, declare({"public.toml": wanted})))


def test_a_partition_has_a_key_of_its_own(newest: Server) -> None:
    """The column changes above, and the key of the part stays."""
    there = (
        "create table t (id bigint not null, w numeric not null) partition by list (id);"
        " create table t_1 partition of t for values in (1, 2); alter table t_1 add constraint t_w_key unique (w);"
        " insert into t values (1, 1.2), (2, 1.4)"
    )
    wanted = (
        '[tables.t]\npartition_by = "LIST (id)"\n[tables.t.columns]\nid = "bigint"\nw = "integer"\n[tables.t_1]\n'
        'partition_of = "t"\nbound = "FOR VALUES IN (1, 2)"\n[tables.t_1.uniques]\nt_w_key = ["w"]\n'
    )
    with newest.database() as conninfo:
        run_sql(conninfo, there)
        *_, live = said(look(conninfo, newest, wanted))[OF_W]
    assert live is not None
    assert sorted(live.keys) == ["ctid = '(0,1)'", "ctid = '(0,2)'"]


def test_an_exclusion_that_stays(newest: Server) -> None:
    there = THERE.format(
        "w int4range not null, constraint c exclude using gist (w with &&)", "(1, '[1,3)'), (2, '[3,5)')"
    )
    exclusion = '[tables.t.exclusions.c]\nelements = ["w WITH &&"]\n'
    wider = 'w = { type = "int8range", using = "int4range(lower(w), upper(w), \'[]\')::text::int8range" }\n'
    with newest.database() as conninfo:
        run_sql(conninfo, there)
        *_, live = said(look(conninfo, newest, TABLE + wider + exclusion))[OF_W]
    assert live is not None
    assert sorted(live.keys) == ["id = 1", "id = 2"]


def test_a_foreign_key_that_stays_is_said_not_to_be_checked(newest: Server) -> None:
    if newest.major < 17:
        pytest.skip("an expression could not change in place before PostgreSQL 17")
    there = "create table s (w int primary key); insert into s values (1); " + THERE.format(
        "a int not null, w int not null generated always as (a) stored references s", "(1, 1)"
    )
    wanted = (
        '[tables.s]\nprimary_key = ["w"]\n[tables.s.columns]\nw = "integer"\n'
        + TABLE
        + 'a = "integer"\nw = { type = "integer", generated = "a + 9" }\n'
        + '[tables.t.foreign_keys.t_w_fkey]\ncolumns = ["w"]\nreferences = { table = "s" }\n'
    )
    with newest.database() as conninfo:
        run_sql(conninfo, there)
        words = "foreign key public.t.t_w_fkey is held against the new values only then"
        assert said(look(conninfo, newest, wanted))[OF_W] == [LiveRows(unchecked=words)]
        (live,) = said(look(conninfo, newest, wanted.replace("a + 9", "a + 2147483647")))[OF_W]
    assert live is not None
    assert live.keys == ("id = 1",)


def test_values_are_alike_once_their_domain_is_over_another_type(newest: Server) -> None:
    with newest.database() as conninfo:
        run_sql(
            conninfo, "create domain d as numeric; " + THERE.format("w d not null unique", "(1, 1.2), (2, 1.4), (3, 9)")
        )
        found = said(look(conninfo, newest, '[domains]\nd = "integer"\n' + TABLE + 'w = "d"\n' + UNIQUE))
    assert {key for live in found["domain:public.d"] if live for key in live.keys} == {"id = 1", "id = 2"}


OF_PARTS = {
    "a composite type": (
        "create type c as (a text)",
        '[composite_types.c.columns]\na = "integer"\n',
        "composite_type:public.c",
    ),
    "a range type": (
        "create type c as range (subtype = text)",
        '[range_types.c]\nsubtype = "integer"\n',
        "range_type:public.c",
    ),
    "a domain over a composite type": (
        "create type i as (a text); create domain c as i",
        '[composite_types.i.columns]\na = "integer"\n[domains]\nc = "i"\n',
        "domain:public.c",
    ),
}


@pytest.mark.parametrize("case", OF_PARTS)
def test_values_of_types_with_parts_are_said_not_to_be_checked(newest: Server, case: str) -> None:
    there, wanted, address = OF_PARTS[case]
    with newest.database() as conninfo:
        run_sql(conninfo, f"{there}; create table t (id bigint primary key, w c)")
        found = said(look(conninfo, newest, wanted + TABLE + 'w = { type = "c", null = true }\n'))
        words = "values of column public.t.w are held against the new type only then"
        assert found == {address: [LiveRows(unchecked=words)]}


def test_a_period_that_is_empty(newest: Server) -> None:
    """It overlaps with nothing, and a key over periods takes none."""
    if newest.major < 18:
        pytest.skip("keys over periods came with PostgreSQL 18")
    wanted = (
        '[tables.t]\nprimary_key = { columns = ["k", "p"], without_overlaps = true }\n[tables.t.columns]\n'
        'k = "int4range"\np = "daterange"\n'
    )
    with newest.database() as conninfo:
        run_sql(conninfo, "create table t (k int4range not null, p daterange not null)")
        run_sql(conninfo, "insert into t values ('[1,2)', '[2020-01-01,2021-01-01)'), ('[1,2)', 'empty')")
        (live,) = said(look(conninfo, newest, wanted))["primary_key:public.t.t_pkey"]
    assert live is not None
    assert live.keys == ("ctid = '(0,2)'",)
