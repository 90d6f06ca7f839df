"""Who follows the server: standbys and how far they are behind, slots and what they keep."""

from __future__ import annotations

from faberdb.model import HealthFinding, HealthVerdict, lasting, worst
from faberdb_providers.postgres.health.check import Around, Check, Rows, Thing, size, together
from faberdb_providers.postgres.names import literal

OK, UNKNOWN, WARNING, CRITICAL = HealthVerdict

_NOW = "case when pg_is_in_recovery() then pg_last_wal_receive_lsn() else pg_current_wal_lsn() end"
# Who may not see it is told the process and the application, and null for all else. A base backup follows nothing.
_LAG = f"""
select coalesce(nullif(application_name, ''), client_addr::text, pid::text) as standby, state is null as hidden,
       pg_wal_lsn_diff({_NOW}, coalesce(replay_lsn, flush_lsn, sent_lsn))::float8 as bytes,
       extract(epoch from replay_lag)::float8 as seconds
  from pg_stat_replication where state is distinct from 'backup' order by 3 desc nulls last
"""
_SLOTS = f"""
select slot_name as slot, active, wal_status, pg_wal_lsn_diff({_NOW}, restart_lsn)::float8 as bytes
  from pg_replication_slots where not temporary order by 4 desc nulls last
"""


def _lag(rows: Rows, around: Around) -> HealthFinding:
    by_time, by_size = around.thresholds["replication_lag"], around.thresholds["replication_lag_bytes"]
    seen = [row for row in rows if not row["hidden"]]
    things = []
    for row in seen:
        behind = row["bytes"] or 0
        seconds = (row["seconds"] or 0) if behind > 0 else 0  # of a standby that is idle the server keeps the last lag
        verdict = worst((by_time.verdict(seconds), by_size.verdict(behind)))
        line = f"standby {row['standby']} is {size(behind)} behind ({lasting(seconds)})"
        advice = "look at the network, and on the standby for what holds its replay up (pg_stat_activity)"
        things.append(Thing(verdict, line, advice))
    fine = "no standby is connected" if not rows else f"{len(seen)} of {len(rows)} standbys seen, none far behind"
    return together(
        things,
        fine=fine,
        threshold=f"{by_time.said}; {by_size.said}",
        hidden=len(rows) - len(seen),
        grant=around.granting("pg_monitor"),
    )


def _slots(rows: Rows, around: Around) -> HealthFinding:
    threshold = around.thresholds["replication_slots"]
    things = []
    for row in rows:
        kept, status = row["bytes"] or 0, row["wal_status"]
        line = f"slot {row['slot']} keeps {size(kept)} of write-ahead log"
        gone = f"if nobody is to read it any more: select pg_drop_replication_slot({literal(row['slot']).strip()})"
        if status == "lost":
            line = f"slot {row['slot']} is lost: what it has to send is removed already"
            things.append(Thing(WARNING, line, f"set its reader up anew; {gone}"))
        elif status == "unreserved":
            line += ", which is going to be removed (max_slot_wal_keep_size)"
            things.append(Thing(CRITICAL, line, f"let its reader catch up at once; {gone}"))
        elif not row["active"]:
            things.append(Thing(worst((WARNING, threshold.verdict(kept))), f"{line}, and nobody reads it", gone))
        else:
            things.append(Thing(threshold.verdict(kept), line, "see why its reader is slow (pg_stat_replication)"))
    fine = f"{len(rows)}, all read" if rows else "no replication slots"
    return together(things, fine=fine, threshold=f"{threshold.said}; warning where nobody reads one")


REPLICATION_LAG = Check("replication_lag", _lag, _LAG)
REPLICATION_SLOTS = Check("replication_slots", _slots, _SLOTS)
