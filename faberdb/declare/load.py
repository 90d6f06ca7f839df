"""Schema files into declared objects: read, validate, ask each kind what its entries mean."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import BaseModel

from faberdb.declare.explain import validate
from faberdb.declare.shape import FileBase, compose
from faberdb.declare.source import (
    UnreadableError,
    as_text,
    content_digest,
    error_of,
    hidden,
    leaks,
    place_of,
    read,
)
from faberdb.errors import DeclarationError
from faberdb.model import Origin, Place

if TYPE_CHECKING:
    from faberdb.declare.blocks import Block
    from faberdb.declare.positions import Keys
    from faberdb.declare.shape import Section, Shape
    from faberdb.declare.source import (
        Problem,
        Source,
    )
    from faberdb.model import Address, Kind, Object

__all__ = ["Declaration", "load", "place_of"]


class Declaration(NamedTuple):
    """All that a folder of schema files declares. contents: digest of every file read, as it was read, the texts that
    entries name included. blocks: digest of each block of the files that have blocks."""

    objects: Mapping[Address, Object]
    contents: Mapping[Path, str]
    blocks: Mapping[Path, Mapping[Block, str]]

    @property
    def files(self) -> tuple[Path, ...]:
        return tuple(self.contents)


def schema_files(folder: Path) -> list[Path]:
    """The files that declare something, in the order they are read."""
    found = sorted(folder.rglob("*.toml"), key=lambda path: path.relative_to(folder).parts)
    return [file for file in found if not any(part.startswith(".") for part in file.relative_to(folder).parts)]


def unchanged(folder: Path, contents: Mapping[str, str]) -> bool:
    """Whether `load` would read the very same files and texts as when it gave these contents. Raises OSError."""
    if not {str(file) for file in schema_files(folder)} <= contents.keys():
        return False
    return all(content_digest(Path(file).read_bytes()) == content for file, content in contents.items())


def load(folder: Path, kinds: Sequence[Kind], search_path: Sequence[str]) -> Declaration:
    """The objects that the *.toml files of `folder` and its sub-folders declare, in the order they are written.

    search_path: the schemas in which unqualified names are looked up after the file's own. Raises DeclarationError
    with everything that is wrong in any of the files.
    """
    if not folder.is_dir():
        raise DeclarationError(
            "there is no such folder of schema files",
            where=folder.as_posix(),
            advice="create it, or name another one as [project] schemas in faberdb.toml",
        )
    reader = Reader(folder, {kind.name: kind for kind in kinds}, tuple(search_path))
    with without_collector():
        reader.digest(list(reader.open(schema_files(folder))))
    if reader.problems:
        raise error_of(reader.problems, DeclarationError)
    return Declaration(reader.objects, reader.contents, reader.blocks)


@contextmanager
def without_collector() -> Iterator[None]:
    """All that is made here is kept, so looking through it for garbage again and again costs a third of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@dataclass(slots=True)
class Reader:
    folder: Path
    kinds: Mapping[str, Kind]
    search_path: tuple[str, ...]
    objects: dict[Address, Object] = field(default_factory=dict)
    contents: dict[Path, str] = field(default_factory=dict)
    blocks: dict[Path, Mapping[Block, str]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def open(self, files: Iterable[Path]) -> Iterator[Source]:
        """Reads files; what is wrong with one is noted and the next one is read all the same."""
        for file in files:
            try:
                yield read(file)
            except UnreadableError as error:
                self.problems.append(error.problem)

    def digest(self, sources: Sequence[Source]) -> None:
        """Declares what the data of sources says. To compile the shape of what none of them mentions would take longer
        than to read most of them."""
        written = set[str]().union(*(_keys(source.data) for source in sources))
        mentioned = [kind for kind in self.kinds.values() if kind.section in written]
        for source in sources:
            self._note(source.file, source.digest)
            if source.blocks:
                self.blocks[source.file] = source.blocks
            if problems := [*leaks(source), *self._declared(source, compose(mentioned))]:
                self.problems += problems

    def _declared(self, source: Source, shape: Shape) -> Sequence[Problem]:
        """Declares a source of this shape, or says what is wrong with it. That is said with all there is in mind: of an
        unknown key what was meant."""
        if problems := list(self._fetch(source, source.data, shape.sections, ())):
            return problems
        whole = validate(source, shape.model)
        if isinstance(whole, list):
            everything = compose(list(self.kinds.values()))
            return whole if shape is everything else self._declared(source, everything)
        assert isinstance(whole, FileBase), "the model of a file extends it"
        scope = tuple(dict.fromkeys((whole.schema_, *self.search_path)))
        self._walk(source, whole, shape.sections, Place(whole.schema_, None, scope, Origin(source.file)))
        return ()

    def _note(self, file: Path, content: str) -> None:
        """Remember what was read; of a file that two entries name and that changed in between, no content is known."""
        if self.contents.setdefault(file, content) != content:
            self.contents[file] = ""

    def _walk(self, source: Source, holder: BaseModel, sections: Sequence[Section], place: Place) -> None:
        above = place.origin.keys
        for section in sections:
            held: Any = getattr(holder, section.attribute)
            if held is None:
                continue
            keys = (*above, section.key)
            if section.kind.single:
                self._declare(source, section, keys, place, "", held)
            elif section.kind.listed:
                for number, entry in enumerate(held):
                    self._declare(source, section, (*keys, number), place, entry.name, entry)
            else:
                for name, entry in held.items():
                    self._declare(source, section, (*keys, name), place, name, entry)

    def _declare(self, source: Source, section: Section, keys: Keys, place: Place, name: str, entry: BaseModel) -> None:
        here = Place(place.schema, place.container, place.scope, Origin(source.file, keys))
        try:
            made = list(section.kind.declare(here, name, entry))
        except DeclarationError as error:
            advice = f" ({error.advice})" if error.advice else ""
            self.problems.append(source.problem(keys, error.message + advice))
            return
        except ValueError as error:
            self.problems.append(source.problem(keys, str(error)))
            return
        for obj in made:
            if wrong := self.kinds[obj.address.kind].fault(obj):
                self.problems.append(source.problem(obj.origin.keys if obj.origin else keys, wrong))
                return
            known = self.objects.setdefault(obj.address, obj)
            if known is not obj:
                # What stands inside a block that is there twice would only say the same again.
                self.problems.append(_twice(source, keys, known, obj))
                return
        if section.sections:
            if not made:
                raise TypeError(f"kind {section.kind.name!r} declares nothing that its inner sections could belong to")
            inside = Place(place.schema, made[0].address, place.scope, here.origin)
            self._walk(source, entry, section.sections, inside)

    def _fetch(self, source: Source, data: Any, sections: Sequence[Section], above: Keys) -> Iterator[Problem]:
        """Puts the text of each named `file` where the entry would have it written."""
        for section in sections:
            held = data.get(section.key) if section.deeper and isinstance(data, dict) else None
            keys = (*above, section.key)
            for path, entry in _entries(held, keys, section):
                if isinstance(entry, dict):
                    if section.from_file and isinstance(entry.get("file"), str):
                        yield from self._insert(source, entry, section.from_file, (*path, "file"))
                    yield from self._fetch(source, entry, section.sections, path)

    def _insert(self, source: Source, entry: dict[str, Any], key: str, keys: Keys) -> Iterator[Problem]:
        named = entry["file"]
        file = source.file.parent / named
        if key in entry:
            yield source.problem(keys, f"`file` and `{key}` are both given; keep one of them")
        elif not file.resolve().is_relative_to(self.folder.resolve().parent):
            yield source.problem(keys, f"the file {named!r} lies outside the project")
        else:
            try:
                raw = file.read_bytes()
                entry[key] = as_text(raw).replace("\r\n", "\n").replace("\r", "\n")
                yield from hidden(file, entry[key])
            except (OSError, ValueError) as error:
                why = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
                yield source.problem(keys, f"the file {file.as_posix()} cannot be read: {why}")
            else:
                del entry["file"]
                self._note(file, content_digest(raw))


def _entries(held: Any, keys: Keys, section: Section) -> Iterator[tuple[Keys, Any]]:
    """What is written in a section, as far as it is written in the form that it is to have, with its keys."""
    if section.kind.listed:
        yield from (((*keys, n), entry) for n, entry in enumerate(held if isinstance(held, list) else ()))
    elif isinstance(held, dict):
        yield from [(keys, held)] if section.kind.single else (((*keys, k), v) for k, v in held.items())


def _keys(data: Mapping[str, Any]) -> set[str]:
    """All keys that stand in the data of a file, however deep."""
    found, todo = set[str](), [data]
    while todo:
        here = todo.pop()
        found.update(here)
        for value in here.values():
            if isinstance(value, dict):
                todo.append(value)
            elif isinstance(value, list):
                todo += [entry for entry in value if isinstance(entry, dict)]
    return found


def _twice(source: Source, keys: Keys, known: Object, obj: Object) -> Problem:
    first = place_of(known.origin) if known.origin else "another place"
    # Import moves a block from file to file so that it is in both rather than in none, should it be cut off.
    elsewhere = known.origin is not None and known.origin.file != source.file
    ended = "; if an import was cut off, run it again" if elsewhere else ""
    return source.problem(
        keys,
        f"{obj.address} is declared twice; the first is at {first}",
        f"keep one of the two, with what the other one says besides, or give one of them another name{ended}",
    )
