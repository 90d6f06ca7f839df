"""A foreign key that more than one key of its table could serve hangs on one of them, and is made anew only where that
one goes."""

from __future__ import annotations

import pytest

from tests.migration import Migration, declare
from tests.servers import Server, run_sql

TABLE = """
[tables.unit.columns]
id = "bigint"
code = { type = "text", null = true }
above = { type = "bigint", null = true }
[tables.unit.foreign_keys.above_fkey]
columns = ["above"]
references = { table = "unit", columns = ["id"] }
"""
PRIMARY = "[tables.unit.primary_key]\ncolumns = ['id']\n"
TWIN = "[tables.unit.uniques.twin]\ncolumns = ['id']\n"
INDEX = "[tables.unit.indexes.twin]\non = ['id']\nunique = true\n"
COVERING = "include = ['code']\n"

CREATE = "create table unit (id bigint not null, code text, above bigint);"
KEY = "alter table unit add constraint unit_pkey primary key (id);"
OTHER = "alter table unit add constraint twin unique (id);"
OTHER_INDEX = "create unique index twin on unit (id);"
REFERENCE = "alter table unit add constraint above_fkey foreign key (above) references unit (id);"
BY_KEY = "alter table unit add constraint above_fkey foreign key (above) references unit;"

# What was done by hand, what is declared, and whether the foreign key has to be made anew for it.
CASES = {
    "the other key goes": (CREATE + KEY + OTHER + REFERENCE, TABLE + PRIMARY, False),
    "the other key came first, and goes": (CREATE + OTHER + KEY + REFERENCE, TABLE + PRIMARY, True),
    "the other key came first, and goes, unused": (CREATE + OTHER + KEY + BY_KEY, TABLE + PRIMARY, False),
    "the other index came first, and goes": (CREATE + OTHER_INDEX + KEY + REFERENCE, TABLE + PRIMARY, True),
    "the other index came last, and goes": (CREATE + KEY + REFERENCE + OTHER_INDEX, TABLE + PRIMARY, False),
    "the primary key changes, used": (CREATE + KEY + OTHER + REFERENCE, TABLE + PRIMARY + COVERING + TWIN, True),
    "the primary key changes, unused": (CREATE + OTHER + KEY + REFERENCE, TABLE + PRIMARY + COVERING + TWIN, False),
    "the primary key goes, used": (CREATE + KEY + OTHER + REFERENCE, TABLE + TWIN, True),
    "the primary key goes, unused": (CREATE + OTHER + KEY + REFERENCE, TABLE + TWIN, False),
    "both change": (CREATE + OTHER + KEY + REFERENCE, TABLE + PRIMARY + COVERING + TWIN + COVERING, True),
    "a constraint becomes an index": (CREATE + OTHER + REFERENCE, TABLE + INDEX, True),
    "an index becomes a constraint, the key stays": (
        CREATE + OTHER_INDEX + KEY + REFERENCE,
        TABLE + PRIMARY + TWIN,
        True,
    ),
    "another key comes": (CREATE + KEY + REFERENCE, TABLE + PRIMARY + TWIN, False),
}


# The foreign key is far where it is on a table that the plan has nothing to do with, in a database that is too large to
# be copied to scratch as a whole.
FAR = TABLE.replace("[tables.unit.foreign_keys", "[tables.far.columns]\nabove = 'bigint'\n[tables.far.foreign_keys")


@pytest.mark.in_turn(4)
@pytest.mark.parametrize("way", ["near", "near, ties reversed", "far"])
@pytest.mark.parametrize("case", CASES)
def test_a_foreign_key_is_made_anew_for_the_key_it_hangs_on(
    newest: Server, monkeypatch: pytest.MonkeyPatch, case: str, way: str
) -> None:
    by_hand, text, anew = CASES[case]
    if way == "far":
        monkeypatch.setattr("faberdb.prove.planner.FULL_UP_TO", 0)
        by_hand = "create table far (above bigint not null);" + by_hand.replace(REFERENCE, _far(REFERENCE))
        by_hand, text = by_hand.replace(BY_KEY, _far(BY_KEY)), text.replace(TABLE, FAR)
    migration = Migration(newest.scratch(), reverse_ties=way.endswith("reversed"))
    with newest.database() as live:
        run_sql(live, by_hand + "insert into unit values (1, 'a', null), (2, 'b', 1)")
        start = newest.dump(live)
        plan = migration.plan(live, declare({"schema.toml": text}))
        assert anew == any("DROP CONSTRAINT above_fkey" in step.statement.sql for step in plan.steps)
        migration.apply(live, plan)
        assert not migration.plan(live, declare({"schema.toml": text})).steps
        migration.apply(live, migration.plan_back(live, plan))
        assert newest.dump(live) == start


def _far(statement: str) -> str:
    return statement.replace("alter table unit", "alter table far")
