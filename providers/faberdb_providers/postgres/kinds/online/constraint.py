"""A check or a foreign key of a table in use: first it holds for what is written, and later the rows that are there are
looked at under a lock that lets others read and write. PostgreSQL docs, ALTER TABLE, ADD table_constraint NOT VALID and
VALIDATE CONSTRAINT."""

from __future__ import annotations

from typing import TYPE_CHECKING

from faberdb.model import Hazard, Risk, Statement
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.names import dotted, ident

if TYPE_CHECKING:
    from faberdb.model import Object


_LATER = Hazard(codes.VALIDATED_LATER, "what came before it is committed by then, and a row that fails stops it")


def validated(obj: Object, probe: tuple[str, ...], *, later: bool) -> Statement:
    """Looks at the rows that are there; later: after all else, in a transaction of its own. In one with a statement
    that locks the table (the one that adds the constraint does) that lock would last as long as this one reads."""
    table, name = dotted(*obj.address.path[:-1]), ident(obj.address.path[-1])
    sql = f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}"
    return Statement(sql, Risk.CAUTION, (_LATER,) if later else (), probe=probe, afterwards=later)
