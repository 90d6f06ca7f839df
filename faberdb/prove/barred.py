"""Changes that the server has no way back from: what they made of an object stays when the rest is taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from faberdb.model import Action, Address, Change, Kind, Object
from faberdb.prove.scratch import Scratch


def no_way_back(
    changes: Iterable[Change], kinds: Mapping[str, Kind], scratch: Callable[[], Scratch]
) -> dict[Address, str]:
    """Those of the changes that cannot be taken back, and why."""
    altered = [(c.after, c.before) for c in changes if c.action is Action.ALTER]
    return _barred([(made, was) for made, was in altered if made and was], kinds, scratch)


def out_of_reach(
    live: Mapping[Address, Object],
    target: Mapping[Address, Object],
    kinds: Mapping[str, Kind],
    scratch: Callable[[], Scratch],
) -> dict[Address, str]:
    """Objects that cannot be made again what they were, and why."""
    both = [(live[a], o) for a, o in target.items() if a in live and live[a] is not o]
    altered = [pair for pair in both if (v := kinds[pair[0].address.kind].compare(*pair)) and v.action is Action.ALTER]
    return _barred(altered, kinds, scratch)


def _barred(
    pairs: Iterable[tuple[Object, Object]], kinds: Mapping[str, Kind], scratch: Callable[[], Scratch]
) -> dict[Address, str]:
    asked = [(old, new) for old, new in pairs if kinds[old.address.kind].lasting(old, new)]
    if not asked:
        return {}
    with scratch().database() as database:
        found = {old.address: database.barrier(old, new) for old, new in asked}
    return {address: why for address, why in found.items() if why}


def as_it_stays(
    wanted: Mapping[Address, Object],
    made: Mapping[Address, Object],
    barred: Iterable[Address],
    kinds: Mapping[str, Kind],
) -> dict[Address, Object]:
    """What a way back leads to: what is wanted, with that of the barred objects that nothing takes back."""
    stays = {a: {**wanted[a].attributes, **kinds[a.kind].lasting(wanted[a], made[a])} for a in barred}
    return {**wanted, **{a: wanted[a]._replace(attributes=attributes) for a, attributes in stays.items()}}


def said(address: Address, why: str, stays: Mapping[str, object]) -> str:
    """What a rollback says of one that stays as it is."""
    return f"{address.spoken} keeps {', '.join(f'{key} {value}' for key, value in stays.items())}: {why}"
