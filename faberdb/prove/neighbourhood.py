"""How much of a catalogue a plan can have to do with: what it touches, and what hangs together with that. The rest is
the same before and after, so that the work of planning grows with what changes and not with what there is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from faberdb.canon.closure import children_of, closure
from faberdb.model import Address, Kind, Object

FULL_UP_TO = 600
"""Catalogues of up to this many objects are copied whole: building them costs less than working out what to leave."""


def neighbourhood(
    touched: Iterable[Address],
    live: Mapping[Address, Object],
    kinds: Mapping[str, Kind],
    referrers: Mapping[Address, Sequence[Object]],
) -> dict[Address, Object]:
    """The touched objects with their whole families, all that refers to those, and what all of these need, in the
    order of `live`."""
    below = children_of(live)
    seeds: set[Address] = set()
    todo = [_top(address, live) for address in touched]
    while todo:
        address = todo.pop()
        if address not in seeds and address in live:
            seeds.add(address)
            todo.extend(below.get(address, ()))
    around: set[Address] = set(seeds)
    todo = list(seeds)
    while todo:
        for obj in referrers.get(todo.pop(), ()):
            if obj.address not in around:
                around.add(obj.address)
                if obj.address.kind != "table":
                    todo.append(obj.address)
    return closure(around, live, kinds, below)


def _top(address: Address, live: Mapping[Address, Object]) -> Address:
    obj = live.get(address)
    while obj is not None and obj.parent is not None and obj.parent in live:
        obj = live[obj.parent]
    return obj.address if obj is not None else address
