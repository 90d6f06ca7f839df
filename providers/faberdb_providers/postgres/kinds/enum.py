"""Enum types. Values are added in place; a value removed or moved makes the type anew under its columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from faberdb.model import Action, Address, Change, Hazard, Object, Place, Risk, Statement, Verdict, Work
from faberdb_providers.postgres.kinds.base import USER_SCHEMA, Found, PostgresKind, Row
from faberdb_providers.postgres.kinds.granting import bare
from faberdb_providers.postgres.kinds.in_the_way import rows_where
from faberdb_providers.postgres.kinds.spec import GrantableSpec, LabelledSpec, OwnedSpec
from faberdb_providers.postgres.kinds.types import carried
from faberdb_providers.postgres.names import dotted, ident, literal, qualified


class EnumSpec(OwnedSpec, GrantableSpec, LabelledSpec):
    """An enum type; a bare list is its values."""

    short = "values"
    short_type = "array"

    values: list[str]
    """In their sort order."""


class EnumKind(PostgresKind):
    """`CREATE TYPE ... AS ENUM`; https://www.postgresql.org/docs/current/datatype-enum.html"""

    name = "enum"
    section = "enums"
    Declared = EnumSpec
    sql_name = "TYPE"

    def query(self, version: int) -> str:
        return (
            "select 'pg_type'::regclass::oid, t.oid, 0, n.nspname, t.typname,"
            " array(select e.enumlabel::text from pg_enum e where e.enumtypid = t.oid order by e.enumsortorder)"
            f" from pg_type t join pg_namespace n on n.oid = t.typnamespace where t.typtype = 'e' and {USER_SCHEMA}"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, _, schema, name, values = row
        return (classid, oid, 0), Object(Address(self.name, (schema, name)), {"values": values})

    def declare(self, place: Place, name: str, spec: EnumSpec) -> Iterator[Object]:
        schema = Address("schema", (place.schema,))
        address = Address(self.name, (place.schema, name))
        yield from self.made(place, spec, address, {"values": spec.values}, references=[schema])

    def claims(self, obj: Object) -> Iterable[tuple[str, ...]]:
        yield ("type", *obj.address.path)

    def compare(self, before: Object, after: Object) -> Verdict | None:
        old, new = before.attributes["values"], after.attributes["values"]
        if old == new:
            return None
        if [v for v in new if v in set(old)] == old:
            return Verdict(Action.ALTER)
        return Verdict(Action.ALTER, "values were removed or reordered, so the type is made anew", disturbs=True)

    def touches(self, change: Change, referrers: Sequence[Object]) -> Iterable[Address]:
        columns = [o for o in referrers if o.address.kind == "column" and "generated" not in o.attributes]
        return [o.address for o in columns] if change.disturbs else ()

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        kept = work.kept(obj.address)
        if kept:
            yield Statement(
                f"ALTER TYPE {dotted(kept.place, obj.address.path[-1])} SET SCHEMA {ident(obj.address.path[0])}"
            )
            return
        values = ", ".join(literal(v).strip() for v in obj.attributes["values"])
        yield Statement(f"CREATE TYPE {qualified(obj.address)} AS ENUM ({values})")
        yield from bare(obj.address, work)

    def drop(self, obj: Object, work: Work) -> Iterable[Statement]:
        kept = work.keep(obj.address)
        if kept:
            # Rows in quarantine may still use the type, so it goes where they are.
            yield Statement(f"ALTER {self.identity(obj)} SET SCHEMA {ident(kept.place)}", Risk.CAUTION)
        else:
            yield Statement(f"DROP {self.identity(obj)}", Risk.CAUTION)

    def keeps(self, change: Change) -> str:
        return "moved" if change.action in (Action.DROP, Action.REPLACE) else ""

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        old, new = before.attributes["values"], after.attributes["values"]
        if [v for v in new if v in set(old)] == old:
            yield from _add_values(after, old, new)
        else:
            yield from _rebuild(before, after, work)


def _add_values(after: Object, old: list[str], new: list[str]) -> Iterator[Statement]:
    """ADD VALUE, each beside its neighbour. A new value cannot be used before its transaction has committed
    (PostgreSQL docs, ALTER TYPE, Notes), so nothing else shares that transaction."""
    present = list(old)
    for index, value in enumerate(new):
        if value in present:
            continue
        place = "" if index == len(present) else f" BEFORE {literal(present[index]).strip()}"
        present.insert(index, value)
        yield Statement(
            f"ALTER TYPE {qualified(after.address)} ADD VALUE {literal(value).strip()}{place}",
            Risk.SAFE,
            own_transaction=True,
        )


def _rebuild(before: Object, after: Object, work: Work) -> Iterator[Statement]:
    schema, name = after.address.path
    old, new = dotted(schema, f"{name[:50]}__faberdb_old"), dotted(schema, name)
    values = ", ".join(literal(v).strip() for v in after.attributes["values"])
    gone = [v for v in before.attributes["values"] if v not in set(after.attributes["values"])]
    hazard = Hazard("enum-rebuild", "every table with a column of this type is rewritten while it is locked")
    yield Statement(f"ALTER TYPE {new} RENAME TO {ident(name[:50] + '__faberdb_old')}", Risk.DANGEROUS, (hazard,))
    yield Statement(f"CREATE TYPE {new} AS ENUM ({values})")
    for column in carried(after.address, work):
        array = column.attributes["type"].endswith("[]")
        table, c = dotted(*column.address.path[:-1]), ident(column.address.path[-1])
        cast = f"{c}::text{'[]' if array else ''}::{new}{'[]' if array else ''}"
        lost = ", ".join(literal(v).strip() for v in gone)
        hit = f"t.{c}::text[] && ARRAY[{lost}]" if array else f"t.{c}::text IN ({lost})"
        yield Statement(
            f"ALTER TABLE {table} ALTER COLUMN {c} TYPE {new}{'[]' if array else ''} USING {cast}",
            Risk.DANGEROUS,
            probe=rows_where(Address("table", column.address.path[:-1]), hit, work) if gone else (),
        )
    yield Statement(f"DROP TYPE {old}")


KIND = EnumKind()
