"""Columns as the catalogue has them."""

from __future__ import annotations

from typing import Any

from faberdb.model import Address, Object
from faberdb_providers.postgres.kinds.base import USER_SCHEMA, Found, Row, compact
from faberdb_providers.postgres.kinds.column.identity import identity_attributes
from faberdb_providers.postgres.kinds.column.inherited import own_attributes
from faberdb_providers.postgres.kinds.column.stored import COMPRESSION, STORAGE
from faberdb_providers.postgres.kinds.storage import stored_options


def query(version: int) -> str:
    """All columns of tables and foreign tables."""
    not_null = (
        "case when k.conname <> c.relname || '_' || a.attname || '_not_null' then k.conname end"
        if version >= 18
        else "null"
    )
    persistence = "case when sc.relpersistence <> c.relpersistence then sc.relpersistence::text end"
    if version < 15:  # where all sequences are logged
        persistence = "null"
    compression = "nullif(a.attcompression::text, case when a.attislocal then '' else up.compression end)"
    not_null += (
        ", k.connoinherit, not k.convalidated, k.coninhcount > 0 and not k.conislocal, k.coninhcount = 0"
        if version >= 18
        else ", false, false, false, not up.not_null"
    )
    named = (
        # Set apart, so that the server joins it as a whole instead of looking for each column's constraint.
        " left join (select conrelid, conkey[1] as num, conname, connoinherit, convalidated, coninhcount,"
        "  conislocal from pg_constraint"
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
        f" {not_null}, c.relkind::text, a.attfdwoptions,"
        " case when not a.attislocal and a.attgenerated = '' and a.attidentity = '' then array[up.default,"
        "  (select pg_get_expr(o.adbin, o.adrelid) from pg_attrdef o where o.adrelid = a.attrelid"
        "   and o.adnum = a.attnum)] end"
        " from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace"
        " join pg_type t on t.oid = a.atttypid"
        " left join pg_attrdef d on a.attgenerated <> '' and d.adrelid = a.attrelid and d.adnum = a.attnum"
        " left join lateral (select array[sc.relname::text, format_type(s.seqtypid, null), s.seqstart::text,"
        "  s.seqincrement::text, s.seqmin::text, s.seqmax::text, s.seqcache::text, s.seqcycle::text,"
        f"  {persistence}] as seq"
        "  from pg_depend p join pg_sequence s on s.seqrelid = p.objid join pg_class sc on sc.oid = s.seqrelid"
        "  where p.refclassid = 'pg_class'::regclass and p.refobjid = a.attrelid and p.refobjsubid = a.attnum"
        "  and p.classid = 'pg_class'::regclass and p.deptype = 'i') i on a.attidentity <> ''"
        " left join lateral (select bool_or(pa.attnotnull) as not_null, min(pa.attstorage::text) as storage,"
        f"  {'max(pa.attcompression::text)' if version >= 14 else 'null::text'} as compression,"
        "  (array_agg(pg_get_expr(pd.adbin, pd.adrelid) order by h.inhseqno)"
        "  filter (where pd.oid is not null))[1] as default from pg_inherits h"
        "  join pg_attribute pa on pa.attrelid = h.inhparent and pa.attname = a.attname and not pa.attisdropped"
        "  left join pg_attrdef pd on pd.adrelid = pa.attrelid and pd.adnum = pa.attnum"
        "  where h.inhrelid = a.attrelid and not a.attislocal) up on not a.attislocal"
        f"{named} where c.relkind in ('r', 'p', 'f') and a.attrelid >= 16384 and a.attnum > 0 and not a.attisdropped"
        f" and {USER_SCHEMA}"
        " order by n.nspname, c.relname, a.attnum"
    )


def read(row: Row) -> Found | None:
    """A column, or what is different about one that is inherited; None where nothing is."""
    classid, oid, number, schema, table, name, type_, not_null, identity, generated, expression, *rest = row
    collation, storage, compression, statistics, opts, local, sequence, not_null_name, *more = rest
    # A table above may be NOT NULL by a constraint that nobody inherits.
    no_inherit, not_valid, from_above, not_from_above, kind, foreign, defaults = more
    parent = Address("foreign_table" if kind == "f" else "table", (schema, table))
    found = Address("column", (schema, table, name))
    settings = {
        "statistics": statistics,
        "options": stored_options(opts),
        "foreign_options": stored_options(sorted(foreign or ())),
    }
    bound = compact(
        {"not_null_name": not_null_name, "not_null_no_inherit": no_inherit, "not_null_not_valid": not_valid}
    )
    if not local:
        by_itself = {"not_null": True, **bound} if not_null and not_from_above else {}
        own = own_attributes(by_itself, storage, compression, settings, defaults)
        return ((classid, oid, number), Object(found, own, parent)) if len(own) > 1 else None
    attributes: dict[str, Any] = {"type": type_}
    if not not_null:
        attributes["null"] = True
    elif from_above:
        attributes["not_null_inherited"] = True
    else:
        attributes |= bound
    if identity:
        attributes["identity"] = identity_attributes(table, name, type_, identity, sequence)
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
