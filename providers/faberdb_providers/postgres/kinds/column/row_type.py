"""The row type of a table where others use it: in columns, and in expressions that make a row.

The server refuses to change the type of a column while another table has a column of the row type. Such columns are
carried meanwhile, by the names of the row's columns, like those of composite types (see by_name): they are of the row
type of an empty table that is like this one was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from faberdb.errors import DeclarationError
from faberdb.model import Address, Change, Object, Risk, Statement, Turn, Work
from faberdb_providers.postgres.kinds.carrying import CARRIED, alter_type, carried, is_array
from faberdb_providers.postgres.kinds.column.stored import storage_again
from faberdb_providers.postgres.kinds.column.type_change import converted
from faberdb_providers.postgres.kinds.held import holders
from faberdb_providers.postgres.kinds.lossless import lossless, refuses, stored_as
from faberdb_providers.postgres.kinds.namesake import as_it_stands
from faberdb_providers.postgres.kinds.rows_elsewhere import refuse_within
from faberdb_providers.postgres.kinds.values import cast_of
from faberdb_providers.postgres.names import clipped, ident, literal, qualified
from faberdb_providers.postgres.pattern import pattern

USES = """
select 'pg_class'::regclass::oid, a.attrelid, a.attnum::int, 'pg_class'::regclass::oid, b.attrelid, b.attnum::int, false
  from pg_type t join pg_class c on c.oid = t.typrelid and c.relkind in ('r', 'p')
  cross join lateral (values (t.oid), (t.typarray)) v (type)
  join pg_attribute a on a.atttypid = v.type and a.atttypid >= 16384 and a.attrelid >= 16384 and a.attnum > 0
   and not a.attisdropped
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


def around_rows(
    changes: Mapping[Address, str], column: Address, made: Iterable[Statement], work: Work
) -> Iterator[Statement]:
    """The statements that give a column another type, between those that carry the columns of its row away and back.
    What several columns that change together need comes once. changes: those that do, with the expression that makes
    the values of each those of its new type; the server's own conversion has only the name there."""
    table = Address("table", column.path[:2])
    columns = [holder for holder in carried(table, work) if of_row(holder, table.path)]
    if not columns:
        yield from made
        return
    schema, name = table.path
    twin = qualified(Address("table", (schema, clipped(name, "__faberdb"))))
    yield Statement(f"CREATE TABLE {twin} (LIKE {qualified(table)})", shared=True)
    for holder in columns:
        of = f"{twin}{'[]' if is_array(holder) else ''}"
        away = f"{alter_type(holder)} {of} USING {ident(holder.address.path[-1])}::text::{of}"
        yield Statement(away, Risk.DANGEROUS, (CARRIED,), shared=True)
    yield from made
    yield Statement(_conversion(twin, table, changes), shared=True)
    yield Statement(f"CREATE CAST ({twin} AS {qualified(table)}) WITH FUNCTION {twin}({twin})", shared=True)
    for holder in columns:
        back = f"{ident(holder.address.path[-1])}::{holder.attributes['type']}"
        yield Statement(f"{alter_type(holder)} {holder.attributes['type']} USING {back}", Risk.DANGEROUS, shared=True)
        yield from (again._replace(shared=True) for again in storage_again(holder, work))
    yield Statement(f"DROP CAST ({twin} AS {qualified(table)})", shared=True)
    yield Statement(f"DROP FUNCTION {twin}({twin})", shared=True)
    yield Statement(f"DROP TABLE {twin}", shared=True)


def around_rows_of(column: Object, value: str, made: Iterable[Statement], work: Work) -> Iterator[Statement]:
    """The same around a column that is carried while its own type is made anew. value: what makes its values others.

    Raises DeclarationError.
    """
    refuse_within(column.address, work)
    yield from around_rows({column.address: value}, column.address, made, work)


def _conversion(twin: str, table: Address, changes: Mapping[Address, str]) -> str:
    """What makes the function that reads a row into the new form. Which columns the table has right then, only the
    server can tell: others come and go by the same plan."""
    cases = [
        f"WHEN {literal(c.path[-1]).strip()} THEN {literal(_set(c, value)).strip()}" for c, value in changes.items()
    ]
    return (
        f"DO $faberdb$ BEGIN EXECUTE (SELECT {literal(_HEAD.format(twin=twin, table=qualified(table))).strip()}"
        f" || string_agg(CASE a.attname {' '.join(cases)} ELSE format('made.%1$I := ($1).%1$I; ', a.attname) END, ''"
        " ORDER BY a.attnum) || 'RETURN made; END $made$' FROM pg_catalog.pg_attribute a"
        f" WHERE a.attrelid = {literal(qualified(table)).strip()}::pg_catalog.regclass AND a.attnum > 0"
        " AND NOT a.attisdropped); END $faberdb$"
    )


_HEAD = (
    "CREATE FUNCTION {twin}({twin}) RETURNS {table} LANGUAGE plpgsql STRICT AS $made$"
    " #variable_conflict use_column DECLARE made {table}; BEGIN "
)


def _set(column: Address, value: str) -> str:
    return f"made.{ident(column.path[-1])} := (SELECT {value} FROM (SELECT ($1).*) AS {ident(column.path[-2])}); "


def rows_of_changes(column: Address, work: Work) -> dict[Address, str]:
    """The columns that change their type together with one, with the expressions that do it, for `around_rows`.

    Raises DeclarationError.
    """
    found = {}
    for address in work.together(column):
        old, new = work.before(address), work.after(address)
        if old is None or new is None or address.kind != "column" or not converted(old, new):
            continue
        old = as_it_stands(old, work)
        for holder, _ in holders(Address("table", address.path[:2]), work):
            _refuse_silent_losses(old, new, holder)
        refuse_within(address, work)
        fits = refuses(old.attributes["type"], stored_as(new, work))
        found[address] = ident(address.path[-1]) if fits else cast_of(old, new, work)
    return found


_ROUNDED = pattern(r"date|time|interval|real|double|numeric\(")


def _refuse_silent_losses(before: Object, after: Object, column: Object) -> None:
    """Say so where values inside of rows would be rounded, cut or made others without a word: nothing keeps them.

    Raises DeclarationError.
    """
    old, new = before.attributes["type"], after.attributes["type"]
    loses = not (lossless(old, new) or lossless(new, old)) or (_ROUNDED.match(new) and not lossless(old, new))
    if old != new and (loses or "using" in after.hints):
        how = " by `using`" if "using" in after.hints else ""
        raise DeclarationError(
            f"its type cannot change from {old} to {new}{how} while {column.address.spoken} holds rows of the table",
            where=after.address.spoken,
            advice="rows in that column would lose what they have now, and no rollback could give it back; give that"
            " column another type first, or add a new column beside this one",
        )


def after_its_columns(change: Change, changes: Mapping[Address, Change]) -> Turn:
    """An expression that makes rows of a table has as many values as that has columns."""
    own = change.address.path[:2]
    tables = {r.path for r in change.after.references if r.kind == "table"} - {own} if change.after else set()
    return Turn(last=frozenset(a for a in changes if tables and a.kind == "column" and a.path[:2] in tables))
