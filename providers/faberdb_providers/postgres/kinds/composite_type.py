"""Composite types that are not the row type of a relation. Their attributes are objects of their own; what the type
itself says is their order, which counts here: a new one can only be added at the end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from faberdb.model import Action, Address, Change, Hazard, Object, Place, Risk, Statement, Turn, Verdict, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.attribute_values import (
    back_within,
    keep_values,
    keep_within,
    lost_within,
    values_back,
)
from faberdb_providers.postgres.kinds.background import collation, not_brought_along
from faberdb_providers.postgres.kinds.base import USER_SCHEMA, Found, PostgresKind, Row, compact
from faberdb_providers.postgres.kinds.held import types_within
from faberdb_providers.postgres.kinds.lossless import lossless
from faberdb_providers.postgres.kinds.namesake import retyped
from faberdb_providers.postgres.kinds.typed import out_of_place, places_change, typed_by
from faberdb_providers.postgres.kinds.types import (
    TypeKind,
    made_anew_below,
    used_in_rows,
)
from faberdb_providers.postgres.kinds.written import written
from faberdb_providers.postgres.names import ident, qualified

if TYPE_CHECKING:
    from faberdb_providers.postgres.specs.composite_type import AttributeSpec


class CompositeTypeKind(TypeKind):
    """`CREATE TYPE ... AS (...)`; https://www.postgresql.org/docs/current/rowtypes.html"""

    name = "composite_type"
    section = "composite_types"
    Declared: Any = written("composite_type", "CompositeTypeSpec")

    def query(self, version: int) -> str:
        return (
            "select 'pg_type'::regclass::oid, t.oid, 0, n.nspname, t.typname, array(select a.attname::text"
            "  from pg_attribute a where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped"
            "  order by a.attnum)"
            " from pg_type t join pg_class c on c.oid = t.typrelid and c.relkind = 'c'"
            " join pg_namespace n on n.oid = t.typnamespace"
            f" where t.typtype = 'c' and {not_brought_along('pg_type', 't')} and {USER_SCHEMA}"
            " order by n.nspname, t.typname"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, _, schema, name, order = row
        return (classid, oid, 0), Object(Address(self.name, (schema, name)), {"order": order})

    def declare(self, place: Place, name: str, spec: Any) -> Iterator[Object]:
        order = list(getattr(spec, "columns", None) or ())
        address = Address(self.name, (place.schema, name))
        yield from self.made(place, spec, address, {"order": order}, references=[Address("schema", (place.schema,))])

    def write(self, obj: Object) -> Mapping[str, Any]:
        return {}

    def claims(self, obj: Object) -> Iterable[tuple[str, ...]]:
        yield ("relation", *obj.address.path)
        yield from super().claims(obj)

    def compare(self, before: Object, after: Object) -> Verdict | None:
        if before.attributes["order"] == after.attributes["order"]:
            return None
        if not places_change(before, after):
            return Verdict(Action.ALTER, "attributes go, or are added at the end")
        return Verdict(Action.REPLACE, "attributes change places, which makes it anew under its columns")

    def forces(
        self, change: Change, live: Mapping[Address, Object], target: Mapping[Address, Object]
    ) -> Iterable[Address]:
        yield from super().forces(change, live, target)
        if change.before is not None and change.after is not None and out_of_place(change.before, change.after):
            here, there = (set(typed_by(change.address.path, objects)) for objects in (live, target))
            yield from sorted(here & there)

    def keeps(self, change: Change) -> str:
        # Attributes would travel with it, and what they lose of live values would be kept nowhere.
        return "" if change.action is Action.REPLACE else super().keeps(change)

    def made_of(self, obj: Object) -> Iterable[Address]:
        # One that was taken out of it would stand at the end when it comes back.
        yield from (Address("attribute", (*obj.address.path, name)) for name in obj.attributes["order"])
        yield from super().made_of(obj)

    def define(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        lines = [render(o) for o in sorted(inlined, key=lambda o: _rank(o, obj))]
        body = "(\n    " + ",\n    ".join(lines) + "\n)" if lines else "()"
        yield Statement(f"CREATE TYPE {qualified(obj.address)} AS {body}")

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        return ()  # the attributes change by themselves

    def drop(self, obj: Object, work: Work) -> Iterable[Statement]:
        *before, last = super().drop(obj, work)
        yield from before
        lost = work.after(obj.address) is not None and lost_within(obj, work)
        yield last._replace(risk=Risk.DESTRUCTIVE, hazards=(*last.hazards, LOST)) if lost else last

    def set_aside(self, obj: Object, work: Work) -> Iterable[Statement]:
        yield from keep_within(obj, work)

    def give_back(self, obj: Object, work: Work) -> Iterable[Statement]:
        yield from back_within(obj, work)


def _rank(attribute: Object, of: Object) -> int:
    order: list[str] = of.attributes["order"]
    return order.index(attribute.address.path[-1])


class AttributeKind(PostgresKind):
    """`ALTER TYPE ... ADD ATTRIBUTE`; https://www.postgresql.org/docs/current/sql-altertype.html"""

    name = "attribute"
    section = "columns"
    within = ("composite_type",)
    Declared: Any = written("composite_type", "AttributeSpec")
    shell = True
    created_inline = True
    dropped_inline = True
    rebuilt_on_type_change = True

    def query(self, version: int) -> str:
        return (
            "select 'pg_class'::regclass::oid, a.attrelid, a.attnum::int, n.nspname, c.relname, a.attname,"
            " format_type(a.atttypid, a.atttypmod),"
            f" case when a.attcollation <> e.typcollation then {collation('a.attcollation')} end"
            " from pg_attribute a join pg_type e on e.oid = a.atttypid join pg_class c on c.oid = a.attrelid"
            " join pg_namespace n on n.oid = c.relnamespace"
            " where c.relkind = 'c' and a.attnum > 0 and not a.attisdropped"
            f" and {not_brought_along('pg_type', 'c').replace('c.oid', 'c.reltype')} and {USER_SCHEMA}"
            " order by n.nspname, c.relname, a.attnum"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, number, schema, type_, name, of, collated = row
        parent = Address("composite_type", (schema, type_))
        attributes = compact({"type": of, "collation": collated})
        return (classid, oid, number), Object(Address(self.name, (*parent.path, name)), attributes, parent)

    def declare(self, place: Place, name: str, spec: AttributeSpec) -> Iterator[Object]:
        assert place.container is not None
        attributes = {"type": spec.type, "collation": spec.collation}
        address = Address(self.name, (*place.container.path, name))
        yield from self.made(place, spec, address, attributes, place.container)

    def mentions(self, obj: Object) -> Iterable[str]:
        return list(obj.attributes.values())

    def compare(self, before: Object, after: Object) -> Verdict | None:
        if before.attributes == after.attributes and not retyped(before, after):
            return None
        return Verdict(Action.ALTER, disturbs=True)

    def upsets(
        self, change: Change, live: Mapping[Address, Object], target: Mapping[Address, Object]
    ) -> Iterable[Address]:
        return typed_by(change.address.path[:2], live)

    def turn(
        self,
        change: Change,
        changes: Mapping[Address, Change],
        live: Mapping[Address, Object],
        target: Mapping[Address, Object],
    ) -> Turn:
        # Whole values of the type go to quarantine, and come back, as they are with this attribute.
        if change.action is Action.DROP and change.before and change.before.parent:
            gone = (c.before for c in changes.values() if c.action is Action.DROP or _of_another_type(c))
            return Turn(behind=_with_values_of(change.before.parent, gone, live))
        if change.action is Action.CREATE and change.after and change.after.parent:
            new = (c.after for c in changes.values() if c.action is Action.CREATE or _of_another_type(c))
            return Turn(ahead=_with_values_of(change.after.parent, new, target))
        return Turn()

    def rank(self, obj: Object, parent: Object) -> int | None:
        return _rank(obj, parent)

    def part_of(self, change: Change) -> Address | None:
        kept = change.before is not None and change.action in (Action.ALTER, Action.REPLACE)
        return change.before.parent if change.before is not None and kept else None

    def refused_in_place(self, change: Change, referrers: Sequence[Object], version: int) -> bool:
        # Taken off and put back, it would stand at the end.
        others = [o for o in referrers if change.before is None or o.parent != change.before.parent]
        return change.action is Action.REPLACE or used_in_rows(others)

    def disturbed_by(self, obj: Object, change: Change) -> bool:
        return change.action in (Action.DROP, Action.REPLACE) or made_anew_below(change)

    def keeps(self, change: Change) -> str:
        before, after = change.before, change.after
        if before is None or change.action is Action.CREATE:
            return ""
        if after is not None and lossless(before.attributes["type"], after.attributes["type"]):
            return ""
        return "values"

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        yield Statement(f"{_alter(obj)} ADD ATTRIBUTE {render(obj)} CASCADE", Risk.CAUTION, (_WIDER,))
        yield from values_back(obj, work)

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        collated = f" COLLATE {after.attributes['collation']}" if "collation" in after.attributes else ""
        name, type_ = ident(after.address.path[-1]), after.attributes["type"]
        yield Statement(f"{_alter(after)} ALTER ATTRIBUTE {name} TYPE {type_}{collated} CASCADE", Risk.CAUTION)

    def drop(self, obj: Object, work: Work) -> Iterable[Statement]:
        yield from keep_values(obj, work)
        sql = f"{_alter(obj)} DROP ATTRIBUTE {ident(obj.address.path[-1])} CASCADE"
        if work.keep(obj.address):
            yield Statement(sql, Risk.DESTRUCTIVE, (LOST,))
        else:
            yield Statement(sql, Risk.CAUTION)

    def rename(self, before: Object, after: Object) -> Iterable[Statement]:
        old, new = ident(before.address.path[-1]), ident(after.address.path[-1])
        hazard = Hazard(codes.RENAME, "queries that use the old name fail from the moment this commits")
        yield Statement(f"{_alter(after)} RENAME ATTRIBUTE {old} TO {new} CASCADE", Risk.DANGEROUS, (hazard,))


def _of_another_type(change: Change) -> bool:
    """Whether what holds values is of another type from then on."""
    before, after = change.before, change.after
    return before is not None and after is not None and before.attributes.get("type") != after.attributes.get("type")


def _with_values_of(
    type_: Address, parts: Iterable[Object | None], objects: Mapping[Address, Object]
) -> frozenset[Address]:
    """Those columns and attributes that hold values of a type, but for its own."""
    of_rows = [o for o in parts if o is not None and o.address.kind in ("column", "attribute") and o.parent != type_]
    return frozenset(o.address for o in of_rows if type_ in types_within(o, objects))


_WIDER = Hazard(
    codes.COMPOSITE_ATTRIBUTE, "what reads or writes the type whole meets one value more from now on", in_use=True
)
LOST = Hazard(codes.ATTRIBUTE_DROP, "its values leave every column of the type; they are kept in quarantine")


def _alter(obj: Object) -> str:
    assert obj.parent is not None
    return f"ALTER TYPE {qualified(obj.parent)}"


def render(attribute: Object) -> str:
    """An attribute as CREATE TYPE and ADD ATTRIBUTE write it."""
    collated = f" COLLATE {attribute.attributes['collation']}" if "collation" in attribute.attributes else ""
    return f"{ident(attribute.address.path[-1])} {attribute.attributes['type']}{collated}"


KINDS = (CompositeTypeKind(), AttributeKind())
