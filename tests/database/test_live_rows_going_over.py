"""The rows of a table that is made anew are held against all that the new one says of them, before they go over."""

from __future__ import annotations

import pytest

from faberdb.errors import FaberError
from faberdb.model import LiveRows
from tests.database.live_rows import FIT, look, said
from tests.migration import Migration, declare
from tests.servers import Server, run_sql

THERE = "create table a (id int not null, k int not null{}); insert into a values {}"
PARTED = '[tables.a]\npartition_by = "RANGE (k)"\n{}\n[tables.a.columns]\nid = "integer"\nk = "integer"\n{}\n'
ALL = '[tables.a1]\npartition_of = "a"\nbound = "FOR VALUES FROM (MINVALUE) TO (MAXVALUE)"\n{}'
CHECKED = '[tables.a.checks]\nc = "k > 0"\n'
UNIQUE = '[tables.a.uniques.u]\ncolumns = ["id", "k"]\n'
GENERATED = 'g = {{ type = "integer", generated = "{}"{} }}\n'
LISTED = '[tables.a]\npartition_by = "LIST (id)"\n[tables.a.columns]\nid = "integer"\nk = "integer"\n'
HASHED = LISTED.replace("LIST", "HASH")
PART = '[tables.a{}]\npartition_of = "a{}"\nbound = "{}"\n'
REMAINDER = "FOR VALUES WITH (modulus 2, remainder {})"
SUB = 'partition_by = "RANGE (k)"\n' + PART.format("11", "1", "FOR VALUES FROM (0) TO (10)")

# There, wanted, the rows that are in the way.
STOPPED: dict[str, tuple[str, str, list[int]]] = {
    "a check of its own": (THERE.format("", "(1, 5), (2, -5)"), PARTED.format("", CHECKED) + ALL.format(""), [2]),
    "a key of its own": (
        THERE.format("", "(1, 5), (1, 5), (2, 5)"),
        PARTED.format("", UNIQUE) + ALL.format(""),
        [1, 2],
    ),
    "a key that it had, of other values": (
        THERE.format(", constraint u unique (id, k)", "(1, 5), (1, 4.6)").replace("k int", "k numeric"),
        PARTED.format("", UNIQUE) + ALL.format(""),
        [1, 2],
    ),
    "a check of what becomes another": (
        THERE.format("", "(1, '7'), (2, '-7')").replace("k int", "k text"),
        PARTED.format("", CHECKED) + ALL.format(""),
        [2],
    ),
    "what is computed, by a word that is its name": (
        THERE.format("", "(0, 5), (1, 5)"),
        PARTED.format("", GENERATED.format("10 / id + length('g')", ", null = true")) + ALL.format(""),
        [1],
    ),
    "what is computed of what becomes another": (
        THERE.format("", "(0, 5), (1, 5)").replace("id int", "id text"),
        PARTED.format("", GENERATED.format("10 / id", "")) + ALL.format(""),
        [1],
    ),
    "a key of what is computed": (
        THERE.format("", "(1, 5), (2, -5), (3, 5)"),
        PARTED.format("", GENERATED.format("id % 2", "") + UNIQUE.replace('"id"', '"g"')) + ALL.format(""),
        [1, 3],
    ),
    "no partition of a partition": (
        THERE.format("", "(1, 50), (1, 5)"),
        LISTED + PART.format(1, "", "FOR VALUES IN (1)") + SUB,
        [1],
    ),
    "no partition below the default one": (
        THERE.format("", "(1, 50), (2, 50), (3, 5)"),
        LISTED + PART.format(2, "", "FOR VALUES IN (1)") + PART.format(1, "", "DEFAULT") + SUB,
        [2],
    ),
    "partitions of what was parted otherwise": (
        "create table a (id int not null, k int not null) partition by list (k);"
        " create table a1 partition of a for values in (5); create table a2 partition of a for values in (6);"
        " insert into a values (1, 5), (1, 6)",
        '[tables.a]\nprimary_key = ["id"]\n[tables.a.columns]\nid = "integer"\nk = "integer"\n',
        [1],
    ),
}


@pytest.mark.parametrize("case", STOPPED)
def test_rows_that_the_new_table_refuses(newest: Server, case: str) -> None:
    there, wanted, places = STOPPED[case]
    with newest.database() as conninfo:
        run_sql(conninfo, there)
        live = said(look(conninfo, newest, wanted))["table:public.a"]
        found = {key for one in live if one for key in one.keys}
        assert sorted(key.replace("'", "")[-5:] for key in found) == [f"(0,{n})" for n in places]
        migration = Migration(newest.scratch())
        with pytest.raises(FaberError):
            migration.apply(conninfo, migration.plan(conninfo, declare({"public.toml": wanted})))


FITTING: dict[str, tuple[str, str]] = {
    "a check and a key that it had": (
        THERE.format(", constraint c check (k > 0), constraint u unique (id, k)", "(1, 5), (2, 5)"),
        PARTED.format("", CHECKED + UNIQUE) + ALL.format(""),
    ),
    "all remainders": (
        THERE.format("", "(1, 5), (2, 5), (3, 5)"),
        HASHED + PART.format(1, "", REMAINDER.format(0)) + PART.format(2, "", REMAINDER.format(1)),
    ),
    "other values that stay apart, and one that is computed": (
        THERE.format("", "(1, '7'), (2, '8')").replace("k int", "k text"),
        PARTED.format("", GENERATED.format("k + 1", "") + CHECKED + UNIQUE) + ALL.format(""),
    ),
}


@pytest.mark.parametrize("case", FITTING)
def test_no_false_alarm(newest: Server, case: str) -> None:
    there, wanted = FITTING[case]
    with newest.database() as conninfo:
        run_sql(conninfo, there)
        assert {live for found in said(look(conninfo, newest, wanted)).values() for live in found} <= {FIT}
        migration = Migration(newest.scratch())
        migration.apply(conninfo, migration.plan(conninfo, declare({"public.toml": wanted})))


UNTOLD: dict[str, tuple[str, str]] = {
    "a remainder that nobody takes": (
        HASHED + PART.format(1, "", REMAINDER.format(0)),
        "which partition a row belongs to is told only when it goes there",
    ),
    "what is below a remainder": (
        HASHED + PART.format(1, "", REMAINDER.format(0)) + SUB + PART.format(2, "", REMAINDER.format(1)),
        "which partition a row belongs to is told only when it goes there",
    ),
    "a check of a partition": (
        PARTED.format("", "") + ALL.format('[tables.a1.checks]\nc = "k > 5"\n'),
        "check public.a1.c is held against the rows only then",
    ),
    "a check of a column that is new": (
        PARTED.format("", 'n = { type = "integer", default = "random()::integer" }\n[tables.a.checks]\nc = "n < k"\n')
        + ALL.format(""),
        "check public.a.c is held against the rows only then",
    ),
}


@pytest.mark.parametrize("case", UNTOLD)
def test_what_cannot_be_told_is_said(newest: Server, case: str) -> None:
    wanted, words = UNTOLD[case]
    with newest.database() as conninfo:
        run_sql(conninfo, THERE.format("", "(1, 5)"))
        assert said(look(conninfo, newest, wanted))["table:public.a"] == [LiveRows(unchecked=words)]
