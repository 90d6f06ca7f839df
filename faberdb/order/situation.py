"""What kinds may ask about both ends of a plan while they write its statements."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field

from faberdb.diff.changes import Objects, referrers_of
from faberdb.model import Address, Change, Kept, Object

Quarantine = Callable[[Change, str, int, "Situation"], Kept | None]
"""Names the place where what a change destroys is kept: (change, form, running number, situation). None where there
turns out to be nothing."""


@dataclass
class Situation:
    """What kinds may ask while they write statements; `faberdb.model.Work` for both ends of a plan."""

    live: Objects
    target: Objects
    version: int
    casts: frozenset[tuple[str, str]] = frozenset()
    keeping: dict[Address, Kept] = field(default_factory=dict)
    giving: Mapping[Address, Kept] = field(default_factory=dict)
    barred: Mapping[Address, str] = field(default_factory=dict)
    tables_online: Set[Address] = frozenset()

    def __post_init__(self) -> None:
        self._children: dict[bool, dict[Address, list[Object]]] = {}
        self._referrers: dict[bool, dict[Address, list[Object]]] = {}
        self._positions: dict[Address, int] = {}
        self.groups: dict[Address, tuple[Address, ...]] = {}

    def position(self, address: Address) -> int:
        """Where a wanted object stands among all: the order in which columns were declared."""
        if not self._positions:
            self._positions = {a: n for n, a in enumerate(self.target)}
        return self._positions[address]

    def before(self, address: Address) -> Object | None:
        return self.live.get(address)

    def after(self, address: Address) -> Object | None:
        return self.target.get(address)

    def children(self, address: Address, *, after: bool) -> Sequence[Object]:
        if after not in self._children:
            found: dict[Address, list[Object]] = {}
            for obj in (self.target if after else self.live).values():
                if obj.parent is not None:
                    found.setdefault(obj.parent, []).append(obj)
            self._children[after] = found
        return self._children[after].get(address, [])

    def referrers(self, address: Address, *, after: bool) -> Sequence[Object]:
        if after not in self._referrers:
            self._referrers[after] = referrers_of(self.target if after else self.live)
        return self._referrers[after].get(address, [])

    def all_of(self, kind: str, *, after: bool) -> Sequence[Object]:
        return [o for a, o in (self.target if after else self.live).items() if a.kind == kind]

    def castable(self, source: str, target: str) -> bool:
        plain = source.split("(")[0], target.split("(")[0]
        text = {"text", "character varying", "character", "name"}
        return plain in self.casts or plain[0] == plain[1] or bool(text & set(plain))

    def keep(self, address: Address) -> Kept | None:
        return self.keeping.get(address)

    def kept(self, address: Address) -> Kept | None:
        return self.giving.get(address)

    def lasting(self, address: Address) -> str:
        return self.barred.get(address, "")

    def online(self, table: Address) -> bool:
        return table in self.tables_online

    def together(self, address: Address) -> Sequence[Address]:
        return self.groups.get(address, (address,))


def ancestors(address: Address, objects: Objects) -> Iterable[Address]:
    obj = objects.get(address)
    while obj is not None and obj.parent is not None:
        yield obj.parent
        obj = objects.get(obj.parent)
