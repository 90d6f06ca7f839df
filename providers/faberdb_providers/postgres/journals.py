"""Where the journal of an apply is: in schema `faberdb` of the database, or beside the state of the environment. What
was noted in both is read as one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from contextlib import contextmanager, suppress
from typing import Any, Protocol

import psycopg

from faberdb.errors import ConnectionLostError, DatabaseError, JournalError, LockLostError
from faberdb.model import JournalEntry, Kept, Step
from faberdb_providers.postgres import fencing, underway
from faberdb_providers.postgres.bookkeeping import BOOKKEEPING, UNMADE, WATERMARK
from faberdb_providers.postgres.connection import Connection
from faberdb_providers.postgres.refusal import refused
from faberdb_providers.postgres.underway import OTHER_HOLDS

ENTRIES = f"""
select p.plan_id, p.number, p.kind, p.state, p.holder,
       to_char(coalesce(p.ended_at, p.started_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"'),
       case when p.plan_id = any(%s::text[]) then '' else p.document end,
       array(select distinct j.transaction from faberdb.journal j where j.plan_id = p.plan_id and j.outcome = 'done'),
       to_char(p.started_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"')
  from faberdb.plan p
 where (%s or p.state not in ('failed', 'refused', 'interrupted')) and (p.state <> 'running' or not {OTHER_HOLDS})
 order by p.number
"""


class Journal(Protocol):
    """What an apply writes down, wherever it does."""

    def prepare(self, kept: Sequence[Kept]) -> bool:
        """Make what of ours is missing in the database, for a plan that keeps these in quarantine; returns whether
        nothing of ours was there. Raises DatabaseError."""
        ...

    def remove(self) -> None:
        """Take back what `prepare` made, if nothing of worth is in it."""
        ...

    def fence_off(self, holder: str) -> None:
        """From now on no write of whoever held the lock before succeeds. Raises DatabaseError, JournalError;
        LockedError where one of them does not end."""
        ...

    def overtaken(self) -> bool:
        """Whether somebody has taken the lock since; asked within a transaction, nobody can until that ends, or its
        COMMIT is never given. Raises JournalError, ConnectionLostError."""
        ...

    def begin_plan(self, plan_id: str, kind: str, holder: str, document: str) -> None:
        """Note that a plan begins, or goes on. Raises DatabaseError, JournalError, LockLostError."""
        ...

    def end_plan(self, plan_id: str, state: str) -> None:
        """Note how a plan ended. Raises DatabaseError, JournalError, LockLostError."""
        ...

    def intend(self, plan_id: str, steps: Sequence[Step]) -> None:
        """Note a transaction before it is begun. Raises JournalError, ConnectionLostError, LockLostError."""
        ...

    def watermark(self, plan_id: str, step: Step) -> tuple[str, ...] | None:
        """How far a step came that is run in parts; None where nobody knows. Raises JournalError,
        ConnectionLostError."""
        ...

    def reached(self, plan_id: str, step: Step, mark: tuple[str, ...]) -> None:
        """Note how far it came, in the transaction of a part of it. Raises psycopg.Error, JournalError,
        ConnectionLostError, LockLostError."""
        ...

    def end(self, plan_id: str, steps: Sequence[Step]) -> None:
        """Note that it is done: as the last thing before COMMIT, or after a statement outside of any. Raises
        psycopg.Error, JournalError, ConnectionLostError, LockLostError."""
        ...

    def committed(self, plan_id: str, steps: Sequence[Step]) -> None:
        """Called after COMMIT. Raises JournalError, LockLostError, both of which say that it is committed."""
        ...


class DatabaseJournal:
    """The journal in schema `faberdb`, in the very transactions that it tells of."""

    def __init__(self, session: Connection, close: Callable[[], None]) -> None:
        self._session, self._close = session, close
        self._token: int | None = None
        """The number that each write carries, once the lock was taken."""

    def prepare(self, kept: Sequence[Kept]) -> bool:
        return make_bookkeeping(self._session, self._close)

    def remove(self) -> None:
        session = self._session
        with suppress(psycopg.Error), session.transaction():
            if session.query("select count(*) < 2 from faberdb.plan") == [(True,)]:
                # Whatever else is there stops the drops, and with them the transaction.
                session.execute(UNMADE)

    def fence_off(self, holder: str) -> None:
        session = self._session
        try:
            with refused("write its journal"), session.transaction():
                self._token = fencing.taken(session.query, holder)
        except DatabaseError as error:
            if isinstance(error.__cause__, psycopg.errors.LockNotAvailable):
                raise fencing.still_at_work(session.label) from error
            raise

    def overtaken(self) -> bool:
        with written():  # it locks a row, which is a write too
            try:
                return self._token is not None and not fencing.held(self._session.query, self._token)
            except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
                return True  # whoever had it last has taken all of ours back

    def begin_plan(self, plan_id: str, kind: str, holder: str, document: str) -> None:
        self._write(
            "insert into faberdb.plan as known (plan_id, kind, state, holder, document)"
            f" select %s, %s, 'running', %s, %s where {fencing.condition(self._token)}"
            " on conflict (plan_id) do update set state = 'running'",
            (plan_id, kind, holder, document),
        )

    def end_plan(self, plan_id: str, state: str) -> None:
        try:
            self._write(
                "update faberdb.plan set state = %s, ended_at = clock_timestamp() where plan_id = %s"
                f" and {fencing.condition(self._token)}",
                (state, plan_id),
            )
        except LockLostError:
            with refused("read its journal"):
                ours = self._session.query("select from faberdb.plan where plan_id = %s", plan_id) or self.overtaken()
            if ours:
                raise
            # Else it is a plan of the journal beside the state, which is left as it is.

    def intend(self, plan_id: str, steps: Sequence[Step]) -> None:
        with written():
            self._note(plan_id, steps[:1], "intent")

    def watermark(self, plan_id: str, step: Step) -> tuple[str, ...] | None:
        with written():
            self._session.execute(WATERMARK)
            rows = self._session.query(
                "select watermark from faberdb.journal where plan_id = %s and step = %s and outcome = 'part'",
                plan_id,
                step.id,
            )
        return tuple(json.loads(rows[0][0])) if rows else None

    def reached(self, plan_id: str, step: Step, mark: tuple[str, ...]) -> None:
        self._write(
            "insert into faberdb.journal (plan_id, step, transaction, outcome, watermark)"
            f" select %s, %s, {step.transaction}, 'part', %s where {fencing.condition(self._token)}"
            " on conflict (plan_id, step, outcome) do update"
            " set at = clock_timestamp(), watermark = excluded.watermark",
            (plan_id, step.id, json.dumps(mark)),
        )

    def end(self, plan_id: str, steps: Sequence[Step]) -> None:
        try:
            with written():
                self._note(plan_id, steps, "done")
        except (JournalError, LockLostError) as error:
            error.committed = steps[0].statement.outside  # in a transaction it is taken back
            raise
        except ConnectionLostError as error:
            error.in_doubt = steps[0].statement.outside
            raise

    def committed(self, plan_id: str, steps: Sequence[Step]) -> None:
        """Its rows were committed along."""

    def _write(self, sql: str, parameters: tuple[str, ...]) -> None:
        """Write one row of the journal. Raises DatabaseError, LockLostError."""
        with written():
            count = self._session.connection.execute(sql.encode(), parameters).rowcount
        if count != 1:
            raise fencing.overtaken(self._session.label)

    def _note(self, plan_id: str, steps: Sequence[Step], outcome: str) -> None:
        with self._session.connection.cursor() as cursor:
            cursor.executemany(
                (
                    "insert into faberdb.journal (plan_id, step, transaction, outcome) select %s, %s, %s, %s"
                    f" where {fencing.condition(self._token)}"
                    " on conflict (plan_id, step, outcome) do update set at = clock_timestamp()"
                ).encode(),
                [(plan_id, step.id, step.transaction, outcome) for step in steps],
            )
            if cursor.rowcount != len(steps):
                raise fencing.overtaken(self._session.label)


@contextmanager
def written() -> Iterator[None]:
    """Turn what keeps the journal from being written into an error that says so. Raises JournalError,
    ConnectionLostError."""
    try:
        with refused("write its journal"):
            yield
    except (ConnectionLostError, LockLostError):
        raise
    except DatabaseError as error:
        raise JournalError(error.message, detail=error.detail, advice=error.advice) from error


def make_bookkeeping(session: Connection, close: Callable[[], None]) -> bool:
    """The journal and quarantine schemas, made when they are missing; returns whether both were. close: leaves nobody
    else a right on what the transaction made. Raises DatabaseError."""
    with refused(f"make or use the schemas faberdb and faberdb_quarantine in {session.label}"):
        ((journal, schema, quarantine),) = session.query(
            "select to_regclass('faberdb.plan') is not null and to_regclass('faberdb.fence') is not null,"
            " to_regnamespace('faberdb') is not null,"
            " to_regnamespace('faberdb_quarantine') is not null"
        )
        if not (journal and quarantine):
            with session.transaction():
                session.execute(BOOKKEEPING)
                close()
    return not (schema or quarantine)


def entries_there(session: Connection, known: Set[str], *, all_begun: bool) -> list[JournalEntry]:
    """What the journal in the database says, without the documents of plans that are known; nothing where this role may
    not read it. all_begun: also of plans that changed nothing. Raises psycopg.Error."""
    if not underway.readable(session.query):
        return []
    rows: list[tuple[Any, ...]] = session.query(ENTRIES, list(known), all_begun)
    return [
        JournalEntry(a, b, c, d, e, f, g, frozenset(done), started=start) for a, b, c, d, e, f, g, done, start in rows
    ]


def in_one_order(there: Sequence[JournalEntry], beside: Sequence[JournalEntry]) -> list[JournalEntry]:
    """What two journals tell of one database, as if one had; times are those of its server in both. A plan that was
    begun in one and gone on with in the other is one plan."""
    if not beside:
        return list(there)
    found: dict[str, JournalEntry] = {}
    for entry in sorted((*there, *beside), key=lambda one: one.started):
        found[entry.plan_id] = _joined(found[entry.plan_id], entry) if entry.plan_id in found else entry
    return [entry._replace(number=number) for number, entry in enumerate(found.values(), 1)]


def _joined(first: JournalEntry, then: JournalEntry) -> JournalEntry:
    done = first.done | then.done
    return then._replace(
        started=first.started,
        document=then.document or first.document,
        done=done,
        in_doubt=_undecided(first.in_doubt | then.in_doubt, done),
    )


def _undecided(in_doubt: Iterable[int], done: Set[int]) -> frozenset[int]:
    """A transaction is begun once the one before it is done, so a later one that is tells of it."""
    return frozenset(number for number in in_doubt if number > max(done, default=0))
