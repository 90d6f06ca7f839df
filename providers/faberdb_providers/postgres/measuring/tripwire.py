"""What a statement does to others that commits as it goes, as CREATE INDEX CONCURRENTLY does: at its end no transaction
is open that could be looked into. So it is made to wait: another session holds what such statements wait for, and while
the statement stands still, its locks are read. Then the session lets go, and the next one takes its place.

Each wait on the way is for those who were there when it began: for transactions that write to the table, or that have
an old snapshot. Our sessions are both. PostgreSQL docs, CREATE INDEX, section Building Indexes Concurrently.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from faberdb.model import Effects, Lock
from faberdb_providers.postgres.measuring.meter import MODES, STRENGTH, labels
from faberdb_providers.postgres.names import dotted

LOOK_SECONDS = 0.002
MOST_WAITS = 20
"""No statement is known that waits more than five times; then it is let go, whatever it waits for."""
COLLECTED_SECONDS, COUNTED_SECONDS = 0.6, 2.0
"""Before PostgreSQL 15 a collector counts scans, which hears of them up to half a second later; and how long is waited
until it has."""

_TABLES = """
select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where c.relkind in ('r', 'p') and c.oid >= 16384 and n.nspname !~ '^faberdb(_|$)' and c.relpersistence <> 't'
 order by c.oid
"""
_LOCKS = "select l.relation::bigint, l.mode from pg_locks l where l.pid = %s and %s = any(pg_blocking_pids(l.pid))"
_SCANS = """
select c.oid::bigint, coalesce(pg_stat_get_numscans(c.oid), 0) from pg_class c
 where c.relkind in ('r', 'm') and c.oid >= 16384
"""


def measure(connection: psycopg.Connection[Any], run: Callable[[], None], until: int | None = None) -> Effects:
    """What a statement did to relations that were there before. connection: what `run` sends it over, of a database
    that is ours to spoil and in which nobody else is at work. until: the newest relation, by its oid, that others can
    see; all if it is not said. Raises psycopg.Error as `run` does."""
    with ExitStack() as ends:
        watcher = ends.enter_context(closing(_beside(connection)))
        there = labels(lambda sql: watcher.execute(sql.encode()).fetchall())
        called = {oid: label for oid, label in there.items() if until is None or oid <= until}
        wires = _Wires(connection, watcher.execute(_TABLES).fetchall())
        ends.callback(wires.close)
        _count(connection)
        before = dict(watcher.execute(_SCANS).fetchall())
        wires.renew()
        pool = ends.enter_context(ThreadPoolExecutor(1))
        running = pool.submit(run)
        ends.callback(wires.close)  # first of all, or the pool would wait for what waits for them
        locks = _watched(running, watcher, connection.info.backend_pid, wires)
        running.result()
        scanned = _scanned(connection, watcher, before)
    found = {called[oid]: mode for oid, mode in locks.items() if oid in called}
    held = tuple(sorted(Lock(label, mode) for label, mode in found.items()))
    return Effects(held, (), tuple(sorted({called[oid] for oid in scanned if oid in called})))


def _beside(connection: psycopg.Connection[Any]) -> psycopg.Connection[Any]:
    """Another connection to the same database."""
    conninfo = make_conninfo(**connection.info.get_parameters(), password=connection.info.password or None)
    return psycopg.connect(conninfo, autocommit=True, prepare_threshold=None)


class _Wires:
    """A session that stands in the way of what waits for writers and for old snapshots, and the next one."""

    def __init__(self, connection: psycopg.Connection[Any], tables: list[tuple[str, str]]) -> None:
        self._connection = connection
        self._locks = (
            f"lock table only {', only '.join(dotted(*table) for table in tables)} in row exclusive mode nowait"
        )
        self._wire: psycopg.Connection[Any] | None = None
        self._tables = bool(tables)

    @property
    def pid(self) -> int:
        """Of the session that stands there now; 0 where none does."""
        return self._wire.info.backend_pid if self._wire is not None else 0

    def renew(self) -> None:
        """Let a new session stand there before the old one goes; none, where the statement itself keeps it away."""
        following = _beside(self._connection)
        try:
            following.execute("begin transaction isolation level repeatable read")
            following.execute("select 1")
            if self._tables:
                following.execute(self._locks.encode())
        except psycopg.Error:  # the statement waits for a lock that nobody else gets meanwhile
            following.close()
            self.close()
        else:
            self.close()
            self._wire = following

    def close(self) -> None:
        if self._wire is not None:
            self._wire.close()
            self._wire = None


def _watched(running: Future[None], watcher: psycopg.Connection[Any], pid: int, wires: _Wires) -> Mapping[int, str]:
    """The strongest lock that the session had, or waited for, on each relation whenever it stood still."""
    found: dict[int, str] = {}
    waits = 0
    while not running.done():
        rows = watcher.execute(_LOCKS, (pid, wires.pid)).fetchall() if wires.pid else ()
        for oid, name in rows:
            if oid is not None and name in MODES:
                found[oid] = max(MODES[name], found.get(oid, MODES[name]), key=STRENGTH.__getitem__)
        if rows:
            waits += 1
            if waits < MOST_WAITS:
                wires.renew()
            else:
                wires.close()
        time.sleep(LOOK_SECONDS)
    return found


def _count(connection: psycopg.Connection[Any]) -> None:
    """Have what the session read so far counted, as it keeps that to itself for a second."""
    if connection.info.server_version >= 150000:
        connection.execute("select pg_stat_force_next_flush()")
    else:
        time.sleep(COLLECTED_SECONDS)


def _scanned(
    connection: psycopg.Connection[Any], watcher: psycopg.Connection[Any], before: Mapping[int, int]
) -> set[int]:
    """What was read from end to end since."""
    if connection.info.server_version >= 150000:
        _count(connection)
    until = time.monotonic() + (0 if connection.info.server_version >= 150000 else COUNTED_SECONDS)
    while True:
        now = watcher.execute(_SCANS).fetchall()
        scanned = {oid for oid, count in now if count > before.get(oid, 0)}
        if scanned or time.monotonic() >= until:
            return scanned
        time.sleep(LOOK_SECONDS * 50)
