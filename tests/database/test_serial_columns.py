"""Serial columns: new ones on a table with rows, with all that comes to stand on them, and those that are renamed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conftest import INSTALLED
from tests.migration import Migration, declare
from tests.servers import Server, fetch, rows, run_sql

NOTES = "create table t (n text); insert into t values ('a'), ('b');"
KEYED = "create table t (n text primary key); insert into t values ('a'), ('b');"
KEY = "[tables.t]\nprimary_key = ['id']\n"
COLUMNS = "[tables.t.columns]\nid = 'serial'\nn = { type = 'text', null = true }\n"
CHILD = "create table kid () inherits (t); insert into kid values ('c');"

# What is there, what is declared, and the ids that the rows get.
NEW = {
    "a primary key": (NOTES, KEY + COLUMNS, [1, 2]),
    "a primary key in place of another": (KEYED, KEY + COLUMNS.replace(", null = true", ""), [1, 2]),
    "unique": (NOTES, COLUMNS + "[tables.t.uniques]\nt_id_key = ['id', 'n']\n", [1, 2]),
    "a check": (NOTES, COLUMNS + "[tables.t.checks]\nt_id_check = 'id is not null'\n", [1, 2]),
    "an exclusion": (
        NOTES,
        COLUMNS + "[tables.t.exclusions.t_id_excl]\nelements = ['int4range(id, id + 1) with &&']\n",
        [1, 2],
    ),
    "a foreign key to it": (
        NOTES + "create table x (t int); insert into x values (2), (null);",
        KEY + COLUMNS + "[tables.x.columns]\nt = { type = 'int', null = true }\n"
        "[tables.x.foreign_keys.x_t_fkey]\ncolumns = ['t']\nreferences = { table = 't' }\n",
        [1, 2],
    ),
    "a foreign key from it": (
        NOTES + "create table x (id int primary key); insert into x values (1), (2), (3);",
        COLUMNS + "[tables.t.foreign_keys.t_id_fkey]\ncolumns = ['id']\nreferences = { table = 'x' }\n"
        "[tables.x]\nprimary_key = ['id']\n[tables.x.columns]\nid = 'int'\n",
        [1, 2],
    ),
    "a generated column": (NOTES, KEY + COLUMNS + "d = { type = 'int', generated = 'id * 2' }\n", [1, 2]),
    "a materialized view": (
        NOTES,
        KEY + COLUMNS + "[materialized_views.m]\nquery = 'select id from t where id > 0'\n",
        [1, 2],
    ),
    "a child table": (NOTES + CHILD, KEY + COLUMNS + "[tables.kid]\ninherits = ['t']\n", [1, 2, 3]),
}


@pytest.mark.in_turn(4)
@pytest.mark.parametrize("reverse_ties", [False, True])
@pytest.mark.parametrize("case", NEW)
def test_rows_have_their_values_before_anything_stands_on_them(
    servers: Callable[[int], Server], case: str, reverse_ties: bool
) -> None:
    (before, after, ids), server = NEW[case], servers(max(INSTALLED))
    migration = Migration(server.scratch(), reverse_ties=reverse_ties)
    with server.database() as live:
        run_sql(live, before)
        start, had = server.dump(live), rows(live)
        plan = migration.plan(live, declare({"schema.toml": after}))
        migration.apply(live, plan)
        assert fetch(live, "select id from t order by id") == [(n,) for n in ids]
        assert fetch(live, "select last_value, is_called from t_id_seq") == [(ids[-1], True)]
        if "materialized" in after:
            assert fetch(live, "select id from m order by id") == [(n,) for n in ids]
        assert not migration.plan(live, declare({"schema.toml": after})).steps
        run_sql(live, "insert into t (n) values ('z'); delete from t where n = 'z'")
        migration.apply(live, migration.plan_back(live, plan))
        assert server.dump(live) == start
        assert rows(live) == had
        run_sql(live, "insert into t values ('z')")


SERIAL = "create table t (id serial primary key, n text); insert into t (n) values ('a'), ('b');"
TABLE = "[tables.tt]\nrenamed_from = 't'\nprimary_key = ['id']\n"
COLUMN = "[tables.t.columns]\nkey = { type = 'serial', renamed_from = 'id' }\nn = { type = 'text', null = true }\n"
NEW_T = "[tables.t]\nprimary_key = ['id']\n[tables.t.columns]\nid = 'serial'\n"

# What is there, what is declared, the table and its sequence by their new names.
RENAMED = {
    "a table": (SERIAL, TABLE + COLUMNS.replace("t.col", "tt.col"), "tt", "tt_id_seq"),
    "a column": (SERIAL, "[tables.t]\nprimary_key = ['key']\n" + COLUMN, "t", "t_key_seq"),
    "a table and its column": (
        SERIAL,
        TABLE.replace("'id'", "'key'") + COLUMN.replace("t.col", "tt.col"),
        "tt",
        "tt_key_seq",
    ),
    "a table whose name another takes": (
        SERIAL,
        TABLE + COLUMNS.replace("t.col", "tt.col") + NEW_T,
        "tt",
        "tt_id_seq",
    ),
    "a table that goes to another schema": (
        "create schema other; alter schema other owner to current_user;"
        + SERIAL.replace("table t", "table other.t").replace("into t", "into other.t"),
        "[schemas.other]\n[tables.tt]\nrenamed_from = 'other.t'\nprimary_key = ['id']\n"
        + COLUMNS.replace("t.col", "tt.col"),
        "tt",
        "tt_id_seq",
    ),
    "a table whose sequence is otherwise too": (
        SERIAL + "alter sequence t_id_seq cache 5; select setval('t_id_seq', 2)",
        TABLE + COLUMNS.replace("t.col", "tt.col"),
        "tt",
        "tt_id_seq",
    ),
    "a table that was renamed by hand": (
        SERIAL + "alter table t rename to tt",
        KEY.replace("t]", "tt]").replace("['id']", "{ columns = ['id'], name = 't_pkey' }")
        + COLUMNS.replace("t.col", "tt.col"),
        "tt",
        "tt_id_seq",
    ),
    "a sequence that was named by hand": (
        "create table t (id int primary key, n text); insert into t values (1, 'a'), (2, 'b'); create sequence t_seq"
        " as int owned by t.id; alter table t alter id set default nextval('t_seq'); select setval('t_seq', 2)",
        KEY + COLUMNS,
        "t",
        "t_id_seq",
    ),
}


@pytest.mark.in_turn(4)
@pytest.mark.parametrize("reverse_ties", [False, True])
@pytest.mark.parametrize("case", RENAMED)
def test_its_sequence_is_renamed_along(servers: Callable[[int], Server], case: str, reverse_ties: bool) -> None:
    (before, after, table, sequence), server = RENAMED[case], servers(max(INSTALLED))
    migration = Migration(server.scratch(), reverse_ties=reverse_ties)
    with server.database() as live:
        run_sql(live, before)
        start, had = server.dump(live), rows(live)
        ((number,),) = fetch(live, "select oid from pg_class where relkind = 'S'")
        there = f"select oid, (pg_sequence_last_value(oid)) from pg_class where oid = '{sequence}'::regclass"
        plan = migration.plan(live, declare({"schema.toml": after}))
        migration.apply(live, plan)
        assert fetch(live, there) == [(number, 2)]
        assert not migration.plan(live, declare({"schema.toml": after})).steps
        run_sql(live, f"insert into {table} (n) values ('z')")
        run_sql(live, f"delete from {table} where n = 'z'")
        migration.apply(live, migration.plan_back(live, plan))
        assert server.dump(live) == start
        assert rows(live) == had
        assert fetch(live, f"select pg_sequence_last_value({number})")[0][0] in (3, 7)
        owned = f"select refobjid::regclass from pg_depend where objid = {number} and deptype = 'a'"
        ((home,),) = fetch(live, owned)
        run_sql(live, f"insert into {home} (n) values ('z')")
