"""One connection to a PostgreSQL database, as the engine uses it."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Container, Iterable, Sequence, Set
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.pq import TransactionStatus

from faberdb.errors import LockedError, StateError
from faberdb.model import Address, Catalogue, JournalEntry, Kept, Object, Objection, Step, StoredJournal, UnderWay
from faberdb_providers.postgres import underway
from faberdb_providers.postgres.bookkeeping import OPENED
from faberdb_providers.postgres.connection import Connection
from faberdb_providers.postgres.journal_beside import entries_beside, of_database, under_way_beside
from faberdb_providers.postgres.journals import entries_there, in_one_order, make_bookkeeping
from faberdb_providers.postgres.names import dotted, ident, literal
from faberdb_providers.postgres.reading import pulse
from faberdb_providers.postgres.refusal import lost, words
from faberdb_providers.postgres.rights import no_room
from faberdb_providers.postgres.underway import CALLED, LOCK_KEY
from faberdb_providers.postgres.waiting import reading

if TYPE_CHECKING:
    from faberdb_providers.postgres.reading.reader import Snapshot
    from faberdb_providers.postgres.reading.remembered import Remembered
    from faberdb_providers.postgres.reading.service import Service
    from faberdb_providers.postgres.sample.rows import SampleRows

WAIT = "wait until it ends; the lock goes with its session, even after a crash"


class Session(Connection):
    """A connection, and the few things the engine asks of it."""

    def __init__(self, connection: psycopg.Connection[Any], label: str) -> None:
        super().__init__(connection, label)
        self.beginning: Catalogue | None = None
        self.asked: Callable[[Address], bool] | None = None
        """Whether the project asks for an object of the whole server; None where it asks for none at all."""
        self.service: Service | None = None
        """The managed service whose own objects are not seen."""
        self.stored: StoredJournal | None = None
        """The journal beside the state of the environment, for what is not in the database; None on scratch."""

    def inspect(self) -> Catalogue:
        """The catalogue as one read-only snapshot sees it. Raises DatabaseError, LockedError."""
        return self.snapshot().catalogue()

    def at_first(self) -> Catalogue:
        """What it held when it was new, of a database to which nothing has been done yet. Raises DatabaseError."""
        return self.beginning or self.inspect()

    def snapshot(self) -> Snapshot:
        """The same, of which objects are made only when asked for. Raises DatabaseError, LockedError."""
        # Loaded here, because they are many, and a session that only feels the pulse needs none of them.
        from faberdb_providers.postgres.kinds import KINDS
        from faberdb_providers.postgres.reading.reader import take_snapshot

        with reading(self.connection, f"the catalogue of {self.label}"):
            try:
                return take_snapshot(self.connection, self.version, KINDS, self.asked, self.prepared, self.service)
            except psycopg.errors.InvalidSqlStatementName:
                # A step's function has deallocated all, or a pooler has gone on with another session of the server.
                self.prepared = None
                if self.connection.info.transaction_status != TransactionStatus.IDLE:
                    raise
                return take_snapshot(self.connection, self.version, KINDS, self.asked, None, self.service)
            except psycopg.Error:
                self.prepared = None  # nobody knows how far it came
                raise

    def remembered(self, packed: bytes, digest: str) -> Remembered:
        """A snapshot that was packed before, instead of a new one that would have the same digest."""
        from faberdb_providers.postgres.reading.remembered import Remembered

        return Remembered(digest, packed)

    def pulse(self) -> str:
        """A text that stays the same as long as nothing in the catalogue changes, which is much faster to come by than
        the catalogue. Raises DatabaseError, LockedError."""
        with reading(self.connection, f"the catalogue of {self.label}"):
            return pulse.digest(self.query(pulse.pulse_query(self.version, server_wide=self.asked is not None)))

    def identity(self) -> dict[str, Any]:
        """What tells this database from every other: clones and physical restores share the first part."""
        try:
            row = self.connection.execute(
                "select (select system_identifier::text from pg_control_system()), d.oid::bigint, d.datname"
                " from pg_database d where d.datname = current_database()"
            ).fetchone()
        except psycopg.Error:  # managed services do not let everybody read the control file
            row = self.connection.execute(
                "select null, d.oid::bigint, d.datname from pg_database d where d.datname = current_database()"
            ).fetchone()
        assert row is not None
        return {"system": row[0], "oid": row[1], "name": row[2]}

    def extensions(self) -> dict[str, str]:
        """Name and version of the extensions installed in this database."""
        return dict(self.connection.execute("select extname, extversion from pg_extension").fetchall())

    def available_extensions(self) -> dict[str, str]:
        """Name and version of what CREATE EXTENSION installs."""
        return dict(self.query("select name, default_version from pg_available_extensions"))

    def tells(self, obj: Object) -> bool:
        """Whether this database can tell the object from what holds there anyway: not an owner that is the owner of the
        database, as where the scratch database is made by the very role."""
        from faberdb_providers.postgres.kinds.acl import DATABASE

        return obj.address.kind != "owner" or obj.attributes["role"] not in (DATABASE, self.database_owner())

    def database_owner(self) -> str:
        """The role that owns the database."""
        from faberdb_providers.postgres.kinds.granting import DATABASE_OWNER

        return str(self.query(DATABASE_OWNER)[0][0])

    def roles(self) -> set[str]:
        """Names of the server's roles, less its own."""
        return {name for (name,) in self.query("select rolname from pg_roles where rolname !~ '^pg_'")}

    def superusers(self) -> set[str]:
        """Names of the server's superusers."""
        return {name for (name,) in self.query("select rolname from pg_roles where rolsuper")}

    def tablespaces(self) -> set[str]:
        """Names of the server's tablespaces, less those that every server has."""
        return {name for (name,) in self.query("select spcname from pg_tablespace where spcname !~ '^pg_'")}

    def mirror_roles(self, names: Iterable[str], superusers: Container[str] = ()) -> None:
        """Make the roles that are missing, without the right to log in: only on a cluster of our own.

        Raises psycopg.Error.
        """
        for name in sorted(set(names) - self.roles()):
            self.execute(f"create role {ident(name)} nologin{' superuser' if name in superusers else ''}")

    def quarantine_number(self) -> int:
        """The first number that no place in quarantine has yet."""
        rows = self.connection.execute(
            "select substring(n.nspname from '^faberdb_quarantine_([0-9]+)$') from pg_namespace n union all"
            " select substring(c.relname from '^q_([0-9]+)') from pg_class c"
            " join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'faberdb_quarantine'"
        ).fetchall()
        return max((int(number) for (number,) in rows if number), default=0) + 1

    def journal(self, known: Set[str] = frozenset(), *, all_begun: bool = False) -> list[JournalEntry]:
        """What was begun here and may have changed something, oldest first, less what is at work right now; without the
        documents of plans that are known. all_begun: also what is known to have changed nothing. It is what both
        journals tell: the one in the database, if this role may read it, and the one beside the state.

        Raises DatabaseError, StateError, LockedError.
        """
        with reading(self.connection, f"faberdb's journal in {self.label}"):
            there = entries_there(self, known, all_begun=all_begun)
            beside = []
            if self.stored:
                beside = entries_beside(self, self.stored, self.identity, known, all_begun=all_begun)
        return in_one_order(there, beside)

    def journal_beside(self) -> str:
        """Why the journal of what is applied from now on is beside the state, and where that is; empty where it is in
        the database. Raises DatabaseError, LockedError."""
        if self.stored is None:
            return ""
        if self.stored.always:
            return f"the journal is beside the state, as [state] has it: {self.stored.place}"
        with reading(self.connection, f"the schemas of {self.label}"):
            if not no_room(self.query):
                return ""
            role = ident(str(self.query("select current_user")[0][0]))
        return (
            f"role {role} may make no schemas in {self.label}, so the journal is beside the state: {self.stored.place}"
        )

    def history(self, table: str, columns: Sequence[str]) -> list[tuple[Any, ...]]:
        """What a migration tool has noted in a table, by some of its columns; nothing where there is no such table.
        table: its name, with its schema in front or not, as it is without quotes. Raises DatabaseError, LockedError."""
        name = dotted(*table.split("."))
        with reading(self.connection, f"table {name} in {self.label}"):
            if self.query("select to_regclass(%s) is null", name) == [(True,)]:
                return []
            return self.query(f"select {', '.join(map(ident, columns))} from {name}")

    def holds(self, query: str) -> bool:
        """Whether a query says true. Raises DatabaseError, LockedError."""
        with reading(self.connection, f"the catalogue of {self.label}"):
            return self.query(query) == [(True,)]

    def left_behind(self, kept: Iterable[Kept]) -> list[tuple[str, int, list[str]]]:
        """Of values that were given back, those whose row is gone: the table, how many, and up to five keys."""
        found = []
        for copy in {k.place: k for k in kept if k.form == "values"}.values():
            for place in self._copies(copy):
                number = self.query(f"select count(*) from {place}_left")[0][0]
                if not number:
                    continue
                keys = [f"key_{n}" for n in range(1, len(copy.detail.get("key", ())) + 1)]
                names = ", ".join(keys) or "id"
                rows = self.query(
                    f"select concat_ws(', ', {names}) from {place} join {place}_left using (id) order by id limit 5"
                )
                table = ".".join(copy.address.path[:-1]) if copy.address.kind == "column" else copy.address.name
                found.append((f"{table} ({place})", number, [key for (key,) in rows] if keys else []))
        return found

    def _copies(self, kept: Kept) -> list[str]:
        """The tables of kept values, of which what is left was noted."""
        schema, _, name = kept.place.partition(".")
        rows = self.query(
            "select left(c.relname, -5) from pg_class c where c.relnamespace = %s::regnamespace and"
            " c.relname ~ ('^' || %s || '(_[0-9]+)?_left$') order by 1",
            schema,
            name,
        )
        return [f"{schema}.{found}" for (found,) in rows]

    def barrier(self, old: Object, new: Object) -> str:
        """Why nothing leads from one form of an object to the other in place; empty where something does. Raises
        DatabaseError, LockedError."""
        name, here, there = old.address.path[0], old.attributes["version"], new.attributes["version"]
        with reading(self.connection, f"the update paths of extension {name} in {self.label}"):
            found = self.query(
                "select from pg_extension_update_paths(%s) where source = %s and target = %s and path is not null",
                name,
                here,
                there,
            )
        return "" if found else f"no update path from {here} back to {there}"

    def objections(self, objects: Iterable[Object]) -> dict[Address, Objection]:
        """What the server has against texts of these objects that it otherwise looks into only when they run."""
        from faberdb_providers.postgres.bodies import refusals

        found = {}
        for address, refusal in refusals(self.connection, objects).items():
            said, *more = words(refusal.error, no_rows=True)  # looking into a body calls nothing
            where = f" (line {refusal.line} of its body)" if refusal.line else ""
            found[address] = Objection((said + where, *more), refusal.unreadable)
        return found

    def made_up_rows(self, steps: Sequence[Step], kept: Iterable[Kept]) -> SampleRows:
        """Rows for the tables whose rows these steps, as they were measured, have to do with, on a database that is
        ours to spoil. kept: what they take to quarantine, or bring back from there."""
        from faberdb_providers.postgres.at_stake import at_stake
        from faberdb_providers.postgres.sample.rows import SampleRows

        return SampleRows(self, at_stake(steps, kept), steps)

    def quarantine_summary(self) -> tuple[int, int, str]:
        """How many things are kept, of how many bytes, and that in words. Raises DatabaseError, LockedError."""
        with reading(self.connection, f"what is in quarantine in {self.label}"):
            rows = self.query(
                "select count(*), coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint,"
                " pg_size_pretty(coalesce(sum(pg_total_relation_size(c.oid)), 0)) from pg_class c"
                " join pg_namespace n on n.oid = c.relnamespace where n.nspname ~ '^faberdb_quarantine' and c.relkind"
                " in ('r', 'S', 'm')"
            )
        things, size, pretty = rows[0]
        return things, size, f"{things} {'thing' if things == 1 else 'things'}, {pretty}" if things else ""

    def prepare_bookkeeping(self, kept: Sequence[Kept] = ()) -> bool:
        """The journal and quarantine schemas, made when they are missing; returns whether both were. kept: what is
        going to be in quarantine, which makes no difference here. Raises DatabaseError."""
        return make_bookkeeping(self, self._keep_closed)

    def _keep_closed(self) -> None:
        """Leave nobody else a right on what this transaction has made of ours. Raises psycopg.Error."""
        for (revoke,) in self.query(OPENED):
            self.execute(revoke)

    def lock(self, holder: str) -> None:
        """The session advisory lock of an apply. Raises LockedError naming who holds it."""
        key = f"{LOCK_KEY}, {zlib.crc32(b'apply') - 2**31}"
        if self.query(f"select pg_try_advisory_lock({key})") == [(True,)]:
            self.execute(f"set application_name = {literal((CALLED + holder)[:63])}")
            return
        self.refuse_under_way()
        raise LockedError(f"{self.label} is being changed by an unknown session", advice=WAIT)

    def refuse_under_way(self) -> None:
        """Raises LockedError naming who holds the lock of an apply, if somebody else does."""
        if found := self.under_way():
            since = f", since {found.since}" if found.since else ""
            raise LockedError(f"{self.label} is being changed by {found.who}{since}", advice=WAIT)

    def under_way(self) -> UnderWay | None:
        """The apply that changes this database right now, if one does. Waits for nobody.

        Raises DatabaseError, LockedError.
        """
        with reading(self.connection, f"who is changing {self.label}"):
            found = underway.under_way(self.query)
            if found is None or self.stored is None:
                return found
            with suppress(StateError):  # who it is matters more than what they are at
                return under_way_beside(of_database(self.stored.plans(), self.identity()), found)
            return found

    def lock_lost(self) -> bool:
        """Whether the session that took the lock is no longer the one we talk to (a pooler, a failover), or is gone."""
        try:
            rows = self.query(
                "select count(*) from pg_locks where locktype = 'advisory' and granted and pid = pg_backend_pid()"
                f" and classid::bigint = {LOCK_KEY & 0xFFFFFFFF}"
            )
        except psycopg.OperationalError as error:
            if lost(error):
                return True
            raise
        return rows != [(1,)]
