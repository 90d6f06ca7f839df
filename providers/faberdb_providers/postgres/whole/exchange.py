"""One database takes the place of another of the same server: made beside it, filled, and put in its place by two
renames that are one transaction. The other stays, under another name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from faberdb.errors import DatabaseError, RefusedError
from faberdb.model import FormerDatabase
from faberdb_providers.postgres.connection import KEEPERS
from faberdb_providers.postgres.names import ident, literal
from faberdb_providers.postgres.refusal import refused, words
from faberdb_providers.postgres.session import Session
from faberdb_providers.postgres.shadow import drop_database
from faberdb_providers.postgres.waiting import reading
from faberdb_providers.postgres.whole import former
from faberdb_providers.postgres.whole.character import creation, remark, statements
from faberdb_providers.postgres.whole.users import first_of, users_of

_COMMENT = "select shobj_description(oid, 'pg_database') from pg_database where datname = %s"
_RIGHTS = """
select rolsuper or (rolcreatedb and coalesce((select pg_has_role(datdba, 'USAGE') from pg_database where datname = %s),
       true)) from pg_roles where rolname = current_user
"""


class Exchange:
    """The server of a connection string, from a session on another of its databases. name: of the database that the
    string names; keeper: that session."""

    def __init__(self, keeper: Session, conninfo: str, name: str) -> None:
        self.keeper, self._conninfo, self.name = keeper, conninfo, name
        self.version = keeper.version

    def exists(self, name: str) -> bool:
        """Whether the server has a database of that name."""
        return bool(self.keeper.query("select from pg_database where datname = %s", name))

    def marked(self, name: str) -> str:
        """The comment of a database; empty where it has none, or is not there."""
        found = self.keeper.query(_COMMENT, name)
        return str(found[0][0] or "") if found else ""

    def system(self) -> str | None:
        """What tells the server from every other; None where this role may not know. Raises DatabaseError."""
        found = self.keeper.identity()["system"]
        return None if found is None else str(found)

    def number(self, name: str) -> int | None:
        """The oid of a database, which it keeps when it is renamed; None where there is none of that name."""
        found = self.keeper.query("select oid::bigint from pg_database where datname = %s", name)
        return int(found[0][0]) if found else None

    def size(self, name: str) -> int:
        """Bytes of a database. Raises DatabaseError."""
        with reading(self.keeper.connection, f"the size of database {ident(name)}"):
            return int(self.keeper.query("select pg_database_size(%s::name)", name)[0][0])

    def former(self) -> list[FormerDatabase]:
        """The databases that restores have put aside, the oldest first. Raises DatabaseError."""
        with reading(self.keeper.connection, "which databases are kept"):
            return former.former(self.keeper.query, self.name)

    def refuse_without_rights(self) -> None:
        """Raises RefusedError where this role could not put another database in the place of this one."""
        if self.keeper.query(_RIGHTS, self.name) == [(True,)]:
            return
        role = ident(self.keeper.connection.info.user)
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
            self.keeper.execute(creation(name, like, self.version))
        except psycopg.Error as error:
            raise _unmade(name, error) from error
        self.dress(name, like, mark)

    def dress(self, name: str, like: Mapping[str, Any], mark: str) -> None:
        """Give a database that was just made this character, and its comment. Raises DatabaseError."""
        try:
            self.keeper.execute(f"comment on database {ident(name)} is {literal(mark)}")
            for statement in statements(name, like):
                self.keeper.execute(statement)
        except psycopg.Error as error:
            raise _unmade(name, error) from error

    def mark(self, name: str, text: str) -> None:
        """Give a database this comment. Raises DatabaseError."""
        with refused(f"mark database {ident(name)}"):
            self.keeper.execute(f"comment on database {ident(name)} is {literal(text)}")

    def connect(self, name: str) -> Session:
        """A session on another database of the server. Raises DatabaseError."""
        return Session.open(make_conninfo(self._conninfo, dbname=name), f"database {ident(name)}", read_only=False)

    @contextmanager
    def session(self, name: str) -> Iterator[Session]:
        """A session on a database that was made beside. Raises DatabaseError."""
        with closing(self.connect(name)) as opened:
            yield opened

    def drop(self, name: str) -> None:
        """Drop a database that was made beside. Raises DatabaseError."""
        try:
            drop_database(self.keeper, self._conninfo, name)
        except psycopg.Error as error:
            raise DatabaseError(f"cannot drop database {ident(name)}", detail=words(error)) from error

    def drop_former(self, name: str) -> None:
        """Drop a database that was put aside, and that nobody uses. Raises RefusedError, with nothing changed."""
        who, said, barred = users_of(self.keeper.query, name), tuple[str, ...](), False
        if not who:
            try:
                self.keeper.execute(f"drop database {ident(name)}")
            except psycopg.Error as error:
                who, said = users_of(self.keeper.query, name), words(error)
                barred = isinstance(error, psycopg.errors.InsufficientPrivilege)
            else:
                return
        other = "a subscription or a replication slot of it goes first: DROP SUBSCRIPTION, pg_drop_replication_slot()"
        raise RefusedError(
            f"database {ident(name)} is in use, so it stays" if who else f"database {ident(name)} cannot be dropped",
            detail=(*first_of(who), *said),
            advice="end these sessions, then run the same command again"
            if who
            else "connect as its owner, or as a superuser"
            if barred
            else other,
        )

    def swap(self, new: str, old: str, like: Mapping[str, Any], advice: str, *, backup: str, at: str) -> None:
        """Put one database in the place of the other, which is called `old` from then on, and says so in its comment;
        in one transaction. advice: what to do where others keep it from being renamed. backup, at: id of what takes the
        place, and when. Raises RefusedError, with nothing changed."""
        statements = [f"alter database {ident(new)} rename to {ident(self.name)}", remark(self.name, like)]
        if self.exists(self.name):
            aside = former.mark(self.name, at, backup, self.marked(self.name))
            statements.insert(0, f"comment on database {ident(self.name)} is {literal(aside)}")
            statements.insert(1, f"alter database {ident(self.name)} rename to {ident(old)}")
        connected = users_of(self.keeper.query, self.name)
        said: tuple[str, ...] = ()
        if not connected:
            try:
                with self.keeper.transaction():
                    for statement in statements:
                        self.keeper.execute(statement)
            except psycopg.Error as error:
                connected, said = users_of(self.keeper.query, self.name), words(error)
            else:
                return
        raise RefusedError(
            f"database {ident(self.name)} is in use, so it keeps its place"
            if connected
            else f"the server refuses to rename database {ident(self.name)}",
            detail=(*first_of(connected), *said),
            advice=advice,
        )


def _unmade(name: str, error: psycopg.Error) -> DatabaseError:
    return DatabaseError(
        f"cannot make database {ident(name)} to restore to",
        detail=words(error),
        advice="give the server what is missing (a role, a locale, a tablespace, room), then run the same"
        " command again; nothing was changed",
    )


@contextmanager
def exchange(conninfo: str, label: str, *, read_only: bool = False) -> Iterator[Exchange]:
    """The server of a connection string, seen from a database that it does not name. Raises DatabaseError."""
    name = str(conninfo_to_dict(conninfo).get("dbname") or "")
    if not name:  # the user's own, or what a variable says
        with closing(Session.open(conninfo, label, read_only=True)) as session:
            name = session.connection.info.dbname
    keepers = [keeper for keeper in KEEPERS if keeper != name]
    for number, keeper in enumerate(keepers, 1):
        try:
            place = make_conninfo(conninfo, dbname=keeper)
            session = Session.open(place, f"the server of {label}", read_only=read_only)
        except DatabaseError:
            if number == len(keepers):
                raise
            continue
        with closing(session):
            yield Exchange(session, conninfo, name)
        return
