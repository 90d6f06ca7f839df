"""A table that becomes a partition or a child takes over what is above it, and its rows are held against that before:
NOT NULL, checks, keys, and columns that it lacks."""

from __future__ import annotations

import pytest

from faberdb.errors import FaberError
from faberdb.model import LiveRows
from tests.database.live_rows import FIT, look, said
from tests.migration import Migration, declare
from tests.servers import Server, run_sql

WHOLE = """
create table t (id bigint not null, w int{}) partition by list (id);
create table part (id bigint not null, w int{});
insert into part values (1, -1), (1, null), (2, 5);
"""
WANTED = """
[tables.t]
partition_by = "LIST (id)"
{}
[tables.t.columns]
id = "bigint"
w  = {{ type = "integer", null = true }}
[tables.part]
partition_of = "t"
bound        = "FOR VALUES IN (1, 2)"
"""
REQUIRED = WANTED.replace('{{ type = "integer", null = true }}', '"integer"').format("")
CHECKED = '[tables.t.checks]\nc = "w > 0"\n'
PART = "in_table = 'public.part', key = '{}'"

# Of the table above and the other one, wanted, the rows in the way.
JOINED: dict[str, tuple[str, str, list[str]]] = {
    "NOT NULL": (WHOLE.format(" not null", ""), REQUIRED, ["ctid = '(0,2)'"]),
    "a check": (
        WHOLE.format(", constraint c check (w > 0)", ""),
        WANTED.format("") + CHECKED,
        ["ctid = '(0,1)'"],
    ),
    "a key": (
        WHOLE.format(", constraint k primary key (id)", ""),
        WANTED.format('primary_key = { columns = ["id"], name = "k" }'),
        [PART.format("(0,1)"), PART.format("(0,2)")],
    ),
    "a unique index": (
        WHOLE.format("", "") + "create unique index i on t (id, (w is null)) where w > 0 or w is null;"
        " insert into part values (1, null)",
        WANTED.format("")
        + '[tables.t.indexes.i]\non = ["id", "(w is null)"]\nunique = true\nwhere = "w > 0 or w is null"\n',
        [PART.format("(0,2)"), PART.format("(0,4)")],
    ),
    "a column that it lacks": (
        "create table t (id bigint not null, w int not null) partition by list (id);"
        " create table part (id bigint not null); insert into part values (1)",
        REQUIRED,
        ["ctid = '(0,1)'"],
    ),
    "a bound further above": (
        "create table g (a int not null, b int not null) partition by list (a); create table p partition of g"
        " for values in (1) partition by range (b); create table part (a int not null, b int not null);"
        " insert into part values (2, 5), (1, 5), (1, 50)",
        '[tables.g]\npartition_by = "LIST (a)"\n[tables.g.columns]\na = "integer"\nb = "integer"\n[tables.p]\n'
        'partition_of = "g"\nbound = "FOR VALUES IN (1)"\npartition_by = "RANGE (b)"\n[tables.part]\n'
        'partition_of = "p"\nbound = "FOR VALUES FROM (0) TO (10)"\n',
        [PART.format("(0,1)"), PART.format("(0,3)")],
    ),
    "a bound by an operator class": (
        "create table t (w text not null) partition by list (w text_pattern_ops);"
        " create table part (w text not null); insert into part values ('a'), ('b')",
        '[tables.t]\npartition_by = "LIST (w text_pattern_ops)"\n[tables.t.columns]\nw = "text"\n[tables.part]\n'
        'partition_of = "t"\nbound = "FOR VALUES IN (\'a\')"\n',
        [PART.format("(0,2)")],
    ),
    "of a child": (
        "create table t (id bigint not null, w int not null, constraint c check (w > 0));"
        " create table part (id bigint not null, w int); insert into part values (1, 1), (2, null), (3, -1)",
        '[tables.t.columns]\nid = "bigint"\nw = "integer"\n' + CHECKED + '[tables.part]\ninherits = ["t"]\n',
        [PART.format("(0,2)"), PART.format("(0,3)")],
    ),
}


@pytest.mark.parametrize("case", JOINED)
def test_rows_that_what_is_above_refuses(newest: Server, case: str) -> None:
    there, wanted, keys = JOINED[case]
    with newest.database() as conninfo:
        run_sql(conninfo, there)
        found = said(look(conninfo, newest, wanted))["table:public.part"]
        assert sorted({key for live in found if live for key in live.keys}) == keys
        migration = Migration(newest.scratch())
        with pytest.raises(FaberError):
            migration.apply(conninfo, migration.plan(conninfo, declare({"public.toml": wanted})))


def test_rows_that_fit_and_a_key_that_is_there(newest: Server) -> None:
    there = WHOLE.format(", constraint k primary key (id), check (w > 0)", " check (w > 0)")
    wanted = WANTED.format('primary_key = { columns = ["id"], name = "k" }') + CHECKED.replace("c =", "t_w_check =")
    with newest.database() as conninfo:
        run_sql(conninfo, there.replace("(1, -1), (1, null), (2, 5)", "(1, 4), (2, 5)"))
        found = said(look(conninfo, newest, wanted))["table:public.part"]
        assert set(found) == {FIT}
        migration = Migration(newest.scratch())
        migration.apply(conninfo, migration.plan(conninfo, declare({"public.toml": wanted})))


def test_a_foreign_key_from_above_is_said_not_to_be_checked(newest: Server) -> None:
    key = '[tables.t.foreign_keys.f]\ncolumns = ["id"]\nreferences = { table = "s" }\n'
    wanted = WANTED.format("") + key + '[tables.s]\nprimary_key = ["id"]\n[tables.s.columns]\nid = "bigint"\n'
    with newest.database() as conninfo:
        run_sql(
            conninfo,
            "create table s (id bigint primary key);"
            + WHOLE.format(", constraint f foreign key (id) references s", ""),
        )
        words = "the rows of table public.part are held against foreign key public.t.f only then"
        assert said(look(conninfo, newest, wanted))["table:public.part"] == [LiveRows(unchecked=words)]


def test_a_range_in_an_order_of_its_own_is_said_not_to_be_checked(newest: Server) -> None:
    wanted = (
        '[tables.t]\npartition_by = "RANGE (w text_pattern_ops)"\n[tables.t.columns]\nw = "text"\n[tables.part]\n'
        "partition_of = \"t\"\nbound = \"FOR VALUES FROM ('a') TO ('b')\"\n"
    )
    with newest.database() as conninfo:
        run_sql(conninfo, "create table t (w text not null) partition by range (w text_pattern_ops)")
        run_sql(conninfo, "create table part (w text not null)")
        words = "which partition a row belongs to is told only when it goes there"
        assert said(look(conninfo, newest, wanted))["table:public.part"] == [LiveRows(unchecked=words)]


def test_rows_that_refer_to_a_partition_that_leaves(newest: Server) -> None:
    """Also by a key that points at the table above the one it leaves, and not those that refer to rows beside it."""
    key = 'references = { table = "g", columns = ["id"] }\n'
    whole = '[tables.g]\npartition_by = "RANGE (id)"\nprimary_key = ["id"]\n[tables.g.columns]\nid = "integer"\n'
    rest = (
        '[tables.p]\npartition_of = "g"\nbound = "FOR VALUES FROM (0) TO (20)"\npartition_by = "RANGE (id)"\n'
        '[tables.p2]\npartition_of = "p"\nbound = "FOR VALUES FROM (10) TO (20)"\n[tables.f]\nprimary_key = ["id"]\n'
        '[tables.f.columns]\nid = "integer"\nw = { type = "bigint", null = true }\n'
        f'[tables.f.foreign_keys.f_w_fkey]\ncolumns = ["w"]\n{key}'
    )
    with newest.database() as conninfo:
        run_sql(
            conninfo,
            "create table g (id int primary key) partition by range (id); create table p partition of g"
            " for values from (0) to (20) partition by range (id); create table p1 partition of p for values from (0)"
            " to (10); create table p2 partition of p for values from (10) to (20); create table f (id int primary key,"
            " w bigint references g); insert into g values (5), (6), (15);"
            " insert into f values (1, 5), (2, 15), (3, null)",
        )
        found = said(look(conninfo, newest, whole + rest))["table:public.p1"]
        assert [key for live in found if live for key in live.keys] == ["in_table = 'public.f', key = '1'"]
        migration = Migration(newest.scratch())
        with pytest.raises(FaberError):
            migration.apply(conninfo, migration.plan(conninfo, declare({"public.toml": whole + rest})))
        run_sql(conninfo, "delete from f where id = 1")
        assert set(said(look(conninfo, newest, whole + rest))["table:public.p1"]) == {FIT}
