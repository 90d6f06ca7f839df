"""Carrying out a plan and writing the state: what `apply`, `create` and `rollback` share."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from dataclasses import replace

from faberdb.apply.execute import Context, execute
from faberdb.cli.planning import Made, refuse_unsupported, rules_of
from faberdb.cli.workspace import Workspace, utc_now
from faberdb.config.project import Environment
from faberdb.errors import StaleError, StateError
from faberdb.model import Action, Address, Limits, Object
from faberdb.plan.codec import to_json
from faberdb.plan.document import Plan
from faberdb.plan.fingerprint import fingerprint
from faberdb.plan.state import Record, State
from faberdb.policy.rules import refuse_violations
from faberdb.views.view import View


def apply_plan(workspace: Workspace, environment: Environment, made: Made, view: View) -> None:
    """Apply a plan to its environment and note it in the state. Raises what `execute` raises, and StateError."""
    plan = made.plan
    refuse_unsupported(workspace, environment)
    token = workspace.store.lock(environment.name, {"who": workspace.holder, "operation": plan.kind})
    try:
        state, version = workspace.state(environment)
        _fits(plan, state)
        protected = state.protected if state else frozenset()
        refuse_violations(plan, rules_of(environment, protected, plan, strict=made.strict))
        with workspace.session(environment, read_only=False) as session:
            target = workspace.provider.target(session)
            view.begin(plan)
            optional = {kind.name for kind in workspace.provider.kinds if kind.optional}
            began, longest = time.monotonic(), workspace.project.migrations.timeout_seconds
            context = Context(
                workspace.holder,
                utc_now(),
                to_json(plan),
                Limits(environment.lock_timeout, _shorter(environment.statement_timeout, longest)),
                workspace.managed(environment),
                view.step,
                lambda: longest is not None and time.monotonic() - began > longest,
                workspace.surroundings.variables,
                lambda address: address.kind in optional,
            )
            objects = execute(plan, target, context)
            left = target.left_behind(made.giving) if made.giving else []
        record = Record(
            plan.plan_id,
            plan.kind,
            plan.of_plan,
            utc_now().isoformat(),
            workspace.holder,
            plan.from_fingerprint,
            plan.to_fingerprint,
            plan.differences,
            plan.renames,
            plan.kept,
            plan.summary,
        )
        after = replace(
            state or empty_state(environment),
            database=plan.database,
            fingerprint=fingerprint(objects),
            objects=objects,
            declared=plan.digests,
            protected=still_protected(plan, state),
        )
        after = replace(after, serial=after.serial + 1, applied=(*after.applied, record))
        try:
            workspace.write_state(after, version)
        except StateError as error:
            raise StateError(
                f"the plan was applied, but the state could not be written: {error.message}",
                where=error.where,
                detail=error.detail,
                advice=f"write it anew with: faberdb import {environment.name}",
            ) from None
        view.applied(plan, time.monotonic() - began)
        for place, number, keys in left:
            named = f", the first with key: {'; '.join(keys)}" if keys else ""
            view.note(f"{number} rows of {place} are gone, so what was kept of them stays in quarantine{named}")
    finally:
        workspace.store.unlock(environment.name, token)


def _shorter(first: float | None, second: float | None) -> float | None:
    """Of two limits in seconds, where None is no limit."""
    return min((limit for limit in (first, second) if limit is not None), default=None)


def still_protected(plan: Plan, state: State | None) -> frozenset[Address]:
    """What is protected once a plan has been applied, under the names it has then."""
    before = state.protected if state else frozenset()
    kept = {_renamed(address, plan.renames) for address in before}
    kept = (kept | {a for a, p in plan.protection.items() if p}) - {a for a, p in plan.protection.items() if not p}
    return frozenset(kept - {c.address for c in plan.changes if c.action is Action.DROP})


def _renamed(address: Address, renames: Sequence[tuple[Object, Object]]) -> Address:
    """The address after renames of the object or of what it is part of."""
    for old, new in renames:
        length = len(old.address.path)
        whole = address.path == old.address.path and address.kind == old.address.kind
        if whole or (len(address.path) > length and address.path[:length] == old.address.path):
            address = Address(address.kind, (*new.address.path, *address.path[length:]))
    return address


def _fits(plan: Plan, state: State | None) -> None:
    """The plan must come from this state. Raises StaleError."""
    for record in state.applied if state else ():
        if record.plan_id == plan.plan_id:
            raise StaleError(
                "this plan has been applied already",
                detail=(f"{record.applied_at} by {record.holder}",),
                advice=f"a plan is spent once; make a new one: faberdb plan {plan.environment} --out plan.json",
            )
    lineage, serial = (state.lineage, state.serial) if state else ("", 0)
    if (plan.lineage, plan.state_serial) != (lineage, serial):
        raise StaleError(
            "the state has changed since the plan was made",
            detail=(f"plan: serial {plan.state_serial}; now: serial {serial}",),
            advice=f"make a new one: faberdb plan {plan.environment} --out plan.json",
        )


def empty_state(environment: Environment) -> State:
    """The state of an environment that has none yet."""
    return State(str(uuid.uuid4()), 0, environment.name, {}, "")
