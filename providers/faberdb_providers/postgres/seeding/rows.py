"""The rows of one table: which are new or differ, and how they get in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, TypeVar

import psycopg

from faberdb.errors import DeclarationError
from faberdb.model import SeedRow, SeedRows
from faberdb_providers.postgres.connection import Connection
from faberdb_providers.postgres.names import ident, literal
from faberdb_providers.postgres.refusal import words
from faberdb_providers.postgres.seeding.tables import Table, key_of, quoted
from faberdb_providers.postgres.seeding.values import texts

Values = Mapping[str, str | None]
Result = TypeVar("Result")


class RowError(Exception):
    """The server refuses a row."""

    def __init__(self, place: str, said: tuple[str, ...], *, passing: bool) -> None:
        super().__init__()
        self.place, self.said, self.passing = place, said, passing


@dataclass(frozen=True, slots=True)
class Line:
    """A row as it goes to the server."""

    row: SeedRow
    values: Values = field(repr=False)


@dataclass(frozen=True, slots=True)
class Group:
    """Rows of one table that say the same columns, one after the other in a file. key: of those columns."""

    table: Table
    key: tuple[str, ...]
    columns: tuple[str, ...]
    lines: tuple[Line, ...]

    @property
    def others(self) -> tuple[str, ...]:
        """The columns that may differ in a row that is there."""
        return tuple(name for name in self.columns if name not in self.key and not self.table.columns[name].always)

    def looked_up(self) -> str:
        """Whether the row of a key differs from what is given; no row where there is none."""
        columns = self.table.columns
        there = [f"{columns[n].sql}::text" if columns[n].lengths else columns[n].sql for n in self.others]
        given = [f"{columns[n].given}::text" if columns[n].lengths else columns[n].given for n in self.others]
        differs = _unlike(", ".join(there), ", ".join(given)) if there else "false"
        same = " and ".join(f"{columns[n].sql} = {columns[n].given}" for n in self.key)
        return f"select {differs} from {self.table.only} where {same}"

    def asked(self, line: Line) -> list[str | None]:
        return [line.values[name] for name in (*self.others, *self.key)]

    def inserted(self) -> str:
        """The statement that adds a row unless there is one of its key."""
        names = ", ".join(map(quoted, self.columns))
        return (
            f"insert into {self.table.sql.replace('%', '%%')} as there ({names}) overriding system value values"
            f" ({', '.join(['%s'] * len(self.columns))}) on conflict ({', '.join(map(quoted, self.key))}) do "
        )

    def adds(self) -> str:
        return f"{self.inserted()}nothing"

    def corrects(self) -> str:
        """The same, which makes a row that is there what it should be, if it is not. What is compared here is what
        the server would store, its own triggers' work included."""
        names = [quoted(name) for name in self.others]
        there, new = (", ".join(f"{side}.{name}" for name in names) for side in ("there", "excluded"))
        to = ", ".join(f"{name} = excluded.{name}" for name in names)
        return f"{self.inserted()}update set {to} where {_unlike(there, new)}"

    def put(self, line: Line) -> list[str | None]:
        return [line.values[name] for name in self.columns]


def _unlike(one: str, other: str) -> str:
    """Whether two lists of values differ: by their images, since not every type has an equality, and texts that are
    equal in a collation may differ."""
    return f"row({one})::record *<> row({other})::record"


def groups_of(table: Table, parts: Iterable[SeedRows]) -> list[Group]:
    """The rows of a table. Raises DeclarationError, DatabaseError; no value is repeated."""
    found: list[Group] = []
    seen: dict[tuple[Any, ...], SeedRow] = {}
    for part in parts:
        key = key_of(table, part)
        lines = [Line(row, texts(row, table)) for row in part.rows]
        for line in lines:
            _check_key(table, key, line, seen)
        for columns, members in groupby(lines, key=lambda line: tuple(line.values)):
            found.append(Group(table, key, columns, tuple(members)))
    return found


def _check_key(table: Table, key: tuple[str, ...], line: Line, seen: dict[tuple[Any, ...], SeedRow]) -> None:
    for name in key:
        if line.values.get(name) is None:
            raise DeclarationError(
                f"this row of {table.sql} has no value for {name}, which is of its key",
                where=line.row.where(name if name in line.values else ""),
                advice="give it one; or, where the server gives it, name another key: [keys] in a TOML file",
            )
    mark = (key, *(line.values[name] for name in key))
    first = seen.setdefault(mark, line.row)
    if first is not line.row:
        raise DeclarationError(
            f"two rows of {table.sql} have the same {', '.join(key)}; the other is {first.where('')}",
            where=line.row.where(""),
        )


def standing(session: Connection, group: Group) -> list[bool | None]:
    """What each row of a group finds: none of its key (None), one that differs (True), or one that is so (False).
    Raises RowError."""

    def each(cursor: psycopg.Cursor[Any]) -> list[bool | None]:
        found: list[bool | None] = []
        while True:
            row = cursor.fetchone()
            found.append(None if row is None else bool(row[0]))
            if not cursor.nextset():
                return found

    return _sent(session, group, group.looked_up(), group.lines, group.asked, each)


def put(session: Connection, group: Group, sql: str, lines: Sequence[Line]) -> int:
    """Run a statement of a group's for some of its rows; returns how many that changed. Raises RowError."""
    return _sent(session, group, sql, lines, group.put, lambda cursor: cursor.rowcount) if lines else 0


def _sent(
    session: Connection,
    group: Group,
    sql: str,
    lines: Sequence[Line],
    parameters: Callable[[Line], list[str | None]],
    result: Callable[[psycopg.Cursor[Any]], Result],
) -> Result:
    """All rows together; if one of them is refused, one by one, so that it is known which."""
    returning = sql.startswith("select")
    try:
        with session.connection.transaction(), session.connection.cursor() as cursor:
            cursor.executemany(sql.encode(), [parameters(line) for line in lines], returning=returning)
            return result(cursor)
    except psycopg.Error as error:
        if session.connection.closed:
            raise
        refused = error
    with session.connection.transaction(force_rollback=True):
        for line in lines:
            try:
                with session.connection.transaction():
                    session.connection.execute(sql.encode(), parameters(line))
            except psycopg.Error as error:
                if session.connection.closed:
                    raise
                raise _refused(session, group, line, error) from None
    raise _refused(session, group, lines[0], refused)


def _refused(session: Connection, group: Group, line: Line, error: psycopg.Error) -> RowError:
    named = error.diag.column_name or ""
    column = named if named in line.values else _unread(session, group.table, line)
    return RowError(line.row.where(column), words(error), passing=error.sqlstate in ("55P03", "40P01", "57014"))


def _unread(session: Connection, table: Table, line: Line) -> str:
    """The column whose value the server does not take for one of its type; empty if it takes all."""
    for name, value in line.values.items():
        try:
            with session.connection.transaction(force_rollback=True):
                session.connection.execute(f"select {table.columns[name].given}".encode(), [value])
        except psycopg.Error:
            return name
    return ""


def move_sequences(session: Connection, group: Group) -> None:
    """Let the sequences of columns whose values were given go on behind them, as they would have done themselves."""
    for name in group.columns:
        sequence = group.table.columns[name].sequence
        if sequence:
            session.query(
                f"select setval({literal(sequence)}::regclass, m) from (select max({ident(name)})::bigint as m from"
                f" {group.table.sql}) x, {sequence} s where m >= s.last_value + s.is_called::int and"
                f" (select seqincrement > 0 from pg_sequence where seqrelid = {literal(sequence)}::regclass)"
            )
