"""Carrying out a plan and writing the state: what `apply`, `create` and `rollback` share."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from faberdb.apply.execute import Context, check, execute
from faberdb.apply.fits import anew
from faberdb.apply.interrupted import not_begun, recorded, unknown, unrecorded
from faberdb.cli.backing_up import backup_before, backup_wanted, try_backup
from faberdb.cli.checking_health import Watch
from faberdb.cli.checks import checks_of, refuse_missing, run_checks
from faberdb.cli.environment_rules import refuse_unsupported, rules_of
from faberdb.cli.made import Made
from faberdb.cli.purging import refuse_changed
from faberdb.cli.resuming import command_of
from faberdb.cli.workspace import Workspace, utc_now
from faberdb.config.project import Environment
from faberdb.errors import CutShortError, StaleError, StateError, UnrecordedError, VerificationError
from faberdb.model import Limits
from faberdb.plan.codec import to_json
from faberdb.plan.document import Plan
from faberdb.plan.standing import reconciled, record_of, state_after
from faberdb.plan.state import State
from faberdb.policy.rules import refuse_violations
from faberdb.policy.windows import refuse_outside
from faberdb.views.view import View


def apply_plan(workspace: Workspace, environment: Environment, made: Made, view: View) -> None:
    """Apply a plan to its environment and note it in the state, with what earlier ones left there for want of time.
    Raises what `execute` raises, StateError where the state cannot be read, UnrecordedError where it cannot be written,
    CutShortError where Ctrl-C ends it.
    """
    plan = made.plan
    refuse_unsupported(workspace, environment)
    again = _again(environment, made)
    with _telling(plan, again) as course:
        _apply(workspace, environment, made, view, again, course)


def _again(environment: Environment, made: Made) -> str:
    """The command that goes on with the plan."""
    if made.again:
        return made.again
    verb = "rollback" if made.plan.kind == "rollback" else "apply"
    return f"faberdb {verb} {made.file or environment.name}"


def _on(environment: Environment, made: Made) -> str:
    """The command that goes on with the plan once something of it is committed: then the journal has it, file or no."""
    if made.again or made.file or made.plan.kind != "apply":
        return _again(environment, made)
    return command_of(environment.name)


@dataclass
class _Course:
    """What to say if Ctrl-C ends it now."""

    so_far: CutShortError


@contextmanager
def _telling(plan: Plan, again: str) -> Iterator[_Course]:
    """Turn Ctrl-C into an error that says how far the plan came. Raises CutShortError."""
    course = _Course(not_begun(plan, again))
    try:
        yield course
    except KeyboardInterrupt:
        raise course.so_far from None


def _check(
    workspace: Workspace,
    environment: Environment,
    plan: Plan,
    checks: Sequence[str],
    view: View,
    state: State,
    version: str,
) -> None:
    """Run the project's own checks, and note in the state how they ended. Raises VerificationError."""

    def ended(how: str) -> None:
        *older, record = state.applied
        try:
            workspace.write_state(next_serial(state._replace(applied=(*older, record._replace(checks=how)))), version)
        except StateError as error:  # the plan itself is recorded
            view.note(f"that its checks {how} could not be written to the state: {error.message}")

    try:
        run_checks(workspace, environment, plan, checks, view)
    except VerificationError:
        ended("failed")
        raise
    ended("passed")


def _apply(workspace: Workspace, environment: Environment, made: Made, view: View, again: str, course: _Course) -> None:
    plan = made.plan
    checks = () if made.unchecked else checks_of(workspace, plan)
    refuse_missing(workspace, checks)
    token = workspace.store.lock(environment.name, {"who": workspace.holder, "operation": plan.kind})
    try:
        state, version = workspace.state(environment)
        _fits(plan, state)
        protected = state.protected if state else frozenset()
        refuse_violations(plan, rules_of(environment, protected, plan, strict=made.strict, accepted=made.accepted))
        with workspace.session(environment, read_only=False) as session:
            target = workspace.provider.target(session)
            _say_where(workspace, target, view)
            began = time.monotonic()
            taken: list[str] = []

            def ready() -> None:
                """Under the lock, before anything is changed."""
                if plan.kind == "purge":
                    refuse_changed(workspace, target, plan)
                if backup_wanted(workspace, environment, plan):
                    taken.append(backup_before(workspace, environment, plan, view, session).id)

            def look() -> None:
                """Not of what goes on with a plan that stopped part way: that is best ended at once."""
                _refuse_outside(environment, made)
                watch.before()

            watch = Watch(workspace, environment, target, view)
            context = _context(workspace, environment, made, state, view)
            context = replace(context, look=look, back_up=ready, fits=lambda: view.begin(plan))
            course.so_far = unknown(plan)
            objects = execute(plan, target, context)
            course.so_far = unrecorded(plan, again)
            left = target.left_behind(made.giving) if made.giving else []
            others = [entry for entry in target.journal() if entry.plan_id != plan.plan_id]
        if state is None and plan.kind == "purge":  # the journal tells of it; a state of nothing but that would be none
            course.so_far = recorded(plan)
            view.applied(plan, time.monotonic() - began)
            return
        before = reconciled(state, others, environment.name, {}).state
        record = record_of(plan, utc_now().isoformat(), workspace.holder)._replace(backup="".join(taken))
        record = record._replace(checks="unfinished" if checks else "")
        after = next_serial(state_after(before, plan, objects, record))
        try:
            version = workspace.write_state(after, version)
        except StateError as error:
            raise UnrecordedError(
                f"the plan was applied, but the state could not be written: {error.message}",
                where=error.where,
                detail=error.detail,
                advice="the journal knows of it, so nothing is lost: correct the cause, and the next"
                " command that writes the state does it"
                + ("" if plan.kind == "purge" else "; or apply the same plan again"),
            ) from None
        course.so_far = recorded(plan)
        view.applied(plan, time.monotonic() - began)
        watch.after()
        for place, number, keys in left:
            named = f", the first with key: {'; '.join(keys)}" if keys else ""
            gone = f"{number} row of {place} is" if number == 1 else f"{number} rows of {place} are"
            view.note(f"{gone} gone, so what was kept of it stays in quarantine{named}")
        if checks:
            _check(workspace, environment, plan, checks, view, after, version)
    finally:
        workspace.store.unlock(environment.name, token)


def _say_where(workspace: Workspace, target: Any, view: View) -> None:
    """Where the journal is, if that is not where the project has it."""
    if workspace.project.state.journal != "state" and (where := target.journal_beside()):
        view.note(where)


def check_plan(workspace: Workspace, environment: Environment, made: Made, view: View) -> None:
    """All that `apply_plan` looks at before it changes anything. Raises what that raises, for the same."""
    refuse_unsupported(workspace, environment)
    refuse_missing(workspace, () if made.unchecked else checks_of(workspace, made.plan))
    state, _ = workspace.state(environment)
    _fits(made.plan, state)
    protected = state.protected if state else frozenset()
    refuse_violations(
        made.plan, rules_of(environment, protected, made.plan, strict=made.strict, accepted=made.accepted)
    )
    with workspace.session(environment) as session:
        context = _context(workspace, environment, made, state, view)
        target = workspace.provider.target(session)
        _say_where(workspace, target, view)
        if check(made.plan, target, context):
            _refuse_outside(environment, made)
        Watch(workspace, environment, session, view).before()
    if backup_wanted(workspace, environment, made.plan):
        try_backup(workspace, environment, view)


def check_unchanged(workspace: Workspace, environment: Environment, made: Made, view: View) -> None:
    """Whether a plan without changes is about this database, and that is still what it says. Raises what `apply_plan`
    raises where it is not."""
    state, _ = workspace.state(environment)
    _fits(made.plan, state)
    with workspace.session(environment) as session:
        target = workspace.provider.target(session)
        check(made.plan, target, _context(workspace, environment, made, state, view))


def _refuse_outside(environment: Environment, made: Made) -> None:
    """Raises RefusedError outside of the environment's maintenance windows. A way back is always open: it is needed
    when something is wrong, and that keeps no hours."""
    if not made.ends and made.plan.kind != "rollback":
        refuse_outside(environment.name, environment.windows, utc_now())


def _context(workspace: Workspace, environment: Environment, made: Made, state: State | None, view: View) -> Context:
    """What an apply that begins now goes by."""
    optional = {kind.name for kind in workspace.provider.kinds if kind.optional}
    began, longest = time.monotonic(), workspace.project.migrations.timeout_seconds
    return Context(
        workspace.holder,
        utc_now(),
        to_json(made.plan),
        Limits(
            environment.lock_timeout,
            _shorter(environment.statement_timeout, longest),
            environment.lock_retry_for,
        ),
        lambda objects: workspace.extent.managed_objects(objects, environment),
        view.step,
        lambda: longest is not None and time.monotonic() - began > longest,
        workspace.surroundings.variables,
        lambda address: address.kind in optional,
        lambda: workspace.extent.managed_objects(state.objects, environment) if state else {},
        _again(environment, made),
        _on(environment, made),
        view.waiting,
        view.filled,
    )


def _shorter(first: float | None, second: float | None) -> float | None:
    """Of two limits in seconds, where None is no limit."""
    return min((limit for limit in (first, second) if limit is not None), default=None)


def _fits(plan: Plan, state: State | None) -> None:
    """The plan must come from this state. Raises StaleError."""
    for record in state.applied if state else ():
        if record.plan_id == plan.plan_id:
            raise StaleError(
                f"this plan was {'applied' if record.outcome == 'applied' else 'begun'} already",
                detail=(f"{record.applied_at} by {record.holder}",),
                advice=f"a plan is spent once; {anew(plan)}",
            )
    lineage, serial = (state.lineage, state.serial) if state else ("", 0)
    if (plan.lineage, plan.state_serial) != (lineage, serial):
        raise StaleError(
            "the state has changed since the plan was made",
            detail=(f"plan: serial {plan.state_serial}; now: serial {serial}",),
            advice=anew(plan),
        )


def next_serial(state: State) -> State:
    """The state as the next to be written; the first gets its lineage."""
    return state._replace(serial=state.serial + 1, lineage=state.lineage or str(uuid.uuid4()))
