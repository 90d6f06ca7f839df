"""A plan as people look at it: by object, with everything that belongs to a table under the table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from faberdb.model import Action, Address, Change, reworded
from faberdb.views.words import called, kind_word, notable, visible

if TYPE_CHECKING:
    from faberdb.model import Estimate, Hazard, Kept, Object, Risk, Step


class Item(NamedTuple):
    """One object that changes, with the steps that change it.

    was, becomes: its names before and after, where it is renamed; its address is one of the two. folded: changes that
    are told along with it, such as the default of a new column or the columns of a dropped table.
    """

    address: Address
    action: Action
    change: Change | None = None
    was: Address | None = None
    becomes: Address | None = None
    parent: Address | None = None
    steps: tuple[Step, ...] = ()
    kept: Kept | None = None
    folded: tuple[Change, ...] = ()
    within: tuple[tuple[str, str], ...] = ()
    """Parts of it that get other names, and those names."""

    @property
    def risk(self) -> Risk | None:
        """The worst of its steps; None where another object's statement does its work."""
        return max((step.statement.risk for step in self.steps), default=None)

    @property
    def hazards(self) -> tuple[Hazard, ...]:
        return tuple(dict.fromkeys(hazard for step in self.steps for hazard in step.statement.hazards))

    @property
    def estimates(self) -> tuple[Estimate, ...]:
        """Those of its steps that have much to do."""
        return tuple(step.estimate for step in self.steps if step.estimate and notable(step.estimate))


class Group(NamedTuple):
    """An object at the top with what is under it. root: its own item, where it changes itself. The kind of the address
    is empty where only the place is known."""

    address: Address
    root: Item | None
    items: tuple[Item, ...]

    def label(self, item: Item) -> str:
        """How an item is called under this heading."""
        address, parent = item.address, item.parent
        word = kind_word(visible(address.kind))
        if parent is not None and is_facet(address, parent):
            of = "of" if address.path == parent.path else "on"
            top = parent == self.address
            return word if top else f"{word} {of} {kind_word(parent.kind)} {self.name(parent)}"
        return f"{word} {self.name(address)}"

    def name(self, address: Address) -> str:
        """The name of an object without that of the group."""
        depth = len(self.address.path)
        inside = address.path[:depth] == self.address.path and len(address.path) > depth
        return called(Address(address.kind, address.path[depth:]) if inside else address)


def outline(
    changes: Sequence[Change],
    renames: Sequence[tuple[Object, Object]] = (),
    steps: Sequence[Step] = (),
    kept: Sequence[Kept] = (),
) -> list[Group]:
    """The groups, by address; within one, in the order of the steps, what is dropped last."""
    family = _Family(changes, renames)
    items = _fold(_items(changes, renames, steps, kept, family), family)
    grouped: dict[Address, list[Item]] = {}
    for item in items.values():
        grouped.setdefault(family.root(item.address), []).append(item)
    position = _Positions(steps, family)
    groups = []
    for address in sorted(grouped):
        root = next((item for item in grouped[address] if item.address == address), None)
        below = [item for item in grouped[address] if item is not root]
        groups.append(Group(address, root, tuple(sorted(below, key=position))))
    return groups


@dataclass
class _Family:
    """Who belongs under whom, as far as the plan tells."""

    changes: Sequence[Change]
    renames: Sequence[tuple[Object, Object]]
    objects: dict[Address, Object] = field(default_factory=dict)
    heard: set[Address] = field(default_factory=set)

    def __post_init__(self) -> None:
        for change in self.changes:
            for obj in (change.before, change.after):
                if obj is not None:
                    self.objects[obj.address] = obj
        for old, new in self.renames:
            self.objects.setdefault(old.address, old)
            self.objects.setdefault(new.address, new)
        for obj in self.objects.values():
            self.heard |= {obj.address, *filter(None, [obj.parent]), *obj.references}

    def parent(self, address: Address) -> Address | None:
        obj = self.objects.get(address)
        return obj.parent if obj else None

    def ancestors(self, address: Address) -> Iterator[Address]:
        seen = {address}
        above = self.parent(address)
        while above is not None and above not in seen:
            seen.add(above)
            yield above
            above = self.parent(above)

    def root(self, address: Address) -> Address:
        """The top of the chain. Where the plan does not hold the whole chain, the place in the name stands for it."""
        top = (address, *self.ancestors(address))[-1]
        if top in self.objects or top == address or len(top.path) < 3:
            return top
        around = [a for a in self.heard if len(a.path) > 1 and top.path[: len(a.path)] == a.path and a != top]
        around = [a for a in around if len(a.path) < len(top.path)]
        return max(around, key=lambda a: (len(a.path), a)) if around else Address("", top.path[:-1])


def _items(
    changes: Sequence[Change],
    renames: Sequence[tuple[Object, Object]],
    steps: Sequence[Step],
    kept: Sequence[Kept],
    family: _Family,
) -> dict[Address, Item]:
    keeps = {k.address: k for k in kept}
    items = {
        c.address: Item(c.address, c.action, c, parent=family.parent(c.address), kept=keeps.get(c.address))
        for c in changes
    }
    alias: dict[Address, Address] = {}
    parents = {item.parent for item in items.values()}
    for old, new in renames:
        # A rollback renames last, so its other changes still speak of the old name.
        here = old.address if old.address in items or old.address in parents else new.address
        alias[new.address] = here
        parts = reworded(old, new) if old.address == new.address else ()
        if old.address == new.address and not parts:  # it has moved, and those who use it call it otherwise now
            moved = Change(here, Action.ALTER, old, new)
            items[here] = items.get(here) or Item(here, Action.ALTER, moved, parent=new.parent)
            continue
        item = items.get(here) or Item(here, Action.RENAME, parent=new.parent)
        if parts:
            items[here] = item._replace(within=parts)
        else:
            items[here] = item._replace(was=old.address, becomes=new.address, address=here)
    for step in steps:
        address = alias.get(step.address, step.address)
        item = items.get(address) or Item(address, step.action, parent=family.parent(address))
        items[address] = item._replace(steps=(*item.steps, step))
    return items


def _fold(items: Mapping[Address, Item], family: _Family) -> dict[Address, Item]:
    """Tell along with an object what only follows from its change."""
    left = dict(items)
    for address, item in items.items():
        into = _host(item, items, family)
        if into is None or item.change is None or into == address or into not in left:
            continue
        host, gone = left[into], left.pop(address)
        steps = tuple(sorted((*host.steps, *gone.steps), key=lambda step: step.id))
        left[into] = host._replace(steps=steps, folded=(*host.folded, item.change, *gone.folded))
    return left


def _host(item: Item, items: Mapping[Address, Item], family: _Family) -> Address | None:
    """The object whose line also tells of this one."""
    parent = item.parent
    if item.was is not None or item.kept is not None or parent is None or parent not in items:
        return None
    above = items[parent].action
    if item.action is above is Action.DROP:
        top = parent
        for ancestor in family.ancestors(parent):
            if ancestor in items and items[ancestor].action is Action.DROP:
                top = ancestor
        return top
    if not is_facet(item.address, parent) or item.action is not above:
        return None
    told = above is Action.CREATE or (above is Action.REPLACE and _as_before(item.change))
    return parent if told else None


def is_facet(address: Address, parent: Address) -> bool:
    """Whether an object is named by its parent alone, as a default by its column and a comment by what it is on."""
    return address.path in (parent.path, (parent.kind, *parent.path))


def _as_before(change: Change | None) -> bool:
    if change is None or change.before is None or change.after is None:
        return False
    return change.before.attributes == change.after.attributes


class _Positions:
    """Where an item stands in its group."""

    def __init__(self, steps: Sequence[Step], family: _Family) -> None:
        self._family = family
        self._first: dict[Address, int] = {}
        self._sql: dict[Address, str] = {}
        for number, step in enumerate(steps):
            self._first.setdefault(step.address, number)
            self._sql.setdefault(step.address, step.statement.sql)

    def __call__(self, item: Item) -> tuple[bool, int, int, Address]:
        return (item.action is Action.DROP, *self._place(item.address, item.parent), item.address)

    def _place(self, address: Address, parent: Address | None) -> tuple[int, int]:
        """Its own first step, or its place in the text of the statement that makes it along with its parent."""
        if parent is not None and is_facet(address, parent) and parent in self._family.objects:
            return self._place(parent, self._family.parent(parent))
        if address in self._first:
            return self._first[address], 0
        for above in self._family.ancestors(address):
            if above in self._sql:
                name = re.escape(address.path[-1].replace('"', '""'))
                found = re.search(rf'^ *(CONSTRAINT )?"?{name}"? ', self._sql[above], re.MULTILINE)
                return self._first[above], found.start() if found else len(self._sql[above])
        return len(self._first), 0
