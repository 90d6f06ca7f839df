"""NOT NULL that becomes valid, or that of child tables too (PostgreSQL 18): rows without a value get one from
`backfill`, and lose it again with a rollback."""

from __future__ import annotations

import pytest

from tests.conftest import INSTALLED
from tests.migration import Migration, declare, every
from tests.servers import Server, fetch, rows, run_sql

CHILD = "[tables.b]\ninherits = ['a']\n"
NOT_VALID = "alter table a add constraint nn not null x not valid;"
NO_INHERIT = "alter table a add constraint nn not null x no inherit;"
CASES = {
    # by hand, declared: columns and more, the values before and after
    "becomes valid": (
        "create table a (id int primary key, x int); insert into a values (1, null), (2, 5);" + NOT_VALID,
        "x = { type = 'int', not_null_name = 'nn', backfill = 'id * 10' }\n[tables.a.primary_key]\ncolumns = ['id']\n",
        [(1, 10), (2, 5)],
    ),
    "becomes valid, with another type": (
        "create table a (id int primary key, x int); insert into a values (1, null), (2, 5);" + NOT_VALID,
        "x = { type = 'smallint', not_null_name = 'nn', backfill = 'id * 10' }\n"
        "[tables.a.primary_key]\ncolumns = ['id']\n",
        [(1, 10), (2, 5)],
    ),
    "becomes that of child tables": (
        f"create table a (id int not null, x int); {NO_INHERIT} create table b () inherits (a);"
        " insert into a values (1, 5); insert into b values (2, null), (3, 6);",
        "x = { type = 'int', not_null_name = 'nn', backfill = 'id * 10' }\n" + CHILD,
        [(1, 5), (2, 20), (3, 6)],
    ),
}


@pytest.mark.skipif(max(INSTALLED) < 18, reason="NOT NULL has no properties before PostgreSQL 18")
@pytest.mark.parametrize("case", CASES)
def test_rows_are_filled_before_none_may_be_without_a_value(newest: Server, case: str) -> None:
    by_hand, columns, filled = CASES[case]
    text = f"[tables.a.columns]\nid = 'int'\n{columns}"
    migration = Migration(newest.scratch())
    with newest.database() as live:
        run_sql(live, by_hand)
        start, had = newest.dump(live), rows(live)
        plan = migration.plan(live, declare({"schema.toml": text}))
        migration.apply(live, plan)
        assert fetch(live, "select id, x from a order by id") == filled
        assert not migration.plan(live, declare({"schema.toml": text})).steps
        migration.apply(live, migration.plan_back(live, plan))
        assert newest.dump(live) == start
        assert rows(live) == had


@pytest.mark.skipif(max(INSTALLED) < 18, reason="NOT NULL has no properties before PostgreSQL 18")
def test_child_tables_keep_no_not_null_of_a_parent_that_has_it_for_itself(newest: Server) -> None:
    migration = Migration(newest.scratch())
    with newest.database() as live:
        run_sql(live, f"create table a (id int not null, x int); {NO_INHERIT} create table b () inherits (a);")
        start = newest.dump(live)
        text = f"[tables.a.columns]\nid = 'int'\nx = {{ type = 'int', not_null_name = 'nn' }}\n{CHILD}"
        plan = migration.plan(live, declare({"schema.toml": text}))
        migration.apply(live, plan)
        migration.apply(live, migration.plan_back(live, plan))
        assert newest.dump(live) == start


def test_another_type_and_another_name_at_once(server: Server) -> None:
    """The way back lets go of NOT NULL while values are converted, and the constraint has a name of the table's."""
    before = "[tables.d.columns]\nid = 'int'\nx = 'integer[]'\n"
    after = "[tables.e]\nrenamed_from = 'd'\n[tables.e.columns]\nid = 'int'\nx = 'text[]'\n"
    migration = Migration(server.scratch())
    with server.database() as live:
        run_sql(live, "create table d (id int not null, x int[] not null); insert into d values (1, '{1,2}')")
        assert not migration.plan(live, declare({"public.toml": before})).steps
        start = server.dump(live), rows(live)
        plan = migration.plan(live, declare({"public.toml": after}))
        migration.apply(live, plan)
        assert not migration.plan(live, declare({"public.toml": after})).steps
        migration.apply(live, migration.plan_back(live, plan))
        assert (server.dump(live), rows(live)) == start


@pytest.mark.skipif(max(INSTALLED) < 18, reason="NOT NULL has no properties before PostgreSQL 18")
@pytest.mark.parametrize("in_parts", [True, False], ids=["in parts", "at once"])
def test_rows_without_a_value_come_back_with_a_not_null_that_is_not_valid(newest: Server, *, in_parts: bool) -> None:
    """It is put on once they are back: an UPDATE of such a row is refused as any write is."""
    migration = Migration(newest.scratch(), online=every) if in_parts else Migration(newest.scratch())
    with newest.database() as live:
        run_sql(live, "create table a (id int primary key, x int); insert into a values (1, null), (2, 5);" + NOT_VALID)
        start, had = newest.dump(live), rows(live)
        plan = migration.plan(live, declare({"schema.toml": "[tables.a]\nprimary_key = ['id']\ncolumns.id = 'int'\n"}))
        migration.apply(live, plan)
        migration.apply(live, migration.plan_back(live, plan))
        assert (newest.dump(live), rows(live)) == (start, had)
