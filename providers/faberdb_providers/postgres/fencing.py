"""The fencing token: a number in the target, counted up by whoever takes the lock of an apply, that each of its writes
carries.

The advisory lock goes with its session, but who waits at a pooler, or slept while a failover went by, may talk to
another session than the one that took it. A token that is no longer the newest tells, and the row that it stands in is
locked as long as a transaction lasts: the next to count it up waits until that has ended, and what comes later with an
older number writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from faberdb.errors import LockedError, LockLostError

Query = Callable[..., list[tuple[Any, ...]]]

PATIENCE = 10
"""Seconds to wait for a transaction of whoever had the lock before."""


def taken(query: Query, holder: str) -> int:
    """Count the token up, within a transaction, and return it. Raises psycopg.Error; LockNotAvailable where a former
    holder is still at work."""
    query("select set_config('lock_timeout', %s, true)", f"{PATIENCE}s")
    rows = query(
        "update faberdb.fence set token = token + 1, holder = %s, taken_at = clock_timestamp() returning token", holder
    )
    return int(rows[0][0])


def held(query: Query, token: int) -> bool:
    """Whether the token is the newest; if so, it stays so until the transaction ends. Raises psycopg.Error."""
    return bool(query("select from faberdb.fence where token = %s for share", token))


def condition(token: int | None) -> str:
    """What a statement that writes asks for: that the token is the newest."""
    return "true" if token is None else f"exists (select from faberdb.fence where token = {token})"


def overtaken(label: str) -> LockLostError:
    """The error for a write whose token is no longer the newest."""
    return LockLostError(
        f"somebody else has taken over the lock of {label}",
        advice="see who changed it, and where it stands: faberdb status",
    )


def still_at_work(label: str) -> LockedError:
    """The error for a former holder whose transaction does not end."""
    return LockedError(
        f"{label} is still being changed by a session that no longer holds the lock",
        advice="wait until its transaction ends (pg_stat_activity shows it), then run the same command again",
    )
