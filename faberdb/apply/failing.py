"""The errors with which an apply ends before its plan is done: what happened, what is left of it, and what helps."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set

from faberdb.apply.fits import back_or_on
from faberdb.errors import ConnectionLostError, JournalError, RolledBackError, StoppedError
from faberdb.model import Failure
from faberdb.plan.document import Plan

_ABOUT_DATA = re.compile(r"ERROR (?:22|23)")
_ABOUT_RIGHTS = re.compile(r"ERROR 42501")


def failed(plan: Plan, failure: Failure, on: str, *, committed: bool) -> RolledBackError | StoppedError:
    """The error for a step that the server refused. on: the command that goes on with what is left of the plan;
    committed: whether transactions before it were."""
    rows = ("rows in the way, at most five:", *(f"    {row}" for row in failure.rows)) if failure.rows else ()
    detail = (*failure.words, *rows)
    if committed:
        return StoppedError(
            "a step failed after others had been committed",
            detail=detail,
            advice=f"correct the cause, then go on where it stopped: {on}; or {back_or_on(plan)}",
        )
    if any(_ABOUT_RIGHTS.match(line) for line in failure.words):
        return RolledBackError(
            "the role that applies the plan may not do what a step does; the database is as it was",
            detail=detail,
            advice="connect as the owner of what is named here, or as a role that was granted the right; then apply"
            " again",
        )
    about_data = any(_ABOUT_DATA.match(line) for line in failure.words)
    if about_data and plan.kind == "rollback":
        advice = "rows that were written since are in the way: correct them, then"
    elif about_data:
        advice = "correct the data, or the declaration (`backfill` gives rows a value, `using` says how theirs becomes"
        advice += " another), then"
    else:
        advice = "nothing is lost; if the cause is not plain from the server's words, report this; then"
    again = f"faberdb {plan.kind if plan.kind != 'apply' else 'plan'} {plan.environment}"
    again += " --dry-run" if plan.kind == "purge" else ""
    return RolledBackError(
        "a step failed and everything was taken back; the database is as it was",
        detail=detail,
        advice=f"{advice}: {again}",
    )


def _processes(blockers: Sequence[str]) -> list[str]:
    """The processes that are in the way; a prepared transaction has none."""
    return [found[1] for blocker in blockers if (found := re.match(r"server process (\d+)", blocker))]


def gave_way(
    plan: Plan, failure: Failure, tries: int, seconds: float, lock_timeout: float, on: str, *, committed: bool
) -> RolledBackError | StoppedError:
    """The error for a step that waited too long for others, each time it was tried."""
    times = f"{tries} times" if tries > 1 else "once"
    detail = (
        *failure.words,
        f"tried {times} in {seconds:.1f} s, waiting up to {lock_timeout:g} s for a lock each time (`lock_timeout`)",
        *(f"in the way: {blocker}" for blocker in failure.blockers),
    )
    end = "; ".join(f"select pg_terminate_backend({pid})" for pid in _processes(failure.blockers))
    ways = (
        f"wait until these transactions end{f', or end them: {end}' if end else ''}; or give it more time:"
        f" `lock_retry_for` in [safety] or [environments.{plan.environment}]"
    )
    if committed:
        return StoppedError(
            "a step waited too long for others, after steps before it had been committed",
            detail=detail,
            advice=f"{ways}. Then go on where it stopped: {on}; or {back_or_on(plan)}",
        )
    if plan.kind == "purge":
        again = on
    else:
        again = f"faberdb rollback {plan.environment}" if plan.kind == "rollback" else "apply again"
    return RolledBackError(
        "a step waited too long for others and everything was taken back; the database is as it was",
        detail=detail,
        advice=f"{ways}. Then: {again}",
    )


def lost(plan: Plan, error: ConnectionLostError, done: Set[int], on: str) -> RolledBackError | StoppedError:
    """The error for a connection that was lost while the plan ran. done: the transactions known to be committed."""
    back = plan.kind == "rollback"
    if not (done or error.in_doubt):
        again = f"take it back again: faberdb rollback {plan.environment}" if back else "apply again"
        again = on if plan.kind == "purge" else again
        return RolledBackError(
            "the connection to the server was lost before anything of the plan was committed: the database is as it"
            " was",
            where=error.where,
            detail=error.detail,
            advice=f"check the server, then {again}",
        )
    count = sum(step.transaction in done for step in plan.steps)
    committed = f"{count} of {len(plan.steps)} steps are committed"
    if error.in_doubt:
        committed += "; whether those that ran last are, is not known here: the journal knows"
    return StoppedError(
        "the connection to the server was lost while the plan ran",
        where=error.where,
        detail=(*error.detail, committed),
        advice=f"check the server, then go on from what is committed: {on}; or {back_or_on(plan)}",
    )


def unnoted(plan: Plan, error: JournalError, done: Set[int], on: str) -> RolledBackError | StoppedError:
    """The error for a journal that could not be written while the plan ran. done: the transactions known to be
    committed, less one whose end could not be noted."""
    detail = (error.message, *error.detail)
    count = sum(step.transaction in done for step in plan.steps)
    if plan.complete(done):
        message, more = "all steps are committed and verified, but the journal could not be written", ""
    elif error.committed:
        message = "steps are committed, but the journal could not be written afterwards"
        more = f"{count} of {len(plan.steps)} steps are noted as committed, and those that ran last are committed too"
    elif done:
        message = "the journal could not be written, so the steps that ran last were taken back"
        more = f"{count} of {len(plan.steps)} steps are committed"
    else:
        return RolledBackError(
            "the journal could not be written, so everything was taken back; the database is as it was",
            where=error.where,
            detail=detail,
            advice=f"correct the cause, then go on: {on}",
        )
    return StoppedError(
        message,
        where=error.where,
        detail=(*detail, more) if more else detail,
        advice=f"nothing is lost, the server knows what is committed: correct the cause, then go on: {on};"
        f" or {back_or_on(plan)}",
    )


def without_lock(plan: Plan, on: str, *, committed: bool) -> RolledBackError | StoppedError:
    """The error for a session that is another one than the one that took the lock."""
    message = "the session that holds the lock is gone: a failover, or a pooler that shares sessions"
    if committed:
        return StoppedError(
            message,
            advice=f"connect without a pooler, then go on where it stopped: {on}; or {back_or_on(plan)}",
        )
    return RolledBackError(f"{message}; nothing was changed", advice="connect without a pooler, then apply again")
