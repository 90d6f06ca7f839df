"""Where in a TOML text a key was written: a tolerant scanner that is only run when an error needs a line.

tomllib is fast and keeps no positions; a parser that keeps them costs every run what only a failing run needs.
"""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache

Keys = tuple[str | int, ...]

_SPACE = re.compile(r"[ \t]*")
_GAP = re.compile(r"(?:[ \t\r\n,]|#[^\n]*)*")
_BARE_KEY = re.compile(r"[^\s.=\[\]{}\"',#]+")
_BASIC = re.compile(r'"(?:[^"\\\n]|\\.)*"?')
_LITERAL = re.compile(r"'[^'\n]*'?")
_LONG_BASIC = re.compile(r'"""(?:[^"\\]|\\.|"{1,2}(?!"))*"{0,5}', re.DOTALL)
_LONG_LITERAL = re.compile(r"'''(?:[^']|'{1,2}(?!'))*'{0,5}", re.DOTALL)
_BARE_VALUE = re.compile(r"[^,\]}\n#]*")


def locate(text: str, keys: Keys) -> tuple[int, int]:
    """Line and column (from 1) where `keys` was written in the TOML `text`, or where its nearest parent was."""
    index = _index(text).found
    for length in range(len(keys), 0, -1):
        offset = index.get(keys[:length])
        if offset is not None:
            return line_and_column(text, offset)
    return 1, 1


def value_at(text: str, keys: Keys) -> int | None:
    """The offset in the TOML `text` at which the value of `keys` begins; None where that is not known."""
    return _index(text).values.get(keys)


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """The offset as people count: line and column from 1."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


@lru_cache(maxsize=8)
def _index(text: str) -> _Scanner:
    scanner = _Scanner(text)
    scanner.scan()
    return scanner


class _Scanner:
    """Notes the offset of every key path, and of its value. Broken TOML is no error here: what cannot be read is
    skipped."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.found: dict[Keys, int] = {}
        self.values: dict[Keys, int] = {}
        self.implied: set[Keys] = set()
        self.lengths: dict[Keys, int] = {}

    def scan(self) -> None:
        table: Keys = ()
        while self._skip(_GAP) < len(self.text):
            start = self.at
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)
            if self.at == start:
                self.at += 1

    def _skip(self, pattern: re.Pattern[str]) -> int:
        match = pattern.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self.at

    def _note(self, path: Keys, offset: int, *, implied: bool = False) -> None:
        """A table's own header tells more than the header of a table inside it, wherever that stands."""
        if path not in self.found or (path in self.implied and not implied):
            self.found[path] = offset
            (self.implied.add if implied else self.implied.discard)(path)

    def _header(self) -> Keys:
        double = self.text.startswith("[[", self.at)
        self.at += 2 if double else 1
        path: Keys = ()
        parts = self._key()
        for number, (part, offset) in enumerate(parts, 1):
            path = (*path, part)
            last = number == len(parts)
            self._note(path, offset, implied=not last)
            if last and double:
                self.lengths[path] = self.lengths.get(path, 0) + 1
            if path in self.lengths:
                path = (*path, self.lengths[path] - 1)
                self._note(path, offset, implied=not last)
        while self.text.startswith("]", self._skip(_SPACE)):
            self.at += 1
        return path

    def _pair(self, table: Keys) -> None:
        """`key = value`; a line without an equals sign is skipped as far as it makes no sense."""
        path, parts = table, self._key()
        for number, (part, offset) in enumerate(parts, 1):
            path = (*path, part)
            self._note(path, offset, implied=number < len(parts))
        if self.text.startswith("=", self._skip(_SPACE)):
            self.at += 1
            self._skip(_SPACE)
            self._value(path)

    def _key(self) -> list[tuple[str, int]]:
        """The parts of a dotted key, each with its offset."""
        parts: list[tuple[str, int]] = []
        while True:
            start = self._skip(_SPACE)
            quote = self.text[start : start + 1]
            pattern = {'"': _BASIC, "'": _LITERAL}.get(quote, _BARE_KEY)
            if self._skip(pattern) == start:
                return parts
            raw = self.text[start : self.at]
            parts.append((_unquote(raw) if quote in "\"'" else raw, start))
            if not self.text.startswith(".", self._skip(_SPACE)):
                return parts
            self.at += 1

    def _value(self, path: Keys) -> None:
        text, at = self.text, self.at
        self.values.setdefault(path, at)
        if text.startswith("[", at):
            self._items(path)
        elif text.startswith("{", at):
            self._inline(path)
        elif text.startswith('"""', at):
            self._skip(_LONG_BASIC)
        elif text.startswith("'''", at):
            self._skip(_LONG_LITERAL)
        elif text.startswith('"', at):
            self._skip(_BASIC)
        elif text.startswith("'", at):
            self._skip(_LITERAL)
        else:
            self._skip(_BARE_VALUE)

    def _items(self, path: Keys) -> None:
        self.at += 1
        number = 0
        while self._skip(_GAP) < len(self.text) and self.text[self.at] != "]":
            start = self.at
            self._note((*path, number), start)
            self._value((*path, number))
            number += 1
            if self.at == start:
                return
        self.at += 1

    def _inline(self, path: Keys) -> None:
        self.at += 1
        while self._skip(_GAP) < len(self.text) and self.text[self.at] != "}":
            start = self.at
            self._pair(path)
            if self.at == start:
                return
        self.at += 1


def _unquote(raw: str) -> str:
    """A quoted key as TOML reads it; one that TOML cannot read is given without its quotes."""
    try:
        return str(tomllib.loads(f"key = {raw}")["key"])
    except tomllib.TOMLDecodeError:
        return raw.strip("\"'")
