"""Drops that look like renames: something with data goes, and something alike comes under another name beside it.

Nothing is decided by that: the plan drops, to quarantine, and adds; but it says so, where it matters most.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches

from faberdb.model import Action, Address, Change, Hazard, Object, Step

CODE = "FDB901"
NEAR = 0.6
"""How much alike two names are of which one may be the other misspelt (difflib's ratio)."""
ALIKE = 0.6
"""How much of the names of their parts two objects must share to look alike."""


def suspected(
    changes: Mapping[Address, Change],
    live: Mapping[Address, Object],
    target: Mapping[Address, Object],
    keeping: set[Address],
) -> dict[Address, tuple[Object, ...]]:
    """For each dropped object whose data is kept, those that are made in its place and look like it, or are declared to
    come from one with a name much like its own that is not there.

    keeping: objects whose data the plan puts in quarantine. One that is declared to be new (`renamed_from = false`) is
    no candidate.
    """
    made: dict[tuple[str, *tuple[str, ...]], list[Object]] = {}
    elsewhere: dict[tuple[str, str], list[Object]] = {}
    for change in changes.values():
        if change.action is Action.CREATE and change.after and not change.after.hints.get("new"):
            kind, *place, name = change.address.kind, *change.address.path
            made.setdefault((kind, *place), []).append(change.after)
            if len(place) == 1:
                elsewhere.setdefault((kind, name), []).append(change.after)
    found = {}
    for address in sorted(keeping):
        dropped = changes.get(address)
        if dropped is None or dropped.action is not Action.DROP or dropped.before is None:
            continue
        others = [
            *made.get((address.kind, *address.path[:-1]), ()),
            *elsewhere.get((address.kind, address.path[-1]), ()),  # it may only have moved to another schema
        ]
        alike = [o for o in others if _misspelt(address, o, live) or _alike(dropped.before, o, live, target)]
        if alike:
            found[address] = tuple(alike)
    return found


def _misspelt(address: Address, new: Object, live: Mapping[Address, Object]) -> bool:
    """Whether it is declared to have had a name that nothing has, and that is much like this one."""
    old = new.renamed_from
    return old is not None and old not in live and bool(get_close_matches(old.path[-1], [address.path[-1]], 1, NEAR))


def with_hazards(
    steps: Sequence[Step], found: Mapping[Address, Sequence[Object]], live: Mapping[Address, Object]
) -> Iterator[Step]:
    """The steps, with the suspicion said at the first that drops each suspect."""
    waiting = dict(found)
    for step in steps:
        others = waiting.pop(step.address, ()) if step.action is Action.DROP else ()
        if not others:
            yield step
            continue
        names = " or ".join(_as_seen_from(step.address, other.address) for other in others)
        lost = [o.renamed_from.path[-1] for o in others if o.renamed_from and o.renamed_from not in live]
        how = (
            f", whose renamed_from says {lost[0]}, which is not there"
            if lost
            else "; then declare it with renamed_from"
        )
        hazard = Hazard(CODE, f"it looks as if it were only renamed to {names}{how}")
        yield step._replace(statement=step.statement._replace(hazards=(*step.statement.hazards, hazard)))


def _as_seen_from(old: Address, new: Address) -> str:
    """As `renamed_from` would have it: the plain name, or with the schema where that is another one."""
    return new.path[-1] if new.path[:-1] == old.path[:-1] else ".".join(new.path)


def _alike(old: Object, new: Object, live: Mapping[Address, Object], target: Mapping[Address, Object]) -> bool:
    if old.attributes != new.attributes:
        return False
    before, after = _parts(old.address, live), _parts(new.address, target)
    return not before or len(before & after) >= ALIKE * max(len(before), len(after))


def _parts(address: Address, objects: Mapping[Address, Object]) -> set[tuple[str, str]]:
    """Kinds and names of what an object is made of."""
    return {(a.kind, a.path[-1]) for a, o in objects.items() if o.parent == address and a.path[:-1] == address.path}
