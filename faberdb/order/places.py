"""The places in quarantine that a plan takes things to: which of them share one, and what travels along."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from faberdb.model import Address, Change, Kept
from faberdb.order.graph import Ordered
from faberdb.order.situation import Quarantine, Situation, ancestors


def allot(
    changes: Mapping[Address, Change],
    situation: Situation,
    forms: Mapping[Address, str],
    staying: set[Address],
    quarantine: Quarantine,
    number: int,
) -> int:
    """Give everything that would be destroyed a place; returns the first number left over. A column of a table that is
    moved goes with the table. Values of one parent may share a place, as long as nothing keeps them apart."""
    siblings: dict[Address | None, list[Address]] = {}
    for address in sorted(a for a, form in forms.items() if form == "values"):
        before = changes[address].before
        siblings.setdefault(before.parent if before else None, []).append(address)
    situation.groups = {a: tuple(group) for parent, group in siblings.items() if parent for a in group}
    for address in sorted(changes):
        change, form = changes[address], forms.get(address, "")
        if not form:
            continue
        if (
            address not in staying
            and form != "moved"
            and any(forms.get(above) == "moved" for above in ancestors(address, situation.live))
        ):
            continue
        kept = quarantine(change, form, number, situation)
        if kept is not None:
            number += all(kept.place != other.place or form == "moved" for other in situation.keeping.values())
            situation.keeping[address] = kept
    return number


def shared_places(changes: Mapping[Address, Change], situation: Situation) -> list[list[tuple[Address, bool]]]:
    """What takes values to the same place in quarantine, or brings them back from there, and so is best done at once:
    (address, whether its upper end does it)."""
    places: dict[tuple[str, bool], list[tuple[Address, bool]]] = {}
    for up, kept_by in ((False, situation.keeping), (True, situation.giving)):
        for address, kept in kept_by.items():
            if kept.form == "values" and address in changes:
                places.setdefault((kept.place, up), []).append((address, up))
    return [group for group in places.values() if len(group) > 1]


def note_groups(ordered: Iterable[Ordered], situation: Situation) -> None:
    groups: dict[int, list[Address]] = {}
    for item in ordered:
        if item.group:
            groups.setdefault(item.group, []).append(item.vertex.address)
    situation.groups = {a: tuple(dict.fromkeys(group)) for group in groups.values() for a in group}


def keep_apart(changes: Mapping[Address, Change], situation: Situation, quarantine: Quarantine, number: int) -> None:
    """Give values a place of their own that were to share one but cannot be taken there at the same time."""
    first: dict[str, Address] = {}
    for address, kept in sorted(situation.keeping.items()):
        head = first.setdefault(kept.place, address)
        if kept.form == "values" and address not in situation.together(head):
            del situation.keeping[address]
            again = quarantine(changes[address], kept.form, number, situation)
            assert again is not None
            situation.keeping[address] = again
            number += again.place not in first
            first.setdefault(again.place, address)


def note_carried(ordered: Iterable[Ordered], situation: Situation) -> None:
    """Note with everything that is moved which other objects travel inside it."""
    moved = {a for a, kept in situation.keeping.items() if kept.form == "moved"}
    for item in ordered:
        if item.vertex.end == "down" and item.vertex.address in moved:
            kept = situation.keeping[item.vertex.address]
            carried = tuple(sorted(item.merged))
            situation.keeping[kept.address] = Kept(kept.address, kept.form, kept.place, carried, kept.detail)
            for address in carried:
                situation.keeping.pop(address, None)
