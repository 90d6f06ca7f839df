"""Which roles an object names: what it has to come after, where roles are planned for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from faberdb.model import Address, Object
from faberdb_providers.postgres.kinds import KINDS

_KIND = {kind.name: kind for kind in KINDS}


def mentioned(obj: Object) -> set[str]:
    """The roles that an object names."""
    found: set[str] = set()

    def note(role: str) -> str:
        found.add(role)
        return role

    _KIND[obj.address.kind].with_roles(obj, note)
    return found


def refer_to_roles(objects: Mapping[Address, Object]) -> dict[Address, Object]:
    """The objects, each after the roles that it names."""
    found = dict(objects)
    for address, obj in objects.items():
        needs = {Address("role", (name,)) for name in mentioned(obj)} - {address, *obj.references}
        if needs:
            found[address] = replace(obj, references=obj.references | needs)
    return found
