"""PostgreSQL's printer is no fixed point for some texts: what it prints, read again, prints differently. Two objects
that differ in such texts only are the same if both print alike once more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from faberdb.canon.closure import closure
from faberdb.model import Address, Change, Kind, Object
from faberdb.prove.scratch import Scratch, build

ROUNDS = 3
"""Texts settle after one or two prints; what has not after three is taken to be different."""


def suspects(changes: Mapping[Address, Change], kinds: Mapping[str, Kind]) -> list[Address]:
    """Changed objects whose two forms differ in printed texts and nothing else."""
    return [a for a, c in changes.items() if c.before and c.after and texts_only(c.before, c.after, kinds)]


def texts_only(before: Object, after: Object, kinds: Mapping[str, Kind]) -> bool:
    """Whether two forms of an object differ in texts that may be no fixed point of the printer, and in nothing else."""
    texts = kinds[after.address.kind].texts
    old, new = before.attributes, after.attributes
    differing = {key for key in {*old, *new} if old.get(key) != new.get(key)}
    return bool(differing) and differing <= set(texts) and all(key in old and key in new for key in differing)


def settle(
    addresses: Iterable[Address],
    live: Mapping[Address, Object],
    target: Mapping[Address, Object],
    kinds: Mapping[str, Kind],
    scratch: Callable[[], Scratch],
) -> set[Address]:
    """Those of the addresses whose live and wanted form the server prints alike in the end."""
    same: set[Address] = set()
    waiting = set(addresses)
    sides = [dict(live), dict(target)]
    for _ in range(ROUNDS):
        if not waiting:
            break
        for number, side in enumerate(sides):
            printed = _print_again(waiting, side, kinds, scratch())
            sides[number] = {**side, **printed}
        alike = {
            a
            for a in waiting
            if a in sides[0] and a in sides[1] and kinds[a.kind].compare(sides[0][a], sides[1][a]) is None
        }
        same |= alike
        waiting -= alike
    return same


def _print_again(
    addresses: Iterable[Address], side: Mapping[Address, Object], kinds: Mapping[str, Kind], scratch: Scratch
) -> dict[Address, Object]:
    wanted = closure(addresses, side, kinds)
    with scratch.database() as database:
        build(database, wanted, kinds)
        read = database.inspect().objects
    return {a: Object(a, read[a].attributes, side[a].parent, side[a].references) for a in addresses if a in read}
