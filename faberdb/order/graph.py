"""The order of changes, from references only.

A change has up to two vertices: what takes the old form down and what puts the new one up; an alter is one. What a
change refers to decides every edge; there are no phases. A child that can be written into its parent's statement is
merged into the parent's vertex, unless that would close a circle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from typing import Any

from faberdb.errors import CircleError
from faberdb.model import Action, Address, Change, Kind, Object


@dataclass(frozen=True, slots=True, order=True)
class Vertex:
    """One end of a change: `down`, `alter` or `up`."""

    path: tuple[str, ...]
    kind: str
    end: str

    @property
    def address(self) -> Address:
        return Address(self.kind, self.path)

    @classmethod
    def of(cls, address: Address, end: str) -> Vertex:
        return cls(address.path, address.kind, end)


@dataclass(frozen=True, slots=True)
class Ordered:
    """A vertex in its place, with the addresses whose ends are done by its statements too."""

    vertex: Vertex
    merged: tuple[Address, ...]
    after: tuple[Vertex, ...]


Travels = Callable[[Address], bool]
"""Whether a dropped object goes along with the ancestor whose drop would take it, or needs its own statement."""

Takes = Callable[[Address], bool]
"""Whether the statement that makes an object can make others with it."""


def order(
    changes: Mapping[Address, Change],
    live: Mapping[Address, Object],
    target: Mapping[Address, Object],
    kinds: Mapping[str, Kind],
    travels: Travels = lambda address: True,
    *,
    takes: Takes = lambda address: True,
    reverse_ties: bool = False,
) -> list[Ordered]:
    """The vertices of all changes in an order that satisfies every reference.

    Ties break by address (or the other way round, to show in tests that edges decide and not luck).
    Raises CircleError naming the objects of a circle.
    """
    ends = _ends(changes)
    edges = set(_edges(changes, live, target, kinds, ends))
    parents = _merges(changes, kinds, ends, travels, takes)
    before, merged, ordered = _contract(ends, edges, parents, _reversed_key if reverse_ties else _key)
    return [Ordered(vertex, tuple(merged.get(vertex, ())), tuple(sorted(before[vertex]))) for vertex in ordered]


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


def _ends(changes: Mapping[Address, Change]) -> dict[Address, tuple[Vertex | None, Vertex | None]]:
    """(takes down, puts up) of each change; an alter is both."""
    ends: dict[Address, tuple[Vertex | None, Vertex | None]] = {}
    for address, change in changes.items():
        if change.action in (Action.ALTER, Action.RENAME):
            vertex = Vertex.of(address, "alter")
            ends[address] = (vertex, vertex)
        else:
            down = Vertex.of(address, "down") if change.action is not Action.CREATE else None
            up = Vertex.of(address, "up") if change.action is not Action.DROP else None
            ends[address] = (down, up)
    return ends


def _edges(
    changes: Mapping[Address, Change],
    live: Mapping[Address, Object],
    target: Mapping[Address, Object],
    kinds: Mapping[str, Kind],
    ends: Mapping[Address, tuple[Vertex | None, Vertex | None]],
) -> Iterable[tuple[Vertex, Vertex]]:
    """(earlier, later) pairs."""
    touched_by: dict[Address, list[Address]] = {}
    for change in changes.values():
        for touched in change.touches:
            touched_by.setdefault(touched, []).append(change.address)
    for address, change in changes.items():
        down, up = ends[address]
        if down and up and down != up:
            yield down, up
        for reference in _through(change.after.references if change.after else (), touched_by):
            leaving, first = ends[reference] if reference in ends and reference != address else (None, None)
            comes = up is not None and (
                up.end == "up" or not change.before or reference not in change.before.references
            )
            if first is None and comes:
                first = leaving  # what goes takes its effects along before this comes to where it was
            if up and first and first != up:
                yield first, up
        for reference in _through(change.before.references if change.before else (), touched_by):
            if reference in ends and down and reference != address and (last := ends[reference][0]):
                # An altered object lets go of what is dropped; what is itself altered waits for those that leave it.
                leaves = down.end == "down" or last.end == "down"
                if leaves and down != last:
                    yield down, last
    yield from _claims(changes, kinds, ends)


def _through(references: Iterable[Address], touched_by: Mapping[Address, list[Address]]) -> Iterable[Address]:
    for reference in references:
        yield reference
        yield from touched_by.get(reference, ())


def _claims(
    changes: Mapping[Address, Change],
    kinds: Mapping[str, Kind],
    ends: Mapping[Address, tuple[Vertex | None, Vertex | None]],
) -> Iterable[tuple[Vertex, Vertex]]:
    """A name is free only once what bore it is gone."""
    freed: dict[tuple[str, ...], Vertex] = {}
    for address, change in changes.items():
        down = ends[address][0]
        if change.before is not None and down is not None and down.end == "down":
            for claim in kinds[address.kind].claims(change.before):
                freed[claim] = down
    for address, change in changes.items():
        up = ends[address][1]
        if change.after is not None and up is not None and up.end == "up":
            for claim in kinds[address.kind].claims(change.after):
                if claim in freed and freed[claim].address != address:
                    yield freed[claim], up


def _merges(
    changes: Mapping[Address, Change],
    kinds: Mapping[str, Kind],
    ends: Mapping[Address, tuple[Vertex | None, Vertex | None]],
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
    ends: Mapping[Address, tuple[Vertex | None, Vertex | None]],
    edges: set[tuple[Vertex, Vertex]],
    parents: dict[Vertex, Vertex],
    key: Callable[[Vertex], Any],
) -> tuple[dict[Vertex, set[Vertex]], dict[Vertex, list[Address]], list[Vertex]]:
    """What comes right before each merged vertex, who was merged into it, and their order; merges that close a circle
    are undone until there is none."""
    vertices = dict.fromkeys(v for pair in ends.values() for v in pair if v)
    while True:
        root = {v: _root(v, parents) for v in vertices}
        before: dict[Vertex, set[Vertex]] = {v: set() for v in root.values()}
        for a, b in edges:
            if root[a] != root[b]:
                before[root[b]].add(root[a])
        ordered = _sorted(before, key)
        if len(ordered) == len(before):
            break
        for circle in _circles(before):
            _unmerge(circle, root, edges, parents)
    merged: dict[Vertex, list[Address]] = {}
    for vertex in vertices:
        if root[vertex] != vertex:
            merged.setdefault(root[vertex], []).append(vertex.address)
    return before, merged, ordered


def _circles(before: Mapping[Vertex, set[Vertex]]) -> list[set[Vertex]]:
    # Loaded here, because it takes as long as ordering a thousand changes, and circles are rare.
    import networkx as nx

    graph: Any = nx.DiGraph((earlier, vertex) for vertex, found in before.items() for earlier in found)
    return [circle for circle in nx.strongly_connected_components(graph) if len(circle) > 1]


def _root(vertex: Vertex, parents: Mapping[Vertex, Vertex]) -> Vertex:
    while vertex in parents:
        vertex = parents[vertex]
    return vertex


def _unmerge(
    circle: set[Vertex], root: Mapping[Vertex, Vertex], edges: set[tuple[Vertex, Vertex]], parents: dict[Vertex, Vertex]
) -> None:
    """Give back their own statement to members whose edges are part of the circle: those that wait for another vertex
    of it when something is created, those that others wait for when something is dropped."""
    inside = [(a, b) for a, b in edges if root[a] in circle and root[b] in circle and root[a] != root[b]]
    late = {b for _, b in inside if b in parents and b.end == "up"} | {
        a for a, _ in inside if a in parents and a.end == "down"
    }
    if not late:
        late = {v for pair in inside for v in pair if v in parents}
    if not late:
        names = ", ".join(sorted({f"{v.kind.replace('_', ' ')} {v.address.name}" for v in circle}))
        raise CircleError(
            f"these objects need each other, so there is no order to build them in: {names}",
            advice="break the circle, for instance by moving a default or a constraint into a later plan",
        )
    for vertex in late:
        del parents[vertex]
