"""Foreign tables, with their columns and checks as parts of one object."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from faberdb.model import Address, Object, Risk, Statement, Work
from faberdb_providers.postgres.kinds.background import BackgroundKind, collation
from faberdb_providers.postgres.kinds.base import USER_SCHEMA, Found, Row, compact
from faberdb_providers.postgres.kinds.foreign import created, disclosed, options_clause
from faberdb_providers.postgres.kinds.storage import stored_options
from faberdb_providers.postgres.names import dotted, ident, options, qualified

_STORAGE = {"p": "plain", "e": "external", "m": "main", "x": "extended"}


class ForeignTableKind(BackgroundKind):
    """`CREATE FOREIGN TABLE`; https://www.postgresql.org/docs/current/sql-createforeigntable.html"""

    name = "foreign_table"
    sql_name = "FOREIGN TABLE"
    texts = ("bound", "columns", "checks")

    def query(self, version: int) -> str:
        not_null = (
            "(select pg_get_constraintdef(k.oid) from pg_constraint k where k.conrelid = a.attrelid"
            " and k.contype = 'n' and k.conkey[1] = a.attnum)"
        )
        name = (
            "(select k.conname from pg_constraint k where k.conrelid = a.attrelid and k.contype = 'n'"
            " and k.conkey[1] = a.attnum)"
        )
        return (
            "select 'pg_class'::regclass::oid, c.oid, 0, n.nspname, c.relname, s.srvname, f.ftoptions,"
            " case when c.relispartition then pg_get_expr(c.relpartbound, c.oid) end,"
            " (select json_agg(json_build_array(pn.nspname, p.relname) order by i.inhseqno) from pg_inherits i"
            "  join pg_class p on p.oid = i.inhparent join pg_namespace pn on pn.oid = p.relnamespace"
            "  where i.inhrelid = c.oid),"
            " (select json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),"
            f"  'collation', case when a.attcollation <> e.typcollation then {collation('a.attcollation')} end,"
            "  'not_null', a.attnotnull,"
            f"  'not_null_name', {name if version >= 18 else 'null'},"
            f"  'not_null_words', {not_null if version >= 18 else 'null'},"
            "  'default', case when a.attgenerated = '' then pg_get_expr(d.adbin, d.adrelid) end,"
            "  'generated', case when a.attgenerated <> '' then pg_get_expr(d.adbin, d.adrelid) end,"
            "  'virtual', a.attgenerated = 'v', 'options', a.attfdwoptions, 'settings', a.attoptions,"
            "  'statistics', case when a.attstattarget >= 0 then a.attstattarget::int end,"
            "  'storage', case when a.attstorage <> e.typstorage then a.attstorage::text end,"
            "  'inherited', not a.attislocal and not c.relispartition) order by a.attnum)"
            "  from pg_attribute a join pg_type e on e.oid = a.atttypid"
            "  left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum"
            "  where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped),"
            " (select json_object_agg(k.conname, pg_get_constraintdef(k.oid) order by k.conname) from pg_constraint k"
            "  where k.conrelid = c.oid and k.contype = 'c' and (k.conislocal or c.relispartition))"
            " from pg_class c join pg_namespace n on n.oid = c.relnamespace"
            " join pg_foreign_table f on f.ftrelid = c.oid"
            f" join pg_foreign_server s on s.oid = f.ftserver where c.relkind = 'f' and {USER_SCHEMA}"
            " order by n.nspname, c.relname"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, _, schema, name, server, opts, bound, parents, columns, checks = row
        attributes = {
            "server": server,
            "options": disclosed(opts),
            "columns": [_column(name, column) for column in columns or ()],
            "checks": checks,
            "parents": parents,
            "bound": bound,
        }
        parent = Address("table", tuple(parents[0])) if bound else None
        return (classid, oid, 0), Object(Address(self.name, (schema, name)), compact(attributes), parent)

    def claims(self, obj: Object) -> Iterable[tuple[str, ...]]:
        yield ("relation", *obj.address.path)
        yield ("type", *obj.address.path)

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        a, name = obj.attributes, qualified(obj.address)
        lines = [_render(column) for column in a["columns"] if not column.get("inherited")]
        checks = {k: words for k, words in a.get("checks", {}).items() if not words.endswith(" NOT VALID")}
        lines += [f"CONSTRAINT {ident(check)} {words}" for check, words in checks.items()]
        body = "(\n    " + ",\n    ".join(lines) + "\n)" if lines else "()"
        parents = [dotted(*path) for path in a.get("parents", ())]
        inherits = f" INHERITS ({', '.join(parents)})" if parents and "bound" not in a else ""
        values = a.get("options", {})
        server = f"SERVER {ident(a['server'])}{options_clause(values)}"
        yield created(f"CREATE FOREIGN TABLE {name} {body}{inherits} {server}", values)
        for column in a["columns"]:
            yield from _settings(name, column)
        for check, words in a.get("checks", {}).items():
            if check not in checks:
                yield Statement(f"ALTER FOREIGN TABLE {name} ADD CONSTRAINT {ident(check)} {words}")
        if "bound" in a:
            # PARTITION OF would not take the columns' own options.
            yield Statement(f"ALTER TABLE {parents[0]} ATTACH PARTITION {name} {a['bound']}")

    def drop(self, obj: Object, work: Work) -> Iterable[Statement]:
        yield Statement(f"DROP {self.identity(obj)}", Risk.DANGEROUS)


def _column(table: str, column: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(column)
    name, words = found.pop("not_null_name"), found.pop("not_null_words")
    if name and (name != f"{table}_{found['name']}_not_null" or words != f"NOT NULL {ident(found['name'])}"):
        # `NOT NULL column NO INHERIT`, where a column's own constraint does not repeat the column.
        found["not_null"] = f"CONSTRAINT {ident(name)} {words.replace(' ' + ident(found['name']), '', 1)}"
    found["options"] = disclosed(found["options"])
    found["settings"] = stored_options(found["settings"])
    return compact(found)


def _render(column: Mapping[str, Any]) -> str:
    words = [f"{ident(column['name'])} {column['type']}{options_clause(column.get('options', {}))}"]
    if "collation" in column:
        words.append(f"COLLATE {column['collation']}")
    if "generated" in column:
        words.append(f"GENERATED ALWAYS AS ({column['generated']}) {'VIRTUAL' if column.get('virtual') else 'STORED'}")
    if "default" in column:
        words.append(f"DEFAULT {column['default']}")
    if column.get("not_null"):
        words.append("NOT NULL" if column["not_null"] is True else column["not_null"])
    return " ".join(words)


def _settings(table: str, column: Mapping[str, Any]) -> Iterator[Statement]:
    """What a column's definition has no words for, and what an inherited column has of its own."""
    alter = f"ALTER FOREIGN TABLE {table} ALTER COLUMN {ident(column['name'])}"
    if column.get("inherited"):
        if "options" in column:
            yield Statement(alter + options_clause(column["options"], "ADD "))
        if "default" in column:
            yield Statement(f"{alter} SET DEFAULT {column['default']}")
    if "settings" in column:
        yield Statement(f"{alter} SET ({options(column['settings'])})")
    if "statistics" in column:
        yield Statement(f"{alter} SET STATISTICS {column['statistics']}")
    if "storage" in column:
        yield Statement(f"{alter} SET STORAGE {_STORAGE[column['storage']]}")


KIND = ForeignTableKind()
