"""The proof with rows: a plan that gave what was asked for of empty tables is run once more with made-up rows in them,
which have to be there after it, and to be as they were after its rollback."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Set
from contextlib import AbstractContextManager, suppress
from typing import NamedTuple

from faberdb.errors import ProofError
from faberdb.model import IRREVERSIBLE, Address, CarriedRows, Effects, Kept, Object, Refusal, Samples, Step
from faberdb.prove.comparing import changed, lost
from faberdb.prove.copying import Copy
from faberdb.prove.scratch import MadeUpRows, ScratchDatabase

_BUG = "no plan was written and nothing was changed; please report this, it is a bug in faberdb"


class Way(NamedTuple):
    """Steps to run on a copy of what is there before them. here: what comes first, with the rows in the tables, so that
    quarantine has what the steps give back. complete: whether all that those take away waits there.
    renames: what the steps give another name. lost: what they destroy, so that no rows come back. own: what runs SQL of
    the project's."""

    steps: Sequence[Step]
    rollback: Sequence[Step]
    renames: Sequence[tuple[Object, Object]] = ()
    here: Sequence[Step] = ()
    complete: bool = False
    lost: Set[Address] = frozenset()
    own: Set[Address] = frozenset()

    def stay(self, samples: Samples) -> Samples:
        """The tables whose rows are to be there afterwards."""
        gone = {address.path for address in self.lost}
        return {number: table for number, table in samples.items() if table.path not in gone}

    @property
    def leaves_something(self) -> bool:
        """Whether the steps make what no rollback takes back, so that they cannot be run twice on one copy."""
        return any(hazard.code == IRREVERSIBLE for step in self.steps for hazard in step.statement.hazards)

    def called(self, path: tuple[str, ...]) -> tuple[str, ...]:
        """The path, after the steps, of something that has one before."""
        for old, new in self.renames:
            was = old.address.path
            if path[: len(was)] == was:
                return (*new.address.path, *path[len(was) :])
        return path


def carried_on(
    copy: Copy, way: Way, kept: Iterable[Kept], again: Callable[[], AbstractContextManager[Copy]]
) -> CarriedRows | None:
    """What the plan does to rows, if it has to do with any. On the copy that it was proven on, which is as it was
    before by now, unless something stays or what comes back has to get its rows before: then on another one, which
    `again` makes. On that also where the first says no: a column that came back stands last in it, and the plan was
    made for rows as they print before. Raises ProofError."""
    rows = copy.database.made_up_rows(way.steps, kept)
    if not (rows.at_stake or way.here):
        return None
    if not (way.here or way.leaves_something):
        rows.clear()
        with suppress(ProofError):
            return carried(copy.database, rows, way)
    with again() as other:
        rows = other.database.made_up_rows(way.steps, kept)
        return carried(other.database, rows, way) if rows.at_stake else None


_OF_THE_PROJECT = "SQL of the project's writes its rows, so nothing of them can be held against anything"


class _UntoldError(Exception):
    """Nothing can be shown; the message says why."""


def carried(database: ScratchDatabase, rows: MadeUpRows, way: Way) -> CarriedRows:
    """Run the way there and back with rows. Where a step refuses some of them, as it may refuse rows of the live
    database, the way is tried again with fewer. Raises ProofError naming what was lost."""
    try:
        return _Carrying(database, rows, way).carried()
    except _UntoldError as why:
        return CarriedRows(0, 0, False, False, {}, {**dict.fromkeys(rows.names, str(why)), **rows.not_filled})


class _Carrying:
    """One way, gone with rows. counted: tables on whose rows something of the user's acts besides, so that only the
    number of those can be held. written: tables whose rows SQL of the project's writes, of which nothing can be."""

    def __init__(self, database: ScratchDatabase, rows: MadeUpRows, way: Way) -> None:
        self._database, self._rows, self._way = database, rows, way
        self._counted: set[str] = set()
        self._written: set[str] = set()

    def carried(self) -> CarriedRows:
        way, rows = self._way, self._rows
        before = filled = self._filled(*((way.here, "way here") if way.here else (way.steps, "plan")))
        if way.here:
            before = _told(rows.read())
            # A copy of what was there before need not have its columns in the order that kept rows were printed in, and
            # what fails takes nothing away.
            self._run_all(way.steps, "plan", lenient=True)
        after = _told(rows.read())
        _refuse("the plan loses rows", lost(self._held(way.stay(before), after), after, way.called, self._counted))
        if way.complete:
            back = changed(self._held(filled, after), after, way.called, self._counted)
            _refuse("the plan does not give back all rows", back)
        tables, number = rows.filled
        free = [table for table in filled.values() if table.name in self._written]
        tables, number = tables - len(free), number - sum(len(table.rows) for table in free)
        not_filled = {**rows.not_filled, **{table.name: _OF_THE_PROJECT for table in free}}
        counted = tuple(sorted(self._counted.intersection(rows.names)))
        if way.lost:  # the way back makes it again, without values, which rows that are there need not take
            return CarriedRows(tables, number, number > 0, False, rows.thinned, not_filled, counted)
        self._run_all(way.rollback, "rollback")
        back = changed(self._held(before, after), _told(rows.read()), _alike, self._counted)
        _refuse("the rollback does not give back all rows", back)
        counted = tuple(sorted(self._counted.intersection(rows.names)))
        return CarriedRows(tables, number, number > 0, number > 0, rows.thinned, not_filled, counted)

    def _held(self, before: Samples, after: Samples) -> Samples:
        """The tables whose rows can be held against what becomes of them."""
        written = {n for side in (before, after) for n, table in side.items() if table.name in self._written}
        return {number: table for number, table in before.items() if number not in written}

    def _filled(self, steps: Sequence[Step], called: str) -> Samples:
        """Put rows in that go through these steps, and run them. Returns what was there before."""
        while True:
            self._counted.clear()
            self._written.clear()
            filled = _told(self._rows.fill())
            refused = self._run(steps)
            if refused is None:
                return filled
            step, refusal, committed = refused
            # The same statement has just passed without rows: what is said now is said of rows, whatever it is.
            if refusal.of_structure:
                raise _failed(called, step, refusal)
            if committed or not self._rows.plainer(step, refusal):
                raise _UntoldError(f"{step.address.spoken} refuses some of the rows that were tried")

    def _run(self, steps: Sequence[Step]) -> tuple[Step, Refusal, bool] | None:
        """Run steps. Returns the one that failed, what the server says of it, and whether others before it stay."""
        failed = self._database.run_all(steps, self._note if self._rows.acts_on_rows(steps) else None)
        if failed is None:
            return None
        step, refusal = steps[min(failed[0], len(steps) - 1)], failed[1]
        if refusal.out_of_time:
            raise _UntoldError(f"{step.address.spoken} takes too long with the rows that were tried")
        if refusal.of_server:
            raise _UntoldError(f"the scratch server gives up at {step.address.spoken}")
        return step, refusal, step.transaction != steps[0].transaction

    def _run_all(self, steps: Sequence[Step], called: str, *, lenient: bool = False) -> None:
        """Run steps that have no reason to fail: all that is there came through the steps before them. lenient: whether
        values that one of them refuses only mean that nothing is shown."""
        if not steps or (refused := self._run(steps)) is None:
            return
        step, refusal, _ = refused
        if lenient and refusal.of_rows:
            raise _UntoldError(f"{step.address.spoken} refuses some of the rows that were tried")
        raise _failed(called, step, refusal)

    def _note(self, step: Step, effects: Effects) -> None:
        written = self._written if step.address in self._way.own else self._counted
        written |= self._rows.acted_on(step, effects)


def _told(found: Samples | str) -> Samples:
    if isinstance(found, str):
        raise _UntoldError(found)
    return found


def _alike(path: tuple[str, ...]) -> tuple[str, ...]:
    return path


def _failed(called: str, step: Step, refusal: Refusal) -> ProofError:
    said = refusal.words[:1] if not refusal.of_rows else ()
    return ProofError(
        f"the {called} fails on scratch at {step.address.spoken}, once there are rows",
        detail=(*said, f"statement: {step.statement.sql}"),
        advice=_BUG,
    )


def _refuse(what: str, lines: Sequence[str]) -> None:
    if lines:
        raise ProofError(f"{what} that were made up on scratch", detail=tuple(lines), advice=_BUG)
