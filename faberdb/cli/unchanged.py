"""Which schema files `import` leaves as they are: those that say what is there, in whatever words and order; and which
it takes away, because other files say now what they said."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Set
from dataclasses import dataclass
from pathlib import Path

from faberdb.canon.forms import Form, declared_digest, recall
from faberdb.cli.own_files import as_written
from faberdb.cli.workspace import Workspace
from faberdb.config.project import Environment
from faberdb.declare.load import load, schema_files
from faberdb.declare.source import place_of
from faberdb.errors import DeclarationError, FaberError
from faberdb.model import Address, Kind, Object

Objects = Mapping[Address, Object]


@dataclass(frozen=True, slots=True)
class Files:
    """By name. kept: need not be written, or only seem to be too many; gone: declare only what others declare now."""

    kept: Set[str] = frozenset()
    gone: Set[str] = frozenset()


def unchanged(
    workspace: Workspace,
    environment: Environment,
    texts: Mapping[str, str],
    managed: Objects,
    remembered: Mapping[str, Form],
    context: str,
    told: Mapping[Address, str] | None,
    *,
    again: bool,
) -> Files:
    """What becomes of the files that are there.

    texts: what import would write, by name; managed: what is there; remembered: what earlier declarations stand for;
    told: digests of what the files said when a plan or an import was last through with them, None where edits since may
    be lost; again: the files are wanted as import lays them out, also where others say the same.

    Raises FaberError where something would then be declared twice, or an edit be lost, before anything is written.
    """
    folder, provider = workspace.project.schemas, workspace.provider
    coming = _declared_by(texts, workspace)
    wanted = _by_file(coming, Path())
    try:
        there = load(folder, provider.kinds, workspace.project.search_path).objects
    except DeclarationError:
        # What is wrong with them is told once they are read, and may be that an earlier import did not come to its end.
        return Files(gone=_left_behind(workspace, texts, coming))
    kinds = {kind.name: kind for kind in provider.kinds}
    whole = provider.complete(provider.with_roles(there, environment.roles))
    digests = {a: declared_digest(o, context) for a, o in whole.items()}
    right = _right(workspace, whole, digests, managed, remembered)
    had = _by_file(there, folder)
    if not again and _same(set(there), set(coming), right, kinds, there, coming):
        return Files(texts.keys() | had.keys())
    same = {n for n in texts if n in had and _same(had[n], wanted.get(n, set()), right, kinds, there, coming)}
    kept, moved = _moved(same, texts, had, wanted)
    once = {n: {a for a in had[n] if kinds[a.kind].once} for n in texts if n in had and n not in kept}
    if steps := {name: found for name, found in once.items() if found}:
        raise _written_over(folder, steps)
    own = {name for name in moved if as_written(folder, name, workspace) is not None}
    if others := {name: found for name, found in moved.items() if name not in own}:
        raise _twice(folder, others, texts, environment)
    besides = {name for name, found in had.items() if name not in texts and name not in moved and found <= right}
    # One that declares something besides stays, with all that it says.
    left = {name for name in own - texts.keys() if not had[name] <= set(coming)}
    if left:
        raise _twice(folder, {name: moved[name] for name in left}, texts, environment)
    if told is not None:
        written = {a for name, found in had.items() if name not in kept | besides for a in found}
        # What may be left to the server, and has been, is as it was.
        meant = {a for a in digests if a in managed or a not in told or not kinds[a.kind].optional}
        edited = {a for a in (written - right) & meant if told.get(a) != digests[a]}
        taken_out = {a for a in told.keys() & coming.keys() if a not in whole}
        if edited or taken_out:
            raise _edits_lost(folder, edited, taken_out, there, environment)
    return Files(kept | besides, own - texts.keys())


def _moved(
    same: Set[str], texts: Mapping[str, str], had: Mapping[str, Set[Address]], wanted: Mapping[str, Set[Address]]
) -> tuple[set[str], dict[str, Set[Address]]]:
    """The files that stay as they are, of those that say the same; and of the others, what files besides them are
    going to declare. A file that stays where all it says is right must still give up what another one takes over."""
    kept = set(same)
    while True:
        taker = {a: name for name in texts if name not in kept for a in wanted.get(name, ())}
        moved = {name: {a for a in found if taker.get(a, name) != name} for name, found in had.items()}
        if not (giving := {name for name in kept if moved.get(name)}):
            return kept, {name: found for name, found in moved.items() if found}
        kept -= giving


def _edits_lost(
    folder: Path, edited: Set[Address], taken_out: Set[Address], there: Objects, environment: Environment
) -> FaberError:
    """No plan has carried them out, so that they are nowhere but in these files."""
    origins = ((a, there[a].origin) for a in sorted(edited))
    found = [f"{place_of(origin) if origin else folder}: {a.spoken}" for a, origin in origins]
    found += [f"{folder}: {a.spoken} is not declared any more" for a in sorted(taken_out)]
    more, name = len(found) - _SHOWN, environment.name
    return FaberError(
        "the schema files were edited since they were last in step with the database, and import would write over that;"
        " nothing was written",
        detail=(*found[:_SHOWN], *((f"and {more} more",) if more > 0 else ())),
        advice=f"to keep both, declare beside it what the database has by now (faberdb drift {name}); to carry out what"
        f" the files say: faberdb plan {name}; to give up what was edited: faberdb import {name} --overwrite",
    )


_SHOWN = 10


def _written_over(folder: Path, steps: Mapping[str, Set[Address]]) -> FaberError:
    """What is done once is nowhere in the database to be written down from, as long as it is not done."""
    return FaberError(
        "import would write over files that declare steps, and a database does not tell of these; nothing was written",
        detail=tuple(f"{folder / name}: {min(found).spoken}" for name, found in steps.items()),
        advice=f"move them into a file of their own, such as {folder / 'steps.toml'}, then import again",
    )


def _twice(
    folder: Path, others: Mapping[str, Set[Address]], texts: Mapping[str, str], environment: Environment
) -> FaberError:
    """Files that somebody wrote, or wrote into, are not taken apart: what is in them besides would be lost."""
    return FaberError(
        "import would declare again what other schema files declare; nothing was written",
        detail=tuple(
            f"{folder / name}: {min(found, key=lambda a: (len(a.path), a)).spoken}" for name, found in others.items()
        ),
        advice=f"it writes {', '.join(sorted(texts))}: give your files these names, or move them out of"
        f" {folder}, then: faberdb import {environment.name}"
        if not others.keys() & texts.keys()
        else "comments and an order of your own would be lost, so move the files named above out of"
        f" {folder}, import again, and bring over what you want to keep",
    )


def _left_behind(workspace: Workspace, texts: Mapping[str, str], coming: Objects) -> set[str]:
    """Files as import writes them, of which all is written elsewhere now."""
    folder = workspace.project.schemas
    names = {f.relative_to(folder).as_posix() for f in schema_files(folder)} - texts.keys()
    found = {name: as_written(folder, name, workspace) for name in names}
    return {name for name, objects in found.items() if objects and objects.keys() <= coming.keys()}


def _right(
    workspace: Workspace,
    whole: Objects,
    digests: Mapping[Address, str],
    managed: Objects,
    remembered: Mapping[str, Form],
) -> Set[Address]:
    """What is declared and known to mean what is there. whole: with all that declarations imply."""
    kinds = {kind.name: kind for kind in workspace.provider.kinds}
    given = {a: o for a, o in managed.items() if a not in whole}
    found = recall(whole, remembered, digests, kinds, given, managed)
    right = {a for a, o in found.items() if a in managed and kinds[a.kind].compare(managed[a], o) is None}
    right |= {a for a in whole if kinds[a.kind].once}  # which say nothing of what there is
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
    return obj if origin is None else obj._replace(origin=origin._replace(file=origin.file.relative_to(folder)))


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
