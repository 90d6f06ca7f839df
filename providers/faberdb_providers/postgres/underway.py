"""Who is changing a database right now: the session that holds the lock of an apply, and what the journal says of the
plan that it carries out. Nothing here waits for a lock on anything."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any

from faberdb.model import UnderWay

LOCK_KEY = zlib.crc32(b"faberdb") - 2**31
"""Advisory lock: (this, crc of the word apply). One apply at a time in one database."""
CALLED = "faberdb apply by "
"""How the session that holds it calls itself, before who it is."""

OTHER_HOLDS = f"""exists (
       select from pg_locks l where l.locktype = 'advisory' and l.granted and l.pid <> pg_backend_pid()
          and l.classid::bigint = {LOCK_KEY & 0xFFFFFFFF}
          and l.database = (select oid from pg_database where datname = current_database()))"""
"""Whether another session holds it, in SQL."""

# Who holds the lock may hide when its session began, but not how it calls itself.
_HOLDER = f"""
select l.pid, coalesce(a.application_name, ''), a.backend_start,
       coalesce(to_char(a.backend_start at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"'), ''),
       coalesce(date_trunc('second', clock_timestamp() - a.backend_start)::text, '')
  from pg_locks l left join pg_stat_activity a on a.pid = l.pid
 where l.locktype = 'advisory' and l.granted and l.pid <> pg_backend_pid()
   and l.classid::bigint = {LOCK_KEY & 0xFFFFFFFF}
   and l.database = (select oid from pg_database where datname = current_database())
 limit 1
"""
_READABLE = """
select has_table_privilege(t, 'select') and has_schema_privilege('faberdb', 'usage')
  from to_regclass('faberdb.plan') t where t is not null
"""
# A plan that was left running by a crash is not the one at work, unless it was gone on with since.
_PLAN = """
select p.plan_id, p.document,
       array(select distinct j.transaction from faberdb.journal j where j.plan_id = p.plan_id and j.outcome = 'done')
  from faberdb.plan p
 where p.state = 'running' and (%s::timestamptz is null or greatest(p.started_at,
       (select max(j.at) from faberdb.journal j where j.plan_id = p.plan_id)) >= %s)
 order by p.number desc limit 1
"""

Query = Callable[..., list[tuple[Any, ...]]]


def readable(query: Query) -> bool:
    """Whether there is a journal, and this role may read it. Raises psycopg.Error."""
    return query(_READABLE) == [(True,)]


def under_way(query: Query) -> UnderWay | None:
    """The apply that is at work, if one is. Raises psycopg.Error."""
    found = query(_HOLDER)
    if not found:
        return None
    process, name, began, since, age = found[0]
    who = f"{name.removeprefix(CALLED) or 'somebody'} (server process {process})"
    plan = query(_PLAN, began, began) if readable(query) else []
    if not plan:
        return UnderWay(who, since, age)
    plan_id, document, done = plan[0]
    return UnderWay(who, since, age, plan_id, document, frozenset(done))
