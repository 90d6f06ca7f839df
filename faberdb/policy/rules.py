"""What a plan may do in an environment: a pass of its own over the finished plan, which a violation leaves as it is, so
that people see all of what they were refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import TYPE_CHECKING, NamedTuple

from faberdb.diff.suspected import CODE as SUSPECTED
from faberdb.errors import RefusedError
from faberdb.model import (
    IRREVERSIBLE,
    LEFT_OUT,
    NOTHING_KEPT,
    OF_OTHERS,
    OF_SERVICE,
    Action,
    Address,
    Risk,
    Step,
    Unmanaged,
)

if TYPE_CHECKING:
    from faberdb.plan.document import Plan

SHOWN = 5
"""How many objects a violation names."""


class Rules(NamedTuple):
    """The rules of one environment.

    max_risk: plans with a higher one are refused; a step all of whose hazards are `allowed` does not count. forbidden:
    why, by the code of each hazard that no plan may carry. expired: hazards that were allowed and are so no more, in
    words, by code; lapsed: those that were forbidden. protected: objects that no plan may drop or replace. strict:
    nothing may be left to guesses (a suspected rename) or out of sight (what is not managed). guarded: whether people
    depend on the environment; then guesses are refused too. on_drop: whether what is dropped goes to `quarantine`,
    may not be (`refuse`), or is destroyed (`drop`). accepted: whether what no rollback takes back may be done.
    """

    max_risk: Risk = Risk.DESTRUCTIVE
    protected: frozenset[Address] = frozenset()
    strict: bool = False
    guarded: bool = False
    on_drop: str = "quarantine"
    accepted: bool = False
    allowed: frozenset[str] = frozenset()
    forbidden: Mapping[str, str] = {}
    expired: Mapping[str, str] = {}
    lapsed: Mapping[str, str] = {}


class Violation(NamedTuple):
    """What a plan does that a rule forbids, and how to get on."""

    what: str
    advice: str


def violations(plan: Plan, rules: Rules) -> Iterator[Violation]:
    """All that the rules forbid in a plan. One that takes another back is bound by none: it must always be open."""
    if plan.kind != "apply":
        return
    yield from _of_hazards(plan, rules)
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
            f"leave it out (`exclude = [{', '.join(map(_pattern, hidden[:SHOWN]))}]` in [project] of faberdb.toml),"
            " or plan without --strict",
        )


def passed_over(plan: Plan, rules: Rules) -> Iterator[str]:
    """What the rules would forbid in a plan that takes another back, and do not."""
    if plan.kind == "rollback":
        yield from (violation.what for violation in _of_hazards(plan, rules))


def _of_hazards(plan: Plan, rules: Rules) -> Iterator[Violation]:
    yield from _too_risky(plan, rules)
    yield from _forbidden(plan, rules)
    yield from _dropped(plan, rules)


def _dropped(plan: Plan, rules: Rules) -> Iterator[Violation]:
    destroyed, kept = _carrying(plan, NOTHING_KEPT), sorted({kept.address for kept in plan.kept})
    here = f"in [environments.{plan.environment}]"
    if rules.on_drop == "refuse" and (kept or destroyed):
        yield Violation(
            f"it takes away what would go to quarantine, and on_drop is `refuse`: {_named([*destroyed, *kept])}",
            f'leave it declared, or alone with `forget`; or have it kept for once: on_drop = "quarantine" {here}',
        )
    elif rules.on_drop == "quarantine" and destroyed:
        yield Violation(
            f"it destroys what goes to quarantine by now, since on_drop is no longer `drop`: {_named(destroyed)}",
            "plan again",
        )


def _pattern(item: Unmanaged) -> str:
    """What names it in `exclude`, as TOML; a count is no name, and will be another one tomorrow."""
    address = item.address
    text = f"{address.kind}:*" if item.name.isdigit() else str(address)
    return f"'{text}'" if '"' in text or "\\" in text else f'"{text}"'


def irreversible(plan: Plan) -> list[Address]:
    """What the plan changes for good: no rollback takes that back."""
    return sorted({s.address for s in plan.steps for h in s.statement.hazards if h.code == IRREVERSIBLE})


def _too_risky(plan: Plan, rules: Rules) -> Iterator[Violation]:
    codes_of: dict[Address, set[str]] = {}
    for step in plan.steps:
        codes_of.setdefault(step.address, set()).update(hazard.code for hazard in step.statement.hazards)
    counted = [step for step in plan.steps if not _excused(step, codes_of[step.address], rules)]
    risk = max((step.statement.risk for step in counted), default=Risk.SAFE)
    if risk <= rules.max_risk:
        return
    excess = [step for step in counted if step.statement.risk > rules.max_risk]
    codes = sorted({h.code for s in excess for h in s.statement.hazards})
    was = "".join(f"; {code} {rules.expired[code]}" for code in codes if code in rules.expired)
    yield Violation(
        f"the plan is {risk.word}; environment {plan.environment} takes at most {rules.max_risk.word}{was}",
        f"make the change in safer parts,{_allowing(excess, codes, rules)} or raise max_risk in faberdb.toml",
    )


def _allowing(excess: Iterable[Step], codes: Sequence[str], rules: Rules) -> str:
    """The advice to allow hazards, where that would help: it does not where data leaves, or a rule forbids them."""
    if any(step.statement.risk is Risk.DESTRUCTIVE or not step.statement.hazards for step in excess):
        return ""
    if not rules.forbidden.keys().isdisjoint(codes):
        return ""
    more = f" and {len(codes) - SHOWN} more" if len(codes) > SHOWN else ""
    return f" allow its hazards ({', '.join(codes[:SHOWN])}{more}) in [safety.hazards],"


def _excused(step: Step, codes: Set[str], rules: Rules) -> bool:
    """Whether all that is said of its object is allowed. codes: of the hazards of all steps of the object, one of which
    may tell what another does. Data that leaves is no matter of a single hazard."""
    return step.statement.risk is not Risk.DESTRUCTIVE and bool(codes) and codes <= rules.allowed


def lapsed(plan: Plan, rules: Rules) -> Iterator[str]:
    """What the plan does that was forbidden until a day which has passed, a sentence for each hazard."""
    for code, was in sorted(rules.lapsed.items()):
        found = _carrying(plan, code) if plan.kind == "apply" else []
        if found:
            yield f"{code} {was}: {_named(found)}; set another day in faberdb.toml, or take the rule out"


def _carrying(plan: Plan, code: str) -> list[Address]:
    return sorted({s.address for s in plan.steps if any(h.code == code for h in s.statement.hazards)})


def _forbidden(plan: Plan, rules: Rules) -> Iterator[Violation]:
    for code, reason in sorted(rules.forbidden.items()):
        found = _carrying(plan, code)
        if found:
            yield Violation(
                f"environment {plan.environment} forbids {code} ({reason}): {_named(found)}",
                f"declare it another way (faberdb explain {code}), or change the rule in faberdb.toml",
            )


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


def refuse_risen(plan: Plan, limit: Risk) -> None:
    """Raises RefusedError naming the steps above the level of risk beyond which changes were held back: that was done
    before live rows were looked at, and they are what made these riskier."""
    risen = [step for step in plan.steps if step.statement.risk > limit]
    if not risen:
        return
    named = tuple(
        f"step {step.id}, {step.whose}: {step.statement.risk.word}, with"
        f" {step.live.count if step.live else 'rows'} in its way"
        for step in risen[:SHOWN]
    )
    more = (f"and {len(risen) - SHOWN} more",) if len(risen) > SHOWN else ()
    raise RefusedError(
        f"rows that are there now make the plan riskier than {limit.word}",
        detail=(*named, *more),
        advice="nothing was changed and no plan was written; correct these rows and plan again, declare the change"
        " later, or plan without --max-risk",
    )


def _named(addresses: list[Address]) -> str:
    words = [a.spoken for a in addresses[:SHOWN]]
    return ", ".join(words) + (f" and {len(addresses) - SHOWN} more" if len(addresses) > SHOWN else "")
