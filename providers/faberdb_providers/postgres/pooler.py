"""Whether a pooler stands before the server that gives each transaction to whichever session is free.

What is set for such a session stays there for others, READ ONLY for one: the next to write over it, the application or
an apply, would be refused. And a lock of the session belongs to nobody. So this is asked before anything is set.
"""

from __future__ import annotations

import select
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg

PATIENCE = 2
"""Seconds to wait for another session, which a pool that is used up does not give."""
TRIES = 3
"""How often to look: others at the same pool may have the session just then."""
ASK = b"select pg_backend_pid()"


def shares_sessions(connection: psycopg.Connection[Any], conninfo: str) -> bool:
    """Whether others get the session that this connection has, between two transactions. Changes nothing. Asks a server
    once and a pooler a few times, over a second connection; False where that shows nothing, or cannot be made. Raises
    psycopg.Error."""
    mine = _process(connection)
    if mine == connection.info.backend_pid:
        return False  # a pooler makes up what it calls the process
    with _another(conninfo) as other:
        for _ in range(TRIES if other is not None else 0):
            theirs = _answer(other)
            if theirs is None:
                return False
            if theirs == mine or _process(connection) != mine or _process(connection) != mine:
                return True
    return False


def _process(connection: psycopg.Connection[Any]) -> int:
    return int(connection.execute(ASK).fetchall()[0][0])


@contextmanager
def _another(conninfo: str) -> Iterator[psycopg.Connection[Any] | None]:
    try:
        other = psycopg.connect(
            conninfo, autocommit=True, connect_timeout=PATIENCE, application_name="faberdb", prepare_threshold=None
        )
    except psycopg.Error:
        yield None
        return
    with closing(other):
        yield other


def _answer(connection: psycopg.Connection[Any] | None) -> int | None:
    """The process that answers; None where none does in time, since the pool has no session left."""
    if connection is None:
        return None
    wire, until = connection.pgconn, time.monotonic() + PATIENCE
    wire.send_query(ASK)
    wire.flush()
    while wire.is_busy():
        if not select.select([wire.socket], [], [], max(0.0, until - time.monotonic()))[0]:
            return None
        wire.consume_input()
    found = None
    while result := wire.get_result():
        found = result.get_value(0, 0) if result.ntuples else None
    return int(found) if found else None
