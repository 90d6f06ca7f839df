"""Which tables of a plan are in use, so that nobody who uses them is to be kept waiting."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence, Set

from faberdb.diff.changes import Kinds, Objects
from faberdb.model import Address, Change, Object


def in_use(
    changes: Mapping[Address, Change],
    start: Objects,
    aim: Objects,
    giving: Container[Address],
    renames: Sequence[tuple[Object, Object]],
    kinds: Kinds,
    online: Callable[[Set[Address]], Set[Address]],
) -> frozenset[Address]:
    """Those that changes are about, as `online` tells. giving: what comes back; renames: what is called otherwise live,
    by which name it is asked for."""
    tables = {*_changed(changes, start, giving), *_read(changes, start, aim, kinds), *_of_types(changes, start)}
    live = {new.address: old.address for old, new in renames}
    found = online({live.get(table, table) for table in tables}) if tables else frozenset[Address]()
    return frozenset(table for table in tables if live.get(table, table) in found)


def _changed(changes: Mapping[Address, Change], start: Objects, giving: Container[Address]) -> Iterator[Address]:
    for change in changes.values():
        for side in (change.before, change.after):
            if side is not None and side.parent is not None and (side.parent in start or side.parent in giving):
                yield side.parent


def _read(changes: Mapping[Address, Change], start: Objects, aim: Objects, kinds: Kinds) -> Iterator[Address]:
    """What is read by that which is made and holds rows of its own."""
    for change in changes.values():
        if change.after is not None:
            yield from (a for a in kinds[change.address.kind].reads(change.after, aim.get) if a in start)


def _of_types(changes: Mapping[Address, Change], start: Objects) -> Iterator[Address]:
    """Those whose columns are of a type that is made anew."""
    types = {c.address for c in changes.values() if c.disturbs and c.after is not None and c.after.parent is None}
    for obj in start.values() if types else ():
        if obj.parent is not None and obj.parent in start and not types.isdisjoint(obj.references):
            yield obj.parent
