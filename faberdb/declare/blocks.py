"""A TOML file in blocks: one for each table or other entry at its top, so that an edit of one costs no reading of all.

Blocks are cut before lines that look like headers. A cut that really stood inside a text of several lines leaves a
block that is no TOML by itself, so where every block is, parsing them one by one is parsing the file; anything out of
the ordinary (an entry that comes in two places, a key that blocks share) makes the file one that has no blocks.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Block = tuple[str, ...]
"""(section, name), or (section,) where it is written under one header; () is what stands before the first header."""

_HEADER = re.compile(r'^\[([A-Za-z0-9_-]+)(?:\.([A-Za-z0-9_-]+|"[^"\\\n]*")(?=[.\]])|(?=\]))', re.MULTILINE)


def split(text: str) -> dict[Block, str] | None:
    """The text of every block, in order; None where an entry comes in two places."""
    found: dict[Block, str] = {}
    key: Block = ()
    start = 0
    for match in _HEADER.finditer(text):
        section, name = match.groups()
        here: Block = (section,) if name is None else (section, name.strip('"'))
        if here == key:
            continue
        found[key] = text[start : match.start()]
        key, start = here, match.start()
        if key in found:
            return None
    found[key] = text[start:]
    return found


def parse(blocks: Mapping[Block, str], known: Iterable[Block] = ()) -> dict[str, Any] | None:
    """The data of all blocks but the known ones, which were parsed when they were the same; None where the file has to
    be read as a whole."""
    spared = set(known)
    data: dict[str, Any] = {}
    sections = {block[0] for block in blocks if block}
    for block, text in blocks.items():
        if block in spared:
            continue
        try:
            found = tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            return None
        if not block:
            if found.keys() & sections:
                return None
            data.update(found)
        elif not _holds_only(found, block):
            return None
        else:
            section, entries = data.setdefault(block[0], {}), found[block[0]]
            if section.keys() & entries.keys():
                return None
            section.update(entries)
    return data


def _holds_only(data: Any, keys: Sequence[str]) -> bool:
    for key in keys:
        if not isinstance(data, dict) or data.keys() != {key}:
            return False
        data = data[key]
    return isinstance(data, dict)


def block_of(keys: Sequence[str | int], blocks: Mapping[Block, Any]) -> Block:
    """The block that the entry with these keys stands in."""
    names = tuple(map(str, keys[:2]))
    return names if names in blocks else names[:1] if names[:1] in blocks else ()
