"""Where in the user's files a place of a statement was written, that the server complains of.

A statement repeats texts of the declaration as they are (the query of a view), so that what the server says of a place
in the statement is said of a place in a file.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from faberdb.declare.positions import line_and_column, value_at
from faberdb.declare.source import as_text, place_of

if TYPE_CHECKING:
    from faberdb.declare.positions import Keys
    from faberdb.model import Origin, Refusal

_PIECE = re.compile(r"\\(?:u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[ \t]*\r?\n\s*|.)|\r\n|.", re.DOTALL)
"""What one character of a string in double quotes is written as."""
_PLAIN = re.compile(r"\r\n|.", re.DOTALL)
_NEWLINE = re.compile(r"\r?\n")
_JOINED = re.compile(r"\\[ \t]*\r?\n")
"""A backslash at the end of a line, which joins it with the next one and is no character."""


def place_within(origin: Origin, refusal: Refusal) -> str:
    """The place in a file of what the server complains of, as far as it says where that is and it stands there as in
    the statement; where the object was declared, otherwise."""
    try:
        return _within(origin, refusal) or place_of(origin)
    except (OSError, ValueError, LookupError, TypeError):  # the files were changed since they were read
        return place_of(origin)


def _within(origin: Origin, refusal: Refusal) -> str:
    if refusal.at is None:
        return ""
    text = as_text(origin.file.read_bytes())
    entry: Any = tomllib.loads(text)
    for key in origin.keys:
        entry = entry[key]
    found: dict[int, list[tuple[Keys, Path | None, str, int]]] = {}
    for keys, file, written in _texts(entry, origin.keys, origin.file.parent):
        offset = _inside(written, refusal.statement, refusal.at)
        if offset is not None:
            found.setdefault(len(written), []).append((keys, file, written, offset))
    # The longest says most; of two that are alike nobody knows which is meant.
    longest = found[max(found)] if found else []
    if len(longest) != 1:
        return ""
    keys, file, written, offset = longest[0]
    if file is not None:
        line, column = line_and_column(written, offset)
        return f"{file.as_posix()}:{line}:{column}"
    start = value_at(text, keys)
    place = _in_toml(text, start, offset) if start is not None else None
    if place is None:
        return ""
    line, column = line_and_column(text, place)
    return f"{origin.file.as_posix()}:{line}:{column}"


def _texts(entry: Any, keys: Keys, folder: Path) -> Iterator[tuple[Keys, Path | None, str]]:
    """The texts of an entry: their keys, the file that one was read from, the text."""
    if isinstance(entry, str):
        yield keys, None, entry
        if keys and keys[-1] == "file":
            file = folder / entry
            if file.is_file():
                yield keys, file, as_text(file.read_bytes()).replace("\r\n", "\n").replace("\r", "\n")
    elif isinstance(entry, dict):
        for key, value in entry.items():
            yield from _texts(value, (*keys, key), folder)
    elif isinstance(entry, list):
        for number, value in enumerate(entry):
            yield from _texts(value, (*keys, number), folder)


def _inside(written: str, statement: str, at: int) -> int | None:
    """Which place of a text the place of a statement is, if the statement repeats the text there, as words of its
    own."""
    core = written.strip().rstrip(";").rstrip()
    if not core:
        return None
    if len(statement) < len(core) and written.count(statement) == 1:  # one of several statements of a text
        return written.index(statement) + min(at, len(statement) - 1)
    for match in re.finditer(re.escape(core), statement):
        begins = not (_wordlike(core[0]) and _wordlike(statement[: match.start()][-1:]))
        ends = not (_wordlike(core[-1]) and _wordlike(statement[match.end() :][:1]))
        # The end of the input, where something is missing, is the end of the text too.
        if begins and ends and match.start() <= at <= match.end():
            return min(at - match.start(), len(core) - 1) + len(written) - len(written.lstrip())
    return None


def _in_toml(text: str, start: int, offset: int) -> int | None:
    """The offset in a TOML text of a character of the string that begins at `start`."""
    quote = next((q for q in ('"""', "'''", '"', "'") if text.startswith(q, start)), None)
    if quote is None:
        return None
    at = start + len(quote)
    if len(quote) == 3 and (newline := _NEWLINE.match(text, at)):
        at = newline.end()  # which belongs to the quotes
    pieces = _PIECE if quote[0] == '"' else _PLAIN
    while piece := pieces.match(text, at):
        if not (quote[0] == '"' and _JOINED.match(piece[0])):
            if offset == 0:
                return at
            offset -= 1
        at = piece.end()
    return None


def _wordlike(character: str) -> bool:
    return character.isalnum() or character == "_"
