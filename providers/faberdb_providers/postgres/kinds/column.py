"""Columns: type, null, identity, generated, collation, storage. A default is an object of its own, because it can
refer to what its column must exist before."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from faberdb.model import Action, Address, Change, Hazard, Object, Place, Risk, Statement, Verdict, Work
from faberdb_providers.postgres.kinds.acl import owner_of
from faberdb_providers.postgres.kinds.base import (
    USER_SCHEMA,
    Found,
    GrantableSpec,
    PostgresKind,
    Row,
    compact,
    grants_on,
)
from faberdb_providers.postgres.kinds.granting import bare
from faberdb_providers.postgres.kinds.sequence import clauses, not_default, position_within
from faberdb_providers.postgres.kinds.storage import stored_options
from faberdb_providers.postgres.kinds.values import lossless, restore, restore_position, rows_where, save
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

    type: str
    """Any type the server knows; `serial` and its kin stand for a sequence and a default."""
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
    not_null_name: str | None = None
    """Of the NOT NULL constraint (PostgreSQL 18), where it is not TABLE_COLUMN_not_null."""
    backfill: str | None = None
    """Expression that fills existing rows when the column is added or becomes NOT NULL."""
    using: str | None = None
    """Expression that makes the new value when the type changes."""


class ColumnKind(PostgresKind):
    """A column of a table; https://www.postgresql.org/docs/current/ddl-alter.html"""

    name = "column"
    section = "columns"
    within = ("table",)
    Declared = ColumnSpec
    shell = True
    created_inline = True
    dropped_inline = True
    texts = ("generated",)
    rebuilt_on_type_change = True

    def query(self, version: int) -> str:
        not_null = (
            "case when k.conname <> c.relname || '_' || a.attname || '_not_null' then k.conname end"
            if version >= 18
            else "null"
        )
        named = (
            " left join pg_constraint k on k.conrelid = a.attrelid and k.contype = 'n' and k.conkey[1] = a.attnum"
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
            " case when a.attstorage <> t.typstorage then a.attstorage::text end,"
            f" {'a.attcompression::text' if version >= 14 else 'null'},"
            " case when a.attstattarget >= 0 then a.attstattarget::int end, a.attoptions, a.attislocal, i.seq,"
            f" {not_null}"
            " from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace"
            " join pg_type t on t.oid = a.atttypid"
            " left join pg_attrdef d on a.attgenerated <> '' and d.adrelid = a.attrelid and d.adnum = a.attnum"
            " left join lateral (select array[sc.relname::text, format_type(s.seqtypid, null), s.seqstart::text,"
            "  s.seqincrement::text, s.seqmin::text, s.seqmax::text, s.seqcache::text, s.seqcycle::text] as seq"
            "  from pg_depend p join pg_sequence s on s.seqrelid = p.objid join pg_class sc on sc.oid = s.seqrelid"
            "  where p.refclassid = 'pg_class'::regclass and p.refobjid = a.attrelid and p.refobjsubid = a.attnum"
            "  and p.classid = 'pg_class'::regclass and p.deptype = 'i') i on a.attidentity <> ''"
            f"{named} where c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped and {USER_SCHEMA}"
            " order by n.nspname, c.relname, a.attnum"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, number, schema, table, name, type_, not_null, identity, generated, expression, *rest = row
        collation, storage, compression, statistics, opts, local, sequence, not_null_name = rest
        if not local:
            return None
        attributes: dict[str, Any] = {"type": type_}
        if not not_null:
            attributes["null"] = True
        elif not_null_name:
            attributes["not_null_name"] = not_null_name
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
        if statistics is not None:
            attributes["statistics"] = statistics
        if opts:
            attributes["options"] = stored_options(opts)
        parent = Address("table", (schema, table))
        return (classid, oid, number), Object(Address(self.name, (schema, table, name)), attributes, parent)

    def declare(self, place: Place, name: str, spec: ColumnSpec) -> Iterator[Object]:
        table = place.container
        assert table is not None
        address = Address(self.name, (*table.path, name))
        attributes = {key: getattr(spec, key) for key in PLAIN_KEYS}
        attributes["options"] = {k: str(v) for k, v in sorted(spec.options.items())}
        if spec.identity:
            fields = spec.identity.model_dump(exclude_none=True, exclude={"comment", "renamed_from", "grants"})
            attributes["identity"] = compact(fields)
        serial = SERIAL.get(spec.type.strip().lower())
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

    def shorten(self, fragment: Mapping[str, Any]) -> Any:
        identity = fragment.get("identity")
        if identity is not None and set(identity) == {"generated"}:
            fragment = {**fragment, "identity": identity["generated"]}
        return super().shorten(fragment)

    def mentions(self, obj: Object) -> Iterable[str]:
        return [str(obj.attributes[key]) for key in ("type", "generated", "collation") if key in obj.attributes]

    def compare(self, before: Object, after: Object) -> Verdict | None:
        old, new = before.attributes, after.attributes
        if old == new:
            return None
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
        # A type that is rebuilt changes its columns itself; a type that is replaced cannot keep them.
        return change.action in (Action.DROP, Action.REPLACE) and change.address.kind != "table"

    def touches(self, change: Change, referrers: Sequence[Object]) -> Iterable[Address]:
        """ALTER TYPE makes statistics anew, for the role that runs it; those with a target are made anew by us."""
        followers = (o for o in referrers if o.address.kind == "statistics" and "target" not in o.attributes)
        return [o.address for o in followers] if change.disturbs else ()

    def keeps(self, change: Change) -> str:
        before, after = change.before, change.after
        if before is None or "generated" in before.attributes:
            return ""
        if change.action in (Action.DROP, Action.REPLACE):
            return "values"
        if after is not None and not lossless(before.attributes["type"], after.attributes["type"]):
            return "values"
        return ""

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        table = f"ALTER TABLE {dotted(*obj.address.path[:-1])}"
        name, default = ident(obj.address.path[-1]), next((o.attributes["expression"] for o in inlined), None)
        kept, backfill = work.kept(obj.address), obj.hints.get("backfill")
        if "generated" in obj.attributes or not (kept or backfill):
            hazards: tuple[Hazard, ...] = ()
            risk = Risk.SAFE
            filled = default is not None or {"identity", "generated"} & set(obj.attributes)
            if not obj.attributes.get("null") and not filled:
                risk = Risk.DANGEROUS
                hazards = (Hazard("required-column", "fails if the table has rows, which have no value for it"),)
            if "identity" in obj.attributes or ("generated" in obj.attributes and not obj.attributes.get("virtual")):
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
        late = {"null", "identity", "not_null_name"}
        plain = Object(obj.address, {**{k: v for k, v in obj.attributes.items() if k not in late}, "null": True})
        yield Statement(f"{table} ADD COLUMN {render_column(plain, None, work.version)}")
        yield from beyond(obj, work.version)
        if kept:
            yield from restore(plain, kept)
        else:
            relation = dotted(*obj.address.path[:-1])
            yield Statement(f"UPDATE {relation} SET {name} = {backfill}", Risk.DANGEROUS)
        if default is not None:
            yield Statement(f"{table} ALTER COLUMN {name} SET DEFAULT {default}")
        if not obj.attributes.get("null"):
            yield set_not_null(obj, work)
        if "identity" in obj.attributes:
            yield from _identity_changes(Object(obj.address, {"type": obj.attributes["type"]}), obj)
            yield from bare_identity(obj, work)
            if kept and kept.detail.get("position"):
                yield from restore_position(obj, kept)

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        old, new = before.attributes, after.attributes
        column = f"ALTER TABLE {dotted(*after.address.path[:-1])} ALTER COLUMN {ident(after.address.path[-1])}"
        if old.get("null") != new.get("null") and new.get("null") and "identity" not in old:
            yield Statement(f"{column} DROP NOT NULL", Risk.CAUTION)
        if "identity" in old and "identity" not in new:
            yield from _identity_changes(before, after)
            if new.get("null"):
                yield Statement(f"{column} DROP NOT NULL", Risk.CAUTION)
        if "generated" in old and "generated" not in new:
            yield Statement(f"{column} DROP EXPRESSION", Risk.CAUTION)
        if old["type"] != new["type"] or old.get("collation") != new.get("collation"):
            yield from _change_type(before, after, work)
        if old.get("null") != new.get("null") and not new.get("null"):
            if after.hints.get("backfill"):
                relation, name = dotted(*after.address.path[:-1]), ident(after.address.path[-1])
                fill = f"UPDATE {relation} SET {name} = {after.hints['backfill']} WHERE {name} IS NULL"
                yield Statement(fill, Risk.DANGEROUS)
            yield set_not_null(after, work)
        elif old.get("not_null_name") != new.get("not_null_name") and not new.get("null"):
            default = f"{after.address.path[-2]}_{after.address.path[-1]}_not_null"
            names = ident(old.get("not_null_name", default)), ident(new.get("not_null_name", default))
            yield Statement(
                f"ALTER TABLE {dotted(*after.address.path[:-1])} RENAME CONSTRAINT {names[0]} TO {names[1]}"
            )
        if "identity" in new and old.get("identity") != new["identity"]:
            yield from _identity_changes(before, after)
            if "identity" not in old:
                yield from bare_identity(after, work)
        yield from _storage(old, new, column, work.version)

    def drop(self, obj: Object, work: Work) -> Iterable[Statement]:
        table, kept = dotted(*obj.address.path[:-1]), work.keep(obj.address)
        if kept:
            yield from save(obj, kept)
        risk = Risk.CAUTION if "generated" in obj.attributes else Risk.DESTRUCTIVE
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


PLAIN_KEYS = (
    *("type", "null", "generated", "virtual", "collation", "storage", "compression", "statistics"),
    "not_null_name",
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


def beyond(obj: Object, version: int) -> Iterator[Statement]:
    """What a new column has that CREATE TABLE and ADD COLUMN have no words for."""
    unsaid = ("statistics", "options") if version >= 16 else ("statistics", "options", "storage")
    column = f"ALTER TABLE {dotted(*obj.address.path[:-1])} ALTER COLUMN {ident(obj.address.path[-1])}"
    yield from _storage({}, {k: v for k, v in obj.attributes.items() if k in unsaid}, column, version)


def render_column(obj: Object, default: str | None, version: int) -> str:
    """A column as CREATE TABLE and ADD COLUMN write it."""
    a = obj.attributes
    words = [ident(obj.address.path[-1]), a["type"]]
    if a.get("storage") and version >= 16:
        words.append(f"STORAGE {a['storage'].upper()}")
    if a.get("compression"):
        words.append(f"COMPRESSION {a['compression']}")
    if a.get("collation"):
        words.append(f"COLLATE {a['collation']}")
    if "generated" in a:
        words.append(f"GENERATED ALWAYS AS ({a['generated']}) {'VIRTUAL' if a.get('virtual') else 'STORED'}")
    if "identity" in a:
        words.append(_identity_clause(a["identity"], obj))
    if default is not None:
        words.append(f"DEFAULT {default}")
    if not a.get("null"):
        words.append(f"CONSTRAINT {ident(a['not_null_name'])} NOT NULL" if a.get("not_null_name") else "NOT NULL")
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
    cast = after.hints.get("using") or (f"{name}::{new}" if work.castable(old, new) else f"{name}::text::{new}")
    if kept:
        yield from save(before, kept, cast)
    sql = f"ALTER TABLE {table} ALTER COLUMN {name} TYPE {new}"
    if after.attributes.get("collation"):
        sql += f" COLLATE {after.attributes['collation']}"
    if old != new and "generated" not in after.attributes:
        sql += f" USING {cast}"
    free = lossless(old, new) and old != new
    hazard = Hazard(
        "type-change", "the table may be rewritten while it is locked, and a value may not fit the new type"
    )
    yield Statement(sql, Risk.CAUTION if free else Risk.DANGEROUS, () if free else (hazard,))
    if back:
        # What identity is taken away is gone by now, and what is given comes later.
        still = before.attributes.get("identity") if "identity" in after.attributes else None
        now = Object(after.address, compact({**after.attributes, "identity": still}))
        yield from restore(now, back, f"q.became::{new}" if work.castable(old, new) else f"q.became::text::{new}")


def set_not_null(obj: Object, work: Work) -> Statement:
    table, name = dotted(*obj.address.path[:-1]), ident(obj.address.path[-1])
    probe = rows_where(Address("table", obj.address.path[:-1]), f"t.{name} is null", work)
    hazard = Hazard("set-not-null", "the table is scanned while it is locked, and a row without a value stops it")
    if obj.attributes.get("not_null_name"):
        sql = f"ALTER TABLE {table} ADD CONSTRAINT {ident(obj.attributes['not_null_name'])} NOT NULL {name}"
    else:
        sql = f"ALTER TABLE {table} ALTER COLUMN {name} SET NOT NULL"
    return Statement(sql, Risk.DANGEROUS, (hazard,), probe=probe)


def _storage(old: Mapping[str, Any], new: Mapping[str, Any], column: str, version: int) -> Iterator[Statement]:
    if old.get("storage") != new.get("storage"):
        usual = "default"
        if version < 16:  # which have no word for it; types of fixed length have no other storage to come from
            usual = "main" if re.match(r"numeric|inet|cidr", new.get("type", "")) else "extended"
        yield Statement(f"{column} SET STORAGE {new.get('storage', usual).upper()}", Risk.CAUTION)
    if old.get("compression") != new.get("compression"):
        yield Statement(f"{column} SET COMPRESSION {new.get('compression', 'default')}", Risk.CAUTION)
    if old.get("statistics") != new.get("statistics"):
        yield Statement(f"{column} SET STATISTICS {new.get('statistics', -1)}", Risk.CAUTION)
    changed = {k: v for k, v in new.get("options", {}).items() if old.get("options", {}).get(k) != v}
    if changed:
        yield Statement(f"{column} SET ({options(changed)})", Risk.CAUTION)
    gone = [k for k in old.get("options", {}) if k not in new.get("options", {})]
    if gone:
        yield Statement(f"{column} RESET ({', '.join(gone)})", Risk.CAUTION)


KIND = ColumnKind()
