"""What would hinder a plan if it were applied at this moment: who holds what it locks, who has to follow what it
writes, how much disk is free. It is said beside the plan and never stored in it: a minute later it is something else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg

from faberdb.model import Step, rounded
from faberdb_providers.postgres.live.blockers import told
from faberdb_providers.postgres.live.disk import space
from faberdb_providers.postgres.live.sizes import asking
from faberdb_providers.postgres.measuring.meter import BLOCKING, CONFLICTS, mode_of, name_of
from faberdb_providers.postgres.refusal import words
from faberdb_providers.postgres.two_phase import against

LONG = 10
"""Seconds that a transaction has to be open to be named; the usual ones are over before a step gives way."""
OLD = 300
"""Seconds after which what a transaction sees holds up a build that runs beside the application."""
MUCH = 10 * 1024 * 1024
"""Bytes that a plan has to write to be worth a look at disk and standbys, or work on for one at who writes there."""
YOUNG = 3600
"""Seconds after which statistics say something about a day."""
FEW = 5
"""How much is said at most."""
SHORT = ("not enough disk: ", "perhaps not enough disk: ")
"""How it begins that there is too little, or as it may be too little once the write-ahead log is written."""

# Not the text of anybody's query. Autovacuum, which works for no role, gives way by itself, and those who work for
# another process have its locks. Since when a transaction is open is null where this role may not know.
_HOLDERS = """
select n, l.mode, b.pid, coalesce(b.usename, ''), coalesce(b.application_name, ''),
       coalesce(b.state, b.backend_type, ''), date_trunc('second', clock_timestamp() - b.xact_start)::text
  from unnest(%s::text[]) n
  join pg_locks l on l.relation = to_regclass(n)
  join pg_stat_activity b on b.pid = l.pid
 where l.locktype = 'relation' and l.granted and l.mode <> 'SIReadLock' and l.pid <> pg_backend_pid()
   and l.database = (select oid from pg_database where datname = current_database())
   and b.usesysid is not null and b.leader_pid is null
   and coalesce(clock_timestamp() - b.xact_start > %s * interval '1 second', true)
 order by b.xact_start, b.pid, n, l.mode
"""
_SNAPSHOTS = """
select b.pid, coalesce(b.usename, ''), coalesce(b.application_name, ''), coalesce(b.state, b.backend_type, ''),
       date_trunc('second', clock_timestamp() - b.xact_start)::text
  from pg_stat_activity b
 where b.datname = current_database() and b.backend_xmin is not null and b.pid <> pg_backend_pid()
   and b.usesysid is not null and b.leader_pid is null
   and clock_timestamp() - b.xact_start > %s * interval '1 second'
 order by b.xact_start, b.pid
"""
# A standby with a slot, and who reads a logical one, stand there as the slot.
_FOLLOWERS = """
with now as (select case when not pg_is_in_recovery() then pg_current_wal_lsn() end as written)
select 'replication slot ' || slot_name || case when active then '' else ', which nobody reads,' end,
       pg_size_pretty(pg_wal_lsn_diff(written, restart_lsn)), pg_size_pretty(%s::bigint)
  from pg_replication_slots, now where restart_lsn is not null and written is not null
union all
select 'standby ' || coalesce(nullif(application_name, ''), client_addr::text, r.pid::text),
       pg_size_pretty(pg_wal_lsn_diff(written, coalesce(replay_lsn, flush_lsn, sent_lsn))), pg_size_pretty(%s::bigint)
  from pg_stat_replication r, now
 where written is not null and not exists (select from pg_replication_slots s where s.active_pid = r.pid)
 order by 1
"""
_DATA = """
select (select setting from pg_settings where name = 'data_directory'),
       extract(epoch from pg_postmaster_start_time())::bigint
"""
_WRITTEN = """
select n, (pg_stat_get_tuples_inserted(c) + pg_stat_get_tuples_updated(c) + pg_stat_get_tuples_deleted(c))::float8,
       extract(epoch from clock_timestamp() - since)::float8 / 86400, to_char(since, 'YYYY-MM-DD')
  from (select n, to_regclass(n)::oid as c, (select pg_stat_get_db_stat_reset_time(oid) from pg_database
                                              where datname = current_database()) as since
          from unnest(%s::text[]) n) counted
 where c is not null and since < clock_timestamp() - %s * interval '1 second'
"""


def right_now(connection: psycopg.Connection[Any], steps: Sequence[Step]) -> list[str]:
    """Up to five sentences about what would hinder these steps at this moment; none for steps that lock and write
    nothing of note."""
    try:
        disk = _disk(connection, steps)
        found = [*_in_the_way(connection, steps), *disk, *_followers(connection, steps), *_written(connection, steps)]
    except psycopg.Error as error:
        return [f"what stands in the way of the plan right now could not be looked at: {words(error)[0]}"]
    # A disk that is full stops everybody, so that is never among what there is no room for.
    found.sort(key=lambda line: not line.startswith(SHORT))
    more = len(found) - FEW
    return found if more <= 0 else [*found[: FEW - 1], f"and {more + 1} more that stand in the way right now"]


def _in_the_way(connection: psycopg.Connection[Any], steps: Sequence[Step]) -> Iterator[str]:
    """Transactions that are open for long and hold what the steps lock, or see what a build has to wait for."""
    wanted: dict[str, set[str]] = {}
    labels: dict[str, str] = {}
    for lock in (lock for step in steps if step.effects for lock in step.effects.locks):
        if name := name_of(lock.relation):
            wanted.setdefault(name, set()).update(CONFLICTS[lock.mode])
            labels[name] = lock.relation
    beside = any(step.statement.outside and " CONCURRENTLY " in step.statement.sql for step in steps)
    if wanted:
        with asking(connection) as cursor:
            allowed = connection.execute("show max_prepared_transactions")
            rows = cursor.execute(_HOLDERS, (sorted(wanted), LONG)).fetchall()
            prepared = against(connection, steps) if allowed.fetchall() != [("0",)] else []
        yield from _holders([row for row in rows if mode_of(row[1]) in wanted[row[0]]], labels)
        yield from (f"right now in the way: {one}" for one in prepared)
    if beside:
        with asking(connection) as cursor:
            rows = cursor.execute(_SNAPSHOTS, (OLD,)).fetchall()
        yield from (f"right now a build CONCURRENTLY would have to wait for {told(row)}" for row in rows)


def _holders(rows: Sequence[tuple[Any, ...]], labels: dict[str, str]) -> Iterator[str]:
    """A sentence for each session, and one for all of which this role may not know how long they will be there."""
    sessions: dict[tuple[Any, ...], str] = {}
    for row in rows:
        sessions.setdefault(row[2:], labels[row[0]])
    hidden = sum(age is None for *_, age in sessions)
    for session, label in sessions.items():
        if session[-1] is not None:
            yield f"right now in the way of a lock on {label}: {told(session)}"
    if hidden:
        who = "1 session of another role holds" if hidden == 1 else f"{hidden} sessions of other roles hold"
        yield f"right now {who} locks in the way; since when, this role may not see (pg_read_all_stats)"


def _disk(connection: psycopg.Connection[Any], steps: Sequence[Step]) -> list[str]:
    """What the steps need against what is free, where the server's files are on this machine."""
    needed = sum(step.estimate.disk for step in steps if step.estimate)
    if needed < MUCH:
        return []
    with asking(connection) as cursor:
        ((folder, started),) = cursor.execute(_DATA).fetchall()
    disk = space(Path(folder), int(started)) if folder else None
    if disk is None:
        return []
    free = disk.free
    with asking(connection) as cursor:
        sql = "select pg_size_pretty(%s::bigint), pg_size_pretty(%s::bigint)"
        ((need, room),) = cursor.execute(sql, (needed, free)).fetchall()
    short = SHORT[0] if needed > free else SHORT[1] if 2 * needed > free else "disk: "
    return [
        f"{short}the plan needs at least {need} besides, and about as much again for its write-ahead log; {room} are"
        " free right now where the server keeps its data"
    ]


def _followers(connection: psycopg.Connection[Any], steps: Sequence[Step]) -> Iterator[str]:
    """Standbys and slots that have to take in what the steps write."""
    written = sum(step.estimate.disk for step in steps if step.estimate)
    if written < MUCH:
        return
    with asking(connection) as cursor:
        rows = cursor.execute(_FOLLOWERS, (written, written)).fetchall()
    for who, behind, more in rows:
        lag = f"is {behind} behind" if behind else "is behind by what this role may not see"
        yield f"right now {who} {lag}, and the plan writes about {more} more for it to follow"


def _written(connection: psycopg.Connection[Any], steps: Sequence[Step]) -> Iterator[str]:
    """How often that is written which writers have to wait for."""
    large = {label for step in steps if step.estimate and step.estimate.bytes >= MUCH for label in step.estimate.of}
    locks = {lock.relation for step in steps if step.effects for lock in step.effects.locks if lock.mode in BLOCKING}
    labels = {name_of(label): label for label in large & locks}
    if not labels:
        return
    with asking(connection) as cursor:
        rows = cursor.execute(_WRITTEN, (sorted(labels), YOUNG)).fetchall()
    for name, times, days, since in rows:
        if often := rounded(times / days, 1):
            yield f"{labels[name]} was written about {often:,} times a day since {since}; who writes it has to wait"
