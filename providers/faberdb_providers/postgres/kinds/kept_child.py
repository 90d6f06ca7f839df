"""How a child table goes to quarantine and comes back: it leaves the tables above it, which would still show its rows,
and yet what it has from them must not become its own, which is what NO INHERIT alone would make of it."""

from __future__ import annotations

from collections.abc import Iterator

from faberdb.model import Hazard, Object, Risk, Statement
from faberdb_providers.postgres.kinds.partition import object_name
from faberdb_providers.postgres.names import dotted, qualified, resolve


def leave(obj: Object, place: str) -> Iterator[Statement]:
    """Put an empty table of the same shape in the place of each table above."""
    alter = f"ALTER TABLE {qualified(obj.address)}"
    hazard = Hazard("no-inherit", "queries on the parent wait for a moment, and no longer find the rows of the child")
    for parent, stand_in in _above(obj, place):
        yield Statement(f"CREATE TABLE {stand_in} (LIKE {parent} INCLUDING CONSTRAINTS INCLUDING GENERATED)")
        yield Statement(f"{alter} INHERIT {stand_in}", Risk.CAUTION)
        yield Statement(f"{alter} NO INHERIT {parent}", Risk.DANGEROUS, (hazard,))


def rejoin(obj: Object, place: str) -> Iterator[Statement]:
    """The way back of `leave`, once the table is in its schema again."""
    alter = f"ALTER TABLE {qualified(obj.address)}"
    for parent, stand_in in _above(obj, place):
        yield Statement(f"{alter} INHERIT {parent}", Risk.DANGEROUS)
        yield Statement(f"{alter} NO INHERIT {stand_in}", Risk.CAUTION)
        yield Statement(f"DROP TABLE {stand_in}")


def _above(obj: Object, place: str) -> Iterator[tuple[str, str]]:
    """Each table above, in the order that counts, and what stands for it in quarantine."""
    schema, name = obj.address.path
    for number, parent in enumerate(obj.attributes.get("inherits", ()), 1):
        yield qualified(resolve(schema, parent)), dotted(place, object_name(name, "", f"faberdb_above{number}"))
