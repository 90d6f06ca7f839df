"""Enum types. Values are added and renamed in place; a value removed or moved makes the type anew under its columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from faberdb.model import (
    IRREVERSIBLE,
    Action,
    Address,
    Change,
    Hazard,
    Object,
    Place,
    Risk,
    Statement,
    Verdict,
    Work,
    reworded,
)
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.base import USER_SCHEMA, Found, PostgresKind, Row
from faberdb_providers.postgres.kinds.enum_values import (
    added_values,
    type_made_anew,
    unknown_former_values,
    values_given_back,
    values_gone,
)
from faberdb_providers.postgres.kinds.granting import bare
from faberdb_providers.postgres.kinds.held import places
from faberdb_providers.postgres.kinds.types import parted_by, refuse_under_keys
from faberdb_providers.postgres.kinds.written import written
from faberdb_providers.postgres.names import dotted, ident, literal, qualified

if TYPE_CHECKING:
    from faberdb_providers.postgres.specs.enum import EnumSpec


class EnumKind(PostgresKind):
    """`CREATE TYPE ... AS ENUM`; https://www.postgresql.org/docs/current/datatype-enum.html"""

    name = "enum"
    in_use = "values that go or change places"
    section = "enums"
    Declared: Any = written("enum", "EnumSpec")
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
        entries = [entry for entry in spec.values if not isinstance(entry, str)]
        former = {entry.value: entry.renamed_from for entry in entries if entry.renamed_from is not None}
        values = [entry if isinstance(entry, str) else entry.value for entry in spec.values]
        olds = [old for old in former.values() if old]
        twice = next((old for old in olds if olds.count(old) > 1), None)
        if twice is not None:
            raise ValueError(f"two values cannot both be renamed from {twice!r}")
        still = next((old for old in olds if old not in former and old in values), None)
        if still is not None:
            raise ValueError(f"{still!r} is still a value, so none can be renamed from it; take it out of `values`")
        hints = {"values_from": former} if former else None
        yield from self.made(place, spec, address, {"values": values}, references=[schema], hints=hints)

    def write(self, obj: Object) -> Mapping[str, Any]:
        former = obj.hints.get("values_from", {})
        values = obj.attributes["values"]
        return {"values": [{"value": v, "renamed_from": former[v]} if v in former else v for v in values]}

    def claims(self, obj: Object) -> Iterable[tuple[str, ...]]:
        yield ("type", *obj.address.path)

    def renamed_within(self, live: Object, wanted: Object) -> Object | None:
        there = live.attributes["values"]
        new = {old: value for value, old in wanted.hints.get("values_from", {}).items() if old and value not in there}
        values = [new.get(value, value) for value in there]
        return None if values == there else live._replace(attributes={"values": values})

    def compare(self, before: Object, after: Object) -> Verdict | None:
        old, new = before.attributes["values"], after.attributes["values"]
        if old == new:
            return None
        if [v for v in new if v in set(old)] == old:
            return Verdict(Action.ALTER)
        return Verdict(Action.ALTER, "values were removed or reordered, so the type is made anew", disturbs=True)

    def outlasts(self, made: Object, before: Object, objects: Mapping[Address, Object]) -> bool:
        """A value that was added stays where tables are partitioned by such values: nothing changes their type."""
        more = not set(made.attributes["values"]) <= set(before.attributes["values"])
        return more and any(parted_by(made.address, objects))

    def committed_first(self, change: Change) -> bool:
        """ADD VALUE, which nothing has to make way for."""
        return change.action is Action.ALTER and not change.disturbs

    def touches(self, change: Change, referrers: Sequence[Object]) -> Iterable[Address]:
        columns = [o for o in referrers if o.address.kind == "column" and "generated" not in o.attributes]
        return [o.address for o in columns] if change.disturbs else ()

    def forces(
        self, change: Change, live: Mapping[Address, Object], target: Mapping[Address, Object]
    ) -> Iterable[Address]:
        if change.disturbs:
            refuse_under_keys(change.address, live, target)
        return ()

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
        if change.action in (Action.DROP, Action.REPLACE):
            return "moved"
        if change.before and change.after and values_gone(change.before, change.after):
            return "values"
        return "aside" if change.disturbs and change.held else ""

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        old, new = before.attributes["values"], after.attributes["values"]
        if [v for v in new if v in set(old)] == old:
            tables = {o.address: o for kind in ("table", "column") for o in work.all_of(kind, after=True)}
            stays = (_STAYS,) if self.outlasts(after, before, tables) else ()
            said = {
                value: Hazard(codes.ENUM_VALUE, f"it is new: its renamed_from says {former!r}, which is no value here")
                for value, former in unknown_former_values(before, after).items()
            }
            for value, added in added_values(after, old, new):
                yield added._replace(hazards=(*stays, *([said[value]] if value in said else [])))
            back = work.kept(after.address)
            for column, place in places(back, work, after=True) if back else ():
                yield from values_given_back(column, place, column.attributes["type"], work)
        else:
            yield from type_made_anew(before, after, work)

    def rename(self, before: Object, after: Object) -> Iterable[Statement]:
        yield from super().rename(before, after)
        hazard = Hazard(codes.VALUE_RENAMED, "what writes or asks for the old value fails from the moment this commits")
        for old, new in reworded(before, after):
            sql = f"ALTER {self.identity(after)} RENAME VALUE {literal(old).strip()} TO {literal(new).strip()}"
            yield Statement(sql, Risk.DANGEROUS, (hazard,))


_STAYS = Hazard(
    IRREVERSIBLE, "undo: none (a table is partitioned by such values, so a rollback leaves the value where it is)"
)


KIND = EnumKind()
