"""What the state is once a plan has been carried out, as far as it was: by an apply that ended well, or as the journal
tells of one that did not come to write it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from faberdb.errors import FaberError
from faberdb.model import Action, Address, JournalEntry, Object
from faberdb.plan.codec import from_json
from faberdb.plan.document import Plan, Stage
from faberdb.plan.fingerprint import fingerprint
from faberdb.plan.half_way import Halted
from faberdb.plan.in_doubt import settled
from faberdb.plan.state import Record, State


@dataclass(frozen=True, slots=True)
class Standing:
    """The state with what the journal knows beyond it. unclear: ids of plans of which the journal knows that they
    changed something after all that the state knows, but not what. journalled: ids of all that the journal knows.
    halted: the plan that stopped part way, if none has ended it since, and it is known how far it came."""

    state: State | None
    unclear: tuple[str, ...] = ()
    journalled: frozenset[str] = frozenset()
    halted: Halted | None = None


def reconciled(
    state: State | None, entries: Sequence[JournalEntry], environment: str, live: Mapping[Address, Object]
) -> Standing:
    """The state after all plans that changed the database. Another environment's plans, and those of a state that was
    thrown away, are none of them. live: the managed catalogue as it is now."""
    number = {entry.plan_id: entry.number for entry in entries}
    known = {record.plan_id for record in state.applied} if state else set()
    lineage = state.lineage if state else None
    unclear = []
    halted: Halted | None = None
    for entry in entries:
        if entry.plan_id in known or not (entry.done or entry.in_doubt or entry.state in ("applied", "unverified")):
            continue
        try:
            plan = from_json(entry.document, f"journal of environment {environment}")
        except FaberError:
            unclear.append(entry.plan_id)
            continue
        if plan.environment != environment or (lineage is not None and plan.lineage != lineage):
            continue
        record = None
        if (done := settled(plan, entry, fingerprint(live) if entry.in_doubt else "")) is not None:
            if not done and entry.state not in ("applied", "unverified"):
                continue
            record = _told(plan, entry._replace(done=done))
        if record is None:
            unclear.append(entry.plan_id)
        else:
            halted = Halted(plan, done or frozenset()) if record.outcome == "stopped" else None
            state = _with(state or State(plan.lineage, 0, environment, {}, ""), plan, record, live)
    if state is not None:
        # The order in which they ran: a plan that was left unrecorded may be older than one that was not.
        state = state._replace(applied=tuple(sorted(state.applied, key=lambda r: number.get(r.plan_id, 0))))
    newest = max((number.get(r.plan_id, 0) for r in state.applied), default=0) if state else 0
    lost = tuple(plan_id for plan_id in unclear if number[plan_id] > newest)
    if halted is not None and number[halted.plan.plan_id] < newest:
        halted = None
    return Standing(state, lost, frozenset(number), halted)


def took_effect(plan: Plan, done: Set[int], holds: Callable[[str], bool]) -> set[int]:
    """The transaction that comes next, if it is a statement outside of any that took effect before the journal could
    say so. holds: whether a query says true."""
    step = next((step for step in plan.steps if step.transaction not in done), None)
    if step is None or not (step.statement.outside and step.statement.done_when):
        return set()
    return {step.transaction} if holds(step.statement.done_when) else set()


def with_unnoted(entries: Sequence[JournalEntry], holds: Callable[[str], bool]) -> list[JournalEntry]:
    """The entries; the last says too what took effect before it could be noted."""
    if not entries or entries[-1].state in ("applied", "unverified") or entries[-1].in_doubt:
        return list(entries)
    last = entries[-1]
    try:
        plan = from_json(last.document, "journal")
    except FaberError:
        return list(entries)
    return [*entries[:-1], last._replace(done=last.done | took_effect(plan, last.done, holds))]


def without_effect(entries: Sequence[JournalEntry], found: Standing, environment: str) -> JournalEntry | None:
    """The plan that was begun last, if it is an apply of this environment and nothing of it was committed. entries: of
    all plans that were begun; found: what the journal knows of all that may have changed something."""
    last = entries[-1] if entries else None
    if last is None or last.kind != "apply" or last.done or last.state in ("applied", "unverified"):
        return None
    if last.plan_id in found.unclear:
        return None
    if found.state is not None and any(record.plan_id == last.plan_id for record in found.state.applied):
        return None  # it took effect before it could be noted
    try:
        plan = from_json(last.document, f"journal of environment {environment}")
    except FaberError:
        return None
    return last if plan.environment == environment else None


def record_of(plan: Plan, at: str, holder: str) -> Record:
    """The record of a plan that was applied and verified."""
    return Record(
        plan.plan_id,
        plan.kind,
        plan.of_plan,
        at,
        holder,
        plan.from_fingerprint,
        plan.to_fingerprint,
        plan.differences,
        plan.renames,
        plan.kept,
        plan.summary,
        purges=plan.purges,
    )


def state_after(state: State | None, plan: Plan, objects: Mapping[Address, Object], record: Record) -> State:
    """The state once a plan has been applied and `objects` were found to be there."""
    before = state or State("", 0, plan.environment, {}, "")
    if plan.kind == "purge":  # what was changed by hand since stays drift
        return before._replace(database=plan.database, applied=(*before.applied, record))
    touched = {d.address for d in plan.differences}
    # A way back says nothing of what is declared, so what it leaves as it is stays known.
    declared = plan.digests or {a: d for a, d in before.declared.items() if a in objects and a not in touched}
    return before._replace(
        database=plan.database,
        fingerprint=fingerprint(objects),
        objects=objects,
        declared=declared,
        protected=still_protected(plan, state),
        pending=plan.pending,
        applied=(*before.applied, record),
    )


def still_protected(plan: Plan, state: State | None) -> frozenset[Address]:
    """What is protected once a plan has been applied, under the names it has then."""
    before = state.protected if state else frozenset()
    kept = {_renamed(address, plan.renames) for address in before}
    kept = (kept | {a for a, p in plan.protection.items() if p}) - {a for a, p in plan.protection.items() if not p}
    return frozenset(kept - {c.address for c in plan.changes if c.action is Action.DROP})


def _told(plan: Plan, entry: JournalEntry) -> Record | None:
    """The record of what the journal says was committed; None where the plan does not tell what that was."""
    whole = record_of(plan, entry.at, entry.holder)
    if entry.state == "applied" or plan.complete(entry.done):
        return whole._replace(outcome="applied" if entry.state == "applied" else "unverified")
    stage = plan.stage(entry.done)
    naming = {step.transaction in entry.done for step in plan.steps if step.action is Action.RENAME}
    if stage is None or len(naming) > 1:
        return None
    changed = {difference.address for difference in stage.differences}
    return whole._replace(
        to_fingerprint=stage.fingerprint,
        differences=stage.differences,
        renames=plan.renames if True in naming else (),
        kept=tuple(kept for kept in plan.kept if kept.address in changed),
        summary=_counted(stage),
        outcome="stopped",
    )


def _counted(stage: Stage) -> dict[str, int]:
    counts = dict.fromkeys(("create", "alter", "replace", "drop", "rename"), 0)
    for difference in stage.differences:
        counts["create" if difference.before is None else "drop" if difference.after is None else "alter"] += 1
    return counts


def _with(state: State, plan: Plan, record: Record, live: Mapping[Address, Object]) -> State:
    if plan.kind == "purge":
        return state_after(state, plan, {}, record)
    if not state.objects or fingerprint(live) == record.to_fingerprint:
        objects = dict(live)
    else:
        objects = _followed(state.objects, record)
    after = state_after(state, plan, objects, record)
    if record.outcome != "stopped":
        return after
    touched = {d.address for d in record.differences}
    declared = {a: d for a, d in state.declared.items() if a in objects and a not in touched}
    return after._replace(fingerprint=record.to_fingerprint, declared=declared, protected=state.protected)


def _followed(objects: Mapping[Address, Object], record: Record) -> dict[Address, Object]:
    """Recorded objects as the record changed them."""
    found = {(a := _renamed(address, record.renames)): o._replace(address=a) for address, o in objects.items()}
    for difference in record.differences:
        found.pop(difference.address, None)
        if difference.after is not None:
            found[difference.address] = difference.after
    return found


def _renamed(address: Address, renames: Iterable[tuple[Object, Object]]) -> Address:
    """The address after renames of the object or of what it is part of."""
    for old, new in renames:
        length = len(old.address.path)
        whole = address.path == old.address.path and address.kind == old.address.kind
        if whole or (len(address.path) > length and address.path[:length] == old.address.path):
            address = Address(address.kind, (*new.address.path, *address.path[length:]))
    return address
