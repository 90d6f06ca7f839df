"""The rows of one table that are made up, and the forms in which each is tried."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from faberdb_providers.postgres.names import ident
from faberdb_providers.postgres.sample.tables import Column, Reference, Table
from faberdb_providers.postgres.sample.values import HIGH, LOW, ODD, PLAIN, Types, about, values_in

ALL, WITH_VALUES, ONLY_PLAIN, ONLY_BARE, NO_ROWS = range(5)
"""How much is put into a table: rows of all sorts, those that have values only, plain ones only, one without a value
wherever there need be none, none."""
_BARE, _DEFAULTS = 4, 5
"""Beside the sorts of values: a row without a value wherever there need be none, and one with defaults."""
_MOST, _TURNS = 12, 8
"""Of a table's rows, where a type lists its values; and of values that conditions name for one column."""


class Maker:
    """Makes up the rows of one table."""

    def __init__(self, table: Table, types: Types) -> None:
        self._table, self._types = table, types
        self._named = {column.name: values for column in table.columns if (values := self._values_in(column))}
        self._pointing = {name: ref for ref in reversed(table.references) for name in ref.columns}
        self._guessed = {column.name for column in table.columns if types.guessed(column.type)}

    def rows(self, level: int) -> list[list[list[str]]]:
        """For each row the forms in which it is to be tried, each a list of SQL values."""
        sorts = {ALL: (LOW, HIGH, ODD, _BARE), WITH_VALUES: (LOW, HIGH, ODD)}.get(level, ())
        if level == ONLY_BARE:
            return [[self._form(1, _BARE)]]
        wanted = [PLAIN, PLAIN, *sorts] if level != NO_ROWS and self._table.columns else []
        if level == ALL and any(_by_default(column) for column in self._table.columns):
            wanted.append(_DEFAULTS)
        several = max((self._types.several(column.type) for column in self._table.columns), default=0)
        wanted += [PLAIN] * (min(several, _MOST) - len(wanted)) if wanted else []
        return [list(self._forms(number, sort)) for number, sort in enumerate(wanted, 1)]

    def _forms(self, number: int, sort: int) -> Iterator[list[str]]:
        forms = [self._form(number, sort), self._form(number, sort, guessing=False)]
        if self._named:
            forms += [self._form(number, sort, turn) for turn in range(_TURNS)]
            forms += [self._form(number, PLAIN, turn) for turn in range(_TURNS)]
        forms += [self._form(number, PLAIN), self._form(number, PLAIN, pointing=False)]
        forms += [self._form(number, PLAIN, turn, guessing=False) for turn in (None, *range(_TURNS))]
        seen: list[list[str]] = []
        for form in forms:
            if form not in seen:
                seen.append(form)
                yield form

    def _form(
        self, number: int, sort: int, turn: int | None = None, *, pointing: bool = True, guessing: bool = True
    ) -> list[str]:
        """turn: take a value that a condition names, another one each time. guessing: have values of types of which it
        is not known what they take."""
        return [
            _without(column)
            if not guessing and column.name in self._guessed
            else self._value(column, number, sort, turn, pointing=pointing)
            for column in self._table.columns
        ]

    def _value(self, column: Column, number: int, sort: int, turn: int | None, *, pointing: bool) -> str:
        named = self._named.get(column.name)
        if turn is not None and named:
            return named[(number + turn) % len(named)]
        if sort == _DEFAULTS and _by_default(column):
            return "default"
        if sort in (_BARE, _DEFAULTS) and not column.required:
            return "null"
        if pointing and column.name in self._pointing:
            return _key(self._pointing[column.name], column, number)
        value = self._types.value(column.type, column.printed, PLAIN if sort > ODD else sort, number)
        return value if value is not None else _without(column)

    def _values_in(self, column: Column) -> list[str]:
        conditions = [*about(column.name, self._table.conditions), *self._types.checks(column.type)]
        return values_in(conditions, column.printed, self._types.category(column.type))


def _by_default(column: Column) -> bool:
    """Whether a row that has the default is another row than those with values. What the server numbers begins where
    other rows are, and two rows with the same default are alike in a key."""
    return column.default and not column.keyed


def _without(column: Column) -> str:
    return "default" if column.default else "null"


def _key(reference: Reference, column: Column, number: int) -> str:
    """A key of the table that a column refers to, another one for each row as far as there are enough."""
    keys = ", ".join(map(ident, reference.keys))
    key = ident(reference.keys[reference.columns.index(column.name)])
    return (
        f"(select p.{key} from (select {keys}, row_number() over (order by {keys}) faberdb_row, count(*) over ()"
        f" faberdb_rows from {reference.name}) p where p.faberdb_row = 1 + ({number} - 1) % p.faberdb_rows)"
    )


def insert(table: Table, rows: Sequence[Sequence[str]]) -> str:
    """The statement that puts rows, each a list of SQL values, into a table."""
    names = ", ".join(ident(column.name) for column in table.columns)
    values = ", ".join(f"({', '.join(row)})" for row in rows)
    return f"insert into {table.name} ({names}) overriding system value values {values}"
