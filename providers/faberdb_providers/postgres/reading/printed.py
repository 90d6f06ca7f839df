"""Expressions as PostgreSQL prints them, made to mean the same when they are read again.

`status in ('a', 'b')` on a varchar is printed `(status)::text = ANY ((ARRAY['a'::character varying, ...])::text[])`.
Read again, the cast of an array that is written out goes to its elements, and what is printed then is another text: a
database made from the first one would not be the same. With the type of its own elements said first, the array is cast
as a whole, and prints as it did. `extract('YEAR' from day)` is printed `EXTRACT(YEAR FROM day)`, where a word means
`year`. A column of an inner query that has no name, as in `exists (select 'x')`, would get that of its type from
`SELECT 'x'::text`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from faberdb.model import Object
from faberdb_providers.postgres.names import NAME_PART

_STRING = r"E'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'"
_NAME = r'"(?:[^"]|"")*"'
_CAST_ARRAY = "(ARRAY["
_ZONE = r"(?: with(?:out)? time zone)?"


# Compiled when they are first needed, since most databases have no such text, and that takes its time.
@cache
def _mark() -> re.Pattern[str]:
    field = rf"(?<!{NAME_PART})EXTRACT\((?P<field>\w+) FROM "
    return re.compile(rf"{_STRING}|{_NAME}|{re.escape(_CAST_ARRAY)}|{field}|[][(),]", re.DOTALL)


@cache
def _element() -> re.Pattern[str]:
    """An element of an array with its type. One with a modifier is left out: a cast without it would take it away."""
    word = rf"{_NAME}|\w+(?: varying| precision)?{_ZONE}"
    return re.compile(rf"\s*(?:{_STRING}|NULL|\(.*\))::(?P<type>(?:(?:{_NAME}|\w+)\.)?(?:{word}))\Z", re.DOTALL)


@cache
def _inner() -> re.Pattern[str]:
    """Where a query begins whose columns the printer may leave without a name."""
    return re.compile(r"(?:\(|\b(?:ATOMIC|RETURN|UNION|INTERSECT|EXCEPT|ALL)\b)\s*SELECT\b")


@cache
def _part() -> re.Pattern[str]:
    # Neither IS DISTINCT FROM nor WITHIN GROUP ends a column.
    first = r"(?<!DISTINCT )FROM|WHERE|(?<!WITHIN )GROUP|HAVING|WINDOW|UNION|INTERSECT|EXCEPT"
    words = rf"\b(?P<begins>SELECT)\b|\b(?P<ends>{first}|ORDER|LIMIT|OFFSET|FETCH|FOR|RETURNING)\b"
    return re.compile(rf"{_STRING}|{_NAME}|{words}|[][(),;]|\Z", re.DOTALL)


@cache
def _nameless() -> re.Pattern[str]:
    """A column that is nothing but a cast. Where the printer leaves its name out, it has none."""
    word = rf"{_NAME}|\w+(?: varying| precision)?(?:\([\d,]+\))?{_ZONE}"
    cast = rf"(?:{_STRING}|NULL|\(.*\))::(?:(?:{_NAME}|\w+)\.)?(?:{word})(?:\[\])*"
    return re.compile(rf"\s*(?:DISTINCT\s+(?:ON\s*\(.*\)\s+)?)?{cast}(?=\s*\Z)", re.DOTALL)


def with_texts_that_read_back(obj: Object, texts: Iterable[str]) -> Object:
    """An object of the catalogue whose printed texts can be read again."""
    attributes = {key: _in(obj.attributes[key]) for key in texts if key in obj.attributes}
    if all(obj.attributes[key] is value for key, value in attributes.items()):
        return obj
    return obj._replace(attributes={**obj.attributes, **attributes})


def _in(value: Any) -> Any:
    """The same value where nothing in it is to be changed, so that few objects are made anew."""
    if isinstance(value, str):
        value = _typed(value) if _CAST_ARRAY in value or "EXTRACT(" in value else value
        return _named(value) if "SELECT" in value and _inner().search(value) else value
    parts: list[Any] | dict[str, Any]
    if isinstance(value, Mapping):
        parts = {key: _in(part) for key, part in value.items()}
        return value if all(value[key] is part for key, part in parts.items()) else parts
    if isinstance(value, (list, tuple)):
        parts = [_in(part) for part in value]
        return value if all(a is b for a, b in zip(value, parts, strict=True)) else type(value)(parts)
    return value


def _typed(text: str) -> str:
    """The text with the type of its elements at each array that is cast to another one, and in quotes the field of
    EXTRACT where it has capitals."""
    out, done = "", 0
    # Of each bracket that is open: where the element begins that is being read, and the types of those before it.
    # Of those that are no such array: None.
    stack: list[tuple[int, set[str]] | None] = []
    for mark in _mark().finditer(text):
        piece = mark[0]
        if piece == _CAST_ARRAY:
            stack += [None, (mark.end(), set())]
        elif piece in "([" or mark["field"]:
            stack.append(None)
            if mark["field"] and mark["field"] != mark["field"].lower():
                out += f"{text[done : mark.start('field')]}'{mark['field']}'"
                done = mark.end("field")
        elif piece in ",])" and stack:
            array = stack[-1] if piece == "," else stack.pop()
            if array is None:
                continue
            begin, types = array
            element = _element().match(text, begin, mark.start())
            types.add(element["type"] if element else "")
            if piece == ",":
                stack[-1] = (mark.end(), types)
            elif len(types) == 1 and "" not in types and text.startswith(")::", mark.end()):
                out += f"{text[done : mark.end()]}::{types.pop()}[]"
                done = mark.end()
    return out + text[done:]


def _named(text: str) -> str:
    """The text with `?column?` as the name of each column of an inner query that has none."""
    out, done = "", 0
    stack: list[int | None] = [None]  # of each bracket that is open: where the column begins that is being read
    for mark in _part().finditer(text):
        piece = mark[0]
        if mark["begins"]:
            stack[-1] = mark.end()
        elif piece in ("(", "["):
            stack.append(None)
        elif mark["ends"] or piece in (",", ")", "]", ";", ""):
            begin = stack[-1]
            item = None if begin is None else _nameless().match(text[begin : mark.start()])
            if begin is not None and item is not None:
                out += f'{text[done : begin + item.end()]} AS "?column?"'
                done = begin + item.end()
            if piece in (")", "]") and len(stack) > 1:
                stack.pop()
            else:
                stack[-1] = mark.end() if piece == "," and begin is not None else None
    return out + text[done:]
