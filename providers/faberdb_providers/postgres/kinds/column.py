"""Columns: type, null, identity, generated, collation, storage. A default is an object of its own, because it can
refer to what its column must exist before."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from pydantic import model_validator

from faberdb.model import Action, Address, Change, Hazard, Object, Place, Risk, Statement, Verdict, Work
from faberdb_providers.postgres.kinds.acl import owner_of
from faberdb_providers.postgres.kinds.along import grants_on
from faberdb_providers.postgres.kinds.base import USER_SCHEMA, Found, PostgresKind, Row, compact
from faberdb_providers.postgres.kinds.foreign import option_moves, options_clause
from faberdb_providers.postgres.kinds.granting import bare
from faberdb_providers.postgres.kinds.lineage import all_above
from faberdb_providers.postgres.kinds.lossless import altered, filled, lossless
from faberdb_providers.postgres.kinds.sequence import (
    clauses,
    keep_position,
    not_default,
    position_lost,
    position_within,
    restore_position,
)
from faberdb_providers.postgres.kinds.spec import GrantableSpec
from faberdb_providers.postgres.kinds.storage import option_texts, stored_options
from faberdb_providers.postgres.kinds.values import (
    cast_of,
    fill,
    fires,
    note_same,
    noted_before,
    restore,
    rows_where,
    save,
)
from faberdb_providers.postgres.names import dotted, ident, literal, options

STORAGE = {"p": "plain", "e": "external", "m": "main", "x": "extended"}
COMPRESSION = {"p": "pglz", "l": "lz4"}
SERIAL = {
    "smallserial": "smallint",
    "serial2": "smallint",
    "serial": "integer",
    "serial4": "integer",
    "bigserial": "bigint",
    "serial8": "bigint",
}


class IdentitySpec(GrantableSpec):
    """GENERATED ... AS IDENTITY with options of its sequence."""

    short = "generated"

    generated: Literal["always", "by default"] = "by default"
    name: str | None = None
    """Of the sequence, where it is not TABLE_COLUMN_seq."""
    start: int | None = None
    increment: int | None = None
    min: int | None = None
    max: int | None = None
    cache: int | None = None
    cycle: bool = False


class ColumnSpec(GrantableSpec):
    """A column; a bare string is its type. NOT NULL unless `null = true`."""

    short = "type"

    type: str | None = None
    """Any type the server knows; `serial` and its kin stand for a sequence and a default."""
    inherited: bool = False
    """The column comes from a parent table, and this entry says only what is different here; it has no type."""
    null: bool = False
    default: str | None = None
    """An SQL expression: a string constant has its own quotes, `"'new'"`."""
    identity: IdentitySpec | None = None
    generated: str | None = None
    """The expression of a generated column."""
    virtual: bool = False
    """Generated when read, not stored (PostgreSQL 18)."""
    collation: str | None = None
    storage: Literal["plain", "external", "main", "extended"] | None = None
    compression: Literal["pglz", "lz4"] | None = None
    statistics: int | None = None
    options: dict[str, str | int | float] = {}
    """`n_distinct` and the like."""
    foreign_options: dict[str, str | int | float | bool] = {}
    """What the foreign data wrapper is told of a column of a foreign table."""
    not_null: bool = False
    """Of an inherited column: NOT NULL, though that of the parent is not."""
    no_default: bool = False
    """Of an inherited column: none, though that of the parent has one."""
    not_null_name: str | None = None
    """Of the NOT NULL constraint (PostgreSQL 18), where it is not TABLE_COLUMN_not_null."""
    not_null_no_inherit: bool = False
    """Child tables need not be NOT NULL (PostgreSQL 18)."""
    not_null_not_valid: bool = False
    """Rows that were there before may have no value (PostgreSQL 18)."""
    backfill: str | None = None
    """Expression that fills existing rows when the column is added or becomes NOT NULL."""
    using: str | None = None
    """Expression that makes the new value when the type changes."""

    @model_validator(mode="after")
    def _type_or_inherited(self) -> ColumnSpec:
        if self.inherited:
            said = self.model_fields_set - OF_INHERITED
            if said:
                raise ValueError(f"an inherited column cannot have {', '.join(sorted(said))}")
        elif self.type is None:
            raise ValueError("a column needs a type")
        elif self.not_null or self.no_default:
            raise ValueError("a column is NOT NULL and has no default unless it says so")
        return self


OF_INHERITED = {
    *("inherited", "not_null", "default", "no_default", "storage", "compression", "statistics", "options"),
    *("foreign_options", "comment", "grants"),
}
"""What a child table can have another way than its parent."""


class ColumnKind(PostgresKind):
    """A column of a table or foreign table, or what is different about one that is inherited; https://www.postgresql.org/docs/current/ddl-alter.html"""

    name = "column"
    section = "columns"
    within = ("table", "foreign_table")
    Declared = ColumnSpec
    shell = True
    created_inline = True
    dropped_inline = True
    texts = ("generated",)
    rebuilt_on_type_change = True

    def inlines(self, obj: Object) -> bool:
        return "inherited" not in obj.attributes

    def query(self, version: int) -> str:
        not_null = (
            "case when k.conname <> c.relname || '_' || a.attname || '_not_null' then k.conname end"
            if version >= 18
            else "null"
        )
        compression = "nullif(a.attcompression::text, case when a.attislocal then '' else up.compression end)"
        not_null += ", k.connoinherit, not k.convalidated" if version >= 18 else ", false, false"
        named = (
            # Set apart, so that the server joins it as a whole instead of looking for each column's constraint.
            " left join (select conrelid, conkey[1] as num, conname, connoinherit, convalidated from pg_constraint"
            "  where contype = 'n' offset 0) k on k.conrelid = a.attrelid and k.num = a.attnum"
            if version >= 18
            else ""
        )
        return (
            "select 'pg_class'::regclass::oid, a.attrelid, a.attnum::int, n.nspname, c.relname, a.attname,"
            " format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity::text, a.attgenerated::text,"
            " case when a.attgenerated <> '' then pg_get_expr(d.adbin, d.adrelid) end,"
            " case when a.attcollation <> t.typcollation then (select quote_ident(cn.nspname) || '.' ||"
            "  quote_ident(co.collname) from pg_collation co join pg_namespace cn on cn.oid = co.collnamespace"
            "  where co.oid = a.attcollation) end,"
            " case when a.attislocal then nullif(a.attstorage, t.typstorage)::text else"
            "  nullif(a.attstorage::text, up.storage) end,"
            f" {compression if version >= 14 else 'null'},"
            " case when a.attstattarget >= 0 then a.attstattarget::int end, a.attoptions, a.attislocal, i.seq,"
            f" {not_null}, c.relkind::text, a.attfdwoptions, up.not_null,"
            " case when not a.attislocal and a.attgenerated = '' and a.attidentity = '' then array[up.default,"
            "  (select pg_get_expr(o.adbin, o.adrelid) from pg_attrdef o where o.adrelid = a.attrelid"
            "   and o.adnum = a.attnum)] end"
            " from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace"
            " join pg_type t on t.oid = a.atttypid"
            " left join pg_attrdef d on a.attgenerated <> '' and d.adrelid = a.attrelid and d.adnum = a.attnum"
            " left join lateral (select array[sc.relname::text, format_type(s.seqtypid, null), s.seqstart::text,"
            "  s.seqincrement::text, s.seqmin::text, s.seqmax::text, s.seqcache::text, s.seqcycle::text] as seq"
            "  from pg_depend p join pg_sequence s on s.seqrelid = p.objid join pg_class sc on sc.oid = s.seqrelid"
            "  where p.refclassid = 'pg_class'::regclass and p.refobjid = a.attrelid and p.refobjsubid = a.attnum"
            "  and p.classid = 'pg_class'::regclass and p.deptype = 'i') i on a.attidentity <> ''"
            " left join lateral (select bool_or(pa.attnotnull) as not_null, min(pa.attstorage::text) as storage,"
            f"  {'min(pa.attcompression::text)' if version >= 14 else 'null::text'} as compression,"
            "  (array_agg(pg_get_expr(pd.adbin, pd.adrelid) order by h.inhseqno))[1] as default from pg_inherits h"
            "  join pg_attribute pa on pa.attrelid = h.inhparent and pa.attname = a.attname and not pa.attisdropped"
            "  left join pg_attrdef pd on pd.adrelid = pa.attrelid and pd.adnum = pa.attnum"
            "  where h.inhrelid = a.attrelid and not a.attislocal) up on not a.attislocal"
            f"{named} where c.relkind in ('r', 'p', 'f') and a.attnum > 0 and not a.attisdropped and {USER_SCHEMA}"
            " order by n.nspname, c.relname, a.attnum"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, number, schema, table, name, type_, not_null, identity, generated, expression, *rest = row
        collation, storage, compression, statistics, opts, local, sequence, not_null_name, *more = rest
        no_inherit, not_valid, kind, foreign, *above = more
        parent = Address("foreign_table" if kind == "f" else "table", (schema, table))
        found = Address(self.name, (schema, table, name))
        settings = {
            "statistics": statistics,
            "options": stored_options(opts),
            "foreign_options": stored_options(sorted(foreign or ())),
        }
        if not local:
            own = _differences(not_null, storage, compression, settings, above)
            return ((classid, oid, number), Object(found, own, parent)) if len(own) > 1 else None
        attributes: dict[str, Any] = {"type": type_}
        if not not_null:
            attributes["null"] = True
        else:
            attributes |= compact(
                {
                    "not_null_name": not_null_name,
                    "not_null_no_inherit": no_inherit,
                    "not_null_not_valid": not_valid,
                }
            )
        if identity:
            attributes["identity"] = _identity(table, name, type_, identity, sequence)
        if expression is not None:
            attributes["generated"] = expression
        if generated == "v":
            attributes["virtual"] = True
        if collation:
            attributes["collation"] = collation
        if storage:
            attributes["storage"] = STORAGE[storage]
        if compression:
            attributes["compression"] = COMPRESSION[compression]
        attributes |= compact(settings)
        return (classid, oid, number), Object(found, attributes, parent)

    def declare(self, place: Place, name: str, spec: ColumnSpec) -> Iterator[Object]:
        table = place.container
        assert table is not None
        address = Address(self.name, (*table.path, name))
        attributes = {key: getattr(spec, key) for key in PLAIN_KEYS}
        attributes["options"] = {k: str(v) for k, v in sorted(spec.options.items())}
        attributes["foreign_options"] = option_texts(dict(sorted(spec.foreign_options.items())))
        if spec.identity:
            fields = spec.identity.model_dump(
                exclude_none=True, exclude={"comment", "renamed_from", "part_comments", "grants"}
            )
            attributes["identity"] = compact(fields)
        if spec.identity and table.kind == "foreign_table":
            raise ValueError("a column of a foreign table cannot have an identity")
        serial = SERIAL.get(spec.type.strip().lower()) if spec.type else None
        default = spec.default
        if serial:
            attributes["type"] = serial
            sequence = Address("sequence", (table.path[0], serial_name(table.path[1], name)))
            default = f"nextval({literal(dotted(*sequence.path))}::regclass)"
            kind = {} if serial == "bigint" else {"type": serial}
            owned = {**kind, "owned_by": f"{ident(table.path[1])}.{ident(name)}"}
            needs = frozenset({address, owner_of(address)})
            yield_sequence = Object(sequence, owned, address, needs, place.scope, place.origin)
        hints = compact({"backfill": spec.backfill, "using": spec.using})
        yield from self.made(place, spec, address, attributes, table, hints=hints)
        if spec.identity:
            sequence = Address("sequence", (table.path[0], spec.identity.name or serial_name(table.path[1], name)))
            yield from grants_on(sequence, spec.identity.grants, place, address)
        if serial:
            yield yield_sequence
        if default is not None:
            yield Object(
                Address("default", address.path),
                {"expression": default},
                address,
                frozenset({address} | ({sequence} if serial else set())),
                place.scope,
                place.origin,
            )

    def write(self, obj: Object) -> Mapping[str, Any]:
        return {k: v for k, v in obj.attributes.items() if k != "own_default"}

    def shorten(self, fragment: Mapping[str, Any]) -> Any:
        identity = fragment.get("identity")
        if identity is not None and set(identity) == {"generated"}:
            fragment = {**fragment, "identity": identity["generated"]}
        return super().shorten(fragment)

    def mentions(self, obj: Object) -> Iterable[str]:
        return [str(obj.attributes[key]) for key in ("type", "generated", "collation") if key in obj.attributes]

    def carries(
        self, change: Change, live: Mapping[Address, Object], target: Mapping[Address, Object]
    ) -> Iterable[Address]:
        """The columns of child tables that are also written there follow those of the parent by themselves."""
        assert change.before is not None
        assert change.after is not None
        old, new = change.before.attributes, change.after.attributes
        if not any(old.get(key) != new.get(key) for key in ("type", "collation")):
            return
        table = change.address.path[:2]
        for obj in target.values():
            column = Address(self.name, (*obj.address.path, change.address.path[-1]))
            if "inherits" not in obj.attributes or column not in live or "inherited" in live[column].attributes:
                continue
            if table in [parent.address.path for parent in all_above(obj, target.get)]:
                yield column

    def compare(self, before: Object, after: Object) -> Verdict | None:
        old, new = before.attributes, after.attributes
        if old == new:
            return None
        if bool(old.get("inherited")) != bool(new.get("inherited")):
            return Verdict(Action.ALTER)
        if "inherited" in new:
            return Verdict(Action.ALTER)
        if bool(old.get("virtual")) != bool(new.get("virtual")) or ("generated" in new and "generated" not in old):
            return Verdict(Action.REPLACE, "a column cannot become generated, or be generated another way, in place")
        if "generated" in old and "generated" not in new and old.get("virtual"):
            return Verdict(Action.REPLACE, "a virtual column has no values that could stay")
        if old.get("generated") != new.get("generated") and "generated" in new:
            return Verdict(Action.REPLACE, "the expression of a generated column changes")
        typed = any(old.get(key) != new.get(key) for key in ("type", "collation"))
        return Verdict(Action.ALTER, disturbs=typed)

    def disturbed_by(self, obj: Object, change: Change) -> bool:
        if change.address == obj.parent or change.address.kind == "column":
            dropped = change.action in (Action.DROP, Action.REPLACE)
            return dropped or (change.disturbs and "generated" in obj.attributes)
        # A type that is made anew carries its columns along, but not those that are generated, or from such a column.
        if change.disturbs and "generated" in obj.attributes:
            return True
        return change.action in (Action.DROP, Action.REPLACE) and change.address.kind != "table"

    def touches(self, change: Change, referrers: Sequence[Object]) -> Iterable[Address]:
        """ALTER TYPE makes statistics anew, for the role that runs it; those with a target are made anew by us."""
        followers = (o for o in referrers if o.address.kind == "statistics" and "target" not in o.attributes)
        return [o.address for o in followers] if change.disturbs else ()

    def keeps(self, change: Change) -> str:
        before, after = change.before, change.after
        if before is None or before.parent is None or before.parent.kind == "foreign_table":
            return ""
        if "generated" in before.attributes or any("inherited" in s.attributes for s in (before, after) if s):
            return ""
        if change.action in (Action.DROP, Action.REPLACE):
            return "values"
        if after is not None and altered(before, after):
            return "values"
        identity = before.attributes.get("identity"), after.attributes.get("identity") if after else None
        return "position" if position_lost(*identity) else ""

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        table = f"ALTER TABLE {dotted(*obj.address.path[:-1])}"
        name, default = ident(obj.address.path[-1]), next((o.attributes["expression"] for o in inlined), None)
        if "inherited" in obj.attributes:
            yield from _own({}, obj.attributes, obj, work)
            if default is not None:
                yield Statement(f"{table} ALTER COLUMN {name} SET DEFAULT {default}")
            return
        kept, backfill = work.kept(obj.address), obj.hints.get("backfill")
        if "generated" in obj.attributes or not (kept or backfill):
            hazards: tuple[Hazard, ...] = ()
            risk = Risk.SAFE
            filled = default is not None or {"identity", "generated"} & set(obj.attributes)
            foreign = obj.parent is not None and obj.parent.kind == "foreign_table"
            if not obj.attributes.get("null") and not filled and not foreign:
                risk = Risk.DANGEROUS
                hazards = (Hazard("required-column", "fails if the table has rows, which have no value for it"),)
            computed = "generated" in obj.attributes and not obj.attributes.get("virtual")
            if "identity" in obj.attributes or (computed and not foreign):
                risk, hazards = Risk.DANGEROUS, (Hazard("rewrite", "the table is rewritten while it is locked"),)
            made = obj
            if default is None and filled_by_default(obj, work):
                made, risk, hazards = Object(obj.address, {**obj.attributes, "null": True}), Risk.SAFE, ()
            probe = rows_where(Address("table", obj.address.path[:-1]), "", work) if risk else ""
            yield Statement(
                f"{table} ADD COLUMN {render_column(made, default, work.version)}", risk, hazards, probe=probe
            )
            yield from beyond(obj, work.version)
            yield from bare_identity(obj, work)
            return
        late = {"null", "identity", "not_null_name", "not_null_no_inherit", "not_null_not_valid"}
        plain = Object(obj.address, {**{k: v for k, v in obj.attributes.items() if k not in late}, "null": True})
        yield Statement(f"{table} ADD COLUMN {render_column(plain, None, work.version)}")
        yield from beyond(obj, work.version)
        if kept:
            yield from restore(plain, kept, work)
        else:
            relation = dotted(*obj.address.path[:-1])
            warning = fires(obj.address.path[:-1], work)
            yield Statement(f"UPDATE {relation} SET {name} = {backfill}", Risk.DANGEROUS, warning)
        if default is not None:
            yield Statement(f"{table} ALTER COLUMN {name} SET DEFAULT {default}")
        if not obj.attributes.get("null"):
            yield set_not_null(obj, work)
        if "identity" in obj.attributes:
            yield from _identity_changes(Object(obj.address, {"type": obj.attributes["type"]}), obj)
            yield from bare_identity(obj, work)
            yield from _position_back(obj, work)

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        old, new = before.attributes, after.attributes
        if "inherited" in old or "inherited" in new:
            yield from _own(old, new, after, work)
            return
        column = f"ALTER TABLE {dotted(*after.address.path[:-1])} ALTER COLUMN {ident(after.address.path[-1])}"
        typed = old["type"] != new["type"] or old.get("collation") != new.get("collation")
        kept, back = work.keep(after.address), work.kept(after.address)
        if kept and kept.form == "values" and not typed:
            yield from save(before, kept, work)
        if kept and kept.detail.get("position"):
            yield from keep_position(identity_sequence(before), kept)
        if old.get("null") != new.get("null") and new.get("null") and "identity" not in old:
            yield Statement(f"{column} DROP NOT NULL", Risk.CAUTION)
        if "identity" in old and "identity" not in new:
            yield from _identity_changes(before, after)
            if new.get("null"):
                yield Statement(f"{column} DROP NOT NULL", Risk.CAUTION)
        if "generated" in old and "generated" not in new:
            yield Statement(f"{column} DROP EXPRESSION", Risk.CAUTION)
        if typed:
            yield from _change_type(before, after, work)
        elif back and back.form == "values":
            yield from restore(_unidentified(before, after), back, work)
        if old.get("null") != new.get("null") and not new.get("null"):
            if kept and kept.form == "values" and filled(before, after):
                yield from fill(after, kept, work)
            elif after.hints.get("backfill"):
                relation, name = dotted(*after.address.path[:-1]), ident(after.address.path[-1])
                sql = f"UPDATE {relation} SET {name} = {after.hints['backfill']} WHERE {name} IS NULL"
                yield Statement(sql, Risk.DANGEROUS, fires(after.address.path[:-1], work))
            yield set_not_null(after, work)
        elif old.get("not_null_name") != new.get("not_null_name") and not new.get("null"):
            default = f"{after.address.path[-2]}_{after.address.path[-1]}_not_null"
            names = ident(old.get("not_null_name", default)), ident(new.get("not_null_name", default))
            yield Statement(
                f"ALTER TABLE {dotted(*after.address.path[:-1])} RENAME CONSTRAINT {names[0]} TO {names[1]}"
            )
        if not old.get("null") and not new.get("null"):
            yield from _not_null_changes(old, after)
        if "identity" in new and old.get("identity") != new["identity"]:
            yield from _identity_changes(before, after)
            if "identity" not in old:
                yield from bare_identity(after, work)
        if "identity" in new:
            yield from _position_back(after, work)
        yield from _storage(old, new, column, work.version)

    def drop(self, obj: Object, work: Work) -> Iterable[Statement]:
        table, kept = dotted(*obj.address.path[:-1]), work.keep(obj.address)
        if "inherited" in obj.attributes:
            yield from _own(obj.attributes, {}, obj, work)
            return
        if kept:
            yield from save(obj, kept, work)
            if kept.detail.get("position"):
                yield from keep_position(identity_sequence(obj), kept)
        foreign = obj.parent is not None and obj.parent.kind == "foreign_table"
        risk = Risk.CAUTION if foreign or "generated" in obj.attributes else Risk.DESTRUCTIVE
        yield Statement(f"ALTER TABLE {table} DROP COLUMN {ident(obj.address.path[-1])}", risk)

    def rename(self, before: Object, after: Object) -> Iterable[Statement]:
        old, new = ident(before.address.path[-1]), ident(after.address.path[-1])
        table = dotted(*after.address.path[:-1])
        hazard = Hazard("rename", "queries that use the old name fail from the moment this commits")
        yield Statement(f"ALTER TABLE {table} RENAME COLUMN {old} TO {new}", Risk.DANGEROUS, (hazard,))

    def identity(self, obj: Object) -> str:
        return f"COLUMN {dotted(*obj.address.path)}"


def filled_by_default(column: Object, work: Work) -> bool:
    """Whether rows that are there already wait for a default which cannot be written into ADD COLUMN, because it needs
    the column itself: that of a serial column, whose sequence belongs to it."""
    fresh = work.before(column.address) is None and work.before(Address("table", column.address.path[:-1])) is not None
    later = work.after(Address("default", column.address.path)) is not None
    needed = not column.attributes.get("null") and "backfill" not in column.hints
    return fresh and later and needed and work.kept(column.address) is None


def parents_of(table: Address, work: Work) -> list[Object]:
    """The tables that a table is to inherit its columns from, the nearest first."""
    obj = work.after(table) or work.after(table._replace(kind="foreign_table"))
    return all_above(obj, work.after) if obj else []


PLAIN_KEYS = (
    *("type", "null", "generated", "virtual", "collation", "storage", "compression", "statistics"),
    *("not_null_name", "not_null_no_inherit", "not_null_not_valid", "inherited", "not_null", "no_default"),
)


def serial_name(table: str, column: str) -> str:
    """The name CREATE TABLE gives the sequence of a serial column: at most 63 bytes, the longer part cut first."""
    room = 63 - len("__seq")
    while len(table.encode()) + len(column.encode()) > room:
        if len(table.encode()) > len(column.encode()):
            table = table[:-1]
        else:
            column = column[:-1]
    return f"{table}_{column}_seq"


def bare_identity(column: Object, work: Work) -> Iterator[Statement]:
    """Takes from a new identity column's sequence what ALTER DEFAULT PRIVILEGES gave."""
    if "identity" in column.attributes:
        schema, table, name = column.address.path
        sequence = column.attributes["identity"].get("name") or serial_name(table, name)
        yield from bare(Address("sequence", (schema, sequence)), work)


def identity_sequence(column: Object) -> str:
    """The SQL name of an identity column's sequence."""
    schema, table, name = column.address.path
    return dotted(schema, column.attributes["identity"].get("name", serial_name(table, name)))


def _position_back(column: Object, work: Work) -> Iterator[Statement]:
    """Let an identity column go on from where it was when its sequence, or a part of its range, was taken away."""
    back = work.kept(column.address)
    if back and back.detail.get("position"):
        used = dotted(*column.address.path[:-1]), ident(column.address.path[-1])
        yield from restore_position(identity_sequence(column), column.attributes["identity"], back, used)


def _unidentified(before: Object, after: Object) -> Object:
    """A column while its values come back: what identity is taken away is gone by then, and what is given comes
    later."""
    still = before.attributes.get("identity") if "identity" in after.attributes else None
    return Object(after.address, compact({**after.attributes, "identity": still}))


def beyond(obj: Object, version: int) -> Iterator[Statement]:
    """What a new column has that CREATE TABLE and ADD COLUMN have no words for."""
    if "inherited" in obj.attributes:
        return
    if obj.attributes.get("not_null_not_valid"):
        yield _named_not_null(obj)
    unsaid = ("statistics", "options") if version >= 16 else ("statistics", "options", "storage")
    column = f"ALTER TABLE {dotted(*obj.address.path[:-1])} ALTER COLUMN {ident(obj.address.path[-1])}"
    yield from _storage({}, {k: v for k, v in obj.attributes.items() if k in unsaid}, column, version)


def render_column(obj: Object, default: str | None, version: int, *, typed: bool = False) -> str:
    """A column as CREATE TABLE and ADD COLUMN write it. typed: its type comes from that of the whole table."""
    a = obj.attributes
    words = [ident(obj.address.path[-1]), *([] if typed else [a["type"]])]
    if a.get("storage") and version >= 16:
        words.append(f"STORAGE {a['storage'].upper()}")
    if a.get("compression"):
        words.append(f"COMPRESSION {a['compression']}")
    if a.get("foreign_options"):
        words.append(options_clause(obj, a["foreign_options"]).strip())
    if a.get("collation"):
        words.append(f"COLLATE {a['collation']}")
    if "generated" in a:
        words.append(f"GENERATED ALWAYS AS ({a['generated']}) {'VIRTUAL' if a.get('virtual') else 'STORED'}")
    if "identity" in a:
        words.append(_identity_clause(a["identity"], obj))
    if default is not None:
        words.append(f"DEFAULT {default}")
    if not a.get("null") and not a.get("not_null_not_valid"):
        words.append(f"CONSTRAINT {ident(a['not_null_name'])} NOT NULL" if a.get("not_null_name") else "NOT NULL")
        words += ["NO INHERIT"] if a.get("not_null_no_inherit") else []
    return " ".join(words)


def _identity(table: str, column: str, type_: str, kind: str, sequence: Sequence[str]) -> dict[str, Any]:
    name, seq_type, *numbers = sequence
    start, step, low, high, cache = (int(n) for n in numbers[:5])
    parameters = not_default(seq_type, start, step, low, high, cache, numbers[5] == "true")
    parameters.pop("type", None)
    if name != serial_name(table, column):
        parameters["name"] = name
    return {"generated": "always" if kind == "a" else "by default", **parameters}


def _identity_clause(identity: Mapping[str, Any], obj: Object) -> str:
    words = clauses(identity)
    if identity.get("name"):
        words = [f"SEQUENCE NAME {dotted(obj.address.path[0], identity['name'])}", *words]
    return f"GENERATED {identity['generated'].upper()} AS IDENTITY" + (f" ({' '.join(words)})" if words else "")


def _identity_changes(before: Object, after: Object) -> Iterator[Statement]:
    old, new = before.attributes.get("identity"), after.attributes.get("identity")
    table, name = dotted(*after.address.path[:-1]), ident(after.address.path[-1])
    column = f"ALTER TABLE {table} ALTER COLUMN {name}"
    if new is None:
        yield Statement(f"{column} DROP IDENTITY", Risk.CAUTION)
        return
    if old is None:
        yield Statement(f"{column} ADD {_identity_clause(new, after)}", Risk.CAUTION)
        # Values that the column already has must not be handed out again.
        step = int(new.get("increment", 1))
        edge = "max" if step > 0 else "min"
        sequence = f"pg_get_serial_sequence({literal(table)}, {literal(after.address.path[-1])})"
        yield Statement(f"SELECT setval({sequence}, {edge}({name})) FROM {table} HAVING {edge}({name}) IS NOT NULL")
        return
    words = []
    if old["generated"] != new["generated"]:
        words.append(f"SET GENERATED {new['generated'].upper()}")
    if {k: v for k, v in old.items() if k not in ("generated", "name")} != {
        k: v for k, v in new.items() if k not in ("generated", "name")
    }:
        words += ["SET " + clause for clause in clauses(new, complete=True)]
        sequence = old.get("name", serial_name(after.address.path[1], after.address.path[2]))
        yield from position_within(dotted(after.address.path[0], sequence), old, new)
    if words:
        yield Statement(f"{column} {' '.join(words)}", Risk.CAUTION)
    if old.get("name") != new.get("name"):
        default = serial_name(after.address.path[1], after.address.path[2])
        here = dotted(after.address.path[0], old.get("name", default))
        yield Statement(f"ALTER SEQUENCE {here} RENAME TO {ident(new.get('name', default))}", Risk.CAUTION)


def _change_type(before: Object, after: Object, work: Work) -> Iterator[Statement]:
    old, new = before.attributes["type"], after.attributes["type"]
    name, table = ident(after.address.path[-1]), dotted(*after.address.path[:-1])
    kept, back = work.keep(after.address), work.kept(after.address)
    cast = cast_of(before, after, work)
    # On the way back a value may have been cut so short that it is none of the old type any more; it is kept.
    whole = back is not None and back.form == "values"
    guarded = whole and "became" in (back.detail if back else ()) and noted_before(before, after, work)
    required = not after.attributes.get("null") and not before.attributes.get("null")
    if guarded and back:
        yield from note_same(before, back, cast)
        if required:
            yield Statement(f"ALTER TABLE {table} ALTER COLUMN {name} DROP NOT NULL")
        value = "$1" if work.castable(old, new) else "$1::text"
        yield Statement(
            f"CREATE FUNCTION pg_temp.faberdb_cast({old}) RETURNS {new} LANGUAGE plpgsql AS $faberdb$ BEGIN\n"
            f"    RETURN {value}::{new}; EXCEPTION WHEN data_exception THEN RETURN NULL; END $faberdb$"
        )
        cast = f"pg_temp.faberdb_cast({name})"
    if kept and kept.form == "values":
        yield from save(before, kept, work)
    sql = f"ALTER TABLE {table} ALTER COLUMN {name} TYPE {new}"
    if after.attributes.get("collation"):
        sql += f" COLLATE {after.attributes['collation']}"
    foreign = after.parent is not None and after.parent.kind == "foreign_table"
    if old != new and "generated" not in after.attributes and not foreign:
        sql += f" USING {cast}"
    free = foreign or (lossless(old, new) and old != new and "using" not in after.hints)
    hazard = Hazard(
        "type-change", "the table may be rewritten while it is locked, and a value may not fit the new type"
    )
    probe = ""
    if work.version >= 16 and "using" not in after.hints and not free:
        unfit = f"not pg_input_is_valid(t.{name}::text, {literal(new).strip()})"
        probe = rows_where(Address("table", after.address.path[:-1]), unfit, work)
    yield Statement(sql, Risk.CAUTION if free else Risk.DANGEROUS, () if free else (hazard,), probe=probe)
    if back and whole:
        yield from restore(_unidentified(before, after), back, work)
        if guarded:
            yield Statement(f"DROP FUNCTION pg_temp.faberdb_cast({old})")
            if required:
                yield set_not_null(after, work)


def set_not_null(obj: Object, work: Work) -> Statement:
    table, name = dotted(*obj.address.path[:-1]), ident(obj.address.path[-1])
    probe = rows_where(Address("table", obj.address.path[:-1]), f"t.{name} is null", work)
    if obj.parent is not None and obj.parent.kind == "foreign_table":
        return Statement(f"ALTER TABLE {table} ALTER COLUMN {name} SET NOT NULL", Risk.CAUTION)
    hazard = Hazard("set-not-null", "the table is scanned while it is locked, and a row without a value stops it")
    if {"not_null_no_inherit", "not_null_not_valid"} & obj.attributes.keys():
        return _named_not_null(obj)
    if obj.attributes.get("not_null_name"):
        sql = f"ALTER TABLE {table} ADD CONSTRAINT {ident(obj.attributes['not_null_name'])} NOT NULL {name}"
    else:
        sql = f"ALTER TABLE {table} ALTER COLUMN {name} SET NOT NULL"
    return Statement(sql, Risk.DANGEROUS, (hazard,), probe=probe)


def storage_again(column: Object, work: Work) -> Iterator[Statement]:
    """How values are stored, which a change of the type sets back."""
    alter = f"ALTER TABLE {dotted(*column.address.path[:-1])} ALTER COLUMN {ident(column.address.path[-1])}"
    kept = {k: v for k, v in column.attributes.items() if k in ("storage", "compression")}
    yield from _storage({}, kept, alter, work.version)


def _not_null_name(obj: Object) -> str:
    return str(obj.attributes.get("not_null_name") or f"{obj.address.path[-2]}_{obj.address.path[-1]}_not_null")


def _named_not_null(obj: Object) -> Statement:
    """NOT NULL with what only a constraint of its own can say."""
    a, table = obj.attributes, dotted(*obj.address.path[:-1])
    words = " NO INHERIT" if a.get("not_null_no_inherit") else ""
    words += " NOT VALID" if a.get("not_null_not_valid") else ""
    sql = (
        f"ALTER TABLE {table} ADD CONSTRAINT {ident(_not_null_name(obj))} NOT NULL {ident(obj.address.path[-1])}{words}"
    )
    if a.get("not_null_not_valid"):
        return Statement(sql, Risk.CAUTION)
    hazard = Hazard("set-not-null", "the table is scanned while it is locked, and a row without a value stops it")
    return Statement(sql, Risk.DANGEROUS, (hazard,))


def _not_null_changes(old: Mapping[str, Any], after: Object) -> Iterator[Statement]:
    """How a NOT NULL constraint that stays becomes valid, or is inherited or not."""
    new, table, name = after.attributes, dotted(*after.address.path[:-1]), ident(_not_null_name(after))
    if new.get("not_null_not_valid") and not old.get("not_null_not_valid"):
        yield Statement(f"ALTER TABLE {table} DROP CONSTRAINT {name}", Risk.CAUTION)
        yield _named_not_null(after)
        return
    if old.get("not_null_not_valid") and not new.get("not_null_not_valid"):
        yield Statement(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}", Risk.CAUTION)
    if old.get("not_null_no_inherit") != new.get("not_null_no_inherit"):
        inherit = "NO INHERIT" if new.get("not_null_no_inherit") else "INHERIT"
        yield Statement(f"ALTER TABLE {table} ALTER CONSTRAINT {name} {inherit}", Risk.CAUTION)


def _storage(old: Mapping[str, Any], new: Mapping[str, Any], column: str, version: int) -> Iterator[Statement]:
    if old.get("storage") != new.get("storage"):
        usual = "default"
        if version < 16:  # which have no word for it; types of fixed length have no other storage to come from
            usual = "main" if re.match(r"numeric|inet|cidr", new.get("type", "")) else "extended"
        yield Statement(f"{column} SET STORAGE {new.get('storage', usual).upper()}", Risk.CAUTION)
    if old.get("compression") != new.get("compression"):
        yield Statement(f"{column} SET COMPRESSION {new.get('compression', 'default')}", Risk.CAUTION)
    only = column.replace("ALTER TABLE ", "ALTER TABLE ONLY ", 1)  # child tables have their own
    if old.get("statistics") != new.get("statistics"):
        yield Statement(f"{only} SET STATISTICS {new.get('statistics', -1)}", Risk.CAUTION)
    changed = {k: v for k, v in new.get("options", {}).items() if old.get("options", {}).get(k) != v}
    if changed:
        yield Statement(f"{only} SET ({options(changed)})", Risk.CAUTION)
    moves = option_moves(_NOBODY, old.get("foreign_options", {}), new.get("foreign_options", {}))
    if moves:
        yield Statement(f"{column}{moves}", Risk.CAUTION)
    gone = [k for k in old.get("options", {}) if k not in new.get("options", {})]
    if gone:
        yield Statement(f"{only} RESET ({', '.join(gone)})", Risk.CAUTION)


_NOBODY = Object(Address("column", ()), {})


def _differences(
    not_null: bool, storage: str | None, compression: str | None, settings: Mapping[str, Any], above: Sequence[Any]
) -> dict[str, Any]:
    """What an inherited column has another way than that of the parent."""
    up_not_null, defaults = above
    here = defaults or [None, None]
    return {
        "inherited": True,
        **compact(
            {
                "not_null": not_null and not up_not_null,
                "storage": STORAGE.get(storage or ""),
                "compression": COMPRESSION.get(compression or ""),
                "no_default": here[0] is not None and here[1] is None,
                "own_default": here[1] is not None and here[0] != here[1],
                **settings,
            }
        ),
    }


def _own(old: Mapping[str, Any], new: Mapping[str, Any], obj: Object, work: Work) -> Iterator[Statement]:
    """What leads from what is different about an inherited column to something else."""
    column = f"ALTER TABLE {dotted(*obj.address.path[:-1])} ALTER COLUMN {ident(obj.address.path[-1])}"
    if new.get("not_null") and "type" not in old and not old.get("not_null"):
        yield set_not_null(obj, work)
    elif old.get("not_null") and "type" not in new and not new.get("not_null"):
        yield Statement(f"{column} DROP NOT NULL", Risk.CAUTION)
    if new.get("no_default") and not old.get("no_default"):
        yield Statement(f"{column} DROP DEFAULT")
    yield from _storage(old, new, column, work.version)


KIND = ColumnKind()
