"""What a plan may do in an environment: a pass of its own over the finished plan, which a violation leaves as it is, so
that people see all of what they were refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from faberdb.diff.suspected import CODE as SUSPECTED
from faberdb.errors import RefusedError
from faberdb.model import IRREVERSIBLE, LEFT_OUT, OF_OTHERS, OF_SERVICE, Action, Address, Risk
from faberdb.plan.document import Plan

SHOWN = 5
"""How many objects a violation names."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one environment.

    max_risk: plans with a higher one are refused. protected: objects that no plan may drop or replace. strict: nothing
    may be left to guesses (a suspected rename) or out of sight (what is not managed). guarded: whether people depend on
    the environment; then guesses are refused too. accepted: whether what no rollback takes back may be done.
    """

    max_risk: Risk = Risk.DESTRUCTIVE
    protected: frozenset[Address] = frozenset()
    strict: bool = False
    guarded: bool = False
    accepted: bool = False


@dataclass(frozen=True, slots=True)
class Violation:
    """What a plan does that a rule forbids, and how to get on."""

    what: str
    advice: str


def violations(plan: Plan, rules: Rules) -> Iterator[Violation]:
    """All that the rules forbid in a plan. One that takes another back is bound by none: it must always be open."""
    if plan.kind != "apply":
        return
    if plan.risk > rules.max_risk:
        yield Violation(
            f"the plan is {plan.risk.word}; environment {plan.environment} takes at most {rules.max_risk.word}",
            "make the change in safer parts, or raise max_risk in faberdb.toml",
        )
    lost = [
        c.address for c in plan.changes if c.action in (Action.DROP, Action.REPLACE) and c.address in rules.protected
    ]
    if lost:
        yield Violation(
            f"it drops or replaces what is protected: {_named(lost)}",
            "declare it with `protect = false` and apply that first",
        )
    guessed = sorted({s.address for s in plan.steps for h in s.statement.hazards if h.code == SUSPECTED})
    if guessed and (rules.strict or rules.guarded):
        yield Violation(
            f"it may drop what was only renamed: {_named(guessed)}",
            'write `renamed_from = "OLD NAME"` with the new one, or `renamed_from = false` where it is new',
        )
    lasting = irreversible(plan)
    if lasting and not rules.accepted:
        yield Violation(
            f"no rollback takes back what it does to {_named(lasting)}",
            "look at its hazards (faberdb plan), and apply with --accept-irreversible if it is wanted all the same",
        )
    hidden = [item for item in plan.unmanaged if item.reason not in (LEFT_OUT, OF_OTHERS, OF_SERVICE)]
    if hidden and rules.strict:
        names = [f"{item.what} {item.name}" for item in hidden]
        more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        yield Violation(
            f"the database holds what is not managed: {', '.join(names[:SHOWN])}{more}",
            "leave it out by name in [project] exclude, or plan without --strict",
        )


def irreversible(plan: Plan) -> list[Address]:
    """What the plan changes for good: no rollback takes that back."""
    return sorted({s.address for s in plan.steps for h in s.statement.hazards if h.code == IRREVERSIBLE})


def refuse_violations(plan: Plan, rules: Rules) -> None:
    """Raises RefusedError naming everything that the rules forbid in the plan."""
    found = list(violations(plan, rules))
    if not found:
        return
    raise RefusedError(
        f"the plan is refused by {'a rule' if len(found) == 1 else f'{len(found)} rules'} of environment"
        f" {plan.environment}",
        detail=tuple(violation.what for violation in found),
        advice="nothing was changed; " + "; ".join(violation.advice for violation in found),
    )


def _named(addresses: list[Address]) -> str:
    words = [a.spoken for a in addresses[:SHOWN]]
    return ", ".join(words) + (f" and {len(addresses) - SHOWN} more" if len(addresses) > SHOWN else "")
