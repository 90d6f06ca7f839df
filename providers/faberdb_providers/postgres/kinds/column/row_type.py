"""The row type of a table where others use it: in columns, and in expressions that make a row.

The server refuses to change the type of a column while another table has a column of the row type. Such columns are
carried as JSON meanwhile, by the names of the row's columns, like those of composite types (see by_name).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from faberdb.errors import DeclarationError
from faberdb.model import Address, Change, Object, Risk, Statement, Turn, Work
from faberdb_providers.postgres.kinds.by_name import around_wrappers, as_json, from_json
from faberdb_providers.postgres.kinds.carrying import CARRIED, alter_type, carried, is_array
from faberdb_providers.postgres.kinds.column.stored import storage_again
from faberdb_providers.postgres.kinds.lossless import lossless
from faberdb_providers.postgres.names import ident, qualified

USES = """
select 'pg_class'::regclass::oid, a.attrelid, a.attnum::int, 'pg_class'::regclass::oid, b.attrelid, b.attnum::int, false
  from pg_type t join pg_class c on c.oid = t.typrelid and c.relkind in ('r', 'p')
  join pg_attribute a on a.atttypid in (t.oid, t.typarray) and a.attnum > 0 and not a.attisdropped
  join pg_class u on u.oid = a.attrelid and u.relkind in ('r', 'p')
  join pg_attribute b on b.attrelid = c.oid and b.attnum > 0 and not b.attisdropped
 where t.oid >= 16384 and c.oid <> u.oid
union all
select 'pg_class'::regclass::oid, x.indexrelid, 0, 'pg_class'::regclass::oid, b.attrelid, b.attnum::int, false
  from pg_index x join pg_attribute b on b.attrelid = x.indrelid and b.attnum > 0 and not b.attisdropped
 where x.indexrelid >= 16384 and concat(x.indexprs, x.indpred) ~ ':varattno 0 '
union all
select 'pg_constraint'::regclass::oid, k.oid, 0, 'pg_class'::regclass::oid, b.attrelid, b.attnum::int, false
  from pg_constraint k join pg_attribute b on b.attrelid = k.conrelid and b.attnum > 0 and not b.attisdropped
 where k.oid >= 16384 and k.contype = 'c' and k.conbin::text ~ ':varattno 0 '
"""
"""What stands on every column of a table and, to pg_depend, on none of them: the columns of its row type, and indexes
and checks over whole rows of it."""


def of_row(column: Object, table: tuple[str, ...]) -> bool:
    """Whether a column is of the row type of a table, or an array of it."""
    return str(column.attributes.get("type", "")).removesuffix("[]") == qualified(Address("table", table))


def columns_of_row(change: Change, referrers: Iterable[Object]) -> Iterator[Address]:
    """The columns that are of the row type of the table whose column changes its type."""
    for obj in referrers:
        if obj.address.kind == "column" and of_row(obj, change.address.path[:2]):
            yield obj.address


def around_rows(before: Object, after: Object, made: Iterable[Statement], work: Work) -> Iterator[Statement]:
    """The statements that give a column another type, between those that carry the columns of its row away and back.
    What several columns that change together need comes once."""
    table = Address("table", after.address.path[:2])
    columns = [column for column in carried(table, work) if of_row(column, table.path)]
    for column in columns:
        _refuse_silent_losses(before, after, column)
        type_, value = as_json(column)
        yield Statement(f"{alter_type(column)} {type_} USING {value}", Risk.DANGEROUS, (CARRIED,), shared=True)
    yield from made
    wrapped = Object(table, {})
    back = [statement for column in columns for statement in _back(wrapped, column, work)]
    if back:
        all_back = around_wrappers(wrapped, (column for column in columns if is_array(column)), back)
        yield from (replace(statement, shared=True) for statement in all_back)


def _back(table: Object, column: Object, work: Work) -> Iterator[Statement]:
    # Of a column without a value, an object of NULLs would be made.
    name, type_ = ident(column.address.path[-1]), column.attributes["type"]
    value = f"CASE WHEN {name} IS NOT NULL THEN json_populate_record(NULL::{type_}, {name}) END"
    value = from_json(table, column) if is_array(column) else value
    yield Statement(f"{alter_type(column)} {type_} USING {value}", Risk.DANGEROUS)
    yield from storage_again(column, work)


_ROUNDED = re.compile(r"date|time|interval|real|double|numeric\(")


def _refuse_silent_losses(before: Object, after: Object, column: Object) -> None:
    """Say so where values inside of rows would be rounded or cut without a word: nothing keeps them.

    Raises DeclarationError.
    """
    old, new = before.attributes["type"], after.attributes["type"]
    loses = not (lossless(old, new) or lossless(new, old)) or (_ROUNDED.match(new) and not lossless(old, new))
    if old != new and loses:
        raise DeclarationError(
            f"its type cannot change from {old} to {new} while {column.address.spoken} holds rows of the table",
            where=after.address.spoken,
            advice="rows in that column would lose what the new type has no place for; give that column another type",
        )


def after_its_columns(change: Change, changes: Mapping[Address, Change]) -> Turn:
    """An expression that makes rows of a table has as many values as that has columns."""
    own = change.address.path[:2]
    tables = {r.path for r in change.after.references if r.kind == "table"} - {own} if change.after else set()
    return Turn(last=frozenset(a for a in changes if tables and a.kind == "column" and a.path[:2] in tables))
