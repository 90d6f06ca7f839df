"""The order of changes, from references only.

A change has up to two vertices: what takes the old form down and what puts the new one up; an alter is one, or two
where it lets go of something first and takes hold of something else later. What a change refers to decides every edge;
there are no phases. A child that can be written into its parent's statement is merged into the parent's vertex, unless
that would close a circle.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from heapq import heapify, heappop, heappush
from typing import Any, NamedTuple

from faberdb.model import Address, Change, Kind, Object
from faberdb.order.circle import circles, closed
from faberdb.order.edges import (
    Ends,
    Vertex,
    as_declared,
    choosing,
    ends_of,
    filling,
    freed,
    referring,
    siblings,
    turns,
    watching,
)


class Ordered(NamedTuple):
    """A vertex in its place, with the addresses whose ends are done by its statements too. group: the same number for
    vertices that stand side by side to be written together, 0 for one that is written alone."""

    vertex: Vertex
    merged: tuple[Address, ...]
    after: tuple[Vertex, ...]
    group: int = 0


Travels = Callable[[Address], bool]
"""Whether a dropped object goes along with the ancestor whose drop would take it, or needs its own statement."""

Takes = Callable[[Address], bool]
"""Whether the statement that makes an object can make others with it."""


def order(
    changes: Mapping[Address, Change],
    target: Mapping[Address, Object],
    kinds: Mapping[str, Kind],
    travels: Travels = lambda address: True,
    *,
    takes: Takes = lambda address: True,
    together: Iterable[Sequence[tuple[Address, bool]]] = (),
    coming: Mapping[Address, Address] | None = None,
    first: Collection[Address] = (),
    reverse_ties: bool = False,
) -> list[Ordered]:
    """The vertices of all changes in an order that satisfies every reference.

    together: groups of (address, whether what puts it up is meant, not what takes it down) that are best written side
    by side; those that close a circle are not. coming: what comes back whole, and inside what, with all its names.
    first: what is committed by itself, and therefore as early as can be: nothing that goes and comes again may be gone
    when that is committed.

    Ties break by address (or the other way round, to show in tests that edges decide and not luck).
    Raises CircleError naming the objects of a circle.
    """
    ends = ends_of(changes)
    needs = set(referring(changes, kinds, ends, lambda obj: obj.references))
    hard = {
        *((earlier, later) for earlier, later, must in needs if must),
        *turns(changes, kinds, ends),
        *freed(changes, ends, coming or {}, lambda obj: kinds[obj.address.kind].claims(obj)),
        *choosing(changes, kinds, ends),
        *watching(changes, kinds, ends),
        *siblings(changes, target, kinds, ends),
    }
    better = {(earlier, later) for earlier, later, _ in needs if later.address not in first} - hard
    soft = {
        *((earlier, later) for earlier, later, _ in referring(changes, kinds, ends, lambda obj: obj.suggested)),
        *freed(changes, ends, coming or {}, lambda obj: kinds[obj.address.kind].names(obj)),
        *as_declared(changes, target, kinds, ends),
    }
    parents = _merges(changes, kinds, ends, travels, takes)
    # A column made by a statement of its own stands behind the others, so a mere suggestion does not move it.
    free = {vertex for vertex in parents if not kinds[vertex.kind].shell}
    by_name = _reversed_key if reverse_ties else _key

    def key(vertex: Vertex) -> Any:
        return (vertex.address not in first, by_name(vertex))

    grouped = _group(together, ends, parents)
    fills, after_parts = filling(changes, kinds, ends, coming or {})
    vertices = list(dict.fromkeys([*(v for pair in ends.values() for v in pair if v), *fills]))
    try:
        before, ordered = _contract(vertices, hard | after_parts, better, soft, parents, free, key)
    except _ClosedError as error:
        sides = {a: changes[a].after or changes[a].before for a in {v.address for v in error.circle}}
        raise closed({a: o for a, o in sides.items() if o is not None}) from None
    merged: dict[Vertex, list[Address]] = {}
    beside: dict[Vertex, list[Vertex]] = {}
    for vertex in vertices:
        if vertex in grouped or vertex not in parents:
            beside.setdefault(_root(vertex, parents), []).append(vertex)
        else:
            merged.setdefault(_root(vertex, parents, grouped), []).append(vertex.address)
    found = []
    for number, root in enumerate(ordered, 1):
        # What goes makes room for what comes.
        members = _in_group(beside[root], hard, key)
        for vertex in members:
            inside, group = tuple(merged.get(vertex, ())), number if len(members) > 1 else 0
            found.append(Ordered(vertex, inside, tuple(sorted(before[root])), group))
    return found


def _in_group(
    members: Sequence[Vertex], hard: set[tuple[Vertex, Vertex]], key: Callable[[Vertex], Any]
) -> list[Vertex]:
    """The members of a group one after the other: as their own edges want it, as far as these close no circle."""
    if len(members) == 1:
        return list(members)
    before: dict[Vertex, set[Vertex]] = {vertex: set() for vertex in members}
    for earlier, later in hard:
        if earlier in before and later in before and earlier != later:
            before[later].add(earlier)

    def turn(vertex: Vertex) -> Any:
        return (_TURN[vertex.end], key(vertex))

    found = _sorted(before, turn)
    return [*found, *sorted(set(members) - set(found), key=turn)]


_TURN = {"down": 0, "loose": 0, "alter": 1, "up": 2, "fill": 3}


def _group(
    together: Iterable[Sequence[tuple[Address, bool]]],
    ends: Ends,
    parents: dict[Vertex, Vertex],
) -> set[Vertex]:
    """Make of each group one vertex, for ordering, less the members that are part of something else already. Groups
    that share a member (a column that is kept anew while its old values are given back) are one."""
    grouped: set[Vertex] = set()
    elsewhere = set(parents)
    for group in together:
        found = {vertex for address, up in group if (vertex := ends[address][1 if up else 0]) is not None}
        members = sorted(found - elsewhere)
        for vertex in members:
            head, root = _root(members[0], parents), _root(vertex, parents)
            if root != head:
                parents[root] = head
        grouped.update(members)
    return grouped


class _ClosedError(Exception):
    """Vertices of which each must come before another."""

    def __init__(self, circle: set[Vertex]) -> None:
        super().__init__()
        self.circle = circle


_NONE: frozenset[Vertex] = frozenset()


def _sorted(before: Mapping[Vertex, set[Vertex]], key: Callable[[Vertex], Any]) -> list[Vertex]:
    """Every vertex after all that come before it, of those that could come next the least by key; what stands in a
    circle, or behind one, is left out."""
    after: dict[Vertex, list[Vertex]] = {}
    for vertex, earlier in before.items():
        for other in earlier:
            after.setdefault(other, []).append(vertex)
    waiting = {vertex: len(earlier) for vertex, earlier in before.items()}
    ready = [(key(vertex), vertex) for vertex, number in waiting.items() if not number]
    heapify(ready)
    found = []
    while ready:
        _, vertex = heappop(ready)
        found.append(vertex)
        for later in after.get(vertex, ()):
            waiting[later] -= 1
            if not waiting[later]:
                heappush(ready, (key(later), later))
    return found


def _key(vertex: Vertex) -> Any:
    return (vertex.path, vertex.kind, vertex.end)


def _reversed_key(vertex: Vertex) -> Any:
    flip = tuple(tuple(-ord(c) for c in part) for part in vertex.path)
    return (flip, tuple(-ord(c) for c in vertex.kind), vertex.end)


def _merges(
    changes: Mapping[Address, Change],
    kinds: Mapping[str, Kind],
    ends: Ends,
    travels: Travels,
    takes: Takes,
) -> dict[Vertex, Vertex]:
    """Which vertex may be done by which other one's statement."""
    merges: dict[Vertex, Vertex] = {}
    for address, change in changes.items():
        kind, (down, up) = kinds[address.kind], ends[address]
        wanted = change.after.parent if change.after else None
        if change.after and up and up.end == "up" and wanted in ends and kind.inlines(change.after):
            above = ends[wanted][1] if wanted else None
            if above and above.end == "up" and takes(above.address):
                merges[up] = above
        had = change.before.parent if change.before else None
        if down and down.end == "down" and kind.dropped_inline and had in ends:
            above = ends[had][0] if had else None
            if above and above.end == "down" and travels(address):
                merges[down] = above
    return merges


def _contract(
    vertices: Sequence[Vertex],
    hard: set[tuple[Vertex, Vertex]],
    better: set[tuple[Vertex, Vertex]],
    soft: set[tuple[Vertex, Vertex]],
    parents: dict[Vertex, Vertex],
    free: set[Vertex],
    key: Callable[[Vertex], Any],
) -> tuple[dict[Vertex, set[Vertex]], list[Vertex]]:
    """What comes right before each merged vertex, and their order; what closes a circle is undone until there is none:
    merges of what is free, then soft edges, then all merges, and last what would be better but need not be. Raises
    _ClosedError."""
    edges = hard | better | soft
    while True:
        root = {v: _root(v, parents) for v in vertices}
        before: dict[Vertex, set[Vertex]] = {v: set() for v in root.values()}
        for a, b in edges:
            if root[a] != root[b]:
                before[root[b]].add(root[a])
        ordered = _sorted(before, key)
        if len(ordered) == len(before):
            break
        for circle in circles(before):
            inside = {(a, b) for a, b in edges if root[a] != root[b] and {root[a], root[b]} <= circle}
            if _unmerge(inside, parents, free):
                continue
            if inside - hard - better:
                edges -= inside - hard - better
            elif _unmerge(inside, parents, set(parents)):
                continue
            elif inside - hard:
                edges -= inside - hard
            else:
                raise _ClosedError(circle)
    return before, ordered


def _root(
    vertex: Vertex, parents: Mapping[Vertex, Vertex], short_of: frozenset[Vertex] | set[Vertex] = _NONE
) -> Vertex:
    while vertex in parents and vertex not in short_of:
        vertex = parents[vertex]
    return vertex


def _unmerge(inside: set[tuple[Vertex, Vertex]], parents: dict[Vertex, Vertex], free: set[Vertex]) -> bool:
    """Give back their own statement to members whose edges are part of the circle: those that wait for another vertex
    of it when something is created, those that others wait for when something is dropped. False where none can be."""
    late = {b for _, b in inside if b.end == "up"} | {a for a, _ in inside if a.end == "down"}
    late = {v for v in late if v in parents and v in free}
    if not late:
        late = {v for pair in inside for v in pair if v in parents and v in free}
    for vertex in late:
        del parents[vertex]
    return bool(late)
