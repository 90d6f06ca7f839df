"""How much has to be built on scratch so that some objects can be: what they refer to, as far as the references
reach, and of every table its shell (columns and keys)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from faberdb.model import Address, Kind, Object


def children_of(objects: Mapping[Address, Object]) -> dict[Address, list[Address]]:
    """Addresses by their parent."""
    found: dict[Address, list[Address]] = {}
    for address, obj in objects.items():
        if obj.parent is not None:
            found.setdefault(obj.parent, []).append(address)
    return found


def closure(
    seeds: Iterable[Address],
    objects: Mapping[Address, Object],
    kinds: Mapping[str, Kind],
    below: Mapping[Address, Sequence[Address]] | None = None,
) -> dict[Address, Object]:
    """The seeds and all they need, in the order of `objects`. Addresses that `objects` does not have are left out.
    below: the children of each, where they are known already."""
    below = children_of(objects) if below is None else below
    chosen: set[Address] = set()
    todo = list(seeds)
    while todo:
        address = todo.pop()
        if address in chosen or address not in objects:
            continue
        chosen.add(address)
        obj = objects[address]
        todo.extend(obj.references)
        todo.extend(obj.suggested)
        if obj.parent is not None:
            todo.append(obj.parent)
        todo.extend(child for child in below.get(address, ()) if kinds[child.kind].shell)
    return {address: obj for address, obj in objects.items() if address in chosen}
