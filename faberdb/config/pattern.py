"""The patterns of [project] include and exclude: names as plans print them, with `*` and `?` in them.

Parts are separated by dots. Outside of double quotes `*` stands for any characters and `?` for one, within their part;
all else stands for itself, and so does everything in double quotes (`""` is one of them).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from faberdb.model import Address

_KIND = re.compile(r'([^".:]*):')
_PIECE = re.compile(r'"((?:[^"]|"")+)"|([^".]+)|(\.)')
_WILD = {"*": ".*", "?": "."}


class Pattern(NamedTuple):
    """kind: of what kind it is, or any; parts: of its name, from the schema on, as far as they are told."""

    kind: re.Pattern[str] | None
    parts: tuple[re.Pattern[str], ...]

    def matches(self, address: Address, holders: Iterable[str] = ()) -> bool:
        """Whether the address is told by the pattern, or lies below what is. holders: kinds that it can lie in."""
        if self.kind is not None and not any(self.kind.fullmatch(kind) for kind in (address.kind, *holders)):
            return False
        if len(address.path) < len(self.parts):
            return False
        return all(part.fullmatch(name) for part, name in zip(self.parts, address.path, strict=False))


@lru_cache(maxsize=1000)
def pattern(text: str) -> Pattern:
    """The pattern that a text stands for; raises ValueError where it is none."""
    kind, parts = parts_of(text)
    compiled = (re.compile("".join(map(_meaning, _PIECE.finditer(part))), re.DOTALL) for part in parts)
    return Pattern(re.compile(_wild(kind)) if kind else None, tuple(compiled))


def parts_of(text: str) -> tuple[str, tuple[str, ...]]:
    """The kind that a pattern names, if it does, and the parts of the name, as they are written. Raises ValueError."""
    found = _KIND.match(text)
    names = text[found.end() :] if found else text
    parts, position = [""], 0
    while position < len(names):
        piece = _PIECE.match(names, position)
        if piece is None:
            raise ValueError('a double quote is not closed; write "" for one in a name')
        if piece[3]:
            parts.append("")
        else:
            parts[-1] += piece[0]
        position = piece.end()
    if not all(parts) or (found and not found[1]):
        raise ValueError('write names as a plan prints them, as in "sales", "sales.legacy_*" or "table:sales.invoice"')
    return found[1].replace(" ", "_") if found else "", tuple(parts)


def _meaning(piece: re.Match[str]) -> str:
    quoted, plain, _ = piece.groups()
    return _wild(plain) if quoted is None else re.escape(quoted.replace('""', '"'))


def _wild(text: str) -> str:
    return "".join(_WILD.get(character) or re.escape(character) for character in text)
