"""Rows of a table in columns of others, kept as text while columns of that table are kept by themselves.

Such a text has the values in the order of the table's columns. Those that come back stand at the end then, so the text
is read by a type that has the columns as they stood, and a cast from there that knows each by its name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from faberdb.model import Address, Risk, Statement
from faberdb_providers.postgres.names import clipped, ident, qualified

if TYPE_CHECKING:
    from faberdb.model import Kept, Object, Work


def order_of_row(column: Object, work: Work) -> list[str]:
    """The columns of the table whose rows a live column holds, in their order; empty for a column of another type."""
    table = _table_of(column)
    obj = work.before(table) if table is not None else None
    if table is None or obj is None or {"inherits", "partition_of"} & obj.attributes.keys():
        return []
    return [o.address.path[-1] for o in work.children(table, after=False) if o.address.kind == "column"]


def reader(column: Object, kept: Kept, work: Work) -> str:
    """The type that reads the kept texts of a column, if its own would give the values to the wrong columns."""
    table, order = _table_of(column), kept.detail.get("row", ())
    if table is None or not any(work.kept(_column(table, name)) for name in order):
        return ""
    return qualified(Address("type", (table.path[0], clipped(table.path[1], "__faberdb_kept"))))


def made_reader(column: Object, kept: Kept, work: Work) -> Iterator[Statement]:
    """That type, and the cast from there."""
    name, table = reader(column, kept, work), _table_of(column)
    if not name or table is None:
        return
    wanted = {n: work.after(_column(table, n)) for n in kept.detail["row"]}
    body = ", ".join(f"{ident(n)} {o.attributes['type'] if o else 'text'}" for n, o in wanted.items())
    yield Statement(f"CREATE TYPE {name} AS ({body})", shared=True)
    lines = " ".join(f"made.{ident(n)} := ($1).{ident(n)};" for n, o in wanted.items() if o is not None)
    yield Statement(
        f"CREATE FUNCTION {name}({name}) RETURNS {qualified(table)} LANGUAGE plpgsql STRICT AS $faberdb$"
        f" DECLARE made {qualified(table)}; BEGIN {lines} RETURN made; END $faberdb$",
        shared=True,
    )
    yield Statement(f"CREATE CAST ({name} AS {qualified(table)}) WITH FUNCTION {name}({name})", shared=True)


def gone_reader(column: Object, kept: Kept, work: Work) -> Iterator[Statement]:
    """Neither is there any more."""
    name, table = reader(column, kept, work), _table_of(column)
    if name and table is not None:
        yield Statement(f"DROP CAST ({name} AS {qualified(table)})", Risk.SAFE, shared=True)
        yield Statement(f"DROP FUNCTION {name}({name})", Risk.SAFE, shared=True)
        yield Statement(f"DROP TYPE {name}", Risk.SAFE, shared=True)


def _table_of(column: Object) -> Address | None:
    type_ = str(column.attributes.get("type", "")).removesuffix("[]")
    return next((r for r in column.references if r.kind == "table" and qualified(r) == type_), None)


def _column(table: Address, name: str) -> Address:
    return Address("column", (*table.path, name))
