"""Whether live rows fit what a plan asks of them: what is asked about a step that failed is asked before any step runs.

All is asked in one READ ONLY transaction of one snapshot. Each may take so long and no longer, and waits for a lock no
longer than a step would; what it locked itself, which hinders only those who drop or alter, it lets go of at once.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence, Set
from typing import TYPE_CHECKING

import psycopg
from psycopg import errors

from faberdb.model import NOT_ASKED, Hazard, Limits, LiveRows, Risk, Statement, Step
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.live.asking import counted
from faberdb_providers.postgres.live.unsettled import Above, still_empty, unsettled
from faberdb_providers.postgres.names import dotted
from faberdb_providers.postgres.refusal import lost
from faberdb_providers.postgres.waiting import reading

if TYPE_CHECKING:
    from faberdb_providers.postgres.session import Session

ROUNDS = 6
"""How many times as long as one question all of them may take."""

DEPENDS = LiveRows(unchecked="it depends on an earlier step of the plan")
NO_TIME = LiveRows(unchecked="the time for all such questions was over")
LOCKED = LiveRows(unchecked="another session locks what would be read")
NOT_READABLE = LiveRows(unchecked="this role may not read all rows")

_ABOVE = """
select cn.nspname, c.relname, pn.nspname, p.relname
  from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_namespace cn on cn.oid = c.relnamespace
  join pg_class p on p.oid = i.inhparent join pg_namespace pn on pn.oid = p.relnamespace
 where p.relkind in ('r', 'p')
"""
_NOT_THERE = (
    errors.UndefinedColumn,
    errors.UndefinedTable,
    errors.UndefinedObject,
    errors.UndefinedFunction,
    errors.InvalidSchemaName,
)


def with_live_rows(session: Session, steps: Sequence[Step], limits: Limits | None) -> tuple[Step, ...]:
    """The steps, with what there is to say of live rows in the way of each. limits: of one question; None where none is
    to be asked.

    Raises ConnectionLostError, DatabaseError.
    """
    probed = {n for n, step in enumerate(steps) if _asks(step.statement)}
    asked = probed - still_empty(steps) if probed else probed
    if not asked:
        return tuple(steps)
    if limits is None:
        found = dict.fromkeys(asked, LiveRows(unchecked=NOT_ASKED))
    else:
        with reading(session.connection, f"rows of {session.label}"):
            found = dict(_asked(session, steps, asked, limits))
    return tuple(_told(step, found[n]) if n in found else step for n, step in enumerate(steps))


def _asks(statement: Statement) -> bool:
    """Whether rows may be in the way of a statement in a manner that can be told, or has to be said."""
    return bool(statement.untold or (statement.probe and not statement.hindsight))


def _asked(session: Session, steps: Sequence[Step], asked: Set[int], limits: Limits) -> Iterator[tuple[int, LiveRows]]:
    known: dict[tuple[tuple[str, ...], tuple[str, ...], str], LiveRows] = {}
    longest = limits.statement or 0.0
    end = time.monotonic() + ROUNDS * longest
    too_long = LiveRows(unchecked=f"it takes longer than {longest:g} s (check_data_timeout)")
    with session.connection.transaction(force_rollback=True):
        session.execute("set transaction isolation level repeatable read read only")
        session.execute(f"set local lock_timeout = {max(1, round(limits.lock * 1000))}; set local row_security = off")
        above: Above = [(dotted(a, b), dotted(c, d)) for a, b, c, d in session.query(_ABOVE)]
        depending = unsettled(steps, asked, above)
        for number in sorted(asked):
            step = steps[number]
            key = step.statement.probe, step.scope, step.statement.untold
            if number in depending:
                yield number, DEPENDS
                continue
            if key not in known:
                left = min(longest, end - time.monotonic())
                late = too_long if left == longest else NO_TIME
                known[key] = _ask(session, step, left, late, first=number == 0) if left > 0 else NO_TIME
            yield number, known[key]


def _ask(session: Session, step: Step, seconds: float, late: LiveRows, *, first: bool) -> LiveRows:
    """seconds: how long it may take; late: what to say if it takes longer. first: whether nothing of the plan comes
    before it."""
    probe = step.statement.probe
    try:
        with session.connection.transaction(force_rollback=True):
            session.execute(f"set local statement_timeout = {max(1, round(seconds * 1000))}")
            session.set_scope(step.scope, local=True)
            found = counted(session.connection, probe) if probe else LiveRows()
            untold = LiveRows(unchecked=step.statement.untold)
            return late if found is None else found if found.number else untold
    except errors.LockNotAvailable:
        return LOCKED
    except errors.QueryCanceled:
        return late
    except errors.InsufficientPrivilege:
        return NOT_READABLE
    except psycopg.Error as error:
        if lost(error):
            raise
        if isinstance(error, _NOT_THERE) and not first:
            return DEPENDS
        # Not its words: a function of the user's may say what stands in a row.
        return LiveRows(unchecked=f"the server refuses the question (ERROR {error.sqlstate})")


def _told(step: Step, live: LiveRows) -> Step:
    if not live.number:
        return step._replace(live=live)
    statement = step.statement
    hazard = Hazard(
        codes.ROWS_IN_THE_WAY, f"{live.count} that {'is' if live.number == 1 else 'are'} there now would stop it"
    )
    risk = max(statement.risk, Risk.DANGEROUS)
    return step._replace(live=live, statement=statement._replace(risk=risk, hazards=(*statement.hazards, hazard)))
