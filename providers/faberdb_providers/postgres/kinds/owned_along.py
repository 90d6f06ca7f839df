"""The sequence of a column belongs to whoever owns the table, so what is granted on it is counted from there, too: a
privilege of the role that comes to own it is gone with that, and one of the role that owned it so far can only be given
afterwards."""

from __future__ import annotations

from collections.abc import Mapping

from faberdb.model import Address, Object
from faberdb_providers.postgres.kinds.acl import owner_of
from faberdb_providers.postgres.kinds.column.identity import identity_name

Objects = Mapping[Address, Object]


def with_table_owners(objects: Objects) -> dict[Address, Object]:
    """Privileges on such sequences, after the owner of the table; and that, after what its role had there itself."""
    granted: dict[tuple[str, ...], list[Address]] = {}
    for address in objects:
        if address.kind == "grant" and address.path[0] == "sequence":
            granted.setdefault(address.path[1:-1], []).append(address)
    owned = {a for a in objects if a.kind == "owner" and a.path[0] == "table"}
    if not (granted or owned):
        return {}
    found: dict[Address, Object] = {}
    for sequence, column in _of_columns(objects):
        owner = owner_of(column)
        if owner in owned:
            known = found.get(owner, objects[owner])
            own = Address("grant", ("sequence", *sequence, known.attributes["role"]))
            found[owner] = known._replace(references=known.references | {own})
        for address in granted.get(sequence, ()):
            found[address] = objects[address]._replace(references=objects[address].references | {owner})
    return found


def _of_columns(objects: Objects) -> list[tuple[tuple[str, ...], Address]]:
    """The sequences of columns, by their path, each with its column."""
    linked = [
        (a.path, o.parent)
        for a, o in objects.items()
        if a.kind == "sequence" and o.parent is not None and o.parent.kind == "column"
    ]
    return linked + [(identity_name(o), a) for a, o in objects.items() if "identity" in o.attributes]
