"""What was left half done in the catalogue: invalid indexes, constraints that were never validated."""

from __future__ import annotations

from faberdb.model import HealthFinding, HealthVerdict
from faberdb_providers.postgres.health.check import Around, Check, Rows, Thing, together

_INDEXES = """
select format('%I.%I', n.nspname, c.relname) as index, format('%I.%I', tn.nspname, t.relname) as "table",
       c.relkind = 'I' as partitioned
  from pg_index i
  join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
  join pg_class t on t.oid = i.indrelid join pg_namespace tn on tn.oid = t.relnamespace
 where not i.indisvalid and n.nspname !~ '^(faberdb|pg_temp)'
   and not exists (select from pg_stat_progress_create_index p where p.index_relid = i.indexrelid)
 order by 1
"""
# From 18 on a constraint may be NOT ENFORCED, which is nothing to be validated.
_CONSTRAINTS = """
select format('%I', c.conname) as name, c.conrelid = 0 as of_domain,
       coalesce(format('%I.%I', n.nspname, coalesce(t.relname, d.typname)), '') as owner
  from pg_constraint c
  left join pg_class t on t.oid = c.conrelid left join pg_type d on d.oid = c.contypid
  join pg_namespace n on n.oid = coalesce(t.relnamespace, d.typnamespace)
 where not c.convalidated and c.contype in ('c', 'f', 'n') and c.conislocal and c.conparentid = 0
   and coalesce((to_jsonb(c) ->> 'conenforced')::boolean, true) and n.nspname !~ '^faberdb'
 order by 3, 1
"""


def _indexes(rows: Rows, around: Around) -> HealthFinding:
    things = []
    for row in rows:
        name, line = (
            row["index"],
            f"index {row['index']} of {row['table']} is invalid: it is written, and read by nobody",
        )
        advice = f"REINDEX INDEX CONCURRENTLY {name}, or DROP INDEX CONCURRENTLY {name}; a leftover (_ccnew) is dropped"
        if row["partitioned"]:
            line = f"index {name} of {row['table']} is invalid: not every partition has its part"
            advice = f"make the index on each partition that has none, then ALTER INDEX {name} ATTACH PARTITION each"
        things.append(Thing(HealthVerdict.WARNING, line, advice))
    return together(things, fine="none", threshold="warning where there is one")


def _constraints(rows: Rows, around: Around) -> HealthFinding:
    things = []
    for row in rows:
        what = "domain" if row["of_domain"] else "table"
        line = f"constraint {row['name']} of {what} {row['owner']} is NOT VALID: older rows may break it"
        advice = f"ALTER {what.upper()} {row['owner']} VALIDATE CONSTRAINT {row['name']}"
        things.append(Thing(HealthVerdict.WARNING, line, advice))
    return together(things, fine="none", threshold="warning where there is one")


INVALID_INDEXES = Check("invalid_indexes", _indexes, _INDEXES)
UNVALIDATED_CONSTRAINTS = Check("unvalidated_constraints", _constraints, _CONSTRAINTS)
