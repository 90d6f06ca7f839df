"""The judge of plans that rows stop: it lets through what rows are the cause of, and nothing else."""

from __future__ import annotations

import pytest

from faberdb.errors import RolledBackError
from faberdb.plan.document import Plan
from tests.database.ways_out import Ways, applied_or_emptied, because_of_rows
from tests.migration import Migration, build_directly, declare
from tests.servers import Server, rows, run_sql

BEFORE = {
    "t.toml": '[enums]\nmood = ["sad", "ok"]\n[tables.t.columns]\nid = "int"\nis_in = { type = "mood", null = true }\n'
}
NOT_NULL = {"t.toml": BEFORE["t.toml"].replace(", null = true", "")}
AFTER_A_COMMIT = {"t.toml": NOT_NULL["t.toml"].replace('"ok"]', '"ok", "glad"]')}
AFTER_A_COMMIT = {"t.toml": AFTER_A_COMMIT["t.toml"].replace('type = "mood"', 'type = "mood", default = "\'glad\'"')}


@pytest.mark.parametrize(
    ("after", "way"),
    [
        (BEFORE | {"u.toml": '[tables.u.columns]\nid = "int"\n'}, "there and back"),
        (NOT_NULL, "rows in the way"),
        (AFTER_A_COMMIT, "rows in the way of what came after a commit"),
    ],
    ids=["none", "at once", "after a commit"],
)
def test_rows_that_do_not_fit(newest: Server, after: dict[str, str], way: str) -> None:
    migration = Migration(newest.scratch())
    with newest.database() as live, newest.database() as wanted:
        build_directly(live, declare(BEFORE))
        build_directly(wanted, declare(after))
        run_sql(live, "insert into t values (1, null)")
        plan = migration.plan(live, declare(after))
        assert applied_or_emptied(newest, migration, live, declare(after), plan).way == way
        assert newest.dump(live) == newest.dump(wanted)


def test_what_no_rows_can_be_the_cause_of(newest: Server) -> None:
    """A step that is wrong, and one that fails on rows without having said that it can."""
    migration = Migration(newest.scratch())
    with newest.database() as live:
        build_directly(live, declare(BEFORE))
        run_sql(live, "insert into t values (1, null)")
        plan = migration.plan(live, declare(NOT_NULL))
        before = newest.dump(live), rows(live)
        with pytest.raises(AssertionError, match=r"no rows can be why this failed: .*ERROR 42P01"):
            applied_or_emptied(newest, migration, live, declare(NOT_NULL), instead(plan, "select from nowhere"))
        silent = plan.steps[-1]._replace(statement=plan.steps[-1].statement._replace(hazards=(), probe=()))
        with pytest.raises(RolledBackError) as failed:
            migration.apply(live, plan._replace(plan_id="silent", steps=(*plan.steps[:-1], silent)))
        with pytest.raises(AssertionError, match="does not say that rows can stop this"):
            because_of_rows(failed.value, silent)
        assert (newest.dump(live), rows(live)) == before


def test_a_plan_that_stopped_elsewhere_than_its_journal_says(newest: Server) -> None:
    migration = Migration(newest.scratch())
    with newest.database() as live:
        build_directly(live, declare(BEFORE))
        run_sql(live, "insert into t values (1, null)")
        plan = migration.plan(live, declare(AFTER_A_COMMIT))
        astray = plan._replace(stages=tuple(s._replace(differences=()) for s in plan.stages))
        with pytest.raises(AssertionError, match="after a commit: not as it was before"):
            applied_or_emptied(newest, migration, live, declare(AFTER_A_COMMIT), astray)


def test_a_run_that_rows_stop_too_often_says_so() -> None:
    ways = Ways()
    ways.taken.update({"there and back": 30, "nothing to do": 40, "rows in the way": 7})
    ways.hold()
    ways.taken["rows in the way of what came after a commit"] += 1
    with pytest.raises(AssertionError, match="rows stopped 8 of 38 plans"):
        ways.hold()


def instead(plan: Plan, sql: str) -> Plan:
    """The plan with another statement as its last step."""
    *others, last = plan.steps
    return plan._replace(plan_id="wrong", steps=(*others, last._replace(statement=last.statement._replace(sql=sql))))
