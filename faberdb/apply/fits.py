"""Whether a plan still fits its database, and what has changed there where it does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from datetime import datetime
from typing import Any

from faberdb.errors import StaleError, StoppedError
from faberdb.model import Address, JournalEntry, Object
from faberdb.plan.document import Plan
from faberdb.plan.fingerprint import fingerprint
from faberdb.plan.in_doubt import settled

Objects = Mapping[Address, Object]

MANY = 8
"""How many of the objects are named that have changed."""


def check_start(plan: Plan, live: Objects, done: Set[int], label: str, recorded: Callable[[], Objects]) -> None:
    """The database must be as the plan, or what was done of it, left it. Raises StaleError."""
    if (done and plan.complete(done)) or fingerprint(live) == plan.fingerprint_after(done):
        return
    if not done:
        raise stale(plan, label, live, recorded())
    raise StaleError(
        f"{label} has changed since the plan stopped part way, so it cannot go on",
        advice=back_or_on(plan),
    )


def without_doubt(plan: Plan, mine: JournalEntry, now: str) -> frozenset[int]:
    """The transactions of the plan that are committed, where the server has forgotten what became of one. now: the
    fingerprint of the managed catalogue. Raises StoppedError where that is the same with and without it."""
    done = settled(plan, mine, now)
    if done is None and now in (plan.fingerprint_after(mine.done), plan.fingerprint_after(mine.done | mine.in_doubt)):
        number = min(mine.in_doubt)
        steps = [step.id for step in plan.steps if step.transaction == number]
        raise StoppedError(
            f"it is not known whether {'step' if len(steps) == 1 else 'steps'} {', '.join(steps)} of plan"
            f" {plan.plan_id[:8]} took effect",
            detail=(
                "the journal knows that it was about to be committed, the server has forgotten that transaction, and"
                " the structure is the same with and without it",
            ),
            advice="look at what it is about, and make it right by hand if need be; then plan from where things are"
            f" now: faberdb plan {plan.environment}",
        )
    return mine.done if done is None else done


def check_spent(plan: Plan, mine: JournalEntry | None, entries: Sequence[JournalEntry], done: Set[int]) -> None:
    """What was wholly applied is not looked at as if it had just been, once something came after it: a colleague's
    state may not know that. Raises StaleError."""
    if mine is None or not (done and plan.complete(done)):
        return
    later = [e for e in entries if e.number > mine.number and (e.done or e.state in ("applied", "unverified"))]
    if later:
        what = "taken back" if later[0].kind == "rollback" else "followed by another plan"
        raise StaleError(
            f"this plan was applied already, and {what} since",
            detail=(f"{mine.at} by {mine.holder}; then {later[0].at} by {later[0].holder}",),
            advice=f"a plan is spent once; {anew(plan)}",
        )


def anew(plan: Plan) -> str:
    """The command that makes such a plan again. One that takes another back is made by the command that runs it."""
    if plan.kind == "rollback":
        return f"begin again: faberdb rollback {plan.environment}"
    if plan.kind == "purge":
        return f"look again at what would go: faberdb purge {plan.environment} --dry-run"
    return f"make a new one: faberdb plan {plan.environment} --out plan.json"


def back_or_on(plan: Plan) -> str:
    """The commands that help where a plan stopped part way and shall not, or cannot, go on itself."""
    onwards = f"plan from where things are now: faberdb plan {plan.environment}"
    if plan.kind != "apply":
        return onwards
    return f"take back what was done: faberdb rollback {plan.environment}; or {onwards}"


def stale(plan: Plan, label: str, live: Objects, recorded: Objects) -> StaleError:
    """The error for a database that changed after the plan was made. recorded: what the state tells of it."""
    look = f"see what was changed by hand: faberdb drift {plan.environment}; then " if recorded else ""
    changed = list(_changed(plan, live, recorded))
    more = [f"and {len(changed) - MANY} more"] if len(changed) > MANY else []
    return StaleError(
        f"{label} has changed since the plan was made", detail=(*changed[:MANY], *more), advice=f"{look}{anew(plan)}"
    )


def _changed(plan: Plan, live: Objects, recorded: Objects) -> Iterator[str]:
    """What is another way than when the plan was made, less what came or went with what it is a part of."""
    then = _then(plan, live, recorded)
    for address, before in sorted(then.items()):
        now = live.get(address)
        whole = now or before
        if whole is None or (before is not None and now is not None and before.attributes == now.attributes):
            continue
        parent = whole.parent
        stays = before is not None and now is not None
        if not stays and parent in then and (then[parent], live.get(parent)).count(None) == 1:
            continue
        how = "is another way" if stays else "is gone" if now is None else "is new"
        yield f"{address.spoken} {how}"


def _then(plan: Plan, live: Objects, recorded: Objects) -> dict[Address, Object | None]:
    """What was there when the plan was made, or None for what was not: all of it, if the state with the drift that the
    plan noted is the very catalogue that it was made from; else what the plan itself is about."""
    known = dict(recorded)
    for change in plan.drift:
        known.pop(change.address, None)
        if change.after is not None:
            known[change.address] = change.after
    if fingerprint(known) == plan.from_fingerprint:
        return {address: known.get(address) for address in {**known, **live}}
    # Between its renames a plan calls things otherwise than they are called before it.
    return {} if plan.renames else {d.address: d.before for d in plan.differences}


def check_database(plan: Plan, identity: Mapping[str, Any], label: str) -> None:
    """Whether the plan is for this database. Raises StaleError."""
    if dict(plan.database) != dict(identity):
        made, here = (", ".join(f"{k} {v}" for k, v in d.items()) for d in (plan.database, identity))
        raise StaleError(
            f"the plan was made for another database than {label}",
            detail=(f"plan: {made}", f"here: {here}"),
            advice=anew(plan),
        )


def check_age(plan: Plan, now: datetime) -> None:
    """Whether the plan may still be begun. Raises StaleError."""
    if datetime.fromisoformat(plan.expires_at) <= now:
        raise StaleError(
            f"the plan expired at {plan.expires_at}",
            advice=anew(plan),
        )
