"""A partition leaves its table and comes back to it in one plan, while rows elsewhere refer to rows of it: the foreign
keys that point at its table are off meanwhile."""

from __future__ import annotations

import pytest

from faberdb_providers.postgres.hazards import codes
from tests.migration import Migration, declare
from tests.servers import Server, rows, run_sql

SHELF = """
[tables.shelf]
partition_by = "range (id)"
primary_key = ["id", "place"]
[tables.shelf.columns]
id = "integer"
place = "integer"
above = { type = "integer", null = true }
above_place = { type = "integer", null = true }
[tables.low]
partition_of = "shelf"
bound = "for values from (0) to (10)"
"""
OFFER = """
[tables.offer.columns]
shelf = { type = "integer", null = true }
place = { type = "integer", null = true }
[tables.offer.foreign_keys.offer_shelf_place_fkey]
columns = ["shelf", "place"]
references = { table = "shelf", columns = ["id", "place"] }
comment = "kept"
"""
ITSELF = """
[tables.shelf.foreign_keys.shelf_above_above_place_fkey]
columns = ["above", "above_place"]
references = { table = "shelf", columns = ["id", "place"] }
"""
HIGH = """
[tables.high]
partition_of = "shelf"
bound = "for values from (10) to (20)"
"""
WIDER = HIGH.replace("20", "30")
DEFAULT = HIGH.replace("for values from (10) to (20)", "default")
PARTITIONED = HIGH + 'partition_by = "list (place)"\n'
ONE = '[tables.high_one]\npartition_of = "high"\nbound = "for values in (1)"\n'
ROWS = "insert into shelf values (1, 1, null, null), (11, 1, 1, 1), (2, 1, 11, 1);"
OFFERS = "insert into offer values (1, 1), (11, 1);"

# What is declared before, and after, besides.
CASES = {
    "its bound gets wider": (HIGH, WIDER),
    "a default gets a bound": (DEFAULT, HIGH),
    "it is partitioned now": (HIGH, PARTITIONED + ONE),
    "it is partitioned no more": (PARTITIONED + ONE, HIGH),
    "a partition of it changes": (PARTITIONED + ONE, PARTITIONED + ONE.replace("(1)", "(1, 2)")),
}


@pytest.mark.in_turn(2)
@pytest.mark.parametrize(("itself", "reverse_ties"), [(False, False), (True, True)])
@pytest.mark.parametrize("case", CASES)
def test_a_partition_that_rows_refer_to_leaves_and_comes_back(
    server: Server, case: str, itself: bool, reverse_ties: bool
) -> None:
    before, after = (SHELF + (ITSELF if itself else OFFER) + text for text in CASES[case])
    migration = Migration(server.scratch(), reverse_ties=reverse_ties)
    with server.database() as live:
        migration.apply(live, migration.plan(live, declare({"schema.toml": before}), "first"))
        run_sql(live, ROWS + ("" if itself else OFFERS))
        start, held = server.dump(live), rows(live)
        plan = migration.plan(live, declare({"schema.toml": after}))
        added = next(
            step for step in plan.steps if "ADD CONSTRAINT" in step.statement.sql and "FOREIGN" in step.statement.sql
        )
        assert codes.ADD_FOREIGN_KEY in {hazard.code for hazard in added.statement.hazards}
        migration.apply(live, plan)
        assert not migration.plan(live, declare({"schema.toml": after})).steps
        migration.apply(live, migration.plan_back(live, plan))
        assert server.dump(live) == start
        assert rows(live) == held


def test_what_only_a_partition_is_told_leaves_the_foreign_keys(server: Server) -> None:
    migration = Migration(server.scratch())
    with server.database() as live:
        migration.apply(live, migration.plan(live, declare({"schema.toml": SHELF + OFFER + HIGH}), "first"))
        plan = migration.plan(live, declare({"schema.toml": SHELF + OFFER + HIGH + "options = { fillfactor = 70 }\n"}))
        assert [step.statement.sql for step in plan.steps] == ["ALTER TABLE public.high SET (fillfactor=70)"]
