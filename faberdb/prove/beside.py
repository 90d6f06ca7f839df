"""What stands beside what is declared: what is only read, what goes along with something, what comes back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from faberdb.errors import RefusedError
from faberdb.model import Action, Address, Change, Kept, Kind, Object, Unmanaged


def read_only(objects: Mapping[Address, Object], kinds: Mapping[str, Kind]) -> dict[Address, Object]:
    """Objects that are read but not managed: those of kinds that are not, and what hangs on such objects or on
    nothing that is known (a comment on a trigger)."""

    def left_alone(obj: Object) -> bool:
        kind = kinds[obj.address.kind]
        if not kind.managed:
            return True
        if obj.parent is None:
            return not kind.section
        return obj.parent in objects and left_alone(objects[obj.parent])

    return {a: o for a, o in objects.items() if left_alone(o)}


def take_along(target: dict[Address, Object], live: Mapping[Address, Object]) -> None:
    """What is only read goes with what it hangs on (a trigger with its table), since nobody can have declared it."""
    orphans = [a for a, o in target.items() if o.parent is not None and o.parent in live and o.parent not in target]
    while orphans:
        for address in orphans:
            del target[address]
        gone = set(orphans)
        orphans = [a for a, o in target.items() if o.parent in gone]


def going_along(
    changes: Mapping[Address, Change], outside: Mapping[Address, Object], why: Callable[[Address], str]
) -> Iterator[Change]:
    """The changes that drop what the project leaves out, and only because what it is a part of goes (a partition with
    its table), with that for a reason; those of its own parts have none."""
    for address, change in changes.items():
        whole = change.before.parent if change.before else None
        if address in outside and whole is not None and whole not in outside and change.action is Action.DROP:
            yield change._replace(reason=f"it goes with {whole.spoken}, though {why(address)}")


def untouched(
    unmanaged: Sequence[Unmanaged], changes: Mapping[Address, Change], outside: Mapping[Address, Object]
) -> tuple[Unmanaged, ...]:
    """Those that are left as they are indeed: not what goes, or is made anew, with what it is a part of."""
    gone = {a for a, c in changes.items() if a in outside and c.action in (Action.DROP, Action.REPLACE)}
    named = {(address.kind.replace("_", " "), address.name) for address in gone}
    return tuple(item for item in unmanaged if (item.what, item.name) not in named)


def as_meant(wanted: Object, there: Object, kinds: Mapping[str, Kind]) -> Object:
    """The wanted object, without what is wrong with it elsewhere, or was before, and is not with the one that is
    there."""
    flaws = kinds[wanted.address.kind].flaws.keys() & wanted.attributes.keys() - there.attributes.keys()
    if not flaws:
        return wanted
    return wanted._replace(attributes={k: v for k, v in wanted.attributes.items() if k not in flaws})


def hanging_as(
    made: Mapping[Address, Object],
    start: Mapping[Address, Object],
    wanted: Mapping[Address, Object],
    changes: Mapping[Address, Change],
    kinds: Mapping[str, Kind],
) -> Mapping[Address, Object]:
    """What is wanted, with what the server picked for it, which need not be what it picked where the declaration was
    tried out: what is made takes what it takes on the copy, all else keeps what it has, on the copy or not. What was
    compared as it was declared is now as it was made, or is, since that tells the way back: whether an extension can
    move, and that its version stays."""
    found = dict(wanted)
    for address, obj in wanted.items():
        there = (made if address in changes else start).get(address)
        if there is not None and kinds[address.kind].as_declared:
            found[address] = obj._replace(attributes=there.attributes)
        if there is not None and kinds[address.kind].picks(obj) is not None:
            found[address] = obj._replace(references=there.references)
    return found


def given_back(
    giving: Mapping[Address, Kept],
    changes: Mapping[Address, Change],
    start: Mapping[Address, Object],
    aim: Mapping[Address, Object],
) -> dict[Address, Change]:
    """What somebody has made again by hand as it was, so that nothing of it differs: its kept values come back into
    what is there. Raises RefusedError where the whole waits in quarantine, and its name is taken."""
    found = {}
    for address, kept in giving.items():
        known = changes.get(address)
        if address not in start or address not in aim or (known is not None and known.action is Action.REPLACE):
            continue
        if kept.form == "moved":
            what = address.spoken
            raise RefusedError(
                f"{what} is there again, so the one that waits in quarantine with its contents cannot come back",
                where=f"{what}, kept in {kept.place}",
                advice="rename or drop the one that was made since, then roll back; nothing was changed",
            )
        if known is None:
            found[address] = Change(address, Action.ALTER, start[address], aim[address], "its kept values come back")
    return found
