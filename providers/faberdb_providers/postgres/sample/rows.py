"""Rows that are made up for the tables of a scratch database, so that they satisfy what holds there.

A row is tried as it is meant, then with values that the conditions of its table name, then plainer; what the server
refuses in all these forms is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import psycopg

from faberdb.model import Effects, Refusal, Samples, Step
from faberdb_providers.postgres.at_stake import acts_on_rows, concerned, into_foreign, written
from faberdb_providers.postgres.names import ident
from faberdb_providers.postgres.sample.filling import Filled, fill
from faberdb_providers.postgres.sample.making import ALL, NO_ROWS, ONLY_BARE, ONLY_PLAIN, WITH_VALUES
from faberdb_providers.postgres.sample.tables import Asks, Table, counts, foreign_tables, read, tables, types_of

SINGLE = 5
"""How many refusals by steps are each answered with less for the tables of that step only."""
_THINNED = {
    WITH_VALUES: "of rows without a value, {} takes none",
    ONLY_PLAIN: "{} takes plain values only",
    ONLY_BARE: "{} takes no value that was tried, only rows without one",
}
_HIDDEN = "row security hides its rows on the scratch server"


class SampleRows:
    """Made-up rows in the tables whose rows are at stake, and in those that they refer to. thinned: tables that had
    only some of them, and not_filled: none, with the reason."""

    def __init__(self, session: Asks, names: Sequence[str], steps: Sequence[Step] = ()) -> None:
        self._session = session
        self._tables: dict[int, Table] = {}
        self._left: dict[str, str] = {}
        self._levels: dict[int, int] = {}
        self._because: dict[int, str] = {}
        self._refused: dict[int, str] = {}
        self._numbers: dict[int, int] = {}
        self._hidden: set[int] = set()
        self._refusals = 0
        self._written: tuple[int, dict[int, int]] = (0, {})
        self._why_none = ""
        try:
            found = tables(session, names) if names else ()
            self._why_none = into_foreign(steps, foreign_tables(session)) if found else ""
        except psycopg.Error as error:
            self._left = dict.fromkeys(names, _not_let(error))
            return
        for table in found:
            if not table.foreign:
                self._tables[table.oid] = table
            elif table.staked:
                self._left[table.name] = f"statements that change it reach foreign table {table.foreign[0]} too"

    @property
    def at_stake(self) -> bool:
        """Whether there are such tables."""
        return bool(self.names)

    @property
    def names(self) -> list[str]:
        """Those tables."""
        return [*(table.name for table in self._tables.values() if table.staked), *self._left]

    def fill(self) -> Samples | str:
        """Put rows into the tables in place of all that they have; returns all that is there then, or why none is."""
        if self._why_none or not any(table.staked for table in self._tables.values()):
            return self._why_none or "there is no table that rows can be made up for"
        try:
            found = self._filled()
            while found.views and self._less_for_views(found):
                found = self._filled()
        except psycopg.Error as error:
            return _not_let(error)
        self._numbers = {oid: number for oid, (number, _) in found.tables.items()}
        self._refused = {oid: why for oid, (number, why) in found.tables.items() if not number}
        return self.read()

    def _filled(self) -> Filled:
        return fill(self._session, self._tables, self._levels, types_of(self._session, self._tables))

    def _less_for_views(self, found: Filled) -> bool:
        """Put less into what the views that cannot be made of the rows read; into all where that is not known. False
        where nothing has any rows."""
        less = False
        for said, reads in found.views:
            with_rows = [oid for oid, (number, _) in found.tables.items() if number]
            less |= self._less_of([oid for oid in with_rows if oid in reads] or with_rows, ONLY_PLAIN, said)
        return less

    def read(self) -> Samples | str:
        """All rows that are in the tables, in quarantine too, and in what has taken their places; or why they cannot be
        read."""
        self._written = 0, {}
        try:
            there = read(self._session, self._tables)
        except psycopg.Error as error:
            return f"the scratch server does not let rows be read ({_state(error)})"
        for oid, table in there.items():
            if table.guarded and len(table.rows) < self._numbers.get(oid, 0):
                self._hidden.add(oid)
        return there

    def clear(self) -> None:
        """Take away what earlier runs of a plan have left in quarantine and in the session; where that is not possible,
        no rows can be made up."""
        try:
            rows = self._session.query(
                "select nspname from pg_namespace where nspname ~ '^faberdb_quarantine(_[0-9]+)?$' order by 1"
            )
            drops = [f"drop schema {ident(name)} cascade" for (name,) in rows]
            again = ["create schema faberdb_quarantine"] if any(n == "faberdb_quarantine" for (n,) in rows) else []
            self._session.execute("; ".join([*drops, *again, "discard temp"]))
        except psycopg.Error as error:
            self._why_none = _not_let(error)

    def plainer(self, step: Step, refusal: Refusal) -> bool:
        """After a step was refused because of rows: put less into the tables that it has to do with. False where there
        is nothing less."""
        # Each refusal costs a run of the whole plan; where many steps refuse rows, all tables get less at once.
        self._refusals += 1
        names = concerned(step) if self._refusals <= SINGLE else set()
        named = [oid for oid, table in self._tables.items() if table.name in names]
        some = [oid for oid in named or self._tables if self._numbers.get(oid)]
        least = WITH_VALUES if refusal.without_a_value else ONLY_PLAIN
        return self._less_of(some, least, step.address.spoken if named else "one of the steps")

    def _less_of(self, oids: Iterable[int], least: int, because: str) -> bool:
        """Put less into these tables from now on, for a reason. False where none of them has any."""
        some = [oid for oid in oids if self._levels.get(oid, ALL) < NO_ROWS]
        for oid in some:
            level = max(self._levels.get(oid, ALL) + 1, least)
            need_none = any(not column.required for column in self._tables[oid].columns)
            self._levels[oid] = level if level != ONLY_BARE or need_none else NO_ROWS
            self._because[oid] = because
        return bool(some)

    def acts_on_rows(self, steps: Iterable[Step]) -> bool:
        """Whether triggers of the user's act on rows that the steps write."""
        return any(map(acts_on_rows, steps))

    def acted_on(self, step: Step, effects: Effects) -> set[str]:
        """The tables whose rows triggers of the user's may have changed in a step, by their names. To be asked after
        each step of a run, before its transaction ends."""
        before, self._written = self._written, (step.transaction, counts(self._session, self._tables))
        if not acts_on_rows(step):
            return set()
        # A lock does not tell: an earlier step of the transaction may hold the table already.
        known = before[1] if before[0] == step.transaction else {}
        more = (oid for oid, number in self._written[1].items() if number > known.get(oid, 0))
        return {*written(step, effects), *(self._tables[oid].name for oid in more)}

    @property
    def filled(self) -> tuple[int, int]:
        """How many of the tables at stake have rows, and how many those are."""
        numbers = [n for oid, n in self._numbers.items() if n and self._tables[oid].staked and oid not in self._hidden]
        return len(numbers), sum(numbers)

    @property
    def thinned(self) -> dict[str, str]:
        return {
            table.name: _THINNED[self._levels[table.oid]].format(why)
            for table, why in self._less()
            if self._levels[table.oid] < NO_ROWS and self._numbers.get(table.oid)
        }

    @property
    def not_filled(self) -> dict[str, str]:
        found = {
            table.name: f"{why} refuses every row that was tried"
            for table, why in self._less()
            if self._levels[table.oid] == NO_ROWS
        }
        for oid, why in self._refused.items():
            if self._tables[oid].staked:
                found.setdefault(self._tables[oid].name, f"{why} refuses every row that was tried")
        found |= {self._tables[oid].name: _HIDDEN for oid in self._hidden if self._tables[oid].staked}
        return dict(sorted({**self._left, **found}.items()))

    def _less(self) -> Iterator[tuple[Table, str]]:
        for oid, why in self._because.items():
            if self._tables[oid].staked:
                yield self._tables[oid], why


def _not_let(error: psycopg.Error) -> str:
    return f"the scratch server does not let rows be made ({_state(error)})"


def _state(error: psycopg.Error) -> str:
    return f"SQLSTATE {error.sqlstate}" if error.sqlstate else "the connection is gone"
