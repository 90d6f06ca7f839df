"""The columns that stay of a type while it is made anew, and so are carried: of another type meanwhile."""

from __future__ import annotations

from collections.abc import Iterator

from faberdb.model import Address, Hazard, Object, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.lineage import all_above
from faberdb_providers.postgres.names import dotted, ident

CARRIED = Hazard(
    codes.TYPE_REBUILD, "every table with a column of this type is locked while the column changes its type twice"
)


def alter_type(column: Object) -> str:
    """ALTER TABLE as far as the new type of a column."""
    table, name = dotted(*column.address.path[:-1]), ident(column.address.path[-1])
    return f"ALTER TABLE {table} ALTER COLUMN {name} TYPE"


def is_array(column: Object) -> bool:
    """Whether a column, or a domain, is an array of the type it refers to."""
    return str(column.attributes["type"]).endswith("[]")


def carriable(obj: Object) -> bool:
    """A generated column is made anew instead: it holds nothing of its own."""
    if obj.address.kind == "table":
        return "of" in obj.attributes
    return obj.address.kind == "column" and "generated" not in obj.attributes


def columns_of(address: Address, work: Work) -> list[Object]:
    """The live columns that are of a type, or arrays of it."""
    return [o for o in work.referrers(address, after=False) if o.address.kind == "column" and carriable(o)]


def values_of(domain: Address, work: Work) -> Iterator[Object]:
    """The live columns whose values a domain checks: those of it, and those of domains over it."""
    yield from (column for column in columns_of(domain, work) if not is_array(column))
    for other in work.referrers(domain, after=False):
        if other.address.kind == "domain" and not is_array(other):
            yield from values_of(other.address, work)


def carried(address: Address, work: Work) -> Iterator[Object]:
    """The columns that stay of the type while it is made anew, less those that follow the tables above theirs."""
    return (column for column in staying(address, work) if not follows(column, work))


def staying(address: Address, work: Work) -> Iterator[Object]:
    for column in columns_of(address, work):
        after = work.after(column.address)
        if after is not None and address in after.references and "generated" not in after.attributes:
            yield column


def follows(column: Object, work: Work) -> bool:
    """Whether a column that a child table writes too follows ALTER TYPE of the table above, and refuses its own."""
    table, name = work.before(column.parent) if column.parent else None, column.address.path[-1]
    above = all_above(table, work.before) if table else ()
    return any(work.before(Address("column", (*parent.address.path, name))) for parent in above)
