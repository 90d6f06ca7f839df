"""Which schema files `import` leaves as they are: those that say what is there, in whatever words and order."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Set
from dataclasses import replace
from pathlib import Path

from faberdb.canon.forms import Form, declared_digest, recall
from faberdb.cli.workspace import Workspace
from faberdb.config.project import Environment
from faberdb.declare.load import load
from faberdb.errors import DeclarationError, FaberError
from faberdb.model import Address, Kind, Object

Objects = Mapping[Address, Object]


def unchanged(
    workspace: Workspace,
    environment: Environment,
    texts: Mapping[str, str],
    managed: Objects,
    remembered: Mapping[str, Form],
    context: str,
    *,
    again: bool,
) -> Set[str]:
    """The names of the files that need not be written, or only seem to be too many.

    texts: what import would write, by name; managed: what is there; remembered: what earlier declarations stand for;
    again: the files are wanted as import lays them out, also where others say the same.

    Raises FaberError where something would then be declared twice, before anything is written.
    """
    folder, provider = workspace.project.schemas, workspace.provider
    try:
        there = load(folder, provider.kinds, workspace.project.search_path).objects
    except DeclarationError:
        return frozenset()  # what is wrong with them is told once they are read
    kinds = {kind.name: kind for kind in provider.kinds}
    right = _right(workspace, environment, there, managed, remembered, context)
    coming = _declared_by(texts, workspace)
    had, wanted = _by_file(there, folder), _by_file(coming, Path())
    if not again and _same(set(there), set(coming), right, kinds, there, coming):
        return texts.keys() | had.keys()
    kept = {n for n in texts if n in had and _same(had[n], wanted.get(n, set()), right, kinds, there, coming)}
    written = {a for name in texts if name not in kept for a in wanted.get(name, ())}
    others = {name: found & written for name, found in had.items() if name not in texts and found & written}
    if others:
        raise FaberError(
            "import would declare again what other schema files declare; nothing was written",
            detail=tuple(
                f"{folder / name}: {min(found, key=lambda a: (len(a.path), a)).spoken}"
                for name, found in others.items()
            ),
            advice=f"it writes {', '.join(sorted(texts))}: give your files these names, or move them out of"
            f" {folder}, then: faberdb import {environment.name}",
        )
    return kept | {name for name, found in had.items() if name not in texts and found <= right}


def _right(
    workspace: Workspace,
    environment: Environment,
    there: Objects,
    managed: Objects,
    remembered: Mapping[str, Form],
    context: str,
) -> Set[Address]:
    """What is declared and known to mean what is there."""
    provider = workspace.provider
    kinds = {kind.name: kind for kind in provider.kinds}
    whole = provider.complete(provider.with_roles(there, environment.roles))
    digests = {a: declared_digest(o, context) for a, o in whole.items()}
    given = {a: o for a, o in managed.items() if a not in whole}
    found = recall(whole, remembered, digests, kinds, given)
    right = {a for a, o in found.items() if a in managed and kinds[a.kind].compare(managed[a], o) is None}
    return right | {a for a, o in whole.items() if a not in managed and kinds[a.kind].absent(o)}


def _declared_by(texts: Mapping[str, str], workspace: Workspace) -> Objects:
    with tempfile.TemporaryDirectory() as folder:
        for name, text in texts.items():
            file = Path(folder, name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
        objects = load(Path(folder), workspace.provider.kinds, workspace.project.search_path).objects
        return {a: _within(o, Path(folder)) for a, o in objects.items()}


def _within(obj: Object, folder: Path) -> Object:
    origin = obj.origin
    return obj if origin is None else replace(obj, origin=replace(origin, file=origin.file.relative_to(folder)))


def _by_file(objects: Objects, folder: Path) -> dict[str, set[Address]]:
    found: dict[str, set[Address]] = {}
    for address, obj in objects.items():
        if obj.origin is not None:
            found.setdefault(obj.origin.file.relative_to(folder).as_posix(), set()).add(address)
    return found


def _same(
    had: Set[Address],
    wanted: Set[Address],
    right: Set[Address],
    kinds: Mapping[str, Kind],
    there: Objects,
    coming: Objects,
) -> bool:
    """Whether what a file has means what would be written: what the declaration may leave to the server counts for
    nothing where it does."""
    more = {a for a in wanted - had if not kinds[a.kind].optional}
    protected = all(bool(there[a].hints.get("protect")) == bool(coming[a].hints.get("protect")) for a in had & wanted)
    return had <= right and not more and protected
