"""What belongs to the whole server, and so to others too: what nobody declared stays, what is needed does not go."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set

from faberdb.declare.source import place_of
from faberdb.errors import RefusedError
from faberdb.model import OF_OTHERS, Action, Address, Change, Kind, Object, Unmanaged


def strangers(
    live: Mapping[Address, Object],
    declared: Mapping[Address, Object],
    known: Callable[[Address], bool],
    kinds: Mapping[str, Kind],
) -> dict[Address, Object]:
    """Objects of the whole server that are not declared and never were, as far as is known, with what hangs on them."""

    def strange(obj: Object) -> bool:
        while obj.parent is not None and obj.parent in live:
            obj = live[obj.parent]
        return kinds[obj.address.kind].of_server and obj.address not in declared and not known(obj.address)

    if not any(kinds[a.kind].of_server for a in live):
        return {}
    return {a: o for a, o in live.items() if strange(o)}


def listed(left: Mapping[Address, Object]) -> tuple[Unmanaged, ...]:
    """What a plan says of them."""
    return tuple(
        Unmanaged(a.kind.replace("_", " "), a.name, OF_OTHERS) for a, o in left.items() if o.parent not in left
    )


def dropped(changes: Mapping[Address, Change], kinds: Mapping[str, Kind]) -> set[Address]:
    """What is to be dropped from the server."""
    return {a for a, c in changes.items() if c.action is Action.DROP and kinds[a.kind].of_server}


def refuse_needed(gone: Set[Address], aim: Mapping[Address, Object]) -> None:
    """Raises RefusedError where something is to be dropped from the server that something else still names."""
    lines = [
        f"{f'{place_of(obj.origin)}: ' if obj.origin else ''}{obj.address} needs {needed}"
        for obj in (aim.values() if gone else ())
        for needed in sorted(gone & obj.references)
    ]
    if lines:
        raise RefusedError(
            "something is to be dropped from the server that is still needed here",
            detail=tuple(lines),
            advice="declare it again, or give what needs it another owner or role; nothing was changed",
        )
