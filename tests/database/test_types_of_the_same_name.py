"""A type gives way to another one of the same name: the columns of it stay, with their values, there and back."""

from __future__ import annotations

import pytest

from faberdb.errors import DeclarationError, RolledBackError
from tests.migration import Migration, build_directly, declare
from tests.servers import Server, fetch, rows, run_sql

TABLE = """
[tables.t]
primary_key = ["id"]
[tables.t.columns]
id = "int"
k = { type = "e", USING }
ks = { type = "e[]", null = true, MORE }
[views.v]
query = "select id, k from t"
"""
LIVE = "create table t (id int primary key, k e not null, ks e[]); create view v as select id, k from t;"

ENUM = "create type e as enum ('a', 'b');"
DOMAIN = "create domain e as text;"
COMPOSITE = "create type e as (x int, y text);"
RANGE = "create type e as range (subtype = int);"

TO_ENUM = "[enums]\ne = ['a', 'b']\n"
TO_DOMAIN = "[domains.e]\ntype = 'text'\n[domains.e.checks]\ne_check = \"value <> 'q'\"\n"
TO_NUMBER = "[domains.e]\ntype = 'bigint'\n"
TO_RANGE = "[range_types.e]\nsubtype = 'bigint'\n"
TO_COMPOSITE = "[composite_types.e.columns]\nx = 'bigint'\ny = 'text'\n"


def declared(type_: str, k: str = "", ks: str = "") -> str:
    """The type and the table, with what becomes of the values of its columns."""
    text = TABLE
    for place, using in (("USING", k), ("MORE", ks)):
        text = text.replace(f", {place}", f", using = '''{using}'''" if using else "")
    return type_ + text


# What there was, the row in it, what is declared, and the values of the row afterwards.
CASES = {
    "enum to domain": (ENUM, "'b', '{a,b}'", declared(TO_DOMAIN), ("b", "{a,b}")),
    "enum to domain of another sort": (
        "create type e as enum ('1', '02');",
        "'02', '{1,02}'",
        declared(TO_NUMBER),
        ("2", "{1,2}"),
    ),
    "domain to enum": (DOMAIN, "'b', '{a,b}'", declared(TO_ENUM), ("b", "{a,b}")),
    "domain to enum, with using": (
        "create domain e as text check (value like 'old%');",
        "'old', null",
        declared(TO_ENUM, "'b'"),
        ("b", None),
    ),
    "composite to domain, with using": (
        COMPOSITE,
        "'(1,hello)', '{\"(2,x)\"}'",
        declared(TO_DOMAIN, "(k).y", "array[((ks)[1]).y]"),
        ("hello", "{x}"),
    ),
    "domain to composite": (DOMAIN, "'(1,hello)', null", declared(TO_COMPOSITE), ("(1,hello)", None)),
    "range to domain": (RANGE, "'[1,3)', '{\"[1,3)\"}'", declared(TO_DOMAIN), ("[1,3)", '{"[1,3)"}')),
    "domain to range": (DOMAIN, "'[1,3)', null", declared(TO_RANGE), ("[1,3)", None)),
}


@pytest.mark.in_turn(4)
@pytest.mark.parametrize("reverse_ties", [False, True])
@pytest.mark.parametrize("case", CASES)
def test_columns_go_over_to_a_type_of_the_same_name(server: Server, case: str, reverse_ties: bool) -> None:
    by_hand, row, text, values = CASES[case]
    migration, wanted = Migration(server.scratch(), reverse_ties=reverse_ties), declare({"schema.toml": text})
    with server.database() as live, server.database() as direct:
        run_sql(live, by_hand + LIVE + f"insert into t values (1, {row})")
        start, before = server.dump(live), rows(live)
        plan = migration.plan(live, wanted)
        migration.apply(live, plan)
        assert fetch(live, "select k::text, ks::text from t") == [values]
        build_directly(direct, wanted)
        assert server.dump(live) == server.dump(direct)
        assert not migration.plan(live, wanted).steps
        migration.apply(live, migration.plan_back(live, plan))
        assert (server.dump(live), rows(live)) == (start, before)


def test_what_was_written_since_comes_back_as_the_old_type(server: Server) -> None:
    migration = Migration(server.scratch())
    with server.database() as live:
        run_sql(live, COMPOSITE + LIVE + "insert into t values (1, '(1,hello)', null)")
        plan = migration.plan(live, declare({"schema.toml": declared(TO_DOMAIN, "(k).y")}))
        migration.apply(live, plan)
        run_sql(live, "insert into t values (2, '(2,new)', null)")
        migration.apply(live, migration.plan_back(live, plan))
        assert fetch(live, "select k::text from t order by id") == [("(1,hello)",), ("(2,new)",)]


@pytest.mark.parametrize(
    ("by_hand", "text"),
    [(ENUM.replace("'b'", "'q'"), declared(TO_DOMAIN)), (DOMAIN, declared(TO_ENUM)), (ENUM, declared(TO_NUMBER))],
)
def test_a_value_that_the_new_type_does_not_take_stops_it(server: Server, by_hand: str, text: str) -> None:
    migration = Migration(server.scratch())
    with server.database() as live:
        run_sql(live, by_hand + LIVE + f"insert into t values (7, '{'a' if 'bigint' in text else 'q'}', null)")
        start, before = server.dump(live), rows(live)
        plan = migration.plan(live, declare({"schema.toml": text}))
        with pytest.raises(RolledBackError) as stopped:
            migration.apply(live, plan)
        assert any("id = 7" in line for line in stopped.value.detail)
        assert (server.dump(live), rows(live)) == (start, before)


ALL_ABOUT = """
create type e as enum ('a', 'b', 'c');
create type c as (x int, k e);
create domain d as e;
create function f(v e) returns int language sql as 'select 1';
create table t (id int primary key, k e not null default 'a' unique check (k <> 'c'), c c, cs c[], d d,
    g e generated always as (case when id > 1 then 'a'::e else 'b'::e end) stored,
    h text generated always as (case k when 'a' then 'x' else 'y' end) stored);
create index t_i on t (k, id) where k = 'a';
create table u (k e references t (k));
create materialized view m as select k, count(*) from t group by k;
create table p (id int not null, k e not null default 'a') partition by list (id);
create table p1 partition of p for values in (1);
alter table p1 alter k set default 'b', alter k set statistics 7;
create table p2 partition of p for values in (2);
alter table p2 alter k set statistics 7;
create table parent (k e);
create table child (k e, z int) inherits (parent);
comment on column t.k is 'old';
grant usage on type e to public;
insert into t values (1, 'b', '(1,a)', '{"(2,b)"}', 'b'), (2, 'a', null, null, 'a');
insert into u values ('b');
insert into p values (1, 'b'), (2, 'a');
insert into child values ('b', 3);
refresh materialized view m;
"""
AS_DOMAIN = """
[domains]
e = "text"
d = "e"
[composite_types.c.columns]
x = "int"
k = "e"
[functions.f]
arguments = "v e"
returns = "integer"
language = "sql"
body = "select 1"
[tables.t]
primary_key = ["id"]
[tables.t.columns]
id = "int"
k = { type = "e", default = "'a'", comment = "new" }
c = { type = "c", null = true }
cs = { type = "c[]", null = true }
d = { type = "d", null = true }
g = { type = "e", null = true, generated = "case when id > 1 then 'a'::e else 'b'::e end" }
h = { type = "text", null = true, generated = "case k when 'a' then 'x' else 'y' end" }
[tables.t.uniques]
t_k_key = ["k"]
[tables.t.checks]
t_k_check = "k <> 'c'"
[tables.t.indexes.t_i]
on = ["k", "id"]
where = "k = 'a'"
[tables.u.columns]
k = { type = "e", null = true }
[tables.u.foreign_keys.u_k_fkey]
columns = ["k"]
references = { table = "t", columns = ["k"] }
[materialized_views.m]
query = "select k, count(*) from t group by k"
[tables.p]
partition_by = "list (id)"
[tables.p.columns]
id = "int"
k = { type = "e", default = "'a'" }
[tables.p1]
partition_of = "p"
bound = "for values in (1)"
[tables.p1.columns]
k = { inherited = true, default = "'b'", statistics = 7 }
[tables.p2]
partition_of = "p"
bound = "for values in (2)"
[tables.p2.columns]
k = { inherited = true, statistics = 7 }
[tables.parent.columns]
k = { type = "e", null = true }
[tables.child]
inherits = ["parent"]
[tables.child.columns]
k = { type = "e", null = true }
z = { type = "int", null = true }
"""


@pytest.mark.parametrize("reverse_ties", [False, True])
def test_all_that_stands_on_the_type_comes_back_around_it(server: Server, reverse_ties: bool) -> None:
    migration, wanted = Migration(server.scratch(), reverse_ties=reverse_ties), declare({"schema.toml": AS_DOMAIN})
    with server.database() as live:
        run_sql(live, ALL_ABOUT)
        start, before = server.dump(live), rows(live)
        plan = migration.plan(live, wanted)
        migration.apply(live, plan)
        assert rows(live) == before
        assert not migration.plan(live, wanted).steps
        migration.apply(live, migration.plan_back(live, plan))
        assert (server.dump(live), rows(live)) == (start, before)


TYPED = "create type c as (id int, k e); create table t of c (k not null default 'a'); insert into t values (1, 'b')"
TYPED_AS = """
[domains]
e = "text"
[composite_types.c.columns]
id = "int"
k = "e"
[tables.t]
of = "c"
[tables.t.columns]
id = { type = "int", null = true }
k = { type = "e", default = "'a'" }
"""
KEY = """
create table p (id int not null, k e not null) partition by list (k);
create table p_a partition of p for values in ('1');
create table p_b partition of p for values in ('2', '3');
insert into p values (1, '1'), (2, '2')
"""
KEY_AS = """
[domains]
e = "int"
[tables.p]
partition_by = "list (k)"
[tables.p.columns]
id = "int"
k = "e"
[tables.p_a]
partition_of = "p"
bound = "for values in (1)"
[tables.p_b]
partition_of = "p"
bound = "for values in (2)"
"""


@pytest.mark.parametrize(
    ("by_hand", "text"),
    [(ENUM + TYPED, TYPED_AS), ("create type e as enum ('1', '2', '3');" + KEY, KEY_AS)],
    ids=["a typed table", "a partition key"],
)
def test_tables_that_stand_on_the_type_keep_their_rows(server: Server, by_hand: str, text: str) -> None:
    migration = Migration(server.scratch())
    with server.database() as live:
        run_sql(live, by_hand)
        start, before = server.dump(live), rows(live)
        plan = migration.plan(live, declare({"schema.toml": text}))
        migration.apply(live, plan)
        assert rows(live) == before
        migration.apply(live, migration.plan_back(live, plan))
        assert (server.dump(live), rows(live)) == (start, before)


KEY_OF = """
[tables.p]
partition_by = "list (k)"
[tables.p.columns]
id = "int"
k = "{}"
[tables.p_a]
partition_of = "p"
bound = "for values in ('1')"
[tables.p_b]
partition_of = "p"
bound = "for values in ('2', '3')"
"""


@pytest.mark.parametrize(
    ("values", "said"),
    [("'3', '2', '1'", "public.e: the type cannot")],
    ids=["another order"],
)
def test_a_type_under_a_partition_key_goes_over_to_one_of_another_name(server: Server, values: str, said: str) -> None:
    migration = Migration(server.scratch())
    with server.database() as live:
        run_sql(live, "create type e as enum ('1', '2', '3');" + KEY)
        start, before = server.dump(live), rows(live)
        with pytest.raises(DeclarationError, match=said) as refused:
            migration.plan(live, declare({"schema.toml": f"[enums]\ne = [{values}]\n" + KEY_OF.format("e")}))
        assert "under another name" in refused.value.advice
        plan = migration.plan(live, declare({"schema.toml": f"[enums]\nf = [{values}]\n" + KEY_OF.format("f")}))
        migration.apply(live, plan)
        assert rows(live) == before
        migration.apply(live, migration.plan_back(live, plan))
        assert (server.dump(live), rows(live)) == (start, before)
