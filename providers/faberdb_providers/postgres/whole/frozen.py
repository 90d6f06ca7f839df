"""A database as one snapshot sees it, held as long as a backup takes: what is written, counted and compared later is of
the same moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from faberdb.model import Catalogue
from faberdb_providers.postgres.names import ident
from faberdb_providers.postgres.session import Session
from faberdb_providers.postgres.waiting import reading
from faberdb_providers.postgres.whole.character import character

# Also faberdb's own, for what waits in quarantine is nobody's to lose. Not those that an extension brings and fills.
_TABLES = """
select n.nspname, c.relname,
       (c.relpages::bigint + coalesce((select relpages from pg_class t where t.oid = c.reltoastrelid), 0))
       * current_setting('block_size')::bigint
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where c.relkind = 'r' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
   and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid
                    and d.deptype = 'e')
 order by 1, 2
"""
# It takes as long as it takes; and rows that row security hides would not be missed by anybody.
UNBOUND = """
set statement_timeout = 0; set idle_in_transaction_session_timeout = 0; set row_security = off; set lock_timeout = '60s'
"""


class Frozen:
    """The session whose transaction holds the snapshot. snapshot: its name, for other sessions."""

    def __init__(self, session: Session, snapshot: str) -> None:
        self.session, self.snapshot = session, snapshot

    def catalogue(self) -> Catalogue:
        """What there was at that moment. Raises DatabaseError, LockedError."""
        return self.session.inspect()

    def sizes(self) -> dict[str, int]:
        """The tables with rows of their own, and about how many bytes each has, as it was last analyzed: to look takes
        locks that pg_dump alone should wait for. Raises DatabaseError."""
        with reading(self.session.connection, f"the tables of {self.session.label}"):
            return {f"{ident(schema)}.{ident(name)}": size for schema, name, size in self.session.query(_TABLES)}

    def rows(self) -> dict[str, int]:
        """How many rows each table had. Raises DatabaseError, LockedError."""
        return rows_of(self.session)

    def size(self) -> int:
        """Bytes of the database. Raises DatabaseError."""
        with reading(self.session.connection, f"the size of {self.session.label}"):
            return int(self.session.query("select pg_database_size(current_database())")[0][0])

    def character(self) -> dict[str, Any]:
        """What the database itself is like. Raises DatabaseError."""
        with reading(self.session.connection, f"the properties of {self.session.label}"):
            return character(self.session)

    def needs(self) -> Mapping[str, Any]:
        """What another server must have to hold it. Raises DatabaseError."""
        with reading(self.session.connection, f"the server of {self.session.label}"):
            return {
                "extensions": {n: v for n, v in self.session.extensions().items() if n != "plpgsql"},
                "roles": sorted(self.session.roles()),
                "superusers": sorted(self.session.superusers()),
                "tablespaces": sorted(self.session.tablespaces()),
            }


@contextmanager
def frozen(session: Session) -> Iterator[Frozen]:
    """Hold one snapshot for the length of a `with`. Raises DatabaseError, LockedError."""
    # Roles and tablespaces are the server's: no backup of one database holds them.
    session.asked = session.service = None
    with reading(session.connection, f"{session.label} while it is backed up"):
        session.execute(UNBOUND)
        if session.version >= 17:
            session.execute("set transaction_timeout = 0")
        with session.transaction():
            session.execute("set transaction isolation level repeatable read, read only")
            yield Frozen(session, str(session.query("select pg_export_snapshot()")[0][0]))


def rows_of(session: Session) -> dict[str, int]:
    """How many rows each table of a database has, and how many large objects there are. Raises DatabaseError."""
    with reading(session.connection, f"the rows of {session.label}"):
        found = {"large objects": int(session.query("select count(*) from pg_largeobject_metadata")[0][0])}
        for schema, name, _ in session.query(_TABLES):
            table = f"{ident(schema)}.{ident(name)}"
            found[table] = int(session.query(f"select count(*) from only {table}")[0][0])
        return found
