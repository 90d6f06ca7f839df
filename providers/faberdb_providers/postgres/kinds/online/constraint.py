"""A check or a foreign key of a table in use: first it holds for what is written, and later the rows that are there are
looked at under a lock that lets others read and write. PostgreSQL docs, ALTER TABLE, ADD table_constraint NOT VALID and
VALIDATE CONSTRAINT."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from faberdb.model import Hazard, Risk, Statement
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.constraint_clause import definition
from faberdb_providers.postgres.names import dotted, ident

if TYPE_CHECKING:
    from faberdb.model import Object


def validated_later(obj: Object, probe: tuple[str, ...]) -> Iterator[Statement]:
    """Adds the constraint without a look at the rows, and validates it after all else, in a transaction of its own:
    in the same one the lock of the first statement would last as long as the second one reads."""
    table, name = dotted(*obj.address.path[:-1]), ident(obj.address.path[-1])
    yield Statement(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition(obj)} NOT VALID", Risk.CAUTION)
    yield Statement(
        f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}",
        Risk.CAUTION,
        (Hazard(codes.VALIDATED_LATER, "what came before it is committed by then, and a row that fails stops it"),),
        probe=probe,
        afterwards=True,
    )
