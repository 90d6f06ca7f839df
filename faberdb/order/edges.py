"""What of the changes comes before what, from references, claims and turns alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from faberdb.model import Action, Address, Change, Kind, Object


@dataclass(frozen=True, slots=True, order=True)
class Vertex:
    """One end of a change: `down`, `alter` or `up`; of an alter in two parts `loose` or `alter`; and `fill`, after the
    `up` of what takes over its contents when its parts are there."""

    path: tuple[str, ...]
    kind: str
    end: str

    @property
    def address(self) -> Address:
        return Address(self.kind, self.path)

    @classmethod
    def of(cls, address: Address, end: str) -> Vertex:
        return cls(address.path, address.kind, end)


Ends = Mapping[Address, tuple[Vertex | None, Vertex | None]]
"""What takes down, and what puts up, the object of each change."""


def ends_of(changes: Mapping[Address, Change]) -> dict[Address, tuple[Vertex | None, Vertex | None]]:
    """(takes down, puts up) of each change; an alter is both, also of what it carries out by the way, unless it is in
    two parts."""
    ends: dict[Address, tuple[Vertex | None, Vertex | None]] = {}
    for address, change in changes.items():
        if change.action in (Action.ALTER, Action.RENAME):
            vertex = Vertex.of(address, "alter")
            ends[address] = (Vertex.of(address, "loose") if change.apart else vertex, vertex)
        else:
            down = Vertex.of(address, "down") if change.action is not Action.CREATE else None
            up = Vertex.of(address, "up") if change.action is not Action.DROP else None
            ends[address] = (down, up)
    for address, change in changes.items():
        if change.by:
            ends[address] = ends[change.by]
    return ends


def referring(
    changes: Mapping[Address, Change],
    kinds: Mapping[str, Kind],
    ends: Ends,
    needs: Callable[[Object], Iterable[Address]],
) -> Iterable[tuple[Vertex, Vertex, bool]]:
    """(earlier, later, whether it must be): what an object needs is there before it, and goes after it. What is altered
    and disturbs nobody need not wait for those that leave it, but better does: a column that may be null from now on
    waits for its primary key."""
    touched_by: dict[Address, list[Address]] = {}
    for change in changes.values():
        for touched in change.touches:
            touched_by.setdefault(touched, []).append(change.address)
    namesakes = _namesakes(changes, kinds)
    for address, change in changes.items():
        down, up = ends[address]
        if down and up and down != up:
            yield down, up, True
        above = _between(change, changes, kinds)
        for reference in _through(needs(change.after) if change.after else (), touched_by):
            if reference == above:
                continue
            leaving, first = ends[reference] if reference in ends and reference != address else (None, None)
            comes = up is not None and (
                up.end == "up" or not change.before or reference not in change.before.references
            )
            if first is None and comes:
                first = leaving  # what goes takes its effects along before this comes to where it was
            if up and first and first != up:
                yield first, up, True
        # What is altered need not let go of what is only carried along.
        carrying = touched_by if down is not None and down.end == "down" else {}
        for reference in _through(needs(change.before) if change.before else (), carrying):
            if reference == above:
                continue
            if reference in ends and down and reference != address and (last := ends[reference][0]):
                # An altered object lets go of what is dropped; what is itself altered waits for those that leave it.
                other = changes[reference]
                left = change.after is None or reference not in change.after.references
                leaves = down.end == "down" or last.end == "down" or (other.disturbs and left)
                # What the other change's own statements carry along stays where it is; so does what goes over to its
                # namesake, which cannot be there before.
                over = change.after is not None and not namesakes[reference].isdisjoint(change.after.references)
                stays = down.end == "alter" and (address in other.touches or over)
                if leaves and down != last and not stays:
                    must = other.action is not Action.ALTER or other.disturbs or other.apart or bool(other.by)
                    yield down, last, must


def _namesakes(changes: Mapping[Address, Change], kinds: Mapping[str, Kind]) -> Mapping[Address, set[Address]]:
    """Of what goes out of the way as it is, what comes under a name that it had: whoever goes over from the one to the
    other can stay with it as long."""
    found: defaultdict[Address, set[Address]] = defaultdict(set)
    coming: dict[tuple[str, ...], Address] = {}
    for address, change in changes.items():
        if change.action is Action.CREATE and change.after is not None:
            coming |= dict.fromkeys(kinds[address.kind].claims(change.after), address)
    for address, change in changes.items() if coming else ():
        if change.action is Action.DROP and change.before is not None and kinds[address.kind].keeps(change) == "moved":
            claims = kinds[address.kind].claims(change.before)
            found[address] = {coming[claim] for claim in claims if claim in coming}
    return found


def turns(
    changes: Mapping[Address, Change],
    kinds: Mapping[str, Kind],
    ends: Ends,
) -> Iterable[tuple[Vertex, Vertex]]:
    """What comes before or after something else though neither refers to the other, and what is done between both
    parts of an alter."""
    for address, change in changes.items():
        down, up = ends[address]
        turn, above = change.turn, _between(change, changes, kinds)
        first, last = down or up, up or down
        for others, mine in ((turn.behind, first), (turn.last, last)):
            yield from ((end, mine) for a in others for end in ends.get(a, ()) if end and mine and end != mine)
        yield from ((first, end) for a in turn.ahead for end in ends.get(a, ()) if end and first and end != first)
        if above is not None:
            loose, hold = ends[above]
            yield from ((loose, end) for end in (down, up) if loose and end)
            yield from ((end, hold) for end in (down, up) if hold and end)


def filling(
    changes: Mapping[Address, Change], kinds: Mapping[str, Kind], ends: Ends, coming: Container[Address]
) -> tuple[list[Vertex], set[tuple[Vertex, Vertex]]]:
    """What takes over its contents only once its parts are there, which are of the same kind, and before anything else
    that refers to it or to them (a trigger would act on rows that are no news), unless that can be made along with it.
    coming: what comes back with all its contents."""
    filled = {
        a: Vertex.of(a, "fill")
        for a, c in changes.items()
        if c.action is Action.REPLACE and c.before and c.after and a not in coming
        if kinds[a.kind].filled(c.before, c.after)
    }
    inside: dict[Address, set[Vertex]] = {a: {vertex} for a, vertex in filled.items()}
    found = {(up, vertex) for a, vertex in filled.items() if (up := ends[a][1])}
    for address, change in changes.items() if filled else ():
        for above in _wholes(change, changes):
            up = ends[address][1]
            if above in filled and up:
                inside.setdefault(address, set()).add(filled[above])
                found.add((up, filled[above]))
    for address, change in changes.items() if filled else ():
        up = ends[address][1]
        # What comes when others are there waits for what they hold, too.
        found |= {(filled[a], up) for a in change.turn.last if up and a in filled and a != address}
        if address in inside or change.after is None or up is None or up.end != "up":
            continue
        if kinds[address.kind].inlines(change.after):
            continue
        found |= {(vertex, up) for reference in change.after.references for vertex in inside.get(reference, ())}
    return list(filled.values()), found


def _wholes(change: Change, changes: Mapping[Address, Change]) -> Iterable[Address]:
    """What it is a part of, of the same kind, and what that is a part of."""
    obj = change.after
    while obj is not None and obj.parent is not None and obj.parent.kind == change.address.kind:
        yield obj.parent
        above = changes.get(obj.parent)
        obj = above.after if above is not None else None


def _between(change: Change, changes: Mapping[Address, Change], kinds: Mapping[str, Kind]) -> Address | None:
    """The parent of what changes, if it is altered in two parts and this comes between them."""
    obj = change.after or change.before
    above = changes.get(obj.parent) if obj is not None and obj.parent is not None else None
    if above is None or not above.apart or change.by or obj is None or not kinds[change.address.kind].between(obj):
        return None
    return above.address


def siblings(
    changes: Mapping[Address, Change],
    target: Mapping[Address, Object],
    kinds: Mapping[str, Kind],
    ends: Ends,
) -> Iterable[tuple[Vertex, Vertex]]:
    """New siblings one after the other, where their order counts."""
    made: dict[Address, list[tuple[int, Vertex]]] = {}
    for address, change in changes.items():
        parent = target.get(change.after.parent) if change.after and change.after.parent else None
        rank = kinds[address.kind].rank(change.after, parent) if change.after and parent else None
        up = ends[address][1]
        if rank is not None and parent is not None and up is not None and up.end == "up":
            made.setdefault(parent.address, []).append((rank, up))
    for siblings in made.values():
        ordered = [up for _, up in sorted(siblings)]
        yield from pairwise(ordered)


def as_declared(
    changes: Mapping[Address, Change],
    target: Mapping[Address, Object],
    kinds: Mapping[str, Kind],
    ends: Ends,
) -> Iterable[tuple[Vertex, Vertex]]:
    """New columns one after the other as the declaration has them: so they stand in the table."""
    made: dict[tuple[Address, str], set[Address]] = {}
    for address, change in changes.items():
        if change.action is Action.CREATE and change.after and change.after.parent and kinds[address.kind].shell:
            made.setdefault((change.after.parent, address.kind), set()).add(address)
    new = {address for siblings in made.values() if len(siblings) > 1 for address in siblings}
    places = {address: place for place, address in enumerate(target) if address in new} if new else {}
    for siblings in made.values():
        ups = [ends[a][1] for a in sorted(siblings & places.keys(), key=places.__getitem__)]
        yield from pairwise(up for up in ups if up is not None and up.end == "up")


def _through(references: Iterable[Address], touched_by: Mapping[Address, list[Address]]) -> Iterable[Address]:
    for reference in references:
        yield reference
        yield from touched_by.get(reference, ())


def freed(
    changes: Mapping[Address, Change],
    ends: Ends,
    coming: Mapping[Address, Address],
    names: Callable[[Object], Iterable[tuple[str, ...]]],
) -> Iterable[tuple[Vertex, Vertex]]:
    """What only one can have at a time is free only once who had it is gone, or has let go of it. Of those that keep it
    and change in what they claim besides, each waits for who lets go, and who is new waits for them."""
    freed: dict[tuple[str, ...], list[Vertex]] = {}
    moved: dict[tuple[str, ...], list[Vertex]] = {}
    taken: list[tuple[Vertex, set[tuple[str, ...]], set[tuple[str, ...]]]] = []
    for address, change in changes.items():
        down, up = ends[address]
        had = set(names(change.before)) if change.before else set()
        wants = set(names(change.after)) if change.after else set()
        stays = change.action in (Action.ALTER, Action.RENAME)
        if stays and (change.by or had == wants):
            continue
        kept = had & wants if stays else set()
        if down:
            for claim in had - kept:
                freed.setdefault(claim, []).append(down)
            for claim in kept:
                moved.setdefault(claim, []).append(down)
        if up:
            inside = ends.get(coming.get(address, address), (None, None))[1] or up
            taken.append((inside, wants - kept, kept))
    for up, new, kept in taken:
        for claim in {*new, *kept}:
            for vertex in (*freed.get(claim, ()), *(moved.get(claim, ()) if claim in new else ())):
                if vertex.address != up.address:
                    yield vertex, up


def choosing(
    changes: Mapping[Address, Change], kinds: Mapping[str, Kind], ends: Ends
) -> Iterable[tuple[Vertex, Vertex]]:
    """Where the server takes whichever it finds first of several that would do, it finds the right one: those that go
    are gone by then, and those that come and are not the right one come later, unless others want them."""
    picking = {
        address: wanted
        for address, change in changes.items()
        if change.after is not None and (end := ends[address][1]) is not None and end.end == "up"
        if (wanted := kinds[address.kind].picks(change.after)) is not None
    }
    leaving: dict[tuple[str, ...], list[Vertex]] = {}
    coming: dict[tuple[str, ...], dict[Address, Vertex]] = {}
    for address, change in changes.items() if picking else ():
        kind, (down, up) = kinds[address.kind], ends[address]
        if down and down.end == "down" and change.before and (offered := kind.offers(change.before)) is not None:
            leaving.setdefault(offered, []).append(down)
        if up and up.end == "up" and change.after and (offered := kind.offers(change.after)) is not None:
            coming.setdefault(offered, {})[address] = up
    wanted_by_any = {r for a in picking if (obj := changes[a].after) is not None for r in obj.references}
    for address, wanted in picking.items():
        mine = ends[address][1]
        assert mine is not None
        yield from ((vertex, mine) for vertex in leaving.get(wanted, ()))
        others = coming.get(wanted, {})
        obj = changes[address].after
        if obj is not None and not obj.references.isdisjoint(others):
            yield from ((mine, vertex) for other, vertex in others.items() if other not in wanted_by_any)


def watching(
    changes: Mapping[Address, Change],
    kinds: Mapping[str, Kind],
    ends: Ends,
) -> Iterable[tuple[Vertex, Vertex]]:
    """What acts on every change goes before all others and comes after them, so that it sees none of the plan."""
    watching = {name for name, kind in kinds.items() if kind.watches}
    for watcher in (address for address in changes if address.kind in watching):
        down, up = ends[watcher]
        for address, change in changes.items():
            side = change.after or change.before
            if address.kind in watching or (side and any(r.kind in watching for r in side.references)):
                continue
            for other in filter(None, ends[address]):
                if down and down.end == "down":
                    yield down, other
                if up and up.end == "up":
                    yield other, up
