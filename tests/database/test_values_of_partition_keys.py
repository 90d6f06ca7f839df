"""A value is added to an enum that tables are partitioned by: nothing takes it back, which the plan says."""

from __future__ import annotations

from tests.migration import Migration, declare
from tests.servers import Server, fetch, rows, run_sql

BEFORE = """
create type mood as enum ('sad', 'ok');
create table day (id integer not null, mood mood) partition by list (mood);
create table day_sad partition of day for values in ('sad');
insert into day values (1, 'sad');
"""
AFTER = """
[enums]
mood = ["sad", "ok", "happy"]

[tables.day]
partition_by = "list (mood)"
columns.id = "integer"
columns.mood = { type = "mood", null = true }

[tables.day_sad]
partition_of = "day"
bound = "for values in ('sad')"
"""
MORE = """
[tables.day_happy]
partition_of = "day"
bound = "for values in ('happy')"
"""
VALUES = "select enumlabel::text from pg_enum order by enumsortorder"


def test_a_value_stays_where_tables_are_partitioned_by_it(server: Server) -> None:
    migration = Migration(server.scratch())
    with server.database() as live:
        run_sql(live, BEFORE)
        start = rows(live)
        plan = migration.plan(live, declare({"public.toml": AFTER + MORE}))
        assert any("undo: none" in hazard.message for step in plan.steps for hazard in step.statement.hazards)
        migration.apply(live, plan)
        assert not migration.plan(live, declare({"public.toml": AFTER + MORE})).steps
        migration.apply(live, migration.plan_back(live, plan))
        assert rows(live) == start
        assert fetch(live, VALUES) == [("sad",), ("ok",), ("happy",)]
        assert not fetch(
            live, "select from pg_class where relname = 'day_happy' and relnamespace = 'public'::regnamespace"
        )
