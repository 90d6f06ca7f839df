"""Changes that are too risky for now are held back: the target without them, and without what cannot be there without
them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import NamedTuple, Protocol

from faberdb.canon.closure import children_of
from faberdb.errors import ProofError, RefusedError
from faberdb.model import Action, Address, Change, Object, Pending, Risk, Step
from faberdb.prove.proposal import Proposal


class Towards(Protocol):
    """Plans and proves the way to a target."""

    def __call__(
        self,
        target: Mapping[Address, Object],
        *,
        start: Mapping[Address, Object] | None = None,
        renames: Sequence[tuple[Object, Object]] = (),
    ) -> Proposal: ...


class Whole(NamedTuple):
    """A plan with all its changes, whatever their risk. start: the catalogue once renames that come first are done,
    named: the same before them; live: what of it is managed."""

    proposal: Proposal
    target: Mapping[Address, Object]
    start: Mapping[Address, Object]
    renames: Sequence[tuple[Object, Object]]
    live: Mapping[Address, Object]
    named: Mapping[Address, Object]


def within(limit: Risk, plan: Whole, towards: Towards) -> tuple[Proposal, Set[Address]]:
    """The plan without changes above a level of risk, and what is held back with them: a part of the plan is planned
    and proven like a whole one. Raises RefusedError where what is left cannot be done alone."""
    first, proposal, start, renames = plan.proposal, plan.proposal, plan.start, plan.renames
    held, whole = frozenset[Address](), set[Address]()
    while risky := _too_risky(proposal.steps, limit) - held:
        if risky & {new.address for _, new in renames}:
            # Names hang together, so either all of them change or none does.
            held |= {new.address for _, new in renames}
            whole |= {old.address for old, _ in renames}
            start, renames = plan.named, ()
        gone = (Action.DROP, Action.REPLACE)
        held = _depending(first.changes, held | risky)
        whole |= {a for a in held if a in first.changes and first.changes[a].action in gone}
        # By the names that all has once those renames are done that are left.
        there = {a: o for a, o in first.start.items() if a in plan.start} if renames else plan.live
        rest, held = without(plan.target, there, held, whole)
        try:
            proposal = towards(rest, start=start, renames=renames)
        except ProofError as error:
            raise _inseparable(limit, error) from error
    if _too_risky(proposal.steps, limit):
        raise _inseparable(limit)
    planned = {*proposal.changes, *(new.address for _, new in proposal.renames)}
    left = pending(first.changes, first.steps, planned) if held else ()
    return proposal._replace(pending=left), held


def _too_risky(steps: Iterable[Step], limit: Risk) -> frozenset[Address]:
    """What the steps above a level of risk are about."""
    risky = [step for step in steps if step.statement.risk > limit]
    return frozenset(a for step in risky for a in (step.address, *step.statement.beside))


def _depending(changes: Mapping[Address, Change], held: Set[Address]) -> frozenset[Address]:
    """The held, those of the changes that are about what refers to it (what they make of that was looked at with all
    of the target there), and those that take away what it may come in the place of. What is only a part of it changes
    alone."""
    referring: dict[Address, set[Address]] = {}
    for address, change in changes.items():
        sides = [side for side in (change.before, change.after) if side is not None]
        parents = {side.parent for side in sides}
        for needed in {need for side in sides for need in side.references} - parents:
            referring.setdefault(needed, set()).add(address)
        if change.turn.binding:
            for other in change.turn.behind:
                referring.setdefault(other, set()).add(address)
            referring.setdefault(address, set()).update(change.turn.ahead)
    going: dict[tuple[str, Address | None], set[Address]] = {}
    for address, change in changes.items():
        if change.action is Action.DROP and change.before is not None:
            going.setdefault((address.kind, change.before.parent), set()).add(address)
    found, todo = set(held), list(held)
    while todo:
        address = todo.pop()
        comes = changes[address].after if address in changes and changes[address].action is Action.CREATE else None
        more = referring.get(address, set()) - found
        # An index or a check that goes while one comes may be what that one stands in for: nobody is left without both.
        more |= going.get((address.kind, comes.parent), set()) - found if comes is not None else set()
        found |= more
        todo += more
    return frozenset(found)


def without(
    target: Mapping[Address, Object], live: Mapping[Address, Object], held: Set[Address], whole: Set[Address]
) -> tuple[dict[Address, Object], frozenset[Address]]:
    """The target in which what is held back is as it lives, and all that is so.

    What stands in the target and needs something that is not there yet is held back too, and of what lives and is to
    stay, all that it needs. whole: what is to stay with all its parts, because it was to be dropped or made anew.
    """
    there, back = dict(target), set(held)
    below = children_of(live)
    todo = [*held, *whole]
    while todo:
        address = todo.pop()
        back.add(address)
        if address in live:
            there[address] = live[address]
            parts = below.get(address, ()) if address in whole or address not in target else ()
            todo += [part for part in parts if part not in back]
            todo += [need for need in _needs(live[address]) if need not in there and need in live]
        else:
            there.pop(address, None)
        if not todo:
            todo = [a for a, o in there.items() if a not in back and _lacks(o, there, target, live)]
    return there, frozenset(back)


def pending(changes: Mapping[Address, Change], steps: Sequence[Step], planned: Set[Address]) -> tuple[Pending, ...]:
    """What is left of the changes of a whole plan once only some of them are planned."""
    risk: dict[Address, Risk] = {}
    codes: dict[Address, set[str]] = {}
    for step in steps:
        for address in (step.address, *step.statement.beside):
            risk[address] = max(step.statement.risk, risk.get(address, Risk.SAFE))
            codes.setdefault(address, set()).update(hazard.code for hazard in step.statement.hazards)
    left = [a for a in risk if a not in planned]
    actions = {a: changes[a].action if a in changes else Action.RENAME for a in left}
    # What comes, goes or gets another name does so with all its parts.
    whole = {a.path for a, action in actions.items() if action in (Action.CREATE, Action.DROP, Action.RENAME)}
    return tuple(
        Pending(a, actions[a], risk[a], tuple(sorted(codes[a])))
        for a in sorted(left)
        if not any(a.path[:length] in whole for length in range(1, len(a.path)))
    )


def _inseparable(limit: Risk, error: ProofError | None = None) -> RefusedError:
    """The error where what is left of a plan cannot be done without the rest."""
    return RefusedError(
        f"what is at most {limit.word} cannot be done without the changes that are riskier",
        detail=(error.message, *error.detail) if error else (),
        advice="plan without --max-risk, or declare the riskier changes later; nothing was changed",
    )


def _needs(obj: Object) -> Iterable[Address]:
    return obj.references if obj.parent is None else {*obj.references, obj.parent}


def _lacks(
    obj: Object, there: Mapping[Address, Object], target: Mapping[Address, Object], live: Mapping[Address, Object]
) -> bool:
    """Whether something it needs is held back, so that it cannot be there."""
    return any(need not in there and (need in target or need in live) for need in _needs(obj))
