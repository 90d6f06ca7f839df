"""Carrying out a plan: lock, checks, the steps with their journal, and the look afterwards that it is as promised."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any, Protocol

from faberdb.errors import RefusedError, RolledBackError, StaleError, StoppedError, VerificationError
from faberdb.model import Action, Address, Catalogue, Failure, Limits, Object, Step
from faberdb.plan.document import Plan
from faberdb.plan.fingerprint import fingerprint


class Target(Protocol):
    """The database a plan is applied to."""

    label: str

    def inspect(self) -> Catalogue: ...
    def identity(self) -> dict[str, Any]: ...
    def lock(self, holder: str) -> None: ...
    def lock_lost(self) -> bool: ...
    def prepare_bookkeeping(self) -> None: ...
    def begin_plan(self, plan_id: str, kind: str, holder: str, document: str) -> str: ...
    def done_transactions(self, plan_id: str) -> set[int]: ...
    def end_plan(self, plan_id: str, state: str) -> None: ...
    def run_transaction(
        self, plan_id: str, steps: Sequence[Step], limits: Limits, started: Callable[[Step], None]
    ) -> Failure | None: ...
    def transaction(self) -> AbstractContextManager[None]: ...
    def entrust(self, secrets: Mapping[str, str]) -> None: ...


@dataclass(frozen=True, slots=True)
class Context:
    """What an apply needs besides plan and database. text: the plan as it stands in its file. started: told of each
    step; managed: what is within the project; overtime: whether the time for it is up, so that no step may start;
    variables: where the values of secrets are found; optional: what is left to the server where nothing is declared
    (who owns what a step makes)."""

    holder: str
    now: datetime
    text: str
    limits: Limits
    managed: Callable[[Address], bool]
    started: Callable[[Step, int, int], None]
    overtime: Callable[[], bool] = lambda: False
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    optional: Callable[[Address], bool] = lambda address: False


def execute(plan: Plan, target: Target, context: Context) -> Mapping[Address, Object]:
    """Apply the plan; returns the managed catalogue as it is afterwards.

    Raises StaleError if the plan does not fit (nothing was changed), LockedError, RolledBackError if a step failed and
    nothing of the plan remains, StoppedError if some of it remains, VerificationError if the result is not as proven.
    """
    check_document(plan, target.identity(), context.now, target.label)
    target.entrust(_secrets(plan, context.variables))
    target.lock(context.holder)
    live = _managed(target.inspect(), context)
    target.prepare_bookkeeping()
    known = target.begin_plan(plan.plan_id, plan.kind, context.holder, context.text)
    done = target.done_transactions(plan.plan_id) if known == "running" else set()
    if known not in ("", "running"):
        raise StaleError(
            f"the plan was {known} already; a plan is spent once",
            advice=f"make a new one: faberdb plan {plan.environment} --out plan.json",
        )
    if not done and fingerprint(live) != plan.from_fingerprint:
        target.end_plan(plan.plan_id, "refused")
        raise StaleError(
            f"{target.label} has changed since the plan was made",
            advice=f"make a new one: faberdb plan {plan.environment} --out plan.json",
        )
    _run(plan, target, context, done)
    after = _managed(target.inspect(), context)
    if fingerprint(_as_planned(plan, after, context)) != plan.to_fingerprint:
        target.end_plan(plan.plan_id, "unverified")
        raise VerificationError(
            f"{target.label} is not what the plan promised, though every step succeeded",
            detail=tuple(_unlike(plan, after)),
            advice=f"look at `faberdb plan {plan.environment}`; somebody may have changed it at the same time",
        )
    target.end_plan(plan.plan_id, "applied")
    return after


def check_document(plan: Plan, identity: Mapping[str, Any], now: datetime, label: str) -> None:
    """Whether the plan may still be used, and is for this database. Raises StaleError."""
    again = f"make a new one: faberdb plan {plan.environment} --out plan.json"
    if datetime.fromisoformat(plan.expires_at) <= now:
        raise StaleError(f"the plan expired at {plan.expires_at}", advice=again)
    if dict(plan.database) != dict(identity):
        made, here = (", ".join(f"{k} {v}" for k, v in d.items()) for d in (plan.database, identity))
        raise StaleError(
            f"the plan was made for another database than {label}",
            detail=(f"plan: {made}", f"here: {here}"),
            advice=again,
        )


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


def _managed(catalogue: Catalogue, context: Context) -> dict[Address, Object]:
    return {a: o for a, o in catalogue.objects.items() if context.managed(a)}


def _as_planned(plan: Plan, after: Mapping[Address, Object], context: Context) -> dict[Address, Object]:
    """What there is, less what the server decided about objects that the plan made."""
    made = {c.address for c in plan.changes if c.action in (Action.CREATE, Action.REPLACE)}
    planned = {c.address for c in plan.changes if c.after} | {d.address for d in plan.differences if d.after}

    def besides(obj: Object) -> bool:
        return obj.parent in made and context.optional(obj.address) and obj.address not in planned

    return {a: o for a, o in after.items() if not besides(o)}


def _run(plan: Plan, target: Target, context: Context, done: set[int]) -> None:
    count, total = 0, len(plan.steps)
    committed = bool(done)
    for number, group in groupby(plan.steps, key=lambda step: step.transaction):
        steps = tuple(group)
        if number in done:
            count += len(steps)
            continue
        if target.lock_lost():
            raise StoppedError(
                "the session that holds the lock is gone: a failover, or a pooler that shares sessions",
                advice="connect without a pooler, then apply the same plan again: it goes on where it stopped",
            )

        def started(step: Step, before: int = count, inside: tuple[Step, ...] = steps) -> None:
            if context.overtime():
                raise _TimeUpError
            context.started(step, before + inside.index(step) + 1, total)

        try:
            failure = target.run_transaction(plan.plan_id, steps, context.limits, started)
        except _TimeUpError:
            failure = Failure((f"[migrations] timeout_seconds is up, so step {steps[0].id} was not begun",))
        if failure is not None:
            target.end_plan(plan.plan_id, "stopped" if committed else "failed")
            raise _failed(plan, failure, committed)
        committed, count = True, count + len(steps)


class _TimeUpError(Exception):
    """No step may start any more; ends the transaction that would have been next."""


def _failed(plan: Plan, failure: Failure, committed: bool) -> RolledBackError | StoppedError:
    rows = ("rows in the way, at most five:", *(f"    {row}" for row in failure.rows)) if failure.rows else ()
    detail = (*failure.words, *rows)
    if committed:
        return StoppedError(
            "a step failed after others had been committed",
            detail=detail,
            advice=f"take back what was done: faberdb rollback {plan.environment}",
        )
    return RolledBackError(
        "a step failed and everything was taken back; the database is as it was",
        detail=detail,
        advice="correct the data or the declaration, then plan again",
    )


def _unlike(plan: Plan, after: Mapping[Address, Object]) -> list[str]:
    lines = []
    for difference in plan.differences:
        found, wanted = after.get(difference.address), difference.after
        if (found is None) != (wanted is None):
            lines.append(f"{difference.address} is {'missing' if found is None else 'still there'}")
        elif found is not None and wanted is not None and found.attributes != wanted.attributes:
            lines.append(f"{difference.address} is {dict(found.attributes)}, not {dict(wanted.attributes)}")
    return lines or ["an object that the plan does not touch has changed meanwhile"]
