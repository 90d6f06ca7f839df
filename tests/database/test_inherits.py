"""Child tables that write a column of the table above too, or come to other tables: their defaults, their NOT NULL, and
their types when the type above changes."""

from __future__ import annotations

import pytest

from tests.migration import Migration, build_directly, declare
from tests.servers import Server, rows, run_sql

KINDS = """
[tables.medium.columns]
id = "int"
name = { type = "varchar(20)", null = true, default = "'new'" }
[tables.paper.columns]
id = "int"
name = { type = "varchar(20)", null = true, default = "'sheet'" }
"""
BY_HAND = """
create table medium (id int not null, name varchar(20) default 'new');
create table paper (id int not null, name varchar(20) default 'sheet');
"""
BELOW = """
[tables.book]
inherits = ["{above}"]
[tables.book.columns]
pages = {{ type = "int", null = true }}
"""
OWN = 'id = "int"\nname = { type = "varchar(20)", null = true }\n'
ATLAS = """
[tables.atlas]
inherits = ["book"]
[tables.atlas.columns]
name = { inherited = true, default = "'map'" }
"""
ROW = "insert into book (id, name, pages) values (1, 'one', 2);"

COPIES = """
create table thing (id int not null, mood {type} not null);
create table toy (weight int) inherits (thing);
create table doll (mood {type} not null) inherits (thing);
create table puppet () inherits (doll);
create table bear (mood {type} not null) inherits (doll);
insert into thing values (1, 'sad'); insert into toy values (2, 'glad', 3); insert into doll values (3, 'glad');
insert into puppet values (4, 'sad'); insert into bear values (5, 'sad');
"""
COPIES_DECLARED = """
[tables.thing.columns]
id = "int"
mood = "{type}"
[tables.toy]
inherits = ["thing"]
[tables.toy.columns]
weight = {{ type = "int", null = true }}
[tables.doll]
inherits = ["thing"]
[tables.doll.columns]
mood = "{type}"
[tables.puppet]
inherits = ["doll"]
[tables.bear]
inherits = ["doll"]
[tables.bear.columns]
mood = "{type}"
"""

# What was done by hand, and what is declared.
CASES = {
    "a column of its own has no default, all new": ("", KINDS + BELOW.format(above="medium") + OWN),
    "a column of its own has no default, beside another change": (
        BY_HAND
        + "create table book (name varchar(20) default 'x') inherits (medium);"
        + "alter table book alter name drop default;",
        KINDS + BELOW.format(above="medium") + OWN.replace('id = "int"\n', ""),
    ),
    "comes to a table with a default, and has none": (
        BY_HAND + "create table book (pages int, name varchar(20) default 'mine', id int not null);" + ROW,
        KINDS + BELOW.format(above="paper") + OWN,
    ),
    "goes to a table with another default": (
        BY_HAND + "create table book (pages int) inherits (medium); create table atlas () inherits (book);" + ROW,
        KINDS + BELOW.format(above="paper") + "[tables.atlas]\ninherits = ['book']\n",
    ),
    "goes to a table with another default, and its child has its own": (
        BY_HAND
        + "create table book (pages int) inherits (medium); create table atlas () inherits (book);"
        + "alter table atlas alter name set default 'map';"
        + ROW,
        KINDS + BELOW.format(above="paper") + ATLAS,
    ),
    "an enum is in another order": (
        "create type mood as enum ('sad', 'glad');" + COPIES.format(type="mood"),
        "[enums]\nmood = ['glad', 'sad']\n" + COPIES_DECLARED.format(type="mood"),
    ),
    "a domain is over another type": (
        "create domain mood as varchar;" + COPIES.format(type="mood"),
        "[domains]\nmood = 'text'\n" + COPIES_DECLARED.format(type="mood"),
    ),
    "the type changes": (COPIES.format(type="text"), COPIES_DECLARED.format(type="varchar")),
}


@pytest.mark.in_turn(4)
@pytest.mark.parametrize("reverse_ties", [False, True])
@pytest.mark.parametrize("case", CASES)
def test_there_and_back(server: Server, case: str, reverse_ties: bool) -> None:
    by_hand, text = CASES[case]
    _there_and_back(server, by_hand, text, reverse_ties=reverse_ties)


NULLABLE = """
create table thing (id int, size int);
create table toy ({own}) inherits (thing);
create table doll () inherits (toy);
alter table thing add constraint has_size not null size {no_inherit};
insert into toy values (1, 1);
"""
NOT_NULL = """
[tables.thing.columns]
id = {{ type = "int", null = true }}
size = {{ type = "int", not_null_name = "has_size"{no_inherit} }}
[tables.toy]
inherits = ["thing"]
{own}
[tables.doll]
inherits = ["toy"]
"""
OWN_SIZE = "[tables.toy.columns]\nsize = {{ type = 'int', {null} = true }}"


@pytest.mark.parametrize("reverse_ties", [False, True])
@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("inherits", [False, True])
def test_not_null_is_inherited_or_not(server: Server, inherits: bool, own: bool, reverse_ties: bool) -> None:
    """What a child table had from above does not stay with it when the table above keeps it to itself."""
    if server.major < 18:
        pytest.skip("NOT NULL has such properties since PostgreSQL 18")
    by_hand = NULLABLE.format(own="size int" if own else "", no_inherit="no inherit" if inherits else "")
    null = OWN_SIZE.format(null="not_null_inherited" if inherits else "null") if own else ""
    text = NOT_NULL.format(own=null, no_inherit="" if inherits else ", not_null_no_inherit = true")
    _there_and_back(server, by_hand, text, reverse_ties=reverse_ties)


def _there_and_back(server: Server, by_hand: str, text: str, *, reverse_ties: bool) -> None:
    migration, declared = Migration(server.scratch(), reverse_ties=reverse_ties), declare({"schema.toml": text})
    with server.database() as live, server.database() as direct:
        run_sql(live, by_hand)
        build_directly(direct, declared)
        start, start_rows = server.dump(live), rows(live)
        plan = migration.plan(live, declared)
        migration.apply(live, plan)
        assert server.dump(live) == server.dump(direct)
        assert not migration.plan(live, declared).steps
        migration.apply(live, migration.plan_back(live, plan))
        assert server.dump(live) == start
        assert rows(live) == start_rows
