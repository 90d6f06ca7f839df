"""What was changed on a database behind faberdb's back: the difference between what it left and what is there."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable

from faberdb.diff.changes import Kinds, Objects, diff
from faberdb.model import Address, Change


def drift(recorded: Objects, live: Objects, kinds: Kinds) -> list[Change]:
    """Changes from the recorded objects to the live ones, by address; without what is only rebuilt around others."""
    found = diff(recorded, live, kinds)
    return [change for _, change in sorted(found.items()) if not change.follows]


def left_as_is(
    changes: Iterable[Change],
    declared: Container[Address],
    live: Objects,
    kinds: Kinds,
    additive: Callable[[Address], bool],
) -> frozenset[Address]:
    """Of what was changed, that which no plan puts back: nobody declares it, and the server or somebody else has the
    say where nothing is declared (privileges on the database, owners, roles)."""

    def left(change: Change) -> bool:
        obj = change.after or change.before
        if obj is None or change.address in declared:
            return False
        above, kind = live.get(obj.parent) if obj.parent else None, kinds[change.address.kind]
        of_such = above is not None and kinds[above.address.kind].as_declared
        return kind.of_server or of_such or kind.stays(obj, above) or additive(change.address)

    return frozenset(change.address for change in changes if left(change))
