"""Renames within a plan: which there are to do, and what follows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from faberdb.model import Address, Kind, Object


def find_renames(
    wanted: Mapping[Address, Object], live: Mapping[Address, Object], kinds: Mapping[str, Kind]
) -> tuple[tuple[Object, Object], ...]:
    """(live object, the same under its new name) for every rename that is still to be done: those declared, and those
    of what there is one of and that differs in nothing else, as a primary key that is named after its table."""
    new = [obj for address, obj in wanted.items() if address not in live]
    homes = {(obj.address.kind, obj.parent) for obj in new if kinds[obj.address.kind].single and obj.parent in live}
    alone = {(a.kind, o.parent): a for a, o in live.items() if (a.kind, o.parent) in homes} if homes else {}
    found = []
    for obj in new:
        old = obj.renamed_from or alone.get((obj.address.kind, obj.parent))
        # What is said of a name counts even if something else is to take the old one.
        if old is None or old not in live or (old in wanted and not obj.renamed_from):
            continue
        if obj.renamed_from or (live[old].attributes == obj.attributes and not obj.hints.get("new")):
            places = {r for r in obj.references if r in wanted and not wanted[r].references}
            renamed = replace(live[old], address=obj.address, references=live[old].references | places)
            found.append((live[old], renamed))
    return tuple(found)


def moving_out(
    renames: Sequence[tuple[Object, Object]], begin: Mapping[Address, Object], end: Mapping[Address, Object]
) -> tuple[Mapping[Address, Object], dict[Address, Object]]:
    """Both ends without references to what goes once the renames at the end have emptied it (a schema): it disturbs
    nothing that was in it, or tables would be made anew for a move."""
    left = {r for old, _ in renames for r in old.references if r in begin and r not in end and not begin[r].references}
    if not left:
        return begin, dict(end)

    def without(objects: Mapping[Address, Object]) -> dict[Address, Object]:
        return {
            a: o if left.isdisjoint(o.references) else replace(o, references=o.references - left)
            for a, o in objects.items()
        }

    return without(begin), without(end)


def followed(
    live: Mapping[Address, Object], before: Mapping[Address, Object], after: Mapping[Address, Object]
) -> dict[Address, Object]:
    """The live objects as a copy of some of them showed that they become."""
    stays = {a: o for a, o in live.items() if a not in before or after.get(a) == before[a]}
    return {**stays, **{a: o for a, o in after.items() if a not in stays}}
