"""What of the whole server an object names, and so has to come after, where that is planned for."""

from __future__ import annotations

from collections.abc import Mapping

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


def refer_to_server(objects: Mapping[Address, Object]) -> dict[Address, Object]:
    """The objects, each after the roles that it names and the tablespace that it stands in."""
    found = dict(objects)
    for address, obj in objects.items():
        needs = {Address("role", (name,)) for name in mentioned(obj)}
        if isinstance(space := obj.attributes.get("tablespace"), str):
            needs.add(Address("tablespace", (space,)))
        if needs := needs - {address, *obj.references}:
            found[address] = obj._replace(references=obj.references | needs)
    return found
