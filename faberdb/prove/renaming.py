"""Renames within a plan: which there are to do, and what follows them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from faberdb.model import Address, Kind, Object


def find_renames(
    wanted: Mapping[Address, Object], live: Mapping[Address, Object], kinds: Mapping[str, Kind]
) -> tuple[tuple[Object, Object], ...]:
    """(live object, the same under its new name) for every rename that is still to be done: those declared, of parts
    that are no objects too; those of what there is one of and that differs in nothing else, as a primary key that is
    named after its table; and those of what another declaration implies, whatever else changes about it, as the
    sequence of a serial column."""
    new = [obj for address, obj in wanted.items() if address not in live]
    alone = {o.address for o in new if kinds[o.address.kind].single or o.hints.get("implied")}
    homes = {(o.address.kind, o.parent) for o in new if o.address in alone and o.parent in live}
    there: dict[tuple[str, Address | None], list[Address]] = {}
    for address, obj in live.items() if homes else ():
        if (address.kind, obj.parent) in homes:
            there.setdefault((address.kind, obj.parent), []).append(address)
    within = ((live[a], kinds[a.kind].renamed_within(live[a], o)) for a, o in wanted.items() if a in live)
    found = [(old, renamed) for old, renamed in within if renamed is not None]
    for obj in new:
        others = there.get((obj.address.kind, obj.parent), []) if obj.address in alone else []
        old, implied = obj.renamed_from or (others[0] if len(others) == 1 else None), bool(obj.hints.get("implied"))
        if old is None or old not in live:
            continue
        # What is said of a name counts even if something else is to take the old one.
        stays = old in wanted and not (implied and wanted[old].parent != obj.parent)
        if stays and not obj.renamed_from:
            continue
        if obj.renamed_from or implied or (live[old].attributes == obj.attributes and not obj.hints.get("new")):
            places = {r for r in obj.references if r in wanted and not wanted[r].references}
            renamed = live[old]._replace(address=obj.address, references=live[old].references | places)
            found.append((live[old], renamed))
    return (*found, *_moves(wanted, live, kinds))


def _moves(
    wanted: Mapping[Address, Object], live: Mapping[Address, Object], kinds: Mapping[str, Kind]
) -> Iterator[tuple[Object, Object]]:
    """What keeps its name and none the less is called otherwise by all that use it: what is in an extension, which
    moves to another schema."""
    for address, obj in wanted.items():
        before = live.get(address)
        if before is not None and (after := kinds[address.kind].moved(before, obj)) is not None:
            yield before, after


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
            a: o if left.isdisjoint(o.references) else o._replace(references=o.references - left)
            for a, o in objects.items()
        }

    return without(begin), without(end)


def followed(
    live: Mapping[Address, Object], before: Mapping[Address, Object], after: Mapping[Address, Object]
) -> dict[Address, Object]:
    """The live objects as a copy of some of them showed that they become."""
    stays = {a: o for a, o in live.items() if a not in before or after.get(a) == before[a]}
    return {**stays, **{a: o for a, o in after.items() if a not in stays}}


def irrevocable(
    made: Mapping[Address, Object], before: Mapping[Address, Object], kinds: Mapping[str, Kind]
) -> dict[Address, Object]:
    """What a plan has made that stays when it is taken back."""
    both = ((obj, before[a]) for a, obj in made.items() if a in before and before[a].attributes != obj.attributes)
    stays = {obj.address: obj for obj, was in both if kinds[obj.address.kind].outlasts(obj, was, made)}
    done = {a: o for a, o in made.items() if a not in before and kinds[a.kind].once and kinds[a.kind].remains(o)}
    return {**stays, **done}
