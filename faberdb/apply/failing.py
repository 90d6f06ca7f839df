"""The errors with which an apply ends before its plan is done: what happened, what is left of it, and what helps."""

from __future__ import annotations

import re

from faberdb.errors import RolledBackError, StoppedError
from faberdb.model import Failure
from faberdb.plan.document import Plan

_ABOUT_DATA = re.compile(r"ERROR (?:22|23)")


def failed(plan: Plan, failure: Failure, *, committed: bool) -> RolledBackError | StoppedError:
    """The error for a step that the server refused. committed: whether transactions before it were."""
    rows = ("rows in the way, at most five:", *(f"    {row}" for row in failure.rows)) if failure.rows else ()
    detail = (*failure.words, *rows)
    if committed:
        return StoppedError(
            "a step failed after others had been committed",
            detail=detail,
            advice="correct the cause and apply the same plan again: it goes on where it stopped; or take back what was"
            f" done: faberdb rollback {plan.environment}",
        )
    about_data = any(_ABOUT_DATA.match(line) for line in failure.words)
    again = f"faberdb rollback {plan.environment}" if plan.kind == "rollback" else f"faberdb plan {plan.environment}"
    return RolledBackError(
        "a step failed and everything was taken back; the database is as it was",
        detail=detail,
        advice="correct the data, or the declaration (`backfill` gives rows a value, `using` says how theirs becomes"
        f" another), then: {again}"
        if about_data
        else f"nothing is lost; if the cause is not plain from the server's words, report this; then: {again}",
    )


def gave_way(
    plan: Plan, failure: Failure, tries: int, seconds: float, lock_timeout: float, *, committed: bool
) -> RolledBackError | StoppedError:
    """The error for a step that waited too long for others, each time it was tried."""
    times = f"{tries} times" if tries > 1 else "once"
    detail = (
        *failure.words,
        f"tried {times} in {seconds:.1f} s, waiting up to {lock_timeout:g} s for a lock each time (`lock_timeout`)",
        *(f"in the way: {blocker}" for blocker in failure.blockers),
    )
    ways = (
        "wait until these transactions end, or end them: select pg_terminate_backend(PID); or give it more time:"
        f" `lock_timeout` in [safety] or [environments.{plan.environment}]"
    )
    if committed:
        return StoppedError(
            "a step waited too long for others, after steps before it had been committed",
            detail=detail,
            advice=f"{ways}. Then apply the same plan again: it goes on where it stopped; or take back what was done:"
            f" faberdb rollback {plan.environment}",
        )
    again = f"faberdb rollback {plan.environment}" if plan.kind == "rollback" else "apply again"
    return RolledBackError(
        "a step waited too long for others and everything was taken back; the database is as it was",
        detail=detail,
        advice=f"{ways}. Then: {again}",
    )
