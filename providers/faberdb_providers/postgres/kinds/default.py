"""Column defaults, of tables and of views: written as a key of the column, ordered on their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from faberdb.model import Action, Address, Change, Hazard, Object, Place, Risk, Statement, Turn, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.base import USER_SCHEMA, Found, PostgresKind, Row
from faberdb_providers.postgres.kinds.column.beside import is_retyped_beside
from faberdb_providers.postgres.kinds.column.clause import filled_by_default, no_value_given
from faberdb_providers.postgres.kinds.column.inherited import default_as_above, given_back_below
from faberdb_providers.postgres.kinds.column.not_null import made_not_null, set_not_null
from faberdb_providers.postgres.kinds.column.row_type import after_its_columns
from faberdb_providers.postgres.kinds.online.filling import after_that, in_parts, is_filled_in_parts
from faberdb_providers.postgres.kinds.position import begins_to_draw, left_by
from faberdb_providers.postgres.kinds.undisturbed import fires, reaching
from faberdb_providers.postgres.kinds.values import checked_at_once
from faberdb_providers.postgres.names import dotted, ident

if TYPE_CHECKING:
    from faberdb_providers.postgres.specs.base import Spec

_CHANGED = Hazard(codes.DEFAULT_CHANGED, "rows that say nothing of it get another value from the moment this commits")


class DefaultKind(PostgresKind):
    """`ALTER COLUMN ... SET DEFAULT`; https://www.postgresql.org/docs/current/ddl-default.html"""

    name = "default"
    alterable = True
    renamable = False
    created_inline = True
    dropped_inline = True
    texts = ("expression",)
    rebuilt_on_type_change = True

    def query(self, version: int) -> str:
        return (
            "select 'pg_attrdef'::regclass::oid, d.oid, 0, n.nspname, c.relname, a.attname, c.relkind::text,"
            " a.attislocal, pg_get_expr(d.adbin, d.adrelid)"
            " from pg_attrdef d join pg_class c on c.oid = d.adrelid join pg_namespace n on n.oid = c.relnamespace"
            " join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum"
            " left join lateral (select (array_agg(pg_get_expr(pd.adbin, pd.adrelid) order by i.inhseqno))[1] as text"
            "  from pg_inherits i join pg_attribute pa on pa.attrelid = i.inhparent and pa.attname = a.attname"
            "  join pg_attrdef pd on pd.adrelid = pa.attrelid and pd.adnum = pa.attnum"
            "  where i.inhrelid = a.attrelid and not a.attislocal) up on not a.attislocal"
            f" where a.attgenerated = '' and c.relkind in ('r', 'p', 'v', 'f') and {USER_SCHEMA}"
            " and (a.attislocal or up.text is distinct from pg_get_expr(d.adbin, d.adrelid))"
            " order by n.nspname, c.relname, a.attnum"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, _, schema, table, column, kind, _, expression = row
        path = (schema, table, column)
        parent = Address("view", path[:2]) if kind == "v" else Address("column", path)
        return (classid, oid, 0), Object(Address(self.name, path), {"expression": expression}, parent)

    def inlines(self, obj: Object) -> bool:
        return obj.parent is None or obj.parent.kind != "view"  # CREATE VIEW has no words for it

    def declare(self, place: Place, name: str, spec: Spec) -> Iterator[Object]:
        raise LookupError("a default is declared with its column")

    def write(self, obj: Object) -> Mapping[str, Any]:
        if obj.parent is not None and obj.parent.kind == "view":
            return {"column_defaults": {obj.address.path[-1]: obj.attributes["expression"]}}
        return {"default": obj.attributes["expression"]}

    def mentions(self, obj: Object) -> Iterable[str]:
        return [obj.attributes["expression"]]

    def disturbed_by(self, obj: Object, change: Change) -> bool:
        # The sequence of a serial column may change; only a type change or a replaced column needs the default anew.
        return super().disturbed_by(obj, change) and change.address.kind not in ("table", "foreign_table")

    def turn(
        self,
        change: Change,
        changes: Mapping[Address, Change],
        live: Mapping[Address, Object],
        target: Mapping[Address, Object],
    ) -> Turn:
        """A default that fills a new column does so before anything else comes to stand on that (a key would find rows
        without a value)."""
        if change.action is Action.REPLACE:
            rows = after_its_columns(change, changes)
            return rows._replace(last=rows.last | left_by(change.address, changes, live))
        return after_its_columns(change, changes)._replace(ahead=frozenset(_waiting(change, changes, live)))

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        if _goes_along(obj, work):
            return
        yield Statement(f"{_alter(obj)} SET DEFAULT {obj.attributes['expression']}")
        yield from given_back_below(obj.address, work)
        yield from begins_to_draw(obj, work, gone=True)
        column = work.after(obj.parent) if obj.parent else None
        if column is not None and column.address.kind == "column" and filled_by_default(column, work):
            if is_filled_in_parts(column, work):
                yield in_parts(column, "DEFAULT", work)
                yield from after_that(made_not_null(column, work))
                return
            whole, name = column.address.path[:-1], ident(column.address.path[-1])
            update = f"UPDATE {dotted(*whole)} SET {name} = DEFAULT WHERE {name} IS NULL"
            yield from checked_at_once(whole, work)
            yield Statement(reaching(whole, update, work), Risk.DANGEROUS, fires(whole, work))
            yield set_not_null(column, work)

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        yield Statement(f"{_alter(after)} SET DEFAULT {after.attributes['expression']}", Risk.SAFE, (_CHANGED,))
        yield from given_back_below(after.address, work)
        yield from begins_to_draw(after, work, gone=False)

    def drop(self, obj: Object, work: Work) -> Iterable[Statement]:
        if _goes_along(obj, work):
            return
        yield _without(obj, work)
        if work.after(obj.address) is None:
            yield from given_back_below(obj.address, work)

    def rename(self, before: Object, after: Object) -> Iterable[Statement]:
        return ()


def _waiting(change: Change, changes: Mapping[Address, Change], live: Mapping[Address, Object]) -> Iterator[Address]:
    """What comes to stand on the new column of a table that was there, less what the default needs itself."""
    default, column = change.after, changes.get(change.address._replace(kind="column"))
    if (
        default is None
        or column is None
        or column.before is not None
        or column.by  # it has been there, from a table above
        or Address("table", change.address.path[:2]) not in live
    ):
        return
    needed, todo = set[Address](), [default.address]
    while todo:
        other = changes.get(todo.pop())
        found = (set(other.after.references) if other is not None and other.after is not None else set()) - needed
        needed |= found
        todo += found
    if needed & changes.keys() <= {column.address}:
        return  # it is written into the statement that makes the column
    needed.add(default.address)
    for address, other in changes.items():
        if other.after is not None and column.address in other.after.references and address not in needed:
            yield address


def _goes_along(obj: Object, work: Work) -> bool:
    """Whether the column that it is of is about to be replaced by a second one, and gives it that when it goes."""
    if obj.parent is None or obj.parent.kind != "column" or work.after(obj.address) is None:
        return False
    return is_retyped_beside(work.before(obj.parent), work.after(obj.parent), work)


def _of_view(obj: Object) -> bool:
    return obj.parent is not None and obj.parent.kind == "view"


def _alter(obj: Object) -> str:
    what = "VIEW" if _of_view(obj) else "TABLE"
    return f"ALTER {what} {dotted(*obj.address.path[:-1])} ALTER COLUMN {ident(obj.address.path[-1])}"


def _without(obj: Object, work: Work) -> Statement:
    """The statement that takes a default away, or gives an inherited column that of its parent, unless it has one of
    its own again later: that of the parent may be of another type by then."""
    column = work.after(obj.address._replace(kind="column"))
    from_above = column is None or ("inherited" in column.attributes and not column.attributes.get("no_default"))
    if from_above and not _of_view(obj) and work.after(obj.address) is None:
        return default_as_above(obj.address, work)
    missed = no_value_given(column, work) if column is not None and not _of_view(obj) else ()
    return Statement(f"{_alter(obj)} DROP DEFAULT", Risk.SAFE, missed)


KIND = DefaultKind()
