"""Routines among all that is declared: the types of a user's in their addresses, as the server prints them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from faberdb.errors import DeclarationError
from faberdb.model import Address, Object
from faberdb_providers.postgres.kinds.acl import RELATIONS, ROUTINES, TYPES
from faberdb_providers.postgres.names import dotted, separate, unquoted
from faberdb_providers.postgres.signatures import SYSTEM, key_of


def resolved(declared: Mapping[Address, Object]) -> Mapping[Address, Object]:
    """The declaration with the types of a user's in the addresses of routines found where they are declared.

    Raises DeclarationError where two entries turn out to be one routine.
    """
    routines = {a: o for a, o in declared.items() if a.kind in ROUTINES and o.scope}
    types = {(a.path[0], a.path[-1]) for a in declared if a.kind in (*TYPES, *RELATIONS)} if routines else set()
    moves = {a: new for a, o in routines.items() if (new := _found(a, o.scope, types)) != a}
    if not moves:
        return declared
    whole: dict[Address, Object] = {}
    for address, obj in declared.items():
        new = _moved(address, obj, moves)
        if new in whole:
            raise DeclarationError(
                f"{new.kind} {key_of(new.path[1], new.path[2])} is declared twice",
                where=obj.origin.file.as_posix() if obj.origin else "",
                advice="keep one of the two entries",
            )
        whole[new] = obj._replace(
            address=new,
            parent=moves.get(obj.parent, obj.parent) if obj.parent else None,
            references=frozenset(moves.get(r, r) for r in obj.references),
            renamed_from=_found(obj.renamed_from, obj.scope, types) if obj.renamed_from else None,
        )
    return whole


def _found(address: Address, scope: Sequence[str], types: set[tuple[str, str]]) -> Address:
    if address.kind not in ROUTINES:
        return address
    names = ", ".join(_qualified(name, scope, types) for name in separate(address.path[-1][1:-1]))
    return Address(address.kind, (*address.path[:-1], f"({names})"))


def _qualified(name: str, scope: Sequence[str], types: set[tuple[str, str]]) -> str:
    base = name.removesuffix("[]")
    plain = unquoted(base)
    if plain is None or base in SYSTEM:
        return name
    schema = next((s for s in scope if (s, plain) in types), None)
    return name if schema is None else dotted(schema, plain) + name[len(base) :]


def _moved(address: Address, obj: Object, moves: Mapping[Address, Address]) -> Address:
    """The new address of a routine, or of what hangs on one."""
    if address in moves:
        return moves[address]
    above = obj.parent
    if above is not None and above in moves:
        rest = address.path[1 + len(above.path) :]
        return Address(address.kind, (moves[above].kind, *moves[above].path, *rest))
    return address
