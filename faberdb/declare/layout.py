"""Data as TOML that people like to read: short entries on one line, long ones in a block of their own.

Where line breaks and blocks go is decided here; how a key or a value is spelled is left to tomli_w.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import tomli_w

WIDTH = 120


class Block(dict[str, Any]):
    """A table that is always written under a header of its own."""


def layout(data: Mapping[str, Any]) -> str:
    """TOML text that tomllib reads back as `data` (JSON values without null; a None is left out)."""
    return "\n".join(_table((), data)).strip("\n") + "\n"


def _table(path: tuple[str, ...], data: Mapping[str, Any]) -> Iterator[str]:
    """Lines of a table: its header, its values, then its blocks."""
    lines: list[str] = []
    blocks: list[tuple[str, Mapping[str, Any]]] = []
    for name, value in data.items():
        if value is None:
            continue
        line = None if isinstance(value, Block) else _line(name, value)
        if line is None:
            blocks.append((name, value))
        else:
            lines.append(line)
    if path and (lines or not blocks):
        yield ""
        yield f"[{'.'.join(map(key, path))}]"
    yield from lines
    for name, value in blocks:
        yield from _table((*path, name), value)


def _has_long_text(value: Any) -> bool:
    """Whether a text of several lines stands in it; lists keep theirs escaped, as they can hold no block."""
    if isinstance(value, Mapping):
        return isinstance(value, Block) or any(_has_long_text(item) for item in value.values())
    return isinstance(value, str) and "\n" in value


def _line(name: str, value: Any) -> str | None:
    """`name = value`, over several lines where a text or a list needs them; None for a table that needs a block."""
    if isinstance(value, str) and "\n" in value:
        return f"{key(name)} = {_long_text(value)}"
    if isinstance(value, Mapping) and _has_long_text(value):
        return None
    line = f"{key(name)} = {inline(value)}"
    if len(line) <= WIDTH or isinstance(value, str):
        return line
    if isinstance(value, (list, tuple)):
        return "\n".join([f"{key(name)} = [", *(f"    {inline(item)}," for item in value), "]"])
    return None if isinstance(value, Mapping) else line


def _long_text(text: str) -> str:
    """Literal where TOML allows it, so that SQL reads as it was written."""
    plain = all(character.isprintable() or character in "\n\t" for character in text)
    if plain and "'''" not in text and not text.endswith("'"):
        return f"'''\n{text}'''"
    return _spelled(text, multiline="\r" not in text)


def inline(value: Any) -> str:
    """The value on one line."""
    if isinstance(value, Mapping):
        items = [f"{key(name)} = {inline(item)}" for name, item in value.items() if item is not None]
        return f"{{ {', '.join(items)} }}" if items else "{}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(inline(item) for item in value)}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and ('"' in value or "\\" in value) and "'" not in value and value.isprintable():
        return f"'{value}'"  # literal, so that quoted names and patterns read as they are
    return str(value) if isinstance(value, int) else _spelled(value)


@lru_cache(maxsize=4096)
def _spelled(value: str | float, *, multiline: bool = False) -> str:
    return tomli_w.dumps({"_": value}, multiline_strings=multiline).removeprefix("_ = ").removesuffix("\n")


@lru_cache(maxsize=4096)
def key(name: str) -> str:
    """The name as a TOML key, in quotes where it needs them."""
    return tomli_w.dumps({name: 0}).removesuffix(" = 0\n")


def ordered(data: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """The same data with the keys in the order of `names`, those not named last, as they came."""
    first = {name: data[name] for name in names if name in data}
    return {**first, **{name: value for name, value in data.items() if name not in first}}
