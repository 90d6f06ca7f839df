"""The words of one statement, and where each of them stands in its text."""

from __future__ import annotations

from typing import NamedTuple


class Word(NamedTuple):
    """text: as the server reads it, so a name without quotes is lower case. start: where it begins; end: of its last
    character."""

    text: str
    start: int
    end: int


def words_of(sql: str) -> list[Word]:
    """Raises ValueError where the text cannot be read."""
    import sqlglot
    from sqlglot.errors import SqlglotError

    try:
        found = sqlglot.tokenize(sql, read="postgres")
    except SqlglotError as error:
        raise ValueError(str(error)) from None
    return [Word(t.text if sql[t.start] in "\"'" else t.text.lower(), t.start, t.end) for t in found]
