"""Carrying out a plan: lock, checks, the steps with their journal, and the look afterwards that it is as promised."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any, Protocol

from faberdb.apply.failing import failed, gave_way, lost, unnoted, without_lock
from faberdb.apply.fits import back_or_on, check_age, check_database, check_spent, check_start, stale, without_doubt
from faberdb.apply.interrupted import not_begun, part_way, unknown, unrecorded
from faberdb.errors import (
    ConnectionLostError,
    CutShortError,
    JournalError,
    LockLostError,
    RefusedError,
    RolledBackError,
    StaleError,
    StoppedError,
    VerificationError,
)
from faberdb.model import Action, Address, Catalogue, Failure, Filled, JournalEntry, Kept, Limits, Object, Step, Wait
from faberdb.plan.document import Plan
from faberdb.plan.fingerprint import fingerprint
from faberdb.plan.standing import took_effect


class Target(Protocol):
    """The database a plan is applied to."""

    label: str

    def inspect(self) -> Catalogue: ...
    def identity(self) -> dict[str, Any]: ...
    def lock(self, holder: str) -> None: ...
    def lock_lost(self) -> bool: ...
    def refuse_under_way(self) -> None: ...
    def journal(self, known: Set[str] = ...) -> list[JournalEntry]: ...
    def refuse_to_publish(self, kept: Sequence[Kept]) -> None: ...
    def refuse_without_rights(self, steps: Sequence[Step], kept: Sequence[Kept], *, back: bool) -> None: ...
    def refuse_held(
        self, steps: Sequence[Step], renames: Sequence[tuple[Object, Object]], known: Sequence[Step]
    ) -> None: ...
    def prepare_bookkeeping(self, kept: Sequence[Kept]) -> bool: ...
    def fence_off(self, holder: str) -> None: ...
    def remove_bookkeeping(self) -> None: ...
    def begin_plan(self, plan_id: str, kind: str, holder: str, document: str) -> None: ...
    def holds(self, query: str) -> bool: ...
    def end_plan(self, plan_id: str, state: str) -> None: ...
    def run_transaction(
        self,
        plan_id: str,
        steps: Sequence[Step],
        limits: Limits,
        started: Callable[[Step], None],
        unchanged: Callable[[], None],
        waits: Callable[[Step, tuple[str, ...]], None] = ...,
        told: Callable[[Step, int, int], None] = ...,
    ) -> Failure | None: ...
    def sweep(self) -> None: ...
    def stand_aside(self, longest: float) -> None: ...
    def entrust(self, secrets: Mapping[str, str]) -> None: ...


@dataclass(frozen=True, slots=True)
class Context:
    """What an apply needs besides plan and database. text: the plan as it stands in its file. started: told of each
    step; managed: what is within the project; overtime: whether the time for it is up, so that no step may start;
    variables: where the values of secrets are found; optional: what is left to the server where nothing is declared
    (who owns what a step makes); recorded: the managed catalogue as it was when the plan was made, as far as the state
    tells; again: the command that does all of it once more; on: the one that goes on with what is left of the plan,
    once something of it is committed; waiting: told, from another thread, of each step that has to wait for others,
    each time it is tried; filled: told now and then how far a step has come that is run in parts; look, back_up:
    called, in this order, when all is known to fit and nothing is changed yet; if one fails, nothing will be. fits:
    called before them, also where a plan goes on."""

    holder: str
    now: datetime
    text: str
    limits: Limits
    managed: Callable[[Mapping[Address, Object]], Mapping[Address, Object]]
    started: Callable[[Step, int, int], None]
    overtime: Callable[[], bool] = lambda: False
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    optional: Callable[[Address], bool] = lambda address: False
    recorded: Callable[[], Mapping[Address, Object]] = dict
    again: str = "apply the same plan again"
    on: str = "apply the same plan again"
    waiting: Callable[[Step, int, int, Wait], None] = lambda step, number, total, wait: None
    filled: Callable[[Step, int, int, Filled], None] = lambda step, number, total, filled: None
    look: Callable[[], None] = lambda: None
    back_up: Callable[[], None] = lambda: None
    fits: Callable[[], None] = lambda: None

    def onwards(self, *, committed: bool) -> str:
        """The command that helps next."""
        return self.on if committed else self.again


LONGEST_PAUSE = 5.0
"""Seconds between two tries of a transaction that had to give way, at most: each try keeps the application waiting for
as long as it waits itself."""


SAID_EVERY = 5.0
"""Seconds between two words on how far a step has come."""


def execute(plan: Plan, target: Target, context: Context) -> Mapping[Address, Object]:
    """Apply the plan, or what is left of it; returns the managed catalogue as it is afterwards.

    Nothing is written to the target, its journal included, before it is known that the plan fits. Raises StaleError if
    it does not, LockedError, RolledBackError if a step failed and nothing of the plan remains, StoppedError if some of
    it remains, VerificationError if the result is not as proven, CutShortError if Ctrl-C ended it.
    """
    try:
        return _execute(plan, target, context)
    except KeyboardInterrupt:
        raise _cut_short(plan, target, context) from None


def _execute(plan: Plan, target: Target, context: Context) -> Mapping[Address, Object]:
    check_database(plan, target.identity(), target.label)
    target.entrust(_secrets(plan, context.variables))
    target.lock(context.holder)
    entries, done = _begun(plan, target, context)
    context.fits()
    if not done:  # what goes on with a plan has the backup from before its beginning
        context.look()
        context.back_up()
    fresh = target.prepare_bookkeeping(plan.kept)
    target.fence_off(context.holder)
    for entry in entries:
        if entry.state == "running" and entry.plan_id != plan.plan_id:
            target.end_plan(entry.plan_id, "stopped" if entry.done or entry.in_doubt else "interrupted")
    target.sweep()
    target.begin_plan(plan.plan_id, plan.kind, context.holder, context.text)
    try:
        _run(plan, target, context, done)
        target.sweep()
        return _verified(plan, target, context)
    except ConnectionLostError as error:
        raise lost(plan, error, done, context.onwards(committed=bool(done) or error.in_doubt)) from error
    except LockLostError as error:
        committed = bool(done) or error.committed
        raise without_lock(plan, context.onwards(committed=committed), committed=committed) from error
    except JournalError as error:
        raise unnoted(plan, error, done, context.onwards(committed=bool(done) or error.committed)) from error
    except (RolledBackError, StaleError):
        if fresh and not target.lock_lost():  # all is as it was, our own schemas too; not those of whoever has the lock
            target.remove_bookkeeping()
        raise


def check(plan: Plan, target: Target, context: Context) -> bool:
    """All that `execute` looks at before it changes anything; takes no lock. Returns whether nothing of the plan is
    done yet. Raises what it does, for the same."""
    check_database(plan, target.identity(), target.label)
    _secrets(plan, context.variables)
    target.refuse_under_way()
    return not _begun(plan, target, context)[1]


def _begun(plan: Plan, target: Target, context: Context) -> tuple[list[JournalEntry], set[int]]:
    """The journal, and what of the plan need not be run any more, once it is known that the rest fits."""
    entries = target.journal()
    mine = next((entry for entry in entries if entry.plan_id == plan.plan_id), None)
    live = context.managed(target.inspect().objects) if mine is not None and mine.in_doubt else None
    if mine is not None and live is not None:
        mine = mine._replace(done=without_doubt(plan, mine, fingerprint(live)))
    done = _done(plan, mine)
    if mine is not None:
        done |= took_effect(plan, done, target.holds)
    check_spent(plan, mine, entries, done)
    if not done:
        check_age(plan, context.now)
    live = context.managed(target.inspect().objects) if live is None else live
    check_start(plan, live, done, target.label, context.recorded)
    target.refuse_to_publish(plan.kept)
    left = [step for step in plan.steps if step.transaction not in done]
    target.refuse_without_rights(left, plan.kept, back=plan.kind == "rollback")
    target.refuse_held(left, plan.renames, plan.steps)
    return entries, done


def _cut_short(plan: Plan, target: Target, context: Context) -> CutShortError:
    """What Ctrl-C left of the plan, as the journal tells, where it is noted too."""
    try:
        mine = next((entry for entry in target.journal() if entry.plan_id == plan.plan_id), None)
        if mine is None:
            return not_begun(plan, context.again)
        if mine.state == "applied":
            return unrecorded(plan, context.again)
        if mine.in_doubt:
            return unknown(plan)
        done = _done(plan, mine)
        done |= took_effect(plan, done, target.holds)
        if mine.state == "running":
            target.end_plan(plan.plan_id, "stopped" if done else "interrupted")
        return part_way(plan, done, context.onwards(committed=bool(done)))
    except Exception as error:  # noqa: BLE001 - whatever it was: the next apply that holds the lock finds out
        return unknown(plan, error)


def _verified(plan: Plan, target: Target, context: Context) -> Mapping[Address, Object]:
    after = context.managed(target.inspect().objects)
    if fingerprint(_as_planned(plan, after, context)) != plan.to_fingerprint:
        _failed_so(plan, target, "unverified")
        back = "" if plan.kind == "purge" else f". To take the plan back: faberdb rollback {plan.environment}"
        raise VerificationError(
            f"{target.label} is not what the plan promised, though every step succeeded",
            detail=tuple(_unlike(plan, after)),
            advice=f"see what is different: faberdb plan {plan.environment}; somebody may have changed it at the same"
            f" time{back}",
        )
    target.end_plan(plan.plan_id, "applied")
    return after


def _done(plan: Plan, entry: JournalEntry | None) -> set[int]:
    """The transactions of the plan that need not be run any more."""
    if entry is None:
        return set()
    if entry.state in ("applied", "unverified"):
        return {step.transaction for step in plan.steps}
    return set(entry.done)


def _secrets(plan: Plan, variables: Mapping[str, str]) -> dict[str, str]:
    """The values that the plan's statements leave out. Raises RefusedError naming what is not set."""
    wanted = dict.fromkeys(name for step in plan.steps for name in step.statement.secrets)
    missing = [name for name in wanted if name not in variables]
    if missing:
        raise RefusedError(
            "the plan sets secrets whose values are not known",
            detail=tuple(f"environment variable {name} is not set" for name in missing),
            advice="set it and apply the same plan again; nothing was changed",
        )
    return {name: variables[name] for name in wanted}


def _as_planned(plan: Plan, after: Mapping[Address, Object], context: Context) -> dict[Address, Object]:
    """What there is, less what the server decided about objects that the plan made."""
    made = {c.address for c in plan.changes if c.action in (Action.CREATE, Action.REPLACE)}
    planned = {c.address for c in plan.changes if c.after} | {d.address for d in plan.differences if d.after}

    def besides(obj: Object) -> bool:
        return obj.parent in made and context.optional(obj.address) and obj.address not in planned

    return {a: o for a, o in after.items() if not besides(o)}


def _run(plan: Plan, target: Target, context: Context, done: set[int]) -> None:
    """Run what is not done, and add it to what is. Raises what `execute` raises."""
    count = 0
    for number, group in groupby(plan.steps, key=lambda step: step.transaction):
        steps = tuple(group)
        if number not in done:
            if target.lock_lost():
                raise without_lock(plan, context.onwards(committed=bool(done)), committed=bool(done))
            _commit(plan, target, context, steps, count, done)
            done.add(number)
        count += len(steps)


def _commit(plan: Plan, target: Target, context: Context, steps: tuple[Step, ...], before: int, done: set[int]) -> None:
    """Run one transaction, several times if it has to give way to others. Raises what `execute` raises."""

    told, attempt, began = 0, 0, time.monotonic()
    said = began

    def waits(step: Step, blockers: tuple[str, ...]) -> None:
        wait = Wait(blockers, attempt, context.limits.lock, context.limits.patience - (time.monotonic() - began))
        context.waiting(step, before + steps.index(step) + 1, len(plan.steps), wait)

    def started(step: Step) -> None:
        nonlocal told
        if context.overtime():
            raise _TimeUpError
        number = before + steps.index(step) + 1
        if number > told:  # what is tried again has been told
            told = number
            context.started(step, number, len(plan.steps))

    def gone_through(step: Step, rows: int, of: int) -> None:
        nonlocal said
        now = time.monotonic()
        if now - said >= SAID_EVERY:
            said = now
            filled = Filled(rows, of, (now - began) * (of - rows) / max(rows, 1))
            context.filled(step, before + steps.index(step) + 1, len(plan.steps), filled)

    def unchanged() -> None:
        if target.lock_lost():
            raise without_lock(plan, context.onwards(committed=bool(done)), committed=bool(done))
        live = context.managed(target.inspect().objects)
        if fingerprint(live) != plan.fingerprint_after(done):
            raise _ChangedError(live)

    while True:
        attempt += 1
        try:
            failure = target.run_transaction(
                plan.plan_id, steps, context.limits, started, unchanged, waits, gone_through
            )
        except _TimeUpError:
            failure = Failure((f"[migrations] timeout_seconds is up, so step {steps[0].id} was not begun",))
        except _ChangedError as changed:
            _failed_so(plan, target, "stopped" if done else "refused")
            if done:
                raise StoppedError(
                    f"{target.label} was changed by somebody else while the plan ran",
                    advice=back_or_on(plan),
                ) from None
            raise stale(plan, target.label, changed.live, context.recorded()) from None
        if failure is None:
            return
        left = context.limits.patience - (time.monotonic() - began)
        if not failure.passing or left <= 0 or context.overtime():
            break
        # Not all who wait at the same time are to come again at the same time.
        pause = context.limits.lock * 2**attempt * random.uniform(0.5, 1.5)  # noqa: S311 - no secret
        target.stand_aside(min(pause, LONGEST_PAUSE, left))
    _failed_so(plan, target, "stopped" if done else "failed")
    on = context.onwards(committed=bool(done))
    if failure.passing:
        waited = time.monotonic() - began
        raise gave_way(plan, failure, attempt, waited, context.limits.lock, on, committed=bool(done))
    raise failed(plan, failure, on, committed=bool(done))


def _failed_so(plan: Plan, target: Target, state: str) -> None:
    """Note how a plan ended that did not end well. What went wrong is what is to be said, so a journal that cannot be
    written now does not come in between: it tells of what is committed without that."""
    with suppress(JournalError):
        target.end_plan(plan.plan_id, state)


class _ChangedError(Exception):
    """The catalogue is not what the transaction expects to find."""

    def __init__(self, live: Mapping[Address, Object]) -> None:
        super().__init__()
        self.live = live


class _TimeUpError(Exception):
    """No step may start any more; ends the transaction that would have been next."""


def _unlike(plan: Plan, after: Mapping[Address, Object]) -> list[str]:
    lines = []
    for difference in plan.differences:
        found, wanted = after.get(difference.address), difference.after
        if (found is None) != (wanted is None):
            lines.append(f"{difference.address} is {'missing' if found is None else 'still there'}")
        elif found is not None and wanted is not None and found.attributes != wanted.attributes:
            lines.append(f"{difference.address} is {dict(found.attributes)}, not {dict(wanted.attributes)}")
    return lines or ["an object that the plan does not touch has changed meanwhile"]
