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
    beside: Iterable[Address],
    live: Mapping[Address, Object],
    kinds: Mapping[str, Kind],
    referrers: Mapping[Address, Sequence[Object]],
) -> dict[Address, Object]:
    """What is touched with its whole families and all that refers to those, what is beside it with its families, and
    what all of these need, in the order of `live`.

    beside: what the plan only refers to. Who else refers to that has nothing to do with the plan (everybody refers to
    a schema), but for tables: what becomes a partition stands beside other partitions. What acts on objects that it
    does not refer to (a publication of all tables) is beside every plan, as is what belongs to the whole server.
    """
    below = children_of(live)
    beside = {*beside, *(a for a in live if kinds[a.kind].everywhere or kinds[a.kind].of_server)}
    seeds, near = _families(touched, live, below), _families(beside, live, below)
    around = seeds | near
    around |= {o.address for a in near if a.kind == "table" for o in referrers.get(a, ()) if o.address.kind == "table"}
    # A table that is in parts is locked, when it gets another one, together with those that refer to its keys.
    parted = {a for a in near if a.kind == "table" and any(part.kind == "table" for part in below.get(a, ()))}
    keys = (part for a in parted for part in below.get(a, ()))
    around |= {o.address for key in keys for o in referrers.get(key, ()) if o.address.kind == "foreign_key"}
    followed, todo = set(seeds), list(seeds)
    while todo:
        for obj in referrers.get(todo.pop(), ()):
            if obj.address not in followed:
                followed.add(obj.address)
                if obj.address.kind != "table":
                    todo.append(obj.address)
    return closure(around | followed, live, kinds, below)


def _families(
    addresses: Iterable[Address], live: Mapping[Address, Object], below: Mapping[Address, Sequence[Address]]
) -> set[Address]:
    """The objects with what they are part of, and all parts of that."""
    found: set[Address] = set()
    todo = [_top(address, live) for address in addresses]
    while todo:
        address = todo.pop()
        if address not in found and address in live:
            found.add(address)
            todo.extend(below.get(address, ()))
    return found


def _top(address: Address, live: Mapping[Address, Object]) -> Address:
    obj = live.get(address)
    while obj is not None and obj.parent is not None and obj.parent in live:
        obj = live[obj.parent]
    return obj.address if obj is not None else address
