"""How a plan of random schemas may end where rows do not fit what it wants, and how often it may."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from hypothesis import event

from faberdb.errors import FaberError, RolledBackError, StoppedError
from faberdb.model import Limits, LiveRows, Step
from faberdb.plan.document import Plan
from faberdb.plan.fingerprint import fingerprint
from faberdb.plan.standing import reconciled
from faberdb.plan.state import Record
from faberdb_providers.postgres.provider import provider
from tests.database.random_rows import empty
from tests.migration import Declared, Migration, opened
from tests.servers import Server, rows

# What rows can cause: a value that another type does not hold, and broken constraints. Nothing else in these classes:
# 22023, say, is an argument that a plan got wrong.
OF_ROWS = re.compile(r"ERROR (22001|22003|22007|22008|22012|22P02|2200H|23502|23503|23505|23514|23P01):")

# Hazards that say that rows can stop the step.
STOPPED_BY_ROWS = frozenset(
    "add-constraint add-foreign-key add-key attach default-partition domain-constraint enum-rebuild required-column"
    " set-not-null too-long type-change".split()
)
FIT = LiveRows()
FEW = 0.2
"""Of the plans with something to do, how many rows may stop: a run where they stop more tests little."""


@dataclass
class Ways:
    """How many pairs went which way."""

    taken: Counter[str] = field(default_factory=Counter)

    def count(self, way: str) -> None:
        event(way)
        self.taken[way] += 1

    def hold(self) -> None:
        """Fails where rows stopped too many plans."""
        print(*(f"{number} {way}" for way, number in self.taken.most_common()), sep=", ")
        stopped = sum(number for way, number in self.taken.items() if way.startswith("rows"))
        planned = self.taken.total() - self.taken["nothing to do"]
        assert stopped <= max(3, FEW * planned), f"rows stopped {stopped} of {planned} plans: {dict(self.taken)}"


@dataclass(frozen=True)
class Applied:
    """The plan that was applied in the end, the rows that were there before it, and the way it went."""

    plan: Plan
    rows: dict[str, tuple[int, str]]
    way: str


def applied_or_emptied(server: Server, migration: Migration, live: str, declared: Declared, plan: Plan) -> Applied:
    """Apply the plan; where rows stop it, hold what is left of it against its promise, and apply it without rows."""
    start, start_rows = server.dump(live), rows(live)
    foretold = _foretold(live, plan)
    begun: list[Step] = []
    try:
        migration.apply(live, plan, begun.append)
        wrong = [step.statement.sql for step in plan.steps if foretold.get(step.id, FIT).number]
        assert not wrong, f"no row was in the way of what was said to be stopped: {wrong}"
        return Applied(plan, start_rows, "there and back")
    except RolledBackError as error:
        because_of_rows(error, begun[-1])
        way = "rows in the way"
    except StoppedError as error:
        because_of_rows(error, begun[-1])
        record = stopped_as_told(live, plan)
        migration.apply(live, migration.plan_back(live, record, "half back"))
        way = "rows in the way of what came after a commit"
    assert foretold.get(begun[-1].id) != FIT, f"the rows were said to fit: {begun[-1].statement.sql}"
    assert (server.dump(live), rows(live)) == (start, start_rows), f"{way}: not as it was before"
    empty(live)
    no_rows = rows(live)
    plan = migration.plan(live, declared, "without rows")
    migration.apply(live, plan)
    return Applied(plan, no_rows, way)


def _foretold(live: str, plan: Plan) -> dict[str, LiveRows]:
    """What is said of live rows before the plan runs, by step."""
    with opened(live) as session:
        steps = provider.with_live_rows(session, plan.steps, Limits(statement=10.0))
    return {step.id: step.live for step in steps if step.live is not None}


def because_of_rows(error: FaberError, step: Step) -> None:
    """Fails unless the server's words are about rows, and the step says that rows can stop it."""
    statement = step.statement
    told = " | ".join((statement.sql, *error.detail))
    assert any(map(OF_ROWS.match, error.detail)), f"no rows can be why this failed: {told}"
    said = STOPPED_BY_ROWS & {hazard.code for hazard in statement.hazards}
    assert said or statement.probe, f"the plan does not say that rows can stop this: {told}"


def stopped_as_told(live: str, plan: Plan) -> Record:
    """What the journal says was done of a plan that stopped. Fails unless that is just what the database is now."""
    with opened(live) as session:
        entries, objects = provider.target(session).journal(), session.inspect().objects
    entry = next(entry for entry in entries if entry.plan_id == plan.plan_id)
    assert (entry.state, bool(entry.done), plan.complete(entry.done)) == ("stopped", True, False)
    assert fingerprint(objects) == plan.fingerprint_after(entry.done), "not as the plan's stage has it"
    found = reconciled(None, entries, plan.environment, objects)
    assert found.state is not None, found
    assert not found.unclear
    record = found.state.applied[-1]
    assert (record.plan_id, record.outcome) == (plan.plan_id, "stopped")
    return record
