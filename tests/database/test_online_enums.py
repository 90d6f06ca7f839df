"""An enum that columns of tables in use are of loses a value, or has its values in another order."""

from __future__ import annotations

from collections.abc import Set

import pytest

from faberdb.model import Address
from tests.migration import Migration, build_directly, declare, every, there_and_back
from tests.servers import Server, fetch, run_sql

BEFORE = """
[enums]
mood = ["low", "even", "high", "gone"]

[tables.acc]
primary_key = ["id"]
columns.id = "int"
columns.feeling = { type = "mood", default = "'even'", comment = "how they feel" }
columns.earlier = { type = "mood[]", null = true }
checks.acc_feeling_check = "feeling > 'low' or id > 0"
indexes.acc_feeling_idx = ["feeling"]

[views.happy]
query = "select id, feeling from acc where feeling = 'high'"
"""


def live(conninfo: str) -> None:
    build_directly(conninfo, declare({"public.toml": BEFORE}))
    run_sql(
        conninfo,
        "insert into acc select n, (array['low', 'even', 'high']::mood[])[1 + n % 3], array['low', 'even']::mood[]"
        " from generate_series(1, 2000) n",
    )


@pytest.mark.parametrize(
    "values", ['["low", "even", "high"]', '["high", "gone", "even", "low"]'], ids=["less", "order"]
)
def test_no_table_is_rewritten_under_a_lock(server: Server, values: str) -> None:
    with server.database() as conninfo:
        live(conninfo)
        text = BEFORE.replace('["low", "even", "high", "gone"]', values)
        plan = there_and_back(Migration(server.scratch(), online=every), server, conninfo, text)
        assert not [step.address.name for step in plan.steps if step.effects and step.effects.rewrites]
        swap = next(s.transaction for s in plan.steps if s.statement.sql.startswith("DROP TYPE"))
        assert not [s for s in plan.steps if s.transaction == swap and s.effects and s.effects.scans]


def test_rows_that_have_the_value_are_named(newest: Server) -> None:
    after = declare({"public.toml": BEFORE.replace(', "gone"]', "]")})
    with newest.database() as conninfo:
        live(conninfo)
        run_sql(conninfo, "update acc set feeling = 'gone' where id = 7")
        plan = Migration(newest.scratch(), online=every).plan(conninfo, after)
        found = [fetch(conninfo, q) for step in plan.steps for q in step.statement.probe if "feeling" in q]
        assert [("public.acc", "7")] in found


def test_small_tables_follow_at_once(newest: Server) -> None:
    text = BEFORE + '[tables.small]\ncolumns.feeling = "mood"\nprimary_key = ["feeling"]\n'

    def large(tables: Set[Address]) -> Set[Address]:
        return {table for table in tables if table.path[-1] == "acc"}

    with newest.database() as conninfo:
        build_directly(conninfo, declare({"public.toml": text}))
        run_sql(conninfo, "insert into acc select n, 'low' from generate_series(1, 500) n")
        run_sql(conninfo, "insert into small values ('low'), ('even')")
        migration = Migration(newest.scratch(), online=large)
        plan = there_and_back(migration, newest, conninfo, text.replace(', "gone"]', "]"))
        rewritten = {step.effects.rewrites for step in plan.steps if step.effects and step.effects.rewrites}
        assert all("acc" not in label for labels in rewritten for label in labels), rewritten


def test_under_a_foreign_key_the_type_changes_at_once(newest: Server) -> None:
    """It does not hold between the type that is there and the new one."""
    text = """
[enums]
mood = ["low", "even", "gone"]

[tables.mood_name]
primary_key = ["mood"]
columns.mood = "mood"

[tables.acc]
primary_key = ["id"]
columns.id = "int"
columns.feeling = "mood"
foreign_keys.acc_feeling_fkey = { columns = ["feeling"], references = { table = "mood_name", columns = ["mood"] } }
"""
    with newest.database() as conninfo:
        build_directly(conninfo, declare({"public.toml": text}))
        run_sql(conninfo, "insert into mood_name values ('low'), ('even'); insert into acc values (1, 'low')")
        migration = Migration(newest.scratch(), online=every)
        plan = there_and_back(migration, newest, conninfo, text.replace(', "gone"]', "]"))
        assert not any(step.statement.batches for step in plan.steps)
