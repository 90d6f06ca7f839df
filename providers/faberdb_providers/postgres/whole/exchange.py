"""One database takes the place of another of the same server: made beside it, filled, and put in its place by two
renames that are one transaction. The other stays, under another name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from faberdb.errors import DatabaseError, RefusedError
from faberdb_providers.postgres.connection import KEEPERS
from faberdb_providers.postgres.names import ident, literal
from faberdb_providers.postgres.refusal import words
from faberdb_providers.postgres.session import Session
from faberdb_providers.postgres.shadow import drop_database
from faberdb_providers.postgres.whole.character import creation, remark, statements

_COMMENT = "select shobj_description(oid, 'pg_database') from pg_database where datname = %s"
# The server itself ends what cleans up, which is nobody's; all others keep a database from being renamed. What sort of
# process it is, a role may not see of other roles' sessions.
_SESSIONS = """
select format('%%s%%s, server process %%s', usename, coalesce(' (' || nullif(application_name, '') || ')', ''), pid)
  from pg_stat_activity where datname = %s and usename is not null order by backend_start
"""
_RIGHTS = """
select rolsuper or (rolcreatedb and coalesce((select pg_has_role(datdba, 'USAGE') from pg_database where datname = %s),
       true)) from pg_roles where rolname = current_user
"""
SHOWN = 5


class Exchange:
    """The server of a connection string, from a session on another of its databases. name: of the database that the
    string names."""

    def __init__(self, keeper: Session, conninfo: str, name: str) -> None:
        self._keeper, self._conninfo, self.name = keeper, conninfo, name
        self.version = keeper.version

    def exists(self, name: str) -> bool:
        """Whether the server has a database of that name."""
        return bool(self._keeper.query("select from pg_database where datname = %s", name))

    def marked(self, name: str) -> str:
        """The comment of a database; empty where it has none, or is not there."""
        found = self._keeper.query(_COMMENT, name)
        return str(found[0][0] or "") if found else ""

    def refuse_without_rights(self) -> None:
        """Raises RefusedError where this role could not put another database in the place of this one."""
        if self._keeper.query(_RIGHTS, self.name) == [(True,)]:
            return
        role = ident(self._keeper.connection.info.user)
        raise RefusedError(
            f"role {role} may not put another database in the place of {ident(self.name)}",
            detail=("that takes the right to create databases (CREATEDB), and being its owner or a member of it",),
            advice=f"let a superuser run: ALTER ROLE {role} CREATEDB; and connect as the owner of the database;"
            " nothing was changed",
        )

    def make(self, name: str, like: Mapping[str, Any], mark: str) -> None:
        """Make an empty database of this character. mark: its comment as long as it is in nobody's place.
        Raises DatabaseError."""
        try:
            self._keeper.execute(creation(name, like, self.version))
            self.mark(name, mark)
            for statement in statements(name, like):
                self._keeper.execute(statement)
        except psycopg.Error as error:
            raise DatabaseError(
                f"cannot make database {ident(name)} to restore to",
                detail=words(error),
                advice="give the server what is missing (a role, a locale, a tablespace, room), then run the same"
                " command again; nothing was changed",
            ) from error

    def mark(self, name: str, text: str) -> None:
        """Give a database this comment. Raises psycopg.Error."""
        self._keeper.execute(f"comment on database {ident(name)} is {literal(text)}")

    @contextmanager
    def session(self, name: str) -> Iterator[Session]:
        """A session on a database that was made beside. Raises DatabaseError."""
        place = make_conninfo(self._conninfo, dbname=name)
        with closing(Session.open(place, f"database {ident(name)}", read_only=False)) as opened:
            yield opened

    def drop(self, name: str) -> None:
        """Drop a database that was made beside. Raises DatabaseError."""
        try:
            drop_database(self._keeper, self._conninfo, name)
        except psycopg.Error as error:
            raise DatabaseError(f"cannot drop database {ident(name)}", detail=words(error)) from error

    def swap(self, new: str, old: str, like: Mapping[str, Any], advice: str) -> None:
        """Put one database in the place of the other, which is called `old` from then on; in one transaction. advice:
        what to do where others keep it from being renamed. Raises RefusedError, with nothing changed."""
        statements = [f"alter database {ident(new)} rename to {ident(self.name)}", remark(self.name, like)]
        if self.exists(self.name):
            statements.insert(0, f"alter database {ident(self.name)} rename to {ident(old)}")
        connected = [who for (who,) in self._keeper.query(_SESSIONS, self.name)]
        said: tuple[str, ...] = ()
        if not connected:
            try:
                with self._keeper.transaction():
                    for statement in statements:
                        self._keeper.execute(statement)
            except psycopg.Error as error:
                connected, said = [who for (who,) in self._keeper.query(_SESSIONS, self.name)], words(error)
            else:
                return
        more = (f"and {len(connected) - SHOWN} more",) if len(connected) > SHOWN else ()
        raise RefusedError(
            f"database {ident(self.name)} is in use, so it keeps its place"
            if connected
            else f"the server refuses to rename database {ident(self.name)}",
            detail=(*connected[:SHOWN], *more, *said),
            advice=advice,
        )


@contextmanager
def exchange(conninfo: str, label: str) -> Iterator[Exchange]:
    """The server of a connection string, seen from a database that it does not name. Raises DatabaseError."""
    name = str(conninfo_to_dict(conninfo).get("dbname") or "")
    if not name:  # the user's own, or what a variable says
        with closing(Session.open(conninfo, label, read_only=True)) as session:
            name = session.connection.info.dbname
    keepers = [keeper for keeper in KEEPERS if keeper != name]
    for number, keeper in enumerate(keepers, 1):
        try:
            session = Session.open(make_conninfo(conninfo, dbname=keeper), f"the server of {label}", read_only=False)
        except DatabaseError:
            if number == len(keepers):
                raise
            continue
        with closing(session):
            yield Exchange(session, conninfo, name)
        return
