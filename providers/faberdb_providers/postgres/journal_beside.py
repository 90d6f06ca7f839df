"""The journal of an apply beside the state: nothing of it is in the database, and yet it is as exact.

Right before COMMIT the id of the transaction is noted; afterwards, that it is done. Whatever happens in between, the
server knows what became of a transaction of that id, and whoever reads the journal later asks it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import replace
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from faberdb.errors import DatabaseError, JournalError, LockLostError
from faberdb.model import JournalEntry, Kept, NotedPlan, NotedTransaction, Step, StoredJournal, UnderWay
from faberdb_providers.postgres import fencing
from faberdb_providers.postgres.bookkeeping import QUARANTINE, WHOLE
from faberdb_providers.postgres.connection import Connection
from faberdb_providers.postgres.refusal import refused
from faberdb_providers.postgres.underway import OTHER_HOLDS

NOTHING_DONE = ("failed", "refused", "interrupted")

_NOW = "to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"+00:00\"')"
# What is noted as done must be so after a crash of the server too, which a session may have chosen to do without.
_ID = """
select pg_current_xact_id()::text,
       case when current_setting('synchronous_commit') = 'off' then set_config('synchronous_commit', 'on', true) end
"""
# The record bears the id of the transaction, and all before it is written out with it.
_ON_DISK = "select pg_logical_emit_message(false, 'faberdb', '', true)"

Identity = Mapping[str, Any]


class JournalBeside:
    """The journal that is a document of the state store, of a session that may change things."""

    def __init__(
        self, session: Connection, stored: StoredJournal, identity: Identity, close: Callable[[], None]
    ) -> None:
        self._session, self._stored, self._identity, self._close = session, stored, identity, close
        self._plans: dict[str, NotedPlan] = {}
        self._made = False

    def prepare(self, kept: Sequence[Kept]) -> bool:
        """A schema for what is kept in tables of ours, and nothing else."""
        session = self._session
        missing = "select to_regnamespace('faberdb_quarantine') is null"
        if all(one.form in WHOLE for one in kept) or session.query(missing) != [(True,)]:
            return False
        with refused(f"make the schema faberdb_quarantine in {session.label}"), session.transaction():
            session.execute(QUARANTINE)
            self._close()
        self._made = True
        return True

    def remove(self) -> None:
        if self._made:
            with suppress(psycopg.Error):
                self._session.execute("drop schema faberdb_quarantine")

    def fence_off(self, holder: str) -> None:
        plans = of_database(self._stored.take(holder), self._identity)
        with refused("ask what became of its transactions"):
            fates = fates_of(self._session, self._stored, plans)
        self._plans = {plan.plan_id: _told(plan, fates) for plan in plans}

    def overtaken(self) -> bool:
        """What comes right before COMMIT finds out."""
        return False

    def begin_plan(self, plan_id: str, kind: str, holder: str, document: str) -> None:
        with refused("write its journal"):
            now = self._now()
        known = self._plans.get(plan_id)
        if known is not None:
            plan = replace(known, state="running", ended="", noted=now)
        else:
            number = 1 + max((plan.number for plan in self._stored.plans()), default=0)
            plan = NotedPlan(plan_id, number, kind, "running", holder, now, "", now, self._identity, document)
        self._write(plan)

    def end_plan(self, plan_id: str, state: str) -> None:
        plan = self._plans.get(plan_id)
        if plan is None:
            return  # of the journal in the database, which is left as it was
        with refused("write its journal"):
            now = self._now()
            plan = _told(plan, fates_of(self._session, self._stored, [plan]))
        self._write(replace(plan, state=state, ended=now, noted=now))

    def intend(self, plan_id: str, steps: Sequence[Step]) -> None:
        """Only of what runs outside of transactions: of others, what comes right before COMMIT is soon enough."""
        if steps[0].statement.outside:
            self._note(plan_id, NotedTransaction(steps[0].transaction, "begun"))

    def watermark(self, plan_id: str, step: Step) -> tuple[str, ...] | None:
        """It cannot be committed together with a part, so a step begins anew; rows that have a value stay as they
        are."""
        return None

    def reached(self, plan_id: str, step: Step, mark: tuple[str, ...]) -> None:
        """Only that nobody else has taken the lock. Raises LockLostError."""
        if self.overtaken():
            raise fencing.overtaken(self._session.label)

    def end(self, plan_id: str, steps: Sequence[Step]) -> None:
        if steps[0].statement.outside:
            self.committed(plan_id, steps)
            return
        ((xid, _),) = self._session.query(_ID)
        self._last_through_a_crash()
        self._note(plan_id, NotedTransaction(steps[0].transaction, "committing", xid))

    def _last_through_a_crash(self) -> None:
        """Have the id of the transaction on the server's disk. A server that crashes before gives it to the next
        transaction once it is up again, and would tell of that one."""
        if self._session.version >= 17:
            self._session.query(_ON_DISK)
            return
        # Before 17 only a COMMIT writes the log out: one of somebody beside, with all that was logged before it.
        connection = self._session.connection
        conninfo = make_conninfo(connection.info.dsn, password=connection.info.password or None)
        with psycopg.connect(conninfo, connect_timeout=5, application_name="faberdb", prepare_threshold=None) as beside:
            beside.execute("select set_config('synchronous_commit', 'local', true)")
            beside.execute("select pg_logical_emit_message(true, 'faberdb', '')")

    def committed(self, plan_id: str, steps: Sequence[Step]) -> None:
        number = steps[0].transaction
        xid = next((t.id for t in self._plans[plan_id].transactions if t.number == number), "")
        try:
            self._note(plan_id, NotedTransaction(number, "done", xid))
        except (JournalError, LockLostError) as error:
            error.committed = True
            raise

    def _note(self, plan_id: str, transaction: NotedTransaction) -> None:
        plan = self._plans[plan_id]
        others = (t for t in plan.transactions if t.number != transaction.number)
        found = tuple(sorted((*others, transaction), key=lambda t: t.number))
        self._write(replace(plan, transactions=found))

    def _write(self, plan: NotedPlan) -> None:
        self._stored.write(plan)
        self._plans[plan.plan_id] = plan

    def _now(self) -> str:
        return str(self._session.query(f"select {_NOW}")[0][0])


def of_database(plans: Iterable[NotedPlan], identity: Identity) -> list[NotedPlan]:
    """Those of this very database: ids of transactions mean nothing in another. A new name does not make it another,
    unless the system is not told (a managed service); what one of both does not tell tells nothing."""

    def same(noted: Identity) -> bool:
        told = {k for k in noted.keys() & identity.keys() if None not in (noted[k], identity[k])}
        asked = told - {"name"} if "system" in told else told
        return all(noted[k] == identity[k] for k in asked)

    return [plan for plan in plans if any(map(same, plan.databases))]


def entries_beside(
    session: Connection, stored: StoredJournal, identity: Callable[[], Identity], known: Set[str], *, all_begun: bool
) -> list[JournalEntry]:
    """What the journal beside the state says of the session's database, less what is at work right now. all_begun: also
    of plans that changed nothing. Raises psycopg.Error, StateError, DatabaseError; LockedError where one of its
    transactions does not end."""
    found = stored.plans()
    if not found:
        return []
    plans = [plan for plan in of_database(found, identity()) if all_begun or plan.state not in NOTHING_DONE]
    if any(plan.state == "running" for plan in plans) and session.query(f"select {OTHER_HOLDS}") == [(True,)]:
        plans = [plan for plan in plans if plan.state != "running"]
    fates = fates_of(session, stored, plans)
    return [_entry(_told(plan, fates), known) for plan in plans]


def _entry(plan: NotedPlan, known: Set[str]) -> JournalEntry:
    done = frozenset(t.number for t in plan.transactions if t.outcome == "done")
    return JournalEntry(
        plan.plan_id,
        plan.number,
        plan.kind,
        plan.state,
        plan.holder,
        f"{(plan.ended or plan.started)[:19]}+00:00",
        "" if plan.plan_id in known else plan.document,
        done,
        # A later one that is done tells that it is: each is begun once the one before it was.
        frozenset(t.number for t in plan.transactions if t.outcome == "committing" and t.number > max(done, default=0)),
        plan.started,
    )


def _told(plan: NotedPlan, fates: Mapping[str, str | None]) -> NotedPlan:
    """The plan with what the server says of its transactions. What it has forgotten stays as it is."""
    found = []
    for transaction in plan.transactions:
        fate = fates.get(transaction.id) if transaction.outcome == "committing" else None
        if fate == "committed":
            found.append(replace(transaction, outcome="done"))
        elif fate != "aborted":
            found.append(transaction)
    return replace(plan, transactions=tuple(found))


def fates_of(session: Connection, stored: StoredJournal, plans: Iterable[NotedPlan]) -> dict[str, str | None]:
    """What became of each transaction that may or may not be committed, as the server says: `committed`, `aborted`, or
    None where it has forgotten. Waits for one that is at work. Raises psycopg.Error; LockedError where that does not
    end; DatabaseError where the server is not the one, or no longer the one, that the journal tells of."""
    noted = [t for plan in plans for t in plan.transactions if t.id]
    asked = [t.id for t in noted if t.outcome == "committing"]
    last = max((int(t.id) for t in noted if t.outcome == "done"), default=None)
    if not asked and last is None:
        return {}
    deadline = time.monotonic() + fencing.PATIENCE
    while True:
        fates = _asked(session, stored, [*asked, *([str(last)] if last is not None else [])])
        if last is not None and fates[str(last)] not in ("committed", None):
            raise _gone_back(session, stored)
        if "in progress" not in (fates[xid] for xid in asked):
            return fates
        if time.monotonic() > deadline:
            raise fencing.still_at_work(session.label)
        time.sleep(0.1)


def _asked(session: Connection, stored: StoredJournal, ids: Sequence[str]) -> dict[str, str | None]:
    try:
        return dict(session.query("select id, pg_xact_status(id::xid8) from unnest(%s::text[]) id", list(ids)))
    except psycopg.errors.InvalidParameterValue as error:  # transaction ID is in the future
        raise _gone_back(session, stored) from error


def _gone_back(session: Connection, stored: StoredJournal) -> DatabaseError:
    return DatabaseError(
        f"the journal beside the state tells of transactions that {session.label} does not have: it was restored to an"
        " earlier moment, or a standby took over that had not got them",
        where=stored.place,
        advice="move that journal away, then write down what the database is now: faberdb import ENVIRONMENT; what was"
        " applied later than it is, is not there",
    )


def under_way_beside(plans: Iterable[NotedPlan], found: UnderWay) -> UnderWay:
    """The apply that holds the lock, with what the journal beside the state says of its plan. One that was left running
    by a crash is not the one at work, unless it was gone on with since."""
    since = found.since[:19]
    running = [p for p in plans if p.state == "running" and p.noted[:19].replace("T", " ") >= since]
    if found.plan_id or not running:
        return found
    plan = running[-1]
    done = frozenset(t.number for t in plan.transactions if t.outcome == "done")
    return found._replace(plan_id=plan.plan_id, document=plan.document, done=done)
