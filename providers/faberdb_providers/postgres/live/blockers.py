"""For whom a session waits, seen from beside it: while it waits it cannot ask, and once it gave up nobody knows any
more."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

SOON, LATEST = 0.02, 1.0
"""Seconds between two looks: often enough to see a wait before it is given up, and no burden to the server."""

# Not the text of anybody's query, which may hold what is nobody's business in a log. Who may not see what others do
# sees their process, user and application all the same.
_BLOCKERS = """
select b.pid, coalesce(b.usename, ''), coalesce(b.application_name, ''), coalesce(b.state, b.backend_type, ''),
       coalesce(date_trunc('second', clock_timestamp() - b.xact_start)::text, ''), b.xact_start
  from pg_stat_activity me
 cross join lateral (select distinct unnest(pg_blocking_pids(me.pid)) pid) waits
  join pg_stat_activity b on b.pid = waits.pid
 where me.pid = %s and me.wait_event_type = 'Lock'
 order by b.xact_start, b.pid
 limit 5
"""

Told = Callable[[tuple[str, ...]], None]


class Blockers:
    """What was last seen to be in the way, one line for each session."""

    def __init__(self) -> None:
        self.seen: tuple[str, ...] = ()
        self.transactions: tuple[tuple[int, datetime], ...] = ()
        """Those of them that a look can tell are over: server process, and when it began."""


@contextmanager
def watching(connection: psycopg.Connection[Any], lock_timeout: float, tell: Told) -> Iterator[Blockers]:
    """Look beside a session, for the length of a `with`, for whom it waits. tell: called in another thread, the first
    time that it waits for somebody. The connection for it is opened only if the work takes longer than a moment."""
    found, over = Blockers(), threading.Event()
    conninfo = make_conninfo(connection.info.dsn, password=connection.info.password or None)
    process, pause = connection.info.backend_pid, min(LATEST, max(SOON, lock_timeout / 4))

    def look() -> None:
        # Without it the plan is carried out all the same, and its errors say less.
        with suppress(psycopg.Error, OSError):
            if over.wait(pause):
                return
            with psycopg.connect(
                conninfo, autocommit=True, connect_timeout=5, application_name="faberdb", prepare_threshold=None
            ) as beside:
                beside.execute("set statement_timeout = '5s'")
                while not over.is_set():
                    rows = beside.execute(_BLOCKERS, (process,)).fetchall()
                    if rows and not found.seen:
                        tell(tuple(told(row[:-1]) for row in rows))
                    if rows:
                        found.seen = tuple(told(row[:-1]) for row in rows)
                        found.transactions = tuple((row[0], row[-1]) for row in rows if row[-1] is not None)
                    over.wait(pause)

    thread = threading.Thread(target=look, name="blockers", daemon=True)
    thread.start()
    try:
        yield found
    finally:
        over.set()
        thread.join(timeout=1)


def told(row: tuple[Any, ...]) -> str:
    """A session in words: process, role, application, what it is doing and how long its transaction is open."""
    pid, user, name, state, age = row
    about = ", ".join(text for text in (name, f"user {user}" if user else "", state) if text)
    since = f", its transaction began {age} ago" if age else ""
    return f"server process {pid} ({about}){since}" if about else f"server process {pid}{since}"


def until_over(
    connection: psycopg.Connection[Any], transactions: Sequence[tuple[int, datetime]], longest: float
) -> None:
    """Wait until none of the transactions is at work any more, at most so many seconds; of none, all of that time."""
    end = time.monotonic() + longest
    numbers, begun = [number for number, _ in transactions], [begin for _, begin in transactions]
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(SOON, left) if transactions else left)
        if transactions and connection.execute(_THERE, (numbers, begun)).fetchone() != (True,):
            return


_THERE = """
select exists (select from pg_stat_activity a join unnest(%s::int[], %s::timestamptz[]) t(pid, begun)
                 on t.pid = a.pid and t.begun = a.xact_start)
"""
