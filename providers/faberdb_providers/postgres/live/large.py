"""Which live tables take more than a moment to read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import psycopg

from faberdb_providers.postgres.live.estimating import MB, READ
from faberdb_providers.postgres.live.sizes import asking
from faberdb_providers.postgres.names import dotted

if TYPE_CHECKING:
    from faberdb.model import Address

MOMENT = 0.1
"""Seconds for which others may wait without noticing: less than many a query takes."""

# A table counts with all that inherit from it or from what it inherits from: a constraint of one of them is looked for
# in the rows of others, and the server takes none that is valid on one and NOT VALID below.
_SIZES = """
with recursive kin(name, relation) as (
    select n, to_regclass(n)::oid from unnest(%s::text[]) n
    union
    select k.name, case when i.inhrelid = k.relation then i.inhparent else i.inhrelid end
      from kin k join pg_inherits i on k.relation in (i.inhrelid, i.inhparent)
)
select name, sum(pg_table_size(relation))::bigint from kin where relation is not null group by name
"""


def large(connection: psycopg.Connection[Any], tables: Iterable[Address]) -> frozenset[Address]:
    """Those of the tables that are not read from end to end within a moment, indexes aside; also those whose size
    cannot be looked at."""
    names = {dotted(*table.path): table for table in tables if table.kind == "table"}
    if not names:
        return frozenset()
    try:
        with asking(connection) as cursor:
            found = cursor.execute(_SIZES, (sorted(names),)).fetchall()
    except psycopg.Error:
        return frozenset(names.values())
    small = {name for name, size in found if size is not None and size < MOMENT * READ * MB}
    return frozenset(table for name, table in names.items() if name not in small)
