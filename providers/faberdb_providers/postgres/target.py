"""The database that a plan is applied to: the session that holds the lock, with the journal in schema faberdb."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import cached_property
from types import MappingProxyType

import psycopg

from faberdb.errors import ConnectionLostError, DatabaseError, LockedError, RefusedError
from faberdb.model import Failure, Kept, Limits, Object, Step
from faberdb_providers.postgres.holding_on import refuse_held
from faberdb_providers.postgres.journal_beside import JournalBeside
from faberdb_providers.postgres.journals import DatabaseJournal, Journal
from faberdb_providers.postgres.kinds.online.index import HALF_DONE
from faberdb_providers.postgres.live.asking import first_keys
from faberdb_providers.postgres.live.blockers import until_over, watching
from faberdb_providers.postgres.names import dotted, literal
from faberdb_providers.postgres.pattern import pattern
from faberdb_providers.postgres.refusal import words
from faberdb_providers.postgres.rights import refuse_without_rights
from faberdb_providers.postgres.session import Session
from faberdb_providers.postgres.two_phase import against, end_them
from faberdb_providers.postgres.waiting import reading

_BREAKS = pattern(r"[\s=:/@?&'\"\\]+")
VACUUM_ENDS = 3.0
"""Seconds in which an autovacuum has gone out of the way of whoever waits for its table."""
PASSING = ("55P03", "40P01")
"""lock_not_available, deadlock_detected: the same may succeed a little later."""

_FOLLOWED = """
with slot as (select slot_type, database from pg_replication_slots)
select exists (select from slot where slot_type = 'logical' and database = current_database())
    or current_setting('server_version_num')::int >= 160000 and current_setting('wal_level') = 'logical'
       and (exists (select from slot where slot_type = 'physical') or exists (select from pg_stat_replication))
"""

_HALF_DONE = f"""
select n.nspname, c.relname from pg_index x join pg_class c on c.oid = x.indexrelid
  join pg_namespace n on n.oid = c.relnamespace where c.relkind = 'i' and {HALF_DONE}
   and pg_has_role(c.relowner, 'USAGE') order by 1, 2
"""

_FENCE = """
select has_schema_privilege('faberdb', 'usage') and has_table_privilege(t, 'select')
   and has_table_privilege(t, 'update')
  from to_regclass('faberdb.fence') t where t is not null
"""
"""Whether there is a token in the database, and this role may count it up."""


class Target(Session):
    """A session that may change things, and writes down what it does."""

    _secrets: Mapping[str, str] = MappingProxyType({})
    _in_the_way: tuple[tuple[int, datetime], ...] = ()
    """The transactions that the last step waited for."""
    _in_doubt = False
    """Whether a connection that is lost now leaves open what was committed."""

    def entrust(self, secrets: Mapping[str, str]) -> None:
        """Values, by name, that statements leave out."""
        self._secrets = secrets

    def _filled(self, step: Step) -> str:
        sql = step.statement.sql
        for name in step.statement.secrets:
            sql = sql.replace("'${" + name + "}'", literal(self._secrets[name]).strip())
        return sql

    def _discreet(self, said: tuple[str, ...], step: Step) -> tuple[str, ...]:
        """The server's words without values that were entrusted, nor pieces of those in the step: what is wrong with a
        connection string is said with the word of it that is."""
        hidden = set(self._secrets.values())
        for name in step.statement.secrets:
            hidden |= {piece for piece in _BREAKS.split(self._secrets[name]) if len(piece) > 1}
        for value in sorted(filter(None, hidden), key=len, reverse=True):
            said = tuple(line.replace(value, "***") for line in said)
        return said

    def refuse_to_publish(self, kept: Sequence[Kept]) -> None:
        """Nothing of ours may be sent to subscribers that have no such table. Raises RefusedError."""
        published = self.query("select pubname from pg_publication where puballtables order by 1")
        values = any(k.form == "values" for k in kept)
        if not published or not (values or self._unmade()) or not self._followed():
            return
        # Tables for values in quarantine have other names and columns each time: nobody can make them before.
        what = "values in quarantine (schema faberdb_quarantine)" if values else "the journal (schema faberdb)"
        publish = "publish FOR TABLES IN SCHEMA, or the tables by name, instead of FOR ALL TABLES"
        ways: tuple[str, ...] = (publish,)
        if not values:
            ways = (
                "either make these tables on each subscriber and here before (docs/guide/troubleshooting.md has the"
                " statements), or",
                'keep the journal beside the state instead: journal = "state" in [state] of faberdb.toml, or',
                publish,
            )
        raise RefusedError(
            f"publication {published[0][0]} of {self.label} is FOR ALL TABLES and somebody follows it, so its"
            f" subscribers would need the tables that faberdb makes for {what}",
            detail=ways,
            advice=f"do {'that in the database' if values else 'one of these'}, then plan again; nothing was changed",
        )

    def _unmade(self) -> bool:
        """Whether an apply would make tables of a journal."""
        question = "select to_regclass('faberdb.plan') is null or to_regclass('faberdb.fence') is null"
        return not self._beside and self.query(question) == [(True,)]

    def _followed(self) -> bool:
        """Whether anybody may read what is published: by a replication slot here or, from 16 on, by one of a standby,
        which cannot be seen from here. A publication by itself sends nothing."""
        return self.query(_FOLLOWED) == [(True,)]

    def refuse_without_rights(self, steps: Sequence[Step], kept: Sequence[Kept], *, back: bool) -> None:
        """Raises RefusedError where the role may not alter what the steps alter, or keep what they keep. back: whether
        they take a plan back, which keeps things whatever `on_drop` says."""
        refuse_without_rights(self, steps, kept, beside=self._beside, back=back)

    def refuse_held(
        self, steps: Sequence[Step], renames: Sequence[tuple[Object, Object]], known: Sequence[Step]
    ) -> None:
        """Raises RefusedError where something in quarantine needs what the steps take away. known: all of the plan."""
        refuse_held(self, steps, renames, known)

    @cached_property
    def _kept(self) -> Journal:
        """Where what is done is written down."""
        if self.stored is not None and self.journal_beside():
            return JournalBeside(self, self.stored, self.identity(), self._keep_closed)
        return DatabaseJournal(self, self._keep_closed)

    @property
    def _beside(self) -> bool:
        return isinstance(self._kept, JournalBeside)

    def prepare_bookkeeping(self, kept: Sequence[Kept] = ()) -> bool:
        """Make what of ours is missing in the database for a plan that keeps these in quarantine; returns whether
        nothing of ours was there. Raises DatabaseError."""
        return self._kept.prepare(kept)

    def remove_bookkeeping(self) -> None:
        """Take back the schemas of ours, if nothing of worth is in them: no plan but one that changed nothing."""
        self._kept.remove()

    def fence_off(self, holder: str) -> None:
        """From now on no write of whoever held the lock before succeeds, whichever journal they write. Raises
        DatabaseError, StateError, JournalError, LockedError where one of them does not end."""
        self._kept.fence_off(holder)
        if other := self._not_kept():
            other.fence_off(holder)

    def _not_kept(self) -> Journal | None:
        """The journal that is not written here, where somebody may be writing it: the setting, or a right, may be
        another one for them."""
        if not self._beside:
            if self.stored is None or not self.stored.plans():
                return None
            return JournalBeside(self, self.stored, self.identity(), self._keep_closed)
        return DatabaseJournal(self, self._keep_closed) if self.query(_FENCE) == [(True,)] else None

    def lock_lost(self) -> bool:
        """Whether this session does not hold the lock, or somebody has taken it since. Within a transaction, nobody can
        from then on until that ends."""
        if super().lock_lost():
            return True
        return self._kept.overtaken()

    def begin_plan(self, plan_id: str, kind: str, holder: str, document: str) -> None:
        """Note that a plan begins, or goes on. Raises DatabaseError, JournalError, LockLostError."""
        self._kept.begin_plan(plan_id, kind, holder, document)

    def end_plan(self, plan_id: str, state: str) -> None:
        """Note how a plan ended. Raises DatabaseError, JournalError, LockLostError."""
        self._kept.end_plan(plan_id, state)

    def run_transaction(
        self,
        plan_id: str,
        steps: Sequence[Step],
        limits: Limits,
        started: Callable[[Step], None],
        unchanged: Callable[[], None],
        waits: Callable[[Step, tuple[str, ...]], None] = lambda step, blockers: None,
        told: Callable[[Step, int, int], None] = lambda step, rows, of: None,
    ) -> Failure | None:
        """Run the steps of one transaction: an intent row before it, an outcome row with each step in it.

        unchanged: called when nobody else can change the tables concerned any more; what it raises ends the
        transaction, and goes through. waits: told once, from another thread, if a step has to wait for others. told:
        of a step that is run in parts, how many rows it has gone through, and of about how many. Returns None, or
        why nothing of it was done. Raises ConnectionLostError; if that is in doubt, the journal knows whether the
        transaction was committed. Raises JournalError, LockLostError, which both say if it was.
        """
        self._journal(plan_id, steps, "intent")
        step, self._in_doubt, self._in_the_way = steps[0], False, ()

        def begun(next_step: Step) -> None:
            nonlocal step
            started(next_step)
            step = next_step

        # Who goes on for hours is not looked at as often as who gives up within a moment.
        look = max(limits.lock, 4.0) if steps[0].statement.outside else limits.lock
        with watching(self.connection, look, lambda blockers: waits(step, blockers)) as found:
            try:
                if steps[0].statement.batches is not None:
                    self._run_in_parts(plan_id, steps[0], limits, begun, unchanged, told)
                elif steps[0].statement.outside:
                    self._run_outside(plan_id, steps, limits, begun, unchanged)
                else:
                    self._run_inside(plan_id, steps, limits, begun, unchanged)
            except LockedError as error:  # somebody kept us from seeing that all is as it should be
                return Failure((error.message, *error.detail), passing=True, blockers=found.seen)
            except psycopg.Error as error:
                self._in_the_way = found.transactions
                if steps[0].statement.outside and not self.connection.closed:
                    self.sweep()
                return self._failure(error, steps, step, found.seen)
        return None

    def stand_aside(self, longest: float) -> None:
        """Wait until those are done for whom the last step had to wait, at most so many seconds. Raises
        DatabaseError."""
        with reading(self.connection, f"who is at work in {self.label}"):
            until_over(self.connection, self._in_the_way, longest)

    def _run_outside(
        self,
        plan_id: str,
        steps: Sequence[Step],
        limits: Limits,
        started: Callable[[Step], None],
        unchanged: Callable[[], None],
    ) -> None:
        unchanged()
        # It locks nobody out while it waits, for whom it waits for as long as they take; what is built takes its time.
        unbound = " CONCURRENTLY " in steps[0].statement.sql
        statement = None if unbound else limits.statement
        self._limit(limits._replace(lock=max(limits.lock, limits.patience), statement=statement), local=False)
        self._clear()
        started(steps[0])
        self.set_scope(steps[0].scope)
        self._in_doubt = True
        self.execute_one(self._filled(steps[0]))
        self._journal(plan_id, steps, "done")

    def _run_in_parts(
        self,
        plan_id: str,
        step: Step,
        limits: Limits,
        started: Callable[[Step], None],
        unchanged: Callable[[], None],
        told: Callable[[Step, int, int], None],
    ) -> None:
        from faberdb_providers.postgres import batches  # few plans have such a step

        unchanged()
        assert step.statement.batches is not None
        self._limit(limits, local=False)
        self.set_scope(step.scope)
        doing = batches.Doing(
            mark=self._kept.watermark(plan_id, step),
            note=lambda mark: self._kept.reached(plan_id, step, mark),
            go_on=lambda: started(step),
            told=lambda rows, of: told(step, rows, of),
        )
        batches.run(self, step, step.statement.batches, limits, doing)
        self._journal(plan_id, (step,), "done")

    def sweep(self) -> None:
        """Take away what a build or a drop has left half done that somebody was kept from ending, us or whoever came
        before. What cannot be taken away now stays until the next time."""
        with suppress(DatabaseError, LockedError):
            self.connection.execute("set lock_timeout = '1s'")
            self._clear()

    def _clear(self) -> None:
        """The same. Raises DatabaseError; LockedError where others are at work on a table for too long."""
        with reading(self.connection, f"what is left half done in {self.label}"):
            found = self.query(_HALF_DONE)
        for schema, name in found:
            try:
                self.execute(f"drop index concurrently if exists {dotted(schema, name)}")
            except psycopg.errors.LockNotAvailable as error:
                raise LockedError(
                    f"index {dotted(schema, name)}, which was left half done, cannot be dropped while others have"
                    " transactions open on its table",
                    detail=words(error),
                    advice="wait until they have ended (pg_stat_activity shows them), then run the same command again",
                ) from error
            except psycopg.Error as error:
                raise DatabaseError(
                    f"index {dotted(schema, name)}, which was left half done, cannot be dropped", detail=words(error)
                ) from error

    def _run_inside(
        self,
        plan_id: str,
        steps: Sequence[Step],
        limits: Limits,
        started: Callable[[Step], None],
        unchanged: Callable[[], None],
    ) -> None:
        with self.connection.transaction():
            self._limit(limits, local=True)
            self._hold(steps, limits)
            unchanged()
            scope: tuple[str, ...] = ()
            for step in steps:
                started(step)
                if step.scope != scope:
                    self.set_scope(step.scope, local=True)
                    scope = step.scope
                self.execute_one(self._filled(step))
            self._keep_closed()
            self._journal(plan_id, steps, "done")
            self._in_doubt = True  # from here on the server may have been told to commit
        self._kept.committed(plan_id, steps)

    def _failure(self, error: psycopg.Error, steps: Sequence[Step], step: Step, blockers: tuple[str, ...]) -> Failure:
        """Why a step of a transaction failed. Raises ConnectionLostError."""
        said = self._discreet(words(error), step)
        if self.connection.closed:
            lost = ConnectionLostError(
                "the connection to the server was lost during a step", where=step.whose, detail=said
            )
            lost.in_doubt = self._in_doubt
            raise lost from error
        if isinstance(error, psycopg.errors.InsufficientPrivilege) and "row-level security" in said[0]:
            said = (*said, "HINT: no row may be hidden here: apply as a role with BYPASSRLS or as a superuser")
        if error.sqlstate in PASSING and (prepared := against(self.connection, steps)):
            said = (*said, *(f"in the way: {one}" for one in prepared), f"HINT: {end_them(prepared)}")
        asked = (error.sqlstate or "")[:2] in ("22", "23") or error.sqlstate == "2BP01"  # dependent objects
        rows = self._rows(step) if asked else ()
        passing = error.sqlstate in PASSING
        return Failure((step.whose, *said), rows, passing, blockers if passing else ())

    def _hold(self, steps: Sequence[Step], limits: Limits) -> None:
        """Keep everybody else from changing the tables concerned, while rows are read and written as before: SHARE
        UPDATE EXCLUSIVE is in the way of every ALTER, of vacuum, and of itself. Nobody who reads or writes rows waits
        behind it, so it may wait for longer than a step: the server ends an autovacuum for whoever has waited for
        deadlock_timeout, a second if nothing is said, and not for who gives up before."""
        paths = (step.address.path for step in steps)
        names = {pair for path in paths for pair in (path[:2], path[1:3]) if len(pair) == 2}
        tables = self.query(
            "select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace"
            " where (n.nspname, c.relname) in (select * from unnest(%s::text[], %s::text[]))"
            " and c.relkind in ('r', 'p') and pg_has_role(c.relowner, 'USAGE') order by c.oid",
            [schema for schema, _ in names],
            [name for _, name in names],
        )
        if tables:
            listed = ", ".join(dotted(schema, name) for schema, name in tables)
            longest, usual = max(limits.lock, VACUUM_ENDS), limits.lock
            self.execute(
                f"set local lock_timeout = {round(longest * 1000)};"
                f" lock table only {listed} in share update exclusive mode;"
                f" set local lock_timeout = {max(1, round(usual * 1000))}"
            )

    def _journal(self, plan_id: str, steps: Sequence[Step], outcome: str) -> None:
        """Note a transaction, before it is begun or as the last thing in it."""
        if outcome == "intent":
            self._kept.intend(plan_id, steps)
        else:
            self._kept.end(plan_id, steps)

    def _limit(self, limits: Limits, *, local: bool) -> None:
        # 0 would be no limit at all.
        statement = max(1, round(limits.statement * 1000)) if limits.statement else 0
        self.connection.execute(
            "select set_config('lock_timeout', %s, %s), set_config('statement_timeout', %s, %s),"
            " set_config('search_path', '', %s), set_config('check_function_bodies', 'off', %s),"
            # Rows that a policy hides would be missing from a copy without a word.
            " set_config('row_security', 'off', %s)",
            (str(max(1, round(limits.lock * 1000))), local, str(statement), local, local, local, local),
        )

    def _rows(self, step: Step) -> tuple[str, ...]:
        """Up to five rows that the step's own question finds in its way; the question may itself fail."""
        if not step.statement.probe:
            return ()
        try:
            with self.connection.transaction():
                self.connection.execute("set transaction read only")
                self.connection.execute("select set_config('statement_timeout', '5000', true)")
                self.set_scope(step.scope, local=True)
                return first_keys(self.connection, step.statement.probe)
        except psycopg.Error:
            return ()
