"""Who is at work: transactions that are open for long, sessions that wait, prepared transactions, connections.

Of other sessions only process, application and age are asked, never a statement: it may hold what is nobody's business.
"""

from __future__ import annotations

from faberdb.model import HealthFinding, HealthVerdict, lasting
from faberdb_providers.postgres.health.check import Around, Check, Rows, Thing, judged, process, together
from faberdb_providers.postgres.names import literal

OK, UNKNOWN, WARNING, CRITICAL = HealthVerdict

# Autovacuum works for no role. Of whoever this role may not look at, everything is null but process, role and
# application: such a session is counted, so that nobody takes what cannot be seen for what is not there.
_OPEN = """
select pid, coalesce(application_name, '') as application, state is null as hidden,
       extract(epoch from clock_timestamp() - {since})::float8 as seconds
  from pg_stat_activity
 where datname = current_database() and usesysid is not null and pid <> pg_backend_pid() and leader_pid is null
   and (state is null or (xact_start is not null and state {how} 'idle in transaction%'))
 order by 4 desc nulls last
"""
# Locks are seen by everybody; since when one is waited for stands there from 14 on.
_WAITS = """
select distinct on (l.pid) l.pid, coalesce(a.application_name, '') as application,
       extract(epoch from clock_timestamp()
           - coalesce((to_jsonb(l) ->> 'waitstart')::timestamptz, a.query_start))::float8 as seconds,
       (select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where c.oid = l.relation) as relation,
       (select json_agg(json_build_array(b.pid, coalesce(s.application_name, '')) order by b.pid)
          from (select distinct unnest(pg_blocking_pids(l.pid)) as pid) b
          left join pg_stat_activity s on s.pid = b.pid) as blockers
  from pg_locks l join pg_stat_activity a on a.pid = l.pid
 where not l.granted and a.datname = current_database() and l.pid <> pg_backend_pid()
 order by l.pid
"""
_PREPARED = """
select gid, extract(epoch from clock_timestamp() - prepared)::float8 as seconds
  from pg_prepared_xacts where database = current_database() order by prepared
"""
_CONNECTIONS = """
select (select count(*) from pg_stat_activity where datid is not null and usesysid is not null) as used,
       current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
         - coalesce(current_setting('reserved_connections', true), '0')::int as free_for_all
"""


def _long(rows: Rows, around: Around) -> HealthFinding:
    return _open(rows, around, "long_transactions", "works in a transaction that has been open for")


def _idle(rows: Rows, around: Around) -> HealthFinding:
    return _open(rows, around, "idle_in_transaction", "has been idle in its transaction for")


def _open(rows: Rows, around: Around, name: str, does: str) -> HealthFinding:
    threshold = around.thresholds[name]
    things = [
        Thing(
            threshold.verdict(row["seconds"]),
            f"{process(row['pid'], row['application'])} {does} {lasting(row['seconds'])}",
            f"once you know whose it is, end it: select pg_terminate_backend({row['pid']})",
        )
        for row in rows
        if row["seconds"] is not None
    ]
    return together(
        things,
        fine=f"none for long ({len(things)} open)" if things else "none",
        threshold=threshold.said,
        hidden=sum(row["hidden"] for row in rows),
        grant=around.granting("pg_read_all_stats"),
    )


def _waits(rows: Rows, around: Around) -> HealthFinding:
    threshold = around.thresholds["lock_waits"]
    things = []
    for row in rows:
        # pg_blocking_pids() calls all prepared transactions 0.
        blockers = [process(pid, name) if pid else "a prepared transaction" for pid, name in row["blockers"] or ()]
        what = f"a lock on {row['relation']}" if row["relation"] else "a lock"
        since = f" {lasting(row['seconds'])}" if row["seconds"] is not None else ""
        line = f"{process(row['pid'], row['application'])} waits{since} for {what}"
        line += f", held up by {', '.join(blockers)}" if blockers else ""
        first = next((pid for pid, _ in row["blockers"] or () if pid), None)
        advice = "end the prepared transaction (pg_prepared_xacts)"
        if first is not None:
            advice = f"wait, or once you know whose it is, end it: select pg_terminate_backend({first})"
        things.append(Thing(threshold.verdict(row["seconds"] or 0), line, advice))
    fine = f"{len(rows)} waiting, none for long" if rows else "nobody waits"
    return together(things, fine=fine, threshold=threshold.said)


def _prepared(rows: Rows, around: Around) -> HealthFinding:
    threshold = around.thresholds["prepared_transactions"]
    things = []
    for row in rows:
        gid = literal(row["gid"]).strip()
        line = f"prepared transaction {gid} is {lasting(row['seconds'])} old; it keeps its locks, and rows from vacuum"
        advice = f"as its owner, once you know which: COMMIT PREPARED {gid} or ROLLBACK PREPARED {gid}"
        things.append(Thing(threshold.verdict(row["seconds"]), line, advice))
    fine = f"{len(rows)}, none for long" if rows else "none"
    return together(things, fine=fine, threshold=threshold.said)


def _connections(rows: Rows, around: Around) -> HealthFinding:
    (row,) = rows
    threshold, most = around.thresholds["connections"], max(row["free_for_all"], 1)
    found = f"{row['used']} of {most} that are open to every role (max_connections less what is reserved)"
    advice = "put a pooler before the server, close what is idle, or raise max_connections, which takes a restart"
    return judged(threshold.verdict(row["used"] / most), found, threshold=threshold.said, advice=advice)


LONG_TRANSACTIONS = Check("long_transactions", _long, _OPEN.format(since="xact_start", how="not like"))
IDLE_IN_TRANSACTION = Check("idle_in_transaction", _idle, _OPEN.format(since="state_change", how="like"))
LOCK_WAITS = Check("lock_waits", _waits, _WAITS)
PREPARED_TRANSACTIONS = Check("prepared_transactions", _prepared, _PREPARED)
CONNECTIONS = Check("connections", _connections, _CONNECTIONS)
