"""Names that are taken. The server would say so when a plan is applied; a copy of a part of the catalogue does not."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from faberdb.declare.source import place_of
from faberdb.errors import DeclarationError
from faberdb.model import Address, Kind, Object


def refuse_taken(new: Collection[Address], target: Mapping[Address, Object], kinds: Mapping[str, Kind]) -> None:
    """Raises DeclarationError where something new bears a name that another object of the target has, too.

    new: addresses of what is not there yet, under their names.
    """
    bearers: dict[tuple[str, ...], Address] = {}
    lines = []
    for address in (*new, *alike(new, target)):
        for claim in kinds[address.kind].claims(target[address]):
            other = bearers.setdefault(claim, address)
            if other != address and claim[-1]:
                obj = target[other]
                place = f"{place_of(obj.origin)}: " if obj.origin else ""
                lines.append(f"{place}{_called(other)} cannot have the name {claim[-1]}, which {_called(address)} has")
    if lines:
        raise DeclarationError(
            "a name is declared that something else has",
            detail=tuple(sorted(set(lines))),
            advice="choose another name for one of them; nothing was changed on any database",
        )


def alike(new: Collection[Address], target: Iterable[Address]) -> list[Address]:
    """What else ends in the name of something new: looking at what all the others claim would take its time."""
    names = {address.path[-1] for address in new}
    known = set(new)
    return [a for a in target if a.path[-1] in names and a not in known] if names else []


def _called(address: Address) -> str:
    return address.spoken
