"""What a plan that stopped part way has left unfinished, as its stages tell."""

from __future__ import annotations

from faberdb.model import Action, Address, Batches, Object, Statement, Step
from faberdb.plan.document import Difference, Plan, Stage
from faberdb.plan.fingerprint import fingerprint
from faberdb.plan.half_way import Halted
from tests.unit.test_plan_document import PLAN


def named(kind: str, *path: str) -> Object:
    return Object(Address(kind, ("public", *path)), {})


TABLE, COLUMN = named("table", "customer"), named("column", "customer", "email")
TRIGGER = named("trigger", "customer", "~email__faberdb_new")


def halted(changed: list[Object], *, came: bool = True, renames: tuple[tuple[Object, Object], ...] = ()) -> Halted:
    """A plan that is to write rows of the column in its second transaction, after the first has made these objects.
    came: the column is one of what the plan makes, too."""
    parts = Statement("UPDATE", outside=True, batches=Batches("public.customer", ("id",), "", COLUMN.address))
    live = {o.address: o for o in (TABLE, COLUMN, *changed)}
    new = [*changed, COLUMN] if came else changed
    plan: Plan = PLAN._replace(
        renames=renames,
        differences=(Difference(COLUMN.address, None, COLUMN),) if came else (),
        steps=(
            Step("1", TABLE.address, Action.ALTER, Statement("ALTER"), 1),
            Step("2", COLUMN.address, Action.ALTER, parts, 2),
        ),
        stages=(Stage(1, fingerprint(live), tuple(Difference(o.address, None, o) for o in new)),),
    )
    return Halted(plan, frozenset({1}))


def test_what_is_neither_of_before_nor_of_after_is_the_plan_s_own() -> None:
    found, live = halted([TRIGGER]), {o.address: o for o in (TABLE, COLUMN, TRIGGER)}
    assert found.own(live) == [TRIGGER.address]
    assert found.goes_on(live)
    del live[TRIGGER.address]
    assert found.own(live) == [], "somebody has dropped it"
    assert not found.goes_on(live)


def test_rows_are_unwritten_of_what_the_plan_has_come_to() -> None:
    live = {o.address: o for o in (TABLE, COLUMN)}
    assert halted([]).unwritten(live) == [COLUMN.address]
    assert halted([], came=False).unwritten(live) == [], "a plan from here would write them as this one would have"


def test_a_name_that_the_plan_gives_is_not_its_own() -> None:
    old, new = named("table", "client"), TABLE
    gone = named("index", "client", "by_email")
    found = halted([named("index", "customer", "by_email")], renames=((old, new),))
    (stage,) = found.plan.stages
    stage = stage._replace(differences=(*stage.differences, Difference(gone.address, gone, None)))
    live = {o.address: o for o in (TABLE, COLUMN, named("index", "customer", "by_email"))}
    assert Halted(found.plan._replace(stages=(stage,)), found.done).own(live) == []
    assert found.own(live) == [named("index", "customer", "by_email").address], "nothing says that it was there before"
