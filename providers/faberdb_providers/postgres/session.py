"""One connection to a PostgreSQL database, as the engine uses it."""

from __future__ import annotations

import re
import zlib
from collections.abc import Container, Iterable, Iterator, Sequence, Set
from contextlib import contextmanager, suppress
from itertools import groupby
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import conninfo as psycopg_conninfo

from faberdb.errors import DatabaseError, LockedError
from faberdb.model import Catalogue, JournalEntry, Kept, Object, Step
from faberdb_providers.postgres import pulse
from faberdb_providers.postgres.bookkeeping import BOOKKEEPING
from faberdb_providers.postgres.names import ident, literal
from faberdb_providers.postgres.settings import pinned

if TYPE_CHECKING:
    from faberdb_providers.postgres.reader import Snapshot
    from faberdb_providers.postgres.remembered import Remembered

OLDEST = 13
LOCK_KEY = zlib.crc32(b"faberdb") - 2**31
"""Advisory lock: (this, crc of the word apply). One apply at a time in one database."""

JOURNAL = f"""
select p.plan_id, p.number, p.kind, p.state, p.holder,
       to_char(coalesce(p.ended_at, p.started_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"'),
       case when p.plan_id = any(%s::text[]) then '' else p.document end,
       array(select distinct j.transaction from faberdb.journal j where j.plan_id = p.plan_id and j.outcome = 'done')
  from faberdb.plan p
 where p.state not in ('failed', 'refused', 'interrupted') and (p.state <> 'running' or not exists (
       select from pg_locks l where l.locktype = 'advisory' and l.granted and l.pid <> pg_backend_pid()
          and l.classid::bigint = {LOCK_KEY & 0xFFFFFFFF}
          and l.database = (select oid from pg_database where datname = current_database())))
 order by p.number
"""


class Session:
    """A connection with its server's major version, and the few things the engine asks of it."""

    def __init__(self, connection: psycopg.Connection[Any], label: str) -> None:
        self.connection, self.label = connection, label
        self.version = connection.info.server_version // 10000
        self.server_version = connection.info.server_version
        self.beginning: Catalogue | None = None

    @classmethod
    def open(cls, conninfo: str, label: str, *, read_only: bool, timeout: int = 10) -> Session:
        """Connect. label names the database in messages; the connection string never appears in one.

        Raises DatabaseError when the server cannot be reached or is too old.
        """
        try:
            connection = psycopg.connect(
                conninfo, autocommit=True, connect_timeout=timeout, application_name="faberdb", prepare_threshold=None
            )
        except (psycopg.Error, UnicodeError) as error:
            raise DatabaseError(
                f"cannot connect to {label}",
                detail=(_without_secrets(str(error), conninfo),),
                advice="check that the server runs, and host, port, user and password in the connection string",
            ) from None
        session = cls(connection, label)
        if session.version < OLDEST:
            connection.close()
            raise DatabaseError(
                f"{label} runs PostgreSQL {session.version}, which is older than {OLDEST}",
                advice=f"faberdb supports PostgreSQL {OLDEST} and newer; upgrade the server",
            )
        # As pg_dump does: a body may name what is made after it, and is looked into when it runs.
        connection.execute("set check_function_bodies = off")
        # What was declared has been looked at with this, and a server or a role may have another setting.
        connection.execute("set standard_conforming_strings = on")
        connection.execute(pinned().encode())
        if read_only:
            connection.execute("set default_transaction_read_only = on")
        return session

    def close(self) -> None:
        self.connection.close()

    def cancel(self) -> None:
        """End the statement that another thread waits for."""
        with suppress(psycopg.Error):
            self.connection.cancel()

    def inspect(self) -> Catalogue:
        """The catalogue as one read-only snapshot sees it. Raises DatabaseError."""
        return self.snapshot().catalogue()

    def at_first(self) -> Catalogue:
        """What it held when it was new, of a database to which nothing has been done yet. Raises DatabaseError."""
        return self.beginning or self.inspect()

    def snapshot(self) -> Snapshot:
        """The same, of which objects are made only when asked for. Raises DatabaseError."""
        # Loaded here, because they are many, and a session that only feels the pulse needs none of them.
        from faberdb_providers.postgres.kinds import KINDS
        from faberdb_providers.postgres.reader import take_snapshot

        try:
            return take_snapshot(self.connection, self.version, KINDS)
        except psycopg.Error as error:
            raise DatabaseError(f"cannot read the catalogue of {self.label}", detail=words(error)) from error

    def remembered(self, packed: bytes, digest: str) -> Remembered:
        """A snapshot that was packed before, instead of a new one that would have the same digest."""
        from faberdb_providers.postgres.remembered import Remembered

        return Remembered(digest, packed)

    def pulse(self) -> str:
        """A text that stays the same as long as nothing in the catalogue changes, which is much faster to come by than
        the catalogue. Raises DatabaseError."""
        try:
            return pulse.digest(self.query(pulse.pulse_query(self.version)))
        except psycopg.Error as error:
            raise DatabaseError(f"cannot read the catalogue of {self.label}", detail=words(error)) from error

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

    def journal(self, known: Set[str] = frozenset()) -> list[JournalEntry]:
        """What was begun here and may have changed something, oldest first, less what is at work right now; without the
        documents of plans that are known. Nothing where this role may not read it. Raises DatabaseError."""
        with refused("read its journal"):
            if self.query(
                "select has_table_privilege(t, 'select') and has_schema_privilege('faberdb', 'usage')"
                " from to_regclass('faberdb.plan') t where t is not null"
            ) != [(True,)]:
                return []
            rows = self.query(JOURNAL, list(known))
        return [JournalEntry(a, b, c, d, e, f, g, frozenset(done)) for a, b, c, d, e, f, g, done in rows]

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

    def quarantine_summary(self) -> str:
        """How much is kept, in words; empty where nothing is."""
        rows = self.query(
            "select count(*), pg_size_pretty(coalesce(sum(pg_total_relation_size(c.oid)), 0)) from pg_class c"
            " join pg_namespace n on n.oid = c.relnamespace where n.nspname ~ '^faberdb_quarantine' and c.relkind in"
            " ('r', 'S', 'm')"
        )
        return f"{rows[0][0]} things, {rows[0][1]}" if rows[0][0] else ""

    def execute(self, sql: str) -> None:
        """Run SQL as it stands; several statements may share the text. Raises psycopg.Error."""
        self.connection.execute(sql.encode())

    def execute_one(self, sql: str) -> None:
        """Run one statement; a text that holds several is refused by the server, whatever was smuggled into it.

        Raises psycopg.Error.
        """
        self.connection.execute(sql.encode(), binary=True)  # which takes the extended protocol

    def query(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql.encode(), parameters or None).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with self.connection.transaction():
            yield

    def set_scope(self, scope: Sequence[str], *, local: bool = False) -> None:
        """The schemas in which unqualified names of the next statements are looked up; local: of this transaction."""
        path = ", ".join(map(ident, scope)) if scope else "''"
        self.connection.execute(f"set {'local ' if local else ''}search_path = {path}".encode())

    def prepare_bookkeeping(self) -> None:
        """The journal and quarantine schemas, made when they are missing."""
        with refused(f"make or use the schemas faberdb and faberdb_quarantine in {self.label}"):
            if self.query(
                "select to_regclass('faberdb.plan') is not null and to_regnamespace('faberdb_quarantine') is not null"
            ) != [(True,)]:
                self.execute(BOOKKEEPING)

    def run_all(self, steps: Sequence[Step]) -> tuple[int, str] | None:
        """Run the steps of a plan, committed together where their transaction number says so, on a database that is
        ours to spoil. Returns None, or the index of the step that failed and the server's words."""
        index = 0
        for _, group in groupby(steps, key=lambda step: step.transaction):
            members = list(group)
            try:
                if members[0].statement.outside:
                    self._run_step(members[0])
                else:
                    with self.connection.transaction():
                        for step in members:
                            self._run_step(step)
                            index += 1
            except psycopg.Error as error:
                return index, "\n".join(words(error))
        return None

    def run_each(self, steps: Sequence[Step]) -> dict[int, tuple[str, ...]]:
        """Run statements one by one, each for itself; those that fail are tried again after the others, as long as
        that helps. Returns the words for those that never passed, by index."""
        failed: dict[int, tuple[str, ...]] = {}
        waiting = list(enumerate(steps))
        while waiting:
            again = []
            for index, step in waiting:
                try:
                    self._run_step(step)
                    failed.pop(index, None)
                except psycopg.Error as error:
                    failed[index] = words(error)
                    again.append((index, step))
            if len(again) == len(waiting):
                break
            waiting = again
        return failed

    def _run_step(self, step: Step) -> None:
        self.set_scope(step.scope)
        self.execute_one(step.statement.sql)

    def run_script(self, text: str) -> tuple[int, tuple[str, ...]] | None:
        """Run a file of SQL as psql would, less psql's own commands, on a database that is ours to spoil. Returns None,
        or the line (0 where it is not known) and the server's words for the first statement that failed."""
        plain = re.sub(r"(?m)^\\.*$", "", text)  # the lines stay, so that their numbers do
        try:
            self.execute(plain)
        except psycopg.Error as error:
            at = error.diag.statement_position
            return (plain.count("\n", 0, int(at) - 1) + 1 if at else 0), words(error)
        return None

    def run_batch(self, steps: Sequence[Step]) -> bool:
        """Run many statements in as few round trips as can be; False where any of them failed (all are undone)."""
        scope: tuple[str, ...] | None = None
        try:
            with self.connection.transaction(), self.connection.pipeline(), self.connection.cursor() as cursor:
                for step in steps:
                    if step.scope != scope:
                        self.set_scope(step.scope, local=True)
                        scope = step.scope
                    cursor.execute(step.statement.sql.encode())  # in a pipeline this is the extended protocol
        except psycopg.Error:
            return False
        return True

    def lock(self, holder: str) -> None:
        """The session advisory lock of an apply. Raises LockedError naming who holds it."""
        key = f"{LOCK_KEY}, {zlib.crc32(b'apply') - 2**31}"
        if self.query(f"select pg_try_advisory_lock({key})") == [(True,)]:
            self.execute(f"set application_name = {literal(('faberdb apply by ' + holder)[:63])}")
            return
        found = self.query(
            "select a.pid, a.application_name, a.backend_start::text"
            " from pg_locks l join pg_stat_activity a using (pid)"
            f" where l.locktype = 'advisory' and l.granted and l.classid::bigint = {LOCK_KEY & 0xFFFFFFFF}"
            " and l.database = (select oid from pg_database where datname = current_database())"
        )
        who = f"{found[0][1]}, server process {found[0][0]}, since {found[0][2]}" if found else "an unknown session"
        raise LockedError(
            f"{self.label} is being changed by {who}",
            advice="wait until it ends; the lock goes with its session, even after a crash",
        )

    def lock_lost(self) -> bool:
        """Whether the session that took the lock is no longer the one we talk to (a pooler, a failover)."""
        rows = self.query(
            "select count(*) from pg_locks where locktype = 'advisory' and granted and pid = pg_backend_pid()"
            f" and classid::bigint = {LOCK_KEY & 0xFFFFFFFF}"
        )
        return rows != [(1,)]


@contextmanager
def refused(doing: str) -> Iterator[None]:
    """Turn what the server refuses while faberdb does its own work into an error that says what that was.

    Raises DatabaseError.
    """
    try:
        yield
    except psycopg.Error as error:
        if _lost(error):
            raise DatabaseError(
                f"the connection was lost while faberdb tried to {doing}",
                detail=words(error),
                advice="check the server, then run the same command again: it goes on where it stopped",
            ) from error
        advice = ""
        if isinstance(error, psycopg.errors.InsufficientPrivilege):
            advice = "connect as a role that may create schemas in this database, or as its owner"
        raise DatabaseError(f"the server refused to {doing}", detail=words(error), advice=advice) from error


def _lost(error: psycopg.Error) -> bool:
    """Whether the connection is gone: the server said that it ends it, or nothing any more. What it merely refuses (no
    room, too many locks, a timeout) is an OperationalError to the driver too."""
    if error.sqlstate is None:
        return isinstance(error, psycopg.OperationalError)
    return error.sqlstate.startswith(("08", "57P"))


_VALUE = re.compile(r': ".*"', re.DOTALL)
"""How messages about data end in the value: `invalid input syntax for type integer: "x"`."""


def words(error: psycopg.Error) -> tuple[str, ...]:
    """The server's own words: message, detail, hint, with the SQLSTATE; without values out of rows."""
    d = error.diag
    if not d.message_primary:
        return (str(error).strip() or type(error).__name__,)
    message, detail = d.message_primary, d.message_detail
    if (d.sqlstate or "")[:2] in ("22", "23"):
        # What was wrong with data is told with the data, which is nobody's business in a log.
        message, detail = _VALUE.sub(': "…"', message), None
    lines = [f"{d.severity or 'ERROR'} {d.sqlstate}: {message}"]
    lines += [f"{name}: {text}" for name, text in (("DETAIL", detail), ("HINT", d.message_hint)) if text]
    if d.context and d.sqlstate and d.sqlstate.startswith("42"):
        lines.append(f"CONTEXT: {d.context}")
    return tuple(lines)


def _without_secrets(text: str, conninfo: str) -> str:
    """libpq's message without what the connection string holds of secrets."""
    try:
        secrets: Iterable[object] = [
            v for k, v in psycopg_conninfo.conninfo_to_dict(conninfo).items() if "password" in k and v
        ]
    except psycopg.Error:
        # libpq quotes a string it cannot parse, password and all.
        return "the connection string is not one libpq understands"
    for secret in secrets:
        text = text.replace(str(secret), "***")
    return re.sub(r"://[^@\s]*@", "://***@", text).strip()
