"""Declared objects of those blocks only that differ from what was read before."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from faberdb.declare import blocks as toml
from faberdb.declare.blocks import Block
from faberdb.declare.load import Reader, schema_files, without_collector
from faberdb.declare.source import Source, as_text, block_digests, content_digest, error_of
from faberdb.errors import DeclarationError

if TYPE_CHECKING:
    from faberdb.model import Address, Kind, Object

Spot = tuple[str, Block]
"""A file and a block of it."""


class Known(NamedTuple):
    """What was read before. contents: digest of each file; blocks: digest of each block of those that have blocks."""

    contents: Mapping[str, str]
    blocks: Mapping[str, Mapping[Block, str]]


class Part(NamedTuple):
    """objects: what the blocks declare that were read; replaced: these blocks, and those that are there no more."""

    objects: Mapping[Address, Object]
    replaced: frozenset[Spot]


def load_part(
    folder: Path, kinds: Sequence[Kind], search_path: Sequence[str], known: Known, also: Collection[Spot]
) -> Part | None:
    """What changed since, and the blocks `also`; None where that cannot be told apart from the rest.

    Raises DeclarationError with what is wrong in the blocks that were read.
    """
    files = schema_files(folder)
    names = {str(file) for file in files}
    beside = [name for name in known.contents if name not in names]
    if not names <= known.contents.keys() or not all(_same(Path(name), known.contents[name]) for name in beside):
        return None
    if not names <= known.blocks.keys():
        return None  # what a file without blocks declares is known by no block, and would look like gone
    reader = Reader(folder, {kind.name: kind for kind in kinds}, tuple(search_path))
    replaced: set[Spot] = set()
    sources: list[Source] = []
    with without_collector():
        for file in files:
            wanted = {block for name, block in also if name == str(file)}
            found = _differing(file, known, wanted)
            if found is None:
                return None
            source, gone = found
            replaced |= {(str(file), block) for block in gone}
            if source is not None:
                sources.append(source)
        reader.digest(sources)
    if reader.problems:
        raise error_of(reader.problems, DeclarationError)
    return Part(reader.objects, frozenset(replaced))


def _same(file: Path, content: str) -> bool:
    try:
        return content_digest(file.read_bytes()) == content
    except OSError:
        return False


def _differing(file: Path, known: Known, also: Collection[Block]) -> tuple[Source | None, set[Block]] | None:
    """The file with the data of its differing blocks, and which these are; None where it has to be read as a whole."""
    try:
        raw = file.read_bytes()
        if content_digest(raw) == known.contents[str(file)] and not also:
            return None, set()
        text = as_text(raw)
    except (OSError, UnicodeDecodeError):
        return None
    before, now = known.blocks.get(str(file)), toml.split(text)
    if not before or now is None or () not in before:
        return None
    digests = block_digests(now)
    same = {block for block, content in digests.items() if before.get(block) == content and block not in also}
    if () not in same:
        return None
    data = toml.parse(now, same - {()})
    if data is None:
        return None
    return Source(file, text, data, content_digest(raw)), {*before, *digests} - same
