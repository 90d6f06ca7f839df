"""CSV as PostgreSQL reads it: an empty value is NULL, and "" is an empty text. Python's own reader does not tell the
two apart, nor where a value stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_QUOTED = re.compile(r'"((?:[^"]|"")*)"')
_PLAIN = re.compile(r'[^",\r\n]*')
_END = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class Cell:
    """A value, and where it begins: line and column from 1."""

    value: str | None = field(repr=False)
    line: int
    column: int


class CsvError(Exception):
    """The text is no CSV from here on."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.message, self.line, self.column = message, line, column


def read_csv(text: str) -> Iterator[list[Cell]]:
    """The rows of a text, less empty lines. Raises CsvError."""
    at, line, begin = 0, 1, 0
    row: list[Cell] = []
    while at < len(text):
        if not row and (end := _END.match(text, at)):
            at, line, begin = end.end(), line + 1, end.end()
            continue
        here = line, at - begin + 1
        quoted = _QUOTED.match(text, at)
        match = quoted or _PLAIN.match(text, at)
        assert match is not None, "the second one takes nothing, too"
        row.append(Cell(quoted[1].replace('""', '"') if quoted else match[0] or None, *here))
        if quoted and (breaks := list(_END.finditer(match[0]))):
            line, begin = line + len(breaks), at + breaks[-1].end()
        at = match.end()
        end = _END.match(text, at)
        if end or at == len(text):
            yield row
            row = []
            at = end.end() if end else at
            line, begin = line + 1, at
        elif text[at] == ",":
            at += 1
            if at == len(text):
                row.append(Cell(None, line, at - begin + 1))
        else:
            message = 'a value with quotes in it stands in quotes, and each of these is written twice: "a ""b"" c"'
            raise CsvError(message if text[at] == '"' or quoted else "not a value", line, at - begin + 1)
    if row:
        yield row
