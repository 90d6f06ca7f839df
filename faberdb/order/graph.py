"""The order of changes, from references only.

A change has up to two vertices: what takes the old form down and what puts the new one up; an alter is one. What a
change refers to decides every edge; there are no phases. A child that can be written into its parent's statement is
merged into the parent's vertex, unless that would close a circle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from itertools import pairwise
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
    carried: Mapping[Address, Address] = {},
    together: Iterable[Sequence[tuple[Address, bool]]] = (),
    reverse_ties: bool = False,
) -> list[Ordered]:
    """The vertices of all changes in an order that satisfies every reference.

    carried: what comes back inside something else, by address: its name has to be free when that comes.
    together: groups of (address, whether what puts it up is meant, not what takes it down) that are best written side
    by side; those that close a circle are not.

    Ties break by address (or the other way round, to show in tests that edges decide and not luck).
    Raises CircleError naming the objects of a circle.
    """
    ends = _ends(changes)
    coming = {a: home for a, home in carried.items() if a in ends and home in ends and changes[a].before is None}
    comes = {**ends, **{a: (None, ends[home][1]) for a, home in coming.items()}}
    edges = {
        *_edges(changes, ends, lambda obj: obj.references),
        *_freed(changes, comes, lambda obj: kinds[obj.address.kind].claims(obj)),
        *_watching(changes, kinds, ends),
        *_siblings(changes, target, kinds, ends),
    }
    soft = {
        *_edges(changes, ends, lambda obj: obj.suggested),
        *_freed(changes, ends, lambda obj: kinds[obj.address.kind].names(obj)),
    }
    parents = _merges(changes, kinds, ends, travels, takes)
    # A column made by a statement of its own stands behind the others, so a mere suggestion does not move it.
    free = {vertex for vertex in parents if not kinds[vertex.kind].shell}
    key = _reversed_key if reverse_ties else _key
    grouped = _group(together, ends, parents)
    before, ordered = _contract(ends, edges, soft, parents, free, key)
    merged: dict[Vertex, list[Address]] = {}
    beside: dict[Vertex, list[Vertex]] = {}
    for vertex in dict.fromkeys(v for pair in ends.values() for v in pair if v):
        if vertex in grouped or vertex not in parents:
            beside.setdefault(_root(vertex, parents), []).append(vertex)
        else:
            merged.setdefault(_root(vertex, parents, grouped), []).append(vertex.address)
    found = []
    for number, root in enumerate(ordered, 1):
        # What goes makes room for what comes.
        members = sorted(beside[root], key=lambda v: (_TURN[v.end], key(v)))
        for vertex in members:
            inside, group = tuple(merged.get(vertex, ())), number if len(members) > 1 else 0
            found.append(Ordered(vertex, inside, tuple(sorted(before[root])), group))
    return found


_TURN = {"down": 0, "alter": 1, "up": 2}


def _group(
    together: Iterable[Sequence[tuple[Address, bool]]],
    ends: Mapping[Address, tuple[Vertex | None, Vertex | None]],
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


def _ends(changes: Mapping[Address, Change]) -> dict[Address, tuple[Vertex | None, Vertex | None]]:
    """(takes down, puts up) of each change; an alter is both, also of what it carries out by the way."""
    ends: dict[Address, tuple[Vertex | None, Vertex | None]] = {}
    for address, change in changes.items():
        if change.action in (Action.ALTER, Action.RENAME):
            vertex = Vertex.of(address, "alter")
            ends[address] = (vertex, vertex)
        else:
            down = Vertex.of(address, "down") if change.action is not Action.CREATE else None
            up = Vertex.of(address, "up") if change.action is not Action.DROP else None
            ends[address] = (down, up)
    for address, change in changes.items():
        if change.by:
            ends[address] = ends[change.by]
    return ends


def _edges(
    changes: Mapping[Address, Change],
    ends: Mapping[Address, tuple[Vertex | None, Vertex | None]],
    needs: Callable[[Object], Iterable[Address]],
) -> Iterable[tuple[Vertex, Vertex]]:
    """(earlier, later) pairs: what an object needs is there before it, and goes after it."""
    touched_by: dict[Address, list[Address]] = {}
    for change in changes.values():
        for touched in change.touches:
            touched_by.setdefault(touched, []).append(change.address)
    for address, change in changes.items():
        down, up = ends[address]
        if down and up and down != up:
            yield down, up
        for waited in change.waits:
            for end in ends.get(waited, ()):
                if end and change.action is Action.DROP and down:
                    yield down, end
                elif end and up and end != up:
                    yield end, up
        for reference in _through(needs(change.after) if change.after else (), touched_by):
            leaving, first = ends[reference] if reference in ends and reference != address else (None, None)
            comes = up is not None and (
                up.end == "up" or not change.before or reference not in change.before.references
            )
            if first is None and comes:
                first = leaving  # what goes takes its effects along before this comes to where it was
            if up and first and first != up:
                yield first, up
        for reference in _through(needs(change.before) if change.before else (), touched_by):
            if reference in ends and down and reference != address and (last := ends[reference][0]):
                # An altered object lets go of what is dropped; what is itself altered waits for those that leave it.
                other = changes[reference]
                left = change.after is None or reference not in change.after.references
                leaves = down.end == "down" or last.end == "down" or (other.disturbs and left)
                # What the other change's own statements carry along stays where it is.
                if leaves and down != last and not (address in other.touches and down.end == "alter"):
                    yield down, last


def _siblings(
    changes: Mapping[Address, Change],
    target: Mapping[Address, Object],
    kinds: Mapping[str, Kind],
    ends: Mapping[Address, tuple[Vertex | None, Vertex | None]],
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


def _through(references: Iterable[Address], touched_by: Mapping[Address, list[Address]]) -> Iterable[Address]:
    for reference in references:
        yield reference
        yield from touched_by.get(reference, ())


def _freed(
    changes: Mapping[Address, Change],
    ends: Mapping[Address, tuple[Vertex | None, Vertex | None]],
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
        if change.by or (had == wants and down == up):
            continue
        kept = had & wants if down == up else set()
        if down:
            for claim in had - kept:
                freed.setdefault(claim, []).append(down)
            for claim in kept:
                moved.setdefault(claim, []).append(down)
        if up:
            taken.append((up, wants - kept, kept))
    for up, new, kept in taken:
        for claim in {*new, *kept}:
            for vertex in (*freed.get(claim, ()), *(moved.get(claim, ()) if claim in new else ())):
                if vertex.address != up.address:
                    yield vertex, up


def _watching(
    changes: Mapping[Address, Change],
    kinds: Mapping[str, Kind],
    ends: Mapping[Address, tuple[Vertex | None, Vertex | None]],
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
    hard: set[tuple[Vertex, Vertex]],
    soft: set[tuple[Vertex, Vertex]],
    parents: dict[Vertex, Vertex],
    free: set[Vertex],
    key: Callable[[Vertex], Any],
) -> tuple[dict[Vertex, set[Vertex]], list[Vertex]]:
    """What comes right before each merged vertex, and their order; what closes a circle is undone until there is none:
    merges of what is free, then soft edges, then all merges."""
    edges = hard | soft
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
            inside = {(a, b) for a, b in edges if root[a] != root[b] and {root[a], root[b]} <= circle}
            if _unmerge(inside, parents, free):
                continue
            if inside - hard:
                edges -= inside - hard
            elif not _unmerge(inside, parents, set(parents)):
                raise _closed(circle)
    return before, ordered


def _circles(before: Mapping[Vertex, set[Vertex]]) -> list[set[Vertex]]:
    # Loaded here, because it takes as long as ordering a thousand changes, and circles are rare.
    import networkx as nx

    graph: Any = nx.DiGraph((earlier, vertex) for vertex, found in before.items() for earlier in found)
    return [circle for circle in nx.strongly_connected_components(graph) if len(circle) > 1]


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


def _closed(circle: set[Vertex]) -> CircleError:
    names = ", ".join(sorted(v.address.spoken for v in circle))
    return CircleError(
        f"these objects need each other, so there is no order to build them in: {names}",
        advice="break the circle, for instance by moving a default or a constraint into a later plan",
    )
