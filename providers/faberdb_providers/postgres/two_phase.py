"""Prepared transactions in the way: they hold their locks without a session, also over a restart, until somebody ends
them by name. pg_locks shows them without a process, and pg_terminate_backend cannot reach them.

PostgreSQL docs, PREPARE TRANSACTION and pg_prepared_xacts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import psycopg

from faberdb.model import Step
from faberdb_providers.postgres.names import dotted, ident, literal

# A prepared transaction bears no one virtual transaction id on all majors, but always the lock on its own number.
_HELD = """
select p.gid, p.owner, date_trunc('second', clock_timestamp() - p.prepared)::text, n.nspname, c.relname,
       l.mode = 'AccessExclusiveLock' or exists (select from pg_locks w where not w.granted and w.locktype = 'relation'
        and w.mode = 'AccessExclusiveLock' and w.relation = l.relation and w.database = l.database)
  from pg_prepared_xacts p
  join pg_locks t on t.locktype = 'transactionid' and t.transactionid = p.transaction and t.pid is null
  join pg_locks l on l.virtualtransaction = t.virtualtransaction and l.pid is null and l.locktype = 'relation'
  join pg_class c on c.oid = l.relation and c.relkind not in ('t', 'i', 'I')
  join pg_namespace n on n.oid = c.relnamespace
 where p.database = current_database() and l.database in (0, (select oid from pg_database where datname = p.database))
 order by p.prepared, p.gid, n.nspname, c.relname
"""


class PreparedTransaction(NamedTuple):
    """One that locks relations. age: since it was prepared."""

    gid: str
    owner: str
    age: str
    relations: tuple[str, ...]

    def __str__(self) -> str:
        more = f" and {len(self.relations) - 3} more" if len(self.relations) > 3 else ""
        locks = f"locks {', '.join(self.relations[:3])}{more}"
        return f"prepared transaction {self._gid} of role {ident(self.owner)} {locks}, prepared {self.age} ago"

    @property
    def way_out(self) -> str:
        """What ends it."""
        return f"COMMIT PREPARED {self._gid} or ROLLBACK PREPARED {self._gid}"

    @property
    def _gid(self) -> str:
        return literal(self.gid).strip()


def against_readers(connection: psycopg.Connection[Any]) -> list[PreparedTransaction]:
    """Those that keep others from reading a relation, themselves or with somebody who waits for them."""
    return _holding(connection, lambda relation, closed: closed)


def against(connection: psycopg.Connection[Any], steps: Iterable[Step]) -> list[PreparedTransaction]:
    """Those that hold a lock on what the steps lock, as was measured, or as their addresses say."""
    labels = {lock.relation for step in steps if step.effects for lock in step.effects.locks}
    labels |= {f"table {dotted(*step.address.path[n : n + 2])}" for step in steps for n in (0, 1)}
    return _holding(connection, lambda relation, closed: any(label.endswith(f" {relation}") for label in labels))


def end_them(found: Iterable[PreparedTransaction]) -> str:
    """What to do about them, in a sentence."""
    ways = "; ".join(one.way_out for one in found)
    return f"end it in this database, as its owner or a superuser, once you know which: {ways}"


def _holding(connection: psycopg.Connection[Any], counts: Callable[[str, bool], bool]) -> list[PreparedTransaction]:
    """Prepared transactions with those of their relations that count: (name, whether nobody can read it). The question
    may itself be refused."""
    try:
        with connection.transaction():
            rows = connection.execute(_HELD).fetchall()
    except psycopg.Error:
        return []
    held: dict[tuple[str, str, str], dict[str, None]] = {}
    for gid, owner, age, schema, name, closed in rows:
        if counts(dotted(schema, name), closed):
            held.setdefault((gid, owner, age), {})[dotted(schema, name)] = None
    return [PreparedTransaction(*who, tuple(relations)) for who, relations in held.items()][:5]
