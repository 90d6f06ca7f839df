"""From two catalogues to changes: what is new, what is gone, what differs, and what must be rebuilt around that."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import replace

from faberdb.model import Action, Address, Change, Kind, Object

Objects = Mapping[Address, Object]
Kinds = Mapping[str, Kind]


def diff(live: Objects, target: Objects, kinds: Kinds) -> dict[Address, Change]:
    """The changes that lead from live to target, by address, dependents that have to be rebuilt included.

    Objects of kinds that are not managed are never changed for their own sake: they are expected in `target` as they
    are in `live`, and come back when something under them is replaced.
    """
    changes: dict[Address, Change] = {}
    for address, after in target.items():
        before = live.get(address)
        if before is None:
            changes[address] = Change(address, Action.CREATE, None, after)
        elif before is not after:
            verdict = kinds[address.kind].compare(before, after)
            if verdict is not None:
                changes[address] = Change(address, verdict.action, before, after, verdict.reason, verdict.disturbs)
    for address, before in live.items():
        if address not in target:
            changes[address] = Change(address, Action.DROP, before, None)
    _carry(changes, live, target, kinds)
    _propagate(changes, live, target, kinds)
    return changes


def _carry(changes: dict[Address, Change], live: Objects, target: Objects, kinds: Kinds) -> None:
    """Note with changes that another one's statements carry out that they do, and what these wait for."""
    for change in list(changes.values()):
        waits = frozenset(kinds[change.address.kind].waits(change, changes, live, target))
        if waits:
            changes[change.address] = replace(change, waits=waits)
        if change.action is not Action.ALTER:
            continue
        for address in kinds[change.address.kind].carries(change, live, target):
            if address in changes and address != change.address:
                reason = f"it comes with {change.address.kind.replace('_', ' ')} {change.address.name}"
                changes[address] = replace(changes[address], reason=reason, by=change.address)


def referrers_of(objects: Objects) -> dict[Address, list[Object]]:
    """Who refers to an address, in the order of the objects."""
    found: dict[Address, list[Object]] = {}
    for obj in objects.values():
        for reference in obj.references:
            found.setdefault(reference, []).append(obj)
    return found


def _propagate(changes: dict[Address, Change], live: Objects, target: Objects, kinds: Kinds) -> None:
    """Replace what cannot stay while something it refers to is replaced or changes its type, and so on outwards."""
    todo = deque(c for c in changes.values() if not c.by and (c.disturbs or c.action in (Action.REPLACE, Action.DROP)))
    if not todo:
        return
    referrers = referrers_of(live)
    while todo:
        change = todo.popleft()
        for address in kinds[change.address.kind].forces(change, live, target):
            if address not in changes or changes[address].action is Action.ALTER:
                reason = f"{change.address.kind.replace('_', ' ')} {change.address.name} cannot change under it"
                changes[address] = Change(address, Action.REPLACE, live[address], target[address], reason)
                todo.append(changes[address])
        around = referrers.get(change.address, [])
        touched = frozenset(kinds[change.address.kind].touches(change, around))
        if touched:
            change = _with_touches(change, touched)
            changes[change.address] = change
            around = [*around, *(obj for address in touched for obj in referrers.get(address, ()))]
        for obj in _disturbed(around, change, touched, target, kinds, changes):
            known = changes.get(obj.address)
            if known is None or (known.action is Action.ALTER and not known.by):
                reason = f"it depends on {change.address.kind.replace('_', ' ')} {change.address.name}"
                replaced = Change(obj.address, Action.REPLACE, obj, target[obj.address], reason)
                changes[obj.address] = replaced
                todo.append(replaced)
    for address, change in changes.items():
        if change.by and changes[change.by].action is not Action.ALTER:
            changes[address] = replace(change, by=None)


def _disturbed(
    around: Iterable[Object],
    change: Change,
    touched: frozenset[Address],
    target: Objects,
    kinds: Kinds,
    changes: Mapping[Address, Change],
) -> Iterable[Object]:
    for obj in around:
        after = target.get(obj.address)
        if after is None or obj.address in touched:
            continue
        # What no longer refers to a dropped object lets go of it only if it changes itself.
        gone = change.action is Action.DROP and change.address not in after.references and obj.address in changes
        if not gone and kinds[obj.address.kind].disturbed_by(obj, change):
            yield obj


def _with_touches(change: Change, touched: frozenset[Address]) -> Change:
    return replace(change, touches=touched)
