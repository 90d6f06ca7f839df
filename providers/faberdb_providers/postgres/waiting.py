"""Reading waits for others only so long, and says for whom: reading the catalogue takes ACCESS SHARE on what it prints,
so whoever holds ACCESS EXCLUSIVE, or waits for it in the queue before us, stops it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from faberdb.errors import DatabaseError, LockedError
from faberdb_providers.postgres.refusal import connection_lost, lost, words
from faberdb_providers.postgres.two_phase import against_readers, end_them

PATIENCE = 10
"""Seconds to wait for a lock while reading. Who waits to read stands in nobody's way but that of such a lock."""
LONGEST = 600
"""Seconds that one question to the catalogue may take."""

# Not the text of anybody's query, which may hold what is nobody's business in a log.
_IN_THE_WAY = """
select l.pid, coalesce(a.application_name, ''), l.relation::regclass::text, l.granted,
       date_trunc('second', clock_timestamp() - a.xact_start)::text,
       (select string_agg(pid::text, ', ') from unnest(pg_blocking_pids(l.pid)) pid)
  from pg_locks l left join pg_stat_activity a on a.pid = l.pid
 where l.locktype = 'relation' and l.mode = 'AccessExclusiveLock' and l.pid <> pg_backend_pid()
   and l.database in (0, (select oid from pg_database where datname = current_database()))
   and exists (select from pg_class c where c.oid = l.relation and c.relkind <> 't')
 order by l.granted desc, a.xact_start, l.pid, l.relation
"""


def limit(connection: psycopg.Connection[Any], *, statement: bool) -> None:
    """Set how long the session waits to read. statement: bound its questions too."""
    connection.execute(f"set lock_timeout = '{PATIENCE}s'")
    if statement:
        connection.execute(f"set statement_timeout = '{LONGEST}s'")


@contextmanager
def reading(connection: psycopg.Connection[Any], what: str) -> Iterator[None]:
    """Turn what keeps us from reading something into an error that says what that was. Raises LockedError naming those
    who are in the way, DatabaseError for all else."""
    try:
        yield
    except psycopg.errors.LockNotAvailable as error:
        prepared = against_readers(connection)
        sessions = _in_the_way(connection)
        in_the_way = [*map(str, prepared), *map(_told, sessions)]
        first, *others = in_the_way or ["another session locks what has to be read"]
        end = "; ".join(f"select pg_terminate_backend({rows[0][0]})" for rows in sessions[:1])
        way_out = f"wait until that transaction ends{f', or end it: {end}' if end else ''}"
        raise LockedError(
            f"cannot read {what}: {first}",
            detail=(*others, *words(error)),
            advice=f"{end_them(prepared) if prepared else way_out}; then run the same command again",
        ) from error
    except psycopg.errors.QueryCanceled as error:
        raise DatabaseError(
            f"cannot read {what} in the time that there is for it",
            detail=words(error),
            advice="see what keeps the server busy (pg_stat_activity), then run the same command again",
        ) from error
    except psycopg.Error as error:
        if lost(error):
            raise connection_lost(f"read {what}", error) from error
        barred = isinstance(error, psycopg.errors.InsufficientPrivilege)
        advice = "connect as a role that may read it, or as the owner of the database" if barred else ""
        raise DatabaseError(f"cannot read {what}", detail=words(error), advice=advice) from error


def _in_the_way(connection: psycopg.Connection[Any]) -> list[list[Any]]:
    """What each session locks that keeps others from reading something; the question may itself be refused."""
    try:
        with connection.transaction():
            rows = connection.execute(_IN_THE_WAY).fetchall()
    except psycopg.Error:
        return []
    sessions: dict[int, list[Any]] = {}
    for row in rows:
        sessions.setdefault(row[0], []).append(row)
    return list(sessions.values())[:5]


def _told(rows: list[Any]) -> str:
    pid, name, _, granted, age, blockers = rows[0]
    relations = [relation for _, _, relation, *_ in rows]
    more = f" and {len(relations) - 3} more" if len(relations) > 3 else ""
    who = f"server process {pid}" + (f" ({name})" if name else "")
    since = f", its transaction began {age} ago" if age else ""
    # pg_blocking_pids() calls all prepared transactions 0.
    behind = "a prepared transaction" if blockers == "0" else f"server process {blockers or 'unknown'}"
    how = "locks" if granted else f"waits for {behind} to lock"
    return f"{who} {how} {', '.join(relations[:3])}{more}{since}"
