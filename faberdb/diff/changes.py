"""From two catalogues to changes: what is new, what is gone, what differs, and what must be rebuilt around that."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping

from faberdb.model import Action, Address, Change, Kind, Object, Turn

Objects = Mapping[Address, Object]
Kinds = Mapping[str, Kind]


def diff(
    live: Objects,
    target: Objects,
    kinds: Kinds,
    *,
    version: int = 0,
    replacing: Mapping[Address, str] | None = None,
) -> dict[Address, Change]:
    """The changes that lead from live to target, by address, dependents that have to be rebuilt included.

    version: major of the server. replacing: what is replaced even where it need not change or could be altered, with
    the reason.

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
                change = Change(address, verdict.action, before, after, verdict.reason, verdict.disturbs)
                reason = kinds[address.kind].made_anew(change, live, target) if change.action is Action.ALTER else ""
                changes[address] = change._replace(action=Action.REPLACE, reason=reason) if reason else change
    for address, before in live.items():
        if address not in target:
            changes[address] = Change(address, Action.DROP, before, None)
    for address, reason in (replacing or {}).items():
        # One that would only have to be altered stands on others that are taken down, so it is too.
        if (address not in changes or changes[address].action is Action.ALTER) and address in live:
            changes[address] = Change(address, Action.REPLACE, live[address], target[address], reason)
    _upset(changes, live, target, kinds)
    _carry(changes, live, target, kinds)
    _lift(changes, live, target, kinds, version)
    _propagate(changes, live, target, kinds, version)
    _take_turns(changes, live, target, kinds)
    return changes


def _upset(changes: dict[Address, Change], live: Objects, target: Objects, kinds: Kinds) -> None:
    """Alter what has to let go of something while that changes, and make anew what cannot get something new."""
    for change in list(changes.values()):
        forced = kinds[change.address.kind].forces(change, live, target) if change.action is Action.CREATE else ()
        for address in forced:
            reason = f"it cannot be given {change.address.spoken} in place"
            changes[address] = Change(address, Action.REPLACE, live[address], target[address], reason)
        for address in kinds[change.address.kind].upsets(change, live, target):
            known = changes.get(address)
            if known is None and address in live and address in target:
                reason = f"it lets go of {change.address.spoken}, which changes"
                known = Change(address, Action.ALTER, live[address], target[address], reason)
            if known is not None and known.action is Action.ALTER:
                changes[address] = known._replace(apart=True)


def _carry(changes: dict[Address, Change], live: Objects, target: Objects, kinds: Kinds) -> None:
    """Note with changes that another one's statements carry out that they do."""
    for change in list(changes.values()):
        if change.action is not Action.ALTER:
            continue
        for address in kinds[change.address.kind].carries(change, live, target):
            if address in changes and address != change.address:
                reason = f"it comes with {change.address.spoken}"
                changes[address] = changes[address]._replace(reason=reason, by=change.address)


def _take_turns(changes: dict[Address, Change], live: Objects, target: Objects, kinds: Kinds) -> None:
    """Note with changes what comes before and after them, and with those in two parts that they are."""
    for change in list(changes.values()):
        kind, before, after = kinds[change.address.kind], change.before, change.after
        turn = kind.turn(change, changes, live, target)
        apart = change.action is Action.ALTER and (
            change.apart or (before is not None and after is not None and kind.apart(before, after))
        )
        if turn != Turn() or apart:
            changes[change.address] = change._replace(turn=turn, apart=apart)


def referrers_of(objects: Objects) -> dict[Address, list[Object]]:
    """Who refers to an address, in the order of the objects."""
    found: dict[Address, list[Object]] = {}
    for obj in objects.values():
        for reference in obj.references:
            found.setdefault(reference, []).append(obj)
    return found


def _lift(changes: dict[Address, Change], live: Objects, target: Objects, kinds: Kinds, version: int) -> None:
    """Replace what has to be made anew because the server refuses a change of a part of it while it is in use."""
    referrers: dict[Address, list[Object]] | None = None
    for change in list(changes.values()):
        if kinds[change.address.kind].part_of(change) is not None:
            referrers = referrers_of(live) if referrers is None else referrers
            lifted = _lifted(change, changes, referrers, live, target, kinds, version)
            if lifted is not None:
                changes[lifted.address] = lifted


def _lifted(
    change: Change,
    changes: Mapping[Address, Change],
    referrers: Mapping[Address, list[Object]],
    live: Objects,
    target: Objects,
    kinds: Kinds,
    version: int,
) -> Change | None:
    """The replacement of the whole that this change of a part needs, if it does and is not planned already."""
    whole = kinds[change.address.kind].part_of(change)
    if whole is None or whole not in live or whole not in target:
        return None
    known = changes.get(whole)
    if known is not None and known.action is not Action.ALTER:
        return None
    if not kinds[change.address.kind].refused_in_place(change, referrers.get(whole, ()), version):
        return None
    reason = "a part of it changes that cannot be altered in place while it is in use"
    if whole == change.address:
        reason = "it cannot be altered so in place"
    return Change(whole, Action.REPLACE, live[whole], target[whole], reason)


def _propagate(changes: dict[Address, Change], live: Objects, target: Objects, kinds: Kinds, version: int) -> None:
    """Replace what cannot stay while something it refers to is replaced or changes its type, and so on outwards."""
    # What belongs to the whole server is let go by an ALTER: nothing is rebuilt around it.
    changing = (c for c in changes.values() if not c.by and c.action is not Action.CREATE)
    todo = deque(c for c in changing if not kinds[c.address.kind].of_server)
    referrers: dict[Address, list[Object]] | None = None
    while todo:
        change = todo.popleft()
        for address in kinds[change.address.kind].forces(change, live, target):
            if address not in changes or changes[address].action is Action.ALTER:
                reason = f"{change.address.spoken} cannot change under it"
                changes[address] = Change(address, Action.REPLACE, live[address], target[address], reason)
                todo.append(changes[address])
        if change.action is Action.ALTER and not change.disturbs:
            continue
        referrers = referrers_of(live) if referrers is None else referrers
        around = referrers.get(change.address, [])
        touched = frozenset(
            address
            for address in kinds[change.address.kind].touches(change, around)
            if address in target and change.address in target[address].references
        )
        if touched:
            change = change._replace(touches=touched)
            changes[change.address] = change
        disturbed = list(_disturbed(around, change, touched, target, kinds, changes))
        # What is carried along stays, so those that refer to it are around a change, not around a loss.
        eased = change._replace(action=Action.ALTER, disturbs=True)
        beyond = [obj for address in touched for obj in referrers.get(address, ())]
        disturbed += _disturbed(beyond, eased, touched, target, kinds, changes)
        for obj in disturbed:
            known = changes.get(obj.address)
            if known is None or (known.action is Action.ALTER and not known.by):
                reason = f"it depends on {change.address.spoken}"
                anew = Change(obj.address, Action.REPLACE, obj, target[obj.address], reason, follows=known is None)
                changes[obj.address] = anew
                todo.append(anew)
                whole = _lifted(anew, changes, referrers, live, target, kinds, version)
                if whole is not None:
                    changes[whole.address] = whole
                    todo.append(whole)
    for address, change in changes.items():
        if change.by and changes[change.by].action is not Action.ALTER:
            changes[address] = change._replace(by=None)


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
        # What no longer refers to an object that goes lets go of it only if it changes itself.
        goes = change.action in (Action.DROP, Action.REPLACE)
        gone = goes and change.address not in after.references and obj.address in changes
        if not gone and kinds[obj.address.kind].disturbed_by(obj, change):
            yield obj
