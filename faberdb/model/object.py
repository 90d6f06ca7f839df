"""What a database holds, declared or canonical."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from faberdb.model.address import Address

Attributes = Mapping[str, Any]
"""JSON values only: what plan and state files can hold, and what equality means."""


class Origin(NamedTuple):
    """Where a declared object was written: the file and the TOML keys that lead to it.

    Line and column are worked out from the keys only when an error needs them.
    """

    file: Path
    keys: tuple[str | int, ...] = ()


class Object(NamedTuple):
    """One thing a database holds, declared or canonical; both have the same attributes, spelled by a person or by
    the server.

    parent: the object whose drop takes this one along, and under which people look for it.
    references: what must exist before this does. For canonical objects the server's own dependency records, for
    declared ones what the declaration names.
    suggested: what its opaque texts mention (a function's body): better there before, as far as that can be.
    scope: the schemas in which unqualified names of a declared object are looked up; empty for canonical ones.
    hints: what a declaration says about the way there (a backfill, a cast).

    Equal is what is the same in the database: origin, renamed_from, hints and suggested are no part of that.
    """

    address: Address
    attributes: Attributes
    parent: Address | None = None
    references: frozenset[Address] = frozenset()
    scope: tuple[str, ...] = ()
    origin: Origin | None = None
    renamed_from: Address | None = None
    hints: Attributes = {}
    suggested: frozenset[Address] = frozenset()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Object) and self[:_COMPARED] == other[:_COMPARED]

    def __ne__(self, other: object) -> bool:
        return not self == other


WAYS = ("using", "backfill", "new", "values_from")
"""Hints that say how to get from what there is to what is declared: of no account where nothing is there yet."""

_COMPARED = 5
"""So many fields of an object, from the first on, are compared."""


class Place(NamedTuple):
    """Where a declaration stands: its schema, the container it is written in, its file and keys."""

    schema: str
    container: Address | None
    scope: tuple[str, ...]
    origin: Origin


def reworded(before: Object, after: Object) -> tuple[tuple[str, str], ...]:
    """What is called otherwise in the second of two forms of one object, though it is the same: a value of an enum."""
    lists = [(old, after.attributes.get(key)) for key, old in before.attributes.items() if isinstance(old, list)]
    pairs = (pair for old, new in lists if isinstance(new, list) for pair in zip(old, new, strict=False))
    return tuple((old, new) for old, new in pairs if old != new)


LEFT_OUT = "left out by include, exclude or forget in faberdb.toml"
"""Why something is unmanaged that faberdb could manage."""
OF_SERVICE = "of the service that hosts the database"
"""Why something is left alone that nobody but the hosting service made."""
OF_OTHERS = "of the whole server, and never declared here"
"""Why something is left alone that other databases share: nobody need mind it."""


class Unmanaged(NamedTuple):
    """Something the database holds that faberdb leaves alone, because no kind models it or the project says so; listed
    in every plan, so that silence hides nothing."""

    what: str
    name: str
    reason: str

    @property
    def address(self) -> Address:
        """What patterns call it: `setting_of_the_database:work_mem`. A number of things is no name of theirs."""
        kind = self.what.replace(" ", "_")
        try:
            return Address.parse(f"{kind}:{self.name}")
        except ValueError:  # a description and no name, such as `x on server "Y"`
            return Address(kind, (self.name,))


class Catalogue(NamedTuple):
    """A database as one consistent snapshot saw it."""

    objects: Mapping[Address, Object]
    unmanaged: tuple[Unmanaged, ...] = ()
    casts: frozenset[tuple[str, str]] = frozenset()
    version: int = 0


class Objection(NamedTuple):
    """What the server has against a text that it looks into only when it runs. certain: whatever else there will be, it
    can never run."""

    words: tuple[str, ...]
    certain: bool
