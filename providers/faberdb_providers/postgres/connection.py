"""A connection to a PostgreSQL database, and how statements, steps and scripts are run over it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import groupby
from typing import Any, Self

import psycopg
from psycopg import conninfo as psycopg_conninfo

from faberdb.errors import DatabaseError, NoDatabaseError
from faberdb.model import Effects, Refusal, Step
from faberdb_providers.postgres.measuring.meter import Meter
from faberdb_providers.postgres.measuring.remarks import Remarks
from faberdb_providers.postgres.names import ident, literal
from faberdb_providers.postgres.pooler import shares_sessions
from faberdb_providers.postgres.prepared import Prepared
from faberdb_providers.postgres.refusal import refusal, without_secrets
from faberdb_providers.postgres.settings import pinned
from faberdb_providers.postgres.waiting import limit

OLDEST = 13

# The driver logs each pipeline that ends with an error, with the database and the user, and Python prints a log that
# nobody asked for to stderr. The error itself comes back from the statements, run again one by one.
logging.getLogger("psycopg").addHandler(logging.NullHandler())


class Connection:
    """A connection with its server's major version."""

    def __init__(self, connection: psycopg.Connection[Any], label: str) -> None:
        self.connection, self.label = connection, label
        self.version = connection.info.server_version // 10000
        self.server_version = connection.info.server_version
        self._metered: tuple[int, Meter] | None = None
        self.prepared: Prepared | None = None
        """The queries of the catalogue, where it is read again and again."""
        self.folder_for: Callable[[str], str] | None = None
        """What stands for a folder of the server's machine, on a server that is ours to spoil."""

    @classmethod
    def open(cls, conninfo: str, label: str, *, read_only: bool, timeout: int = 10) -> Self:
        """Connect. label names the database in messages; the connection string never appears in one.

        Raises NoDatabaseError where the server has no such database, DatabaseError when it cannot be reached, is too
        old, or stands behind a pooler that shares sessions.
        """
        try:
            connection = psycopg.connect(
                conninfo, autocommit=True, connect_timeout=timeout, application_name="faberdb", prepare_threshold=None
            )
        except (psycopg.Error, UnicodeError) as error:
            missing = _missing_database(conninfo, str(error))
            if missing:
                raise NoDatabaseError(f"there is no database {ident(missing)} on the server of {label}") from None
            raise DatabaseError(
                f"cannot connect to {label}",
                detail=(without_secrets(str(error), conninfo),),
                advice="check that the server runs, and host, port, user and password in the connection string",
            ) from None
        session = cls(connection, label)
        if session.version < OLDEST:
            connection.close()
            raise DatabaseError(
                f"{label} runs PostgreSQL {session.version}, which is older than {OLDEST}",
                advice=f"faberdb supports PostgreSQL {OLDEST} and newer; upgrade the server",
            )
        if shares_sessions(connection, conninfo):
            connection.close()
            raise DatabaseError(
                f"a pooler in transaction mode stands before {label}: it gives each transaction to another session",
                detail=(
                    "the lock of an apply goes with its session, and what faberdb sets for its own, READ ONLY for one,"
                    " would stay for the application; nothing was set or changed",
                ),
                advice="connect to the server itself, or to a pool in session mode: change host and port in the"
                " connection string, then run the same command again",
            )
        # The first as pg_dump does: a body may name what is made after it, and is looked into when it runs. With the
        # second, what was declared has been looked at, and a server or a role may have another setting.
        connection.execute(
            f"set check_function_bodies = off; set standard_conforming_strings = on; {pinned()}".encode()
        )
        if read_only:
            connection.execute("set default_transaction_read_only = on")
            limit(connection, statement=True)
        elif session.version >= 14:
            # Of a command that was killed, the server would go on with the step it is at, however long, and its locks.
            with suppress(psycopg.Error):  # not every system can tell
                connection.execute("set client_connection_check_interval = '1s'")
        return session

    @property
    def endpoint(self) -> str:
        """The host and port that the connection goes to."""
        return f"{self.connection.info.host}:{self.connection.info.port}"

    def close(self) -> None:
        self.connection.close()

    def cancel(self) -> None:
        """End the statement that another thread waits for."""
        with suppress(psycopg.Error):
            self.connection.cancel()

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

    def run_all(
        self, steps: Sequence[Step], measured: Callable[[Step, Effects], None] | None = None
    ) -> tuple[int, Refusal] | None:
        """Run the steps of a plan, committed together where their transaction number says so, on a database that is
        ours to spoil. measured: told what each step did. Returns None, or the index of the step that failed and what
        the server says of it."""
        index = 0
        for _, group in groupby(steps, key=lambda step: step.transaction):
            members = list(group)
            if measured is None and self.run_batch(members):
                index += len(members)
                continue
            try:
                if members[0].statement.outside and members[0].statement.batches is None:
                    self._run_parked(members[0], measured)
                    index += 1
                    continue
                with self.connection.transaction(), Remarks(self.connection) as remarks:
                    if measured:
                        remarks.ask()
                        meter = self._meter(members[0].transaction)
                    scope: Sequence[str] | None = None
                    for step in members:
                        self._run_step(step, scope)
                        scope = step.scope
                        if measured:
                            measured(step, meter.read()._replace(remarks=remarks.take(meter.knows)))
                        index += 1
            except psycopg.Error as error:
                step = steps[min(index, len(steps) - 1)]  # after the last of them, only the commit can fail
                return index, refusal(error, step, self._text(step))
        return None

    def _run_parked(self, step: Step, measured: Callable[[Step, Effects], None] | None) -> None:
        if measured is None:
            self._run_step(step)
            return
        from faberdb_providers.postgres.measuring import tripwire  # few plans have such a step

        measured(step, tripwire.measure(self.connection, lambda: self._run_step(step)))

    def _meter(self, number: int) -> Meter:
        """Measures what this transaction of a plan does, from its beginning, or on from an earlier part of it."""
        again = self._metered is not None and self._metered[0] == number
        meter = self._metered[1] if self._metered is not None and again else Meter(self.query)
        meter.begin(again=again)
        self._metered = number, meter
        return meter

    def run_each(self, steps: Sequence[Step]) -> dict[int, Refusal]:
        """Run statements one by one, each for itself; those that fail are tried again after the others, as long as
        that helps. Returns what the server says of those that never passed, by index. On a database that is ours to
        spoil."""
        failed: dict[int, Refusal] = {}
        waiting = list(enumerate(steps))
        while waiting:
            again = []
            for index, step in waiting:
                try:
                    self._run_step(step)
                    failed.pop(index, None)
                except psycopg.Error as error:
                    failed[index] = refusal(error, step, self._text(step))
                    again.append((index, step))
            if len(again) == len(waiting):
                break
            waiting = again
        return failed

    def _run_step(self, step: Step, scope: Sequence[str] | None = None) -> None:
        """scope: what the step before has left, within one transaction."""
        if step.scope != scope:
            self.set_scope(step.scope)
        self.execute_one(self._text(step))

    def _text(self, step: Step) -> str:
        """What is run of a step on a database that is ours to spoil."""
        sql, folder = step.statement.on_scratch or step.statement.sql, step.statement.folder
        if folder and self.folder_for is not None:
            sql = sql.replace(literal(folder).strip(), literal(self.folder_for(folder)).strip())
        return sql

    def run_batch(self, steps: Sequence[Step]) -> bool:
        """Run many statements in as few round trips as can be; False where any of them failed (all are undone), or
        cannot run together with others."""
        if any(step.statement.outside for step in steps):
            return False
        scope: tuple[str, ...] | None = None
        try:
            with self.connection.transaction(), self.connection.pipeline(), self.connection.cursor() as cursor:
                for step in steps:
                    if step.scope != scope:
                        self.set_scope(step.scope, local=True)
                        scope = step.scope
                    cursor.execute(self._text(step).encode())  # in a pipeline this is the extended protocol
        except psycopg.Error:
            return False
        return True


KEEPERS = ("postgres", "template1")
"""Databases that nearly every server has, through which others are made and looked for."""


def _missing_database(conninfo: str, said: str) -> str:
    """The database that a connection failed for because the server has none of that name; empty where that is not the
    reason. What the server says is in its own language, so it is asked."""
    try:
        name = str(psycopg_conninfo.conninfo_to_dict(conninfo).get("dbname") or "")
    except psycopg.Error:
        return ""
    for keeper in KEEPERS if name and name in said else ():
        try:
            place = psycopg_conninfo.make_conninfo(conninfo, dbname=keeper)
            with psycopg.connect(place, autocommit=True, connect_timeout=10) as connection:
                found = connection.execute("select from pg_database where datname = %s", (name,)).fetchone()
                return "" if found is not None else name
        except psycopg.Error:
            continue
    return ""
