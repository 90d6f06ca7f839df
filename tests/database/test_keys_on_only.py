"""Keys and indexes ON ONLY a partitioned table, as a half-done change has them: partitions get theirs one by one, and
the whole is valid once all have one."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.migration import Migration
from tests.servers import Server, rows, run_sql

TABLE = """
create table t (id int not null, area text not null) partition by list (area);
create table t_a partition of t for values in ('a') partition by range (id);
create table t_a1 partition of t_a for values from (0) to (100);
create table t_b partition of t for values in ('b');
"""
THIRD = "create table t_c partition of t for values in ('c');"
ONLY = "alter table only t add constraint t_key {key} (id, area);"
WHOLE = "alter table t add constraint t_key {key} (id, area);"
OTHERWISE = "alter table t add constraint t_key {key} (area, id);"
OWN = "alter table t_b add constraint b_key {key} (id, area);"
ATTACHED = OWN + "alter index t_key attach partition b_key;"


@dataclass(frozen=True)
class Case:
    before: str
    after: str


CASES = {
    "it becomes the whole table's": Case(TABLE + ONLY, TABLE + WHOLE),
    "with the one of a partition": Case(TABLE + ONLY + ATTACHED, TABLE + WHOLE),
    "it comes": Case(TABLE, TABLE + ONLY),
    "it comes with the one of a partition": Case(TABLE, TABLE + ONLY + ATTACHED),
    "a partition's becomes a part of it": Case(TABLE + ONLY + OWN, TABLE + ONLY + ATTACHED),
    "a partition gets one": Case(TABLE + ONLY, TABLE + ONLY + ATTACHED),
    "its columns change": Case(TABLE + ONLY + ATTACHED, TABLE + OTHERWISE),
    "a partition comes": Case(TABLE + ONLY + ATTACHED, TABLE + ONLY + ATTACHED + THIRD),
    "a partition without one goes": Case(TABLE + THIRD + ONLY + ATTACHED, TABLE + ONLY + ATTACHED),
    "it goes": Case(TABLE + ONLY + ATTACHED, TABLE),
    "everything goes": Case(TABLE + ONLY + ATTACHED, ""),
}
BACK = {name: Case(case.after, case.before) for name, case in CASES.items() if name != "a partition without one goes"}
KEYS = {"primary_key": "primary key", "unique": "unique", "index": ""}


def _text(sql: str, kind: str) -> str:
    if kind == "index":
        for table, name in (("only t", "t_key"), ("t", "t_key"), ("t_b", "b_key")):
            sql = sql.replace(f"alter table {table} add constraint {name} {{key}}", f"create index {name} on {table}")
    return sql.format(key=KEYS[kind])


@pytest.mark.in_turn(4)
@pytest.mark.parametrize("kind", KEYS)
@pytest.mark.parametrize("case", [*CASES, *(f"{name}, and back" for name in BACK)])
def test_it_leads_there_and_back(newest: Server, kind: str, case: str) -> None:
    told = BACK[case.removesuffix(", and back")] if case.endswith(", and back") else CASES[case]
    migration = Migration(newest.scratch())
    with newest.database() as live, newest.database() as wanted:
        run_sql(live, _text(told.before, kind))
        if told.before:
            run_sql(live, "insert into t select n, area from generate_series(1, 3) n, unnest(array['a', 'b']) area")
        run_sql(wanted, _text(told.after, kind))
        start, start_rows = newest.dump(live), rows(live)
        plan = migration.plan_towards(live, wanted)
        migration.apply(live, plan)
        assert newest.dump(live) == newest.dump(wanted)
        assert not migration.plan_towards(live, wanted).steps
        migration.apply(live, migration.plan_back(live, plan))
        assert (newest.dump(live), rows(live)) == (start, start_rows)
