"""What is used up in time: sequences, transaction ids, the room in tables, the disk."""

from __future__ import annotations

from pathlib import Path

from faberdb.model import HealthFinding, HealthVerdict, lasting, worst
from faberdb_providers.postgres.health.check import Around, Check, Rows, Thing, judged, size, together
from faberdb_providers.postgres.live.disk import space
from faberdb_providers.postgres.names import ident

OK, UNKNOWN, WARNING, CRITICAL = HealthVerdict

IDS = 2**31
"""How old a transaction id can get before the server takes no more writes (3 million before, to be exact)."""
OVERDUE = 2
"""How many times autovacuum_freeze_max_age an age has to be for autovacuum to be behind: at once it only begins."""
LARGE = 10 * 1024 * 1024
"""Bytes a table has to have for its dead rows to matter."""
PLENTY = 10 * 1024**3
"""Free bytes with which no disk is full, whatever share they are of it."""

# The end is that of the column, where its type ends before the sequence does. One that cycles has none. The file of
# a sequence is read only where this role may: otherwise the whole question would be refused.
_SEQUENCES = """
select format('%I.%I', n.nspname, c.relname) as sequence, s.seqincrement as step, s.seqmin as first, s.seqmax as final,
       n.nspname as schema, not has_sequence_privilege(c.oid, 'SELECT, USAGE') as hidden,
       case when has_sequence_privilege(c.oid, 'SELECT, USAGE') then pg_sequence_last_value(c.oid) end as now,
       u.name as column, u.type, u.most
  from pg_sequence s join pg_class c on c.oid = s.seqrelid join pg_namespace n on n.oid = c.relnamespace
  left join lateral (
       select format('%I.%I.%I', tn.nspname, t.relname, a.attname) as name, format_type(a.atttypid, null) as type,
              case a.atttypid when 'int2'::regtype then 32767 when 'int4'::regtype then 2147483647 end as most
         from (select d.refobjid as relation, d.refobjsubid as number from pg_depend d
                where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.refclassid = 'pg_class'::regclass
                  and d.deptype in ('a', 'i') and d.refobjsubid > 0
               union
               select f.adrelid, f.adnum from pg_depend d join pg_attrdef f on f.oid = d.objid
                where d.classid = 'pg_attrdef'::regclass and d.refclassid = 'pg_class'::regclass and d.refobjid = c.oid
              ) fed
         join pg_attribute a on a.attrelid = fed.relation and a.attnum = fed.number
         join pg_class t on t.oid = a.attrelid join pg_namespace tn on tn.oid = t.relnamespace
        order by 3 nulls last, 1 limit 1) u on true
 where not s.seqcycle and not pg_is_other_temp_schema(n.oid) and n.nspname !~ '^faberdb'
"""
# Of all databases: the server stops taking writes for the sake of the oldest.
_AGES = """
select datname as database, age(datfrozenxid)::bigint as xids, mxid_age(datminmxid)::bigint as multixacts,
       current_setting('autovacuum_freeze_max_age')::bigint as xids_frozen_from,
       current_setting('autovacuum_multixact_freeze_max_age')::bigint as multixacts_frozen_from
  from pg_database order by 2 desc
"""
_DEAD = f"""
select format('%I.%I', s.schemaname, s.relname) as "table", s.n_dead_tup as dead, s.n_live_tup as live, t.bytes,
       extract(epoch from clock_timestamp() - greatest(s.last_vacuum, s.last_autovacuum))::float8 as vacuumed
  from pg_stat_user_tables s join pg_class c on c.oid = s.relid
 cross join lateral (select c.relpages::bigint * current_setting('block_size')::bigint as bytes) t
 where t.bytes >= {LARGE} and s.n_dead_tup > 0 and s.schemaname !~ '^faberdb'
 order by s.n_dead_tup::float8 / (s.n_dead_tup + s.n_live_tup) desc limit 100
"""
_DATA = """
select (select setting from pg_settings where name = 'data_directory') as folder,
       extract(epoch from pg_postmaster_start_time())::bigint as started
"""


def _sequences(rows: Rows, around: Around) -> HealthFinding:
    threshold = around.thresholds["sequences"]
    things = []
    for row in rows:
        if row["now"] is None:  # never used, or hidden
            continue
        step, now, column = row["step"], row["now"], row["column"]
        first, final = row["first"], min(row["final"], row["most"] or row["final"])
        used, left = now - first, final - now
        if step < 0:
            used, left = row["final"] - now, now - first
        share = used / max(used + left, 1)
        line = f"sequence {row['sequence']} is {share:.0%} used, {max(left, 0) // abs(step):,} values are left"
        line += f" for column {column} ({row['type']})" if column else ""
        advice = f"ALTER SEQUENCE {row['sequence']} AS bigint NO MAXVALUE"
        if row["most"]:
            advice = f"declare column {column} with type bigint, and see what that takes: faberdb plan ENV"
        things.append(Thing(threshold.verdict(share), line, advice))
    fine = f"{len(things)} in use, none near its end" if things else "none in use"
    hidden = [row["schema"] for row in rows if row["hidden"]]
    grants = [around.granting(f"SELECT ON ALL SEQUENCES IN SCHEMA {ident(schema)}") for schema in sorted({*hidden})]
    return together(things, fine=fine, threshold=threshold.said, hidden=len(hidden), grant="; ".join(grants))


def _ages(rows: Rows, around: Around) -> HealthFinding:
    threshold = around.thresholds["wraparound"]
    things, oldest = [], 0.0
    for row in rows:
        for what, said in (("xids", "transaction ids"), ("multixacts", "multixact ids")):
            age, frozen_from = row[what], row[f"{what}_frozen_from"]
            oldest = max(oldest, age / IDS)
            verdict = worst((threshold.verdict(age / IDS), WARNING if age > OVERDUE * frozen_from else OK))
            line = (
                f"database {row['database']} is {age:,} {said} old, {age / IDS:.0%} of what there are and"
                f" {age / frozen_from:.1f} times the age from which autovacuum freezes"
            )
            advice = (
                "end what keeps rows from being frozen (long and prepared transactions, slots), then VACUUM (FREEZE) in"
                f" database {row['database']}, its oldest tables first: select oid::regclass, age(relfrozenxid) from"
                " pg_class where relkind in ('r', 'm', 't') order by 2 desc limit 10"
            )
            things.append(Thing(verdict, line, advice))
    said = f"{threshold.said} of 2^31 ids; warning from {OVERDUE} times autovacuum_freeze_max_age"
    return together(things, fine=f"at most {oldest:.0%} of all ids used", threshold=said)


def _dead(rows: Rows, around: Around) -> HealthFinding:
    threshold = around.thresholds["dead_rows"]
    things = []
    for row in rows:
        share = row["dead"] / (row["dead"] + row["live"])
        since = f"vacuumed {lasting(row['vacuumed'])} ago" if row["vacuumed"] is not None else "never vacuumed"
        line = (
            f"table {row['table']} is {share:.0%} dead rows, about {size(share * row['bytes'])} of"
            f" {size(row['bytes'])}, by its statistics; {since}"
        )
        things.append(Thing(threshold.verdict(share), line, f"VACUUM (ANALYZE) {row['table']}"))
    return together(
        things,
        fine=f"no table of {size(LARGE)} or more with many, by its statistics",
        threshold=f"{threshold.said} of a table of {size(LARGE)} or more",
    )


def _disk(rows: Rows, around: Around) -> HealthFinding:
    (row,) = rows
    threshold = around.thresholds["disk"]
    said = f"{threshold.said} where less than {size(PLENTY)} are free"
    if row["folder"] is None:
        found = "where the server keeps its data, this role may not see"
        return judged(UNKNOWN, found, threshold=said, advice=around.granting("pg_read_all_settings"))
    disk = space(Path(row["folder"]), row["started"])
    if disk is None:
        found = "the server's data is on another machine, or not to be read here, and no SQL tells what is free there"
        return judged(UNKNOWN, found, threshold=said, advice="look at it there: df, or the service's free storage")
    share = 1 - disk.free / max(disk.total, 1)
    found = f"{share:.0%} used of the disk with the server's data, {size(disk.free)} free"
    verdict = threshold.verdict(share) if disk.free < PLENTY else OK
    advice = "make room before anything is applied: old logs, what slots keep (pg_replication_slots), or a larger disk"
    return judged(verdict, found, threshold=said, advice=advice)


SEQUENCES = Check("sequences", _sequences, _SEQUENCES)
WRAPAROUND = Check("wraparound", _ages, _AGES, stops=True)
DEAD_ROWS = Check("dead_rows", _dead, _DEAD)
DISK = Check("disk", _disk, _DATA, stops=True)
