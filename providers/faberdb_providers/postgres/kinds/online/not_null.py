"""NOT NULL of a table in use: first it holds for what is written, later the rows that are there are looked at under a
lock that lets others read and write. Since PostgreSQL 18 NOT NULL can be NOT VALID; before, a check that is, and is
validated, proves to SET NOT NULL that it need not look. PostgreSQL docs, ALTER TABLE, SET NOT NULL."""

from __future__ import annotations

from collections.abc import Iterator

from faberdb.model import Address, Object, Risk, Statement, Work
from faberdb_providers.postgres.kinds.lineage import above, all_below
from faberdb_providers.postgres.kinds.online.constraint import validated
from faberdb_providers.postgres.kinds.online.index import NEW, is_beside
from faberdb_providers.postgres.names import dotted, ident, marked

_SPECIAL = {"identity", "not_null_no_inherit", "not_null_not_valid"}


def is_proven(column: Object, work: Work) -> bool:
    """Whether rows without a value are looked for beside reads and writes. Not where something else of the same plan
    needs NOT NULL at once: a primary key that is added in one step, a replica identity."""
    table = work.after(column.parent) if column.parent else None
    if table is None or not work.online(table.address) or _SPECIAL & column.attributes.keys():
        return False
    if above(table) or all_below(table, work) or str(table.attributes.get("replica_identity", "")).startswith("index "):
        return False
    keys = (o for o in work.children(table.address, after=True) if o.address.kind == "primary_key")
    return all(column.address.path[-1] not in key.attributes["columns"] or is_beside(key, work) for key in keys)


def proven(column: Object, name: str, probe: tuple[str, ...], work: Work) -> Iterator[Statement]:
    """name: of the constraint, from 18 on."""
    table, what = dotted(*column.address.path[:-1]), ident(column.address.path[-1])
    place = column.address.path[:-1]
    if work.version >= 18:
        yield Statement(f"ALTER TABLE {table} ADD CONSTRAINT {ident(name)} NOT NULL {what} NOT VALID", Risk.CAUTION)
        yield validated(Object(Address("check", (*place, name)), {}), probe, later=True)
        return
    proof = marked("_".join(column.address.path[-2:]), NEW)
    yield Statement(
        f"ALTER TABLE {table} ADD CONSTRAINT {ident(proof)} CHECK ({what} IS NOT NULL) NOT VALID", Risk.CAUTION
    )
    yield validated(Object(Address("check", (*place, proof)), {}), probe, later=True)
    yield Statement(f"ALTER TABLE {table} ALTER COLUMN {what} SET NOT NULL", Risk.CAUTION, afterwards=True)
    # In a statement of its own: together with SET NOT NULL the server drops it first, and looks at all rows.
    gone = Statement(f"ALTER TABLE {table} DROP CONSTRAINT {ident(proof)}", Risk.CAUTION)
    yield gone._replace(afterwards=True, joined=True)
