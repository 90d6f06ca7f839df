"""What is made of a transaction that the server has forgotten: the catalogue tells, or nothing does."""

from __future__ import annotations

import pytest

from faberdb.apply.fits import without_doubt
from faberdb.errors import StoppedError
from faberdb.model import Action, Address, JournalEntry, Object, Risk, Statement, Step
from faberdb.plan.codec import to_json
from faberdb.plan.document import Plan, Stage
from faberdb.plan.fingerprint import fingerprint
from faberdb.plan.in_doubt import settled
from faberdb.plan.standing import reconciled, without_effect
from tests.unit.test_plan_document import PLAN

TABLE = Address("table", ("public", "customer"))


def stages(first: str, second: str) -> Plan:
    """A plan of three transactions, by the fingerprints after the first two."""
    return PLAN._replace(
        plan_id="0123456789",
        environment="live",
        from_fingerprint="none",
        to_fingerprint="all",
        steps=tuple(Step(f"s{n}", TABLE, Action.ALTER, Statement("ALTER", Risk.SAFE), n) for n in (1, 2, 3)),
        stages=(Stage(1, first, ()), Stage(2, second, ())),
    )


def entry(done: set[int], in_doubt: set[int]) -> JournalEntry:
    return JournalEntry("a", 1, "apply", "running", "ann", "", "", frozenset(done), frozenset(in_doubt))


def test_the_catalogue_tells() -> None:
    plan, mine = stages("one", "two"), entry({1}, {2})
    assert settled(plan, mine, "one") == frozenset({1})
    assert settled(plan, mine, "two") == frozenset({1, 2})
    assert settled(plan, mine, "by hand") is None
    assert settled(plan, entry({1}, set()), "by hand") == frozenset({1})


def test_where_it_looks_the_same_nothing_is_guessed() -> None:
    plan, mine = stages("same", "same"), entry({1}, {2})
    assert settled(plan, mine, "same") is None
    with pytest.raises(StoppedError, match="it is not known whether step s2 of plan 01234567 took effect") as told:
        without_doubt(plan, mine, "same")
    assert "faberdb plan live" in told.value.advice
    assert without_doubt(plan, mine, "by hand") == {1}, "what was changed by hand is told by who compares next"


def test_of_several_the_catalogue_tells_how_many() -> None:
    plan, mine = stages("one", "two"), entry(set(), {1, 2})
    assert [settled(plan, mine, now) for now in ("none", "one", "two")] == [
        frozenset(),
        frozenset({1}),
        frozenset({1, 2}),
    ]


def test_of_what_did_not_take_effect_nothing_is_taken_back_and_not_the_plan_before_it_either() -> None:
    plan = stages("one", "two")._replace(from_fingerprint=fingerprint({}))
    halted = entry(set(), {1})._replace(plan_id=plan.plan_id, document=to_json(plan))
    found = reconciled(None, [halted], "live", {})
    assert (found.state, found.unclear) == (None, ())
    assert without_effect([halted], found, "live") == halted
    unclear = reconciled(None, [halted], "live", {TABLE: Object(TABLE, {})})
    assert unclear.unclear == (plan.plan_id,)
    assert without_effect([halted], unclear, "live") is None
