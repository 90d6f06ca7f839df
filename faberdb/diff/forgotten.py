"""What the project no longer manages, by name: objects that stay as they are when their blocks go."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from faberdb.model import Address, Object


def forgotten(named: Collection[Address], objects: Mapping[Address, Object]) -> frozenset[Address]:
    """The named objects and everything under them, to the privileges of a column and the sequence it owns."""
    found = objects.keys() & set(named)
    below: dict[Address, list[Address]] = {}
    for address, obj in objects.items() if named else ():
        if obj.parent is not None:
            below.setdefault(obj.parent, []).append(address)
            if obj.parent in named:
                found.add(address)
    todo = list(found)
    while todo:
        more = [a for a in below.get(todo.pop(), ()) if a not in found]
        found |= set(more)
        todo += more
    return frozenset(found)
