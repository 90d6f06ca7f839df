"""Statements of SQL files, run one by one on a scratch database as they would be on the real one: in the transaction
that they are in there, under the settings that were made before them, and each measured."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import psycopg
from psycopg.pq import TransactionStatus

from faberdb.model import Catalogue, Effects, Hazard, Outcome, Step, Weighed, Written
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.hazards.catalogue import level_of
from faberdb_providers.postgres.measuring import tripwire
from faberdb_providers.postgres.measuring.meter import Meter
from faberdb_providers.postgres.names import ident, literal
from faberdb_providers.postgres.pattern import pattern
from faberdb_providers.postgres.prepared import Prepared
from faberdb_providers.postgres.refusal import connection_lost, lost
from faberdb_providers.postgres.script import fence
from faberdb_providers.postgres.script.catalogue_written import rows_written
from faberdb_providers.postgres.script.discipline import Discipline, Ran
from faberdb_providers.postgres.script.forms import hazards_of_form, refusal_hazard
from faberdb_providers.postgres.script.judging import judged
from faberdb_providers.postgres.script.left_out import hazards_left_out, of_scratch, why_left_out
from faberdb_providers.postgres.script.replaced import Tables
from faberdb_providers.postgres.session import Session
from faberdb_providers.postgres.settings import pinned
from faberdb_providers.postgres.statements.shape import Shape, executed, prepared, query_copied
from faberdb_providers.postgres.waiting import reading

FOLLOWED = ("lock_timeout", "search_path", "statement_timeout", "timezone")
"""Settings that a statement's effects depend on, which a database or a role may have otherwise than the server."""
_TIMEOUTS = """
select name from unnest(array['lock_timeout', 'statement_timeout']) name where current_setting(name) <> '0'
"""
_LIMIT = pattern(
    r"set\s+(?P<local>local\s+)?(?:session\s+)?"
    r"(?P<name>(?:lock|statement|transaction|idle_session|idle_in_transaction_session)_timeout)\b",
    re.IGNORECASE,
)
_AT_LEAST = """
; select set_config('{name}', '10min', {local}) where current_setting('{name}')::interval between '1ms' and '10min'
"""
"""Follows a limit that a file sets. A short one would end the trial too, where it is not rows that take their time; it
goes out with the statement, since the limit holds from the next one on."""
_EXECUTE = pattern(r'\s*execute\s+("(?:[^"]|"")*"|[^\s(]+)', re.IGNORECASE)
_PLACE = "faberdb_statement"
_SETTLES = "set constraints all immediate"
"""Does now what would be done at the commit, by triggers that were put off."""


def settings_of(session: Session) -> dict[str, str]:
    """The settings that every session of the connection's role begins with. Raises DatabaseError."""
    asked = "select lower(name), reset_val from pg_settings where lower(name) = any(%s)"
    with reading(session.connection, f"the settings of {session.label}"):
        settings, ((user,),) = dict(session.query(asked, list(FOLLOWED))), session.query("select session_user")
    return {**settings, "search_path": settings["search_path"].replace('"$user"', ident(user))}


class ScriptTrial:
    """A scratch database to run SQL files on. What is there when it is made is in use, what files make is nobody's.
    settings: those that a session on the real database begins with."""

    def __init__(self, session: Session, settings: Mapping[str, str]) -> None:
        self._session, self._settings = session, settings
        session.prepared = session.prepared or Prepared()
        self._until = int(session.query("select coalesce(max(oid), 0)::bigint from pg_class")[0][0])
        self._single = False
        self._meter = Meter(session.query, self._until)
        self._discipline = Discipline()
        self._last: Ran | None = None
        self._changed = False
        """Whether the catalogue may be another after the statement that ran last."""
        fence.put_up(session)

    def begin(self, *, single_transaction: bool) -> None:
        """A file begins, in a session of its own for all that it can tell."""
        anew = ["reset session authorization; reset all; discard temp", pinned(), "set synchronous_commit = off"]
        given = (f"select set_config({literal(n)}, {literal(v)}, false)" for n, v in self._settings.items())
        self._session.execute(f"{'; '.join([*anew, *given])}; set client_min_messages = error")
        fence.put_up(self._session)
        self._discipline = Discipline()
        self._single = single_transaction
        if single_transaction:
            self._open()

    def end(self) -> tuple[Hazard, ...]:
        """The file ends; hazards of what it leaves behind. What is not committed by then is taken back."""
        self._last = Ran(Shape(""), Written("", 1), Effects(), frozenset(), {}, frozenset())
        if not self._inside:
            return ()
        if self._single:
            try:
                self._session.execute("commit")
            except psycopg.Error as error:
                return (refusal_hazard(Shape(""), error, inside=True),)
            return ()
        self._session.execute("rollback")
        return (Hazard(codes.TRANSACTION_LEFT_OPEN, "the file ends inside of the transaction that it has begun"),)

    def inspect(self) -> Catalogue:
        """The catalogue as it is at this point of the file. Raises DatabaseError, LockedError."""
        with self._session.connection.transaction(force_rollback=True):
            # Whoever the file has made itself, the catalogue is read by who may read it.
            self._session.execute("set local session authorization default; set local statement_timeout = 0")
            if self._session.version >= 17:
                self._session.execute("set local transaction_timeout = 0")
            return self._session.inspect()

    def run(self, statement: Written) -> Outcome:
        """Run a statement. After one that is refused nothing of its transaction is left."""
        self._last = None
        if query := query_copied(statement.sql):  # where its rows go changes nothing
            statement = replace(statement, sql=query)
        shape = Shape(executed(statement.sql))
        if why_not := why_left_out(shape, statement.sql, self._session):
            return Outcome(tuple(hazards_left_out(shape)), not_run=why_not)
        if shape.is_("isolates") and self._inside:
            return Outcome()  # it has to be the first question of the transaction, and here another was
        if shape.is_("discards"):
            self._session.prepared = Prepared()
        control = self._control(shape, statement)
        return control if control is not None else self._tried(shape, statement)

    def _tried(self, shape: Shape, statement: Written) -> Outcome:
        """Run a statement that begins and ends no transaction."""
        runs = executed(statement.sql)
        if shape.is_("executes") and (body := self._body(runs)):
            shape, runs = Shape(body), body
        timeouts, inside, before = self._timeouts(), self._inside, self._tables(shape)
        try:
            effects = self._within(shape, statement.sql) if inside else self._alone(shape, statement.sql)
            self._close_ways()
        except psycopg.Error as error:
            if why_not := of_scratch(shape, error):
                self._step_back(inside=inside)
                return Outcome(not_run=why_not)
            return self._refused(shape, statement.sql, error, inside=inside)
        ran = self._discipline.ran(shape, replace(statement, sql=runs), effects, timeouts)
        self._last = ran = self._compared(ran, before)
        return Outcome(
            (*hazards_of_form(ran), *self._discipline.hazards(ran)),
            changed=self._changed,
            renamed=shape.is_("renames"),
        )

    def weighed(self, steps: Sequence[Step], outcome: Outcome) -> Sequence[Weighed]:
        """What the statement that ran last can do. steps: those that faberdb would write for the changes that it made
        to what was there before the first file."""
        return judged(steps, outcome.hazards, self._last, level_of)

    def _body(self, sql: str) -> str:
        """What EXECUTE runs, as it was prepared; empty where nothing of the name is."""
        named = _EXECUTE.match(sql)
        name = "" if named is None else named[1] if named[1].startswith('"') else named[1].lower()
        asked = "select statement from pg_prepared_statements where name = %s"
        rows = self._session.query(asked, name[1:-1].replace('""', '"') if name.startswith('"') else name)
        return prepared(rows[0][0]) if rows else ""

    def _tables(self, shape: Shape) -> Tables | None:
        """The tables that are there, where the statement may call what takes them away."""
        return Tables.now(self._session.query) if shape.is_("calls") else None

    def _compared(self, ran: Ran, before: Tables | None) -> Ran:
        """With what the tables show that were there before."""
        if before is None:
            return ran
        after = Tables.now(self._session.query)
        anew = {*ran.effects.rewrites, *before.anew(after, self._until)}
        effects = ran.effects._replace(rewrites=tuple(sorted(anew)))
        return replace(ran, effects=effects, replaced=before.replaced(after, self._until))

    @property
    def _inside(self) -> bool:
        return self._session.connection.info.transaction_status != TransactionStatus.IDLE

    def _open(self, begin: str = "begin") -> None:
        self._session.execute(begin)
        self._measure_anew()

    def _measure_anew(self) -> None:
        """A transaction has begun: what is done from here on is measured together, and holds its locks together."""
        self._meter = Meter(self._session.query, self._until)
        self._meter.begin()
        self._discipline.transaction_begins()

    def _control(self, shape: Shape, statement: Written) -> Outcome | None:
        """What becomes of a statement that begins or ends a transaction; None for any other."""
        inside, sql = self._inside, statement.sql
        if shape.is_("begins"):
            if not inside:
                return self._begun(shape, sql)
            whose = "whoever runs the file" if self._single else "the file"
            what = f"{whose} has begun a transaction already: this one begins none, and the first COMMIT ends both"
            return Outcome((Hazard(codes.TRANSACTION_LEFT_OPEN, what),))
        if not shape.is_("ends"):
            return None
        hazards: tuple[Hazard, ...] = ()
        if self._single and inside:
            what = "it ends the transaction of whoever runs the file: what comes after it is outside of any"
            hazards = (Hazard(codes.TRANSACTION_LEFT_OPEN, what),)
        undone, settled = inside and shape.is_("undoes"), Outcome()
        if inside and not undone:
            settled = self._tried(Shape(_SETTLES), replace(statement, sql=_SETTLES))
            if settled.refused:
                return settled
        try:
            self._session.execute(sql)
        except psycopg.Error as error:
            return self._refused(shape, sql, error, inside=inside)
        if self._inside:  # AND CHAIN
            self._measure_anew()
        return Outcome((*hazards, *settled.hazards), changed=undone or settled.changed, undone=undone)

    def _begun(self, shape: Shape, sql: str) -> Outcome:
        try:
            self._open(sql)
        except psycopg.Error as error:
            return self._refused(shape, sql, error, inside=False)
        return Outcome()

    def _measured(self, shape: Shape, sql: str, *, settles: bool = False) -> Effects:
        """Run a statement. settles: with what it has put off to the commit."""
        asked = shape.is_("may_leave_catalogue")
        before = rows_written(self._session.query) if asked else 0
        self._execute(sql)
        if settles and shape.is_("calls"):
            self._session.execute(_SETTLES)
        self._changed = not shape.is_("leaves_catalogue") and not (
            asked and rows_written(self._session.query) == before
        )
        return self._meter.read()

    def _execute(self, sql: str) -> None:
        if limit := _LIMIT.match(sql):
            name, local = limit["name"].lower(), str(limit["local"] is not None).lower()
            self._session.execute(sql + _AT_LEAST.format(name=name, local=local))
        else:
            self._session.execute_one(sql)

    def _within(self, shape: Shape, sql: str) -> Effects:
        """Run a statement in the transaction that is open. Where need be, so that it can be taken back for itself; then
        what the transaction has written anew is not truncated in place, too, which would not be seen. From 17 on values
        of an enum that is made in a savepoint are of no use before the commit."""
        apart = any(map(shape.is_, ("calls", "truncates", "of_database"))) or fence.needed(self._session)
        if not apart or shape.is_("keeps_place"):
            return self._measured(shape, sql)
        self._session.execute(f"savepoint {_PLACE}")
        effects = self._measured(shape, sql)
        self._session.execute(f"release {_PLACE}")
        return effects

    def _step_back(self, *, inside: bool) -> None:
        """Take a statement back, and nothing that was before it."""
        self._session.execute(f"rollback to {_PLACE}; release {_PLACE}" if inside else "rollback")

    def _close_ways(self) -> None:
        """Whatever the statement has set or made, no other server is to be reached."""
        if fence.needed(self._session):
            fence.put_up(self._session)

    def _alone(self, shape: Shape, sql: str) -> Effects:
        """Run a statement that is a transaction by itself, or that cannot be in one."""
        self._open()
        try:
            effects = self._measured(shape, sql, settles=True)
            self._session.execute("commit")
        except (psycopg.errors.ActiveSqlTransaction, psycopg.errors.InvalidTransactionTermination):
            self._session.execute("rollback")
            self._changed = not shape.is_("leaves_catalogue")
            return tripwire.measure(self._session.connection, lambda: self._session.execute_one(sql), until=self._until)
        return effects

    def _timeouts(self) -> frozenset[str]:
        """The names of those that are set."""
        rows = self._session.query(_TIMEOUTS)
        return frozenset(name for (name,) in rows)

    def _refused(self, shape: Shape, sql: str, error: psycopg.Error, *, inside: bool) -> Outcome:
        if lost(error):
            raise connection_lost("try out a statement on scratch", error) from error
        self._session.execute("rollback")
        at = error.diag.statement_position
        below = sql.count("\n", 0, int(at) - 1) if at else 0
        return Outcome((refusal_hazard(shape, error, inside=inside),), refused=True, below=below, undone=True)
