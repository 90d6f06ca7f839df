"""A few rows in every table that takes them."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql

COLUMNS = """
select n.nspname, c.relname, a.attname, a.atttypid::bigint
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
 where c.relkind in ('p', 'r') and not c.relispartition
   and n.nspname !~ '^(pg_|information_schema$|faberdb(_|$))' order by 1, 2, a.attnum
"""
VALUES = {
    "int2": "{n}",
    "int4": "{n}",
    "int8": "{n}",
    "numeric": "{n}.25",
    "float8": "{n}.5",
    "text": "'a{n}'",
    "varchar": "'a{n}'",
    "bool": "true",
    "timestamptz": "'2024-01-0{n} 10:00+00'",
    "timestamp": "'2024-01-0{n} 10:00'",
    "date": "'2024-01-0{n}'",
    "jsonb": "'{{\"a\": {n}}}'",
    "uuid": "'00000000-0000-0000-0000-00000000000{n}'",
    "_text": "'{{a{n}}}'",
    "_varchar": "'{{a{n}}}'",
    "_int4": "'{{{n}}}'",
    "int4range": "'[{n}0,{n}5)'",
    "circle": "'<({n}00,0),1>'",
    "box": "'({n}00,0),({n}01,1)'",
    "bytea": "'\\x0{n}'",
    "interval": "'{n} hours'",
}


def fill(conninfo: str, count: int = 3) -> None:
    """Insert up to `count` rows into each table; those that a constraint refuses are left out."""
    tables: dict[tuple[str, str], list[tuple[str, str]]] = {}
    with psycopg.connect(conninfo, autocommit=True) as connection:
        types = _Types(connection)
        for schema, table, column, oid in connection.execute(COLUMNS).fetchall():
            text = types.constant(oid)
            tables.setdefault((schema, table), []).append((column, text))
        for _ in range(2):
            # Twice, because the first time what a row refers to may not be there yet.
            for (schema, table), columns in tables.items():
                names = sql.SQL(", ").join(sql.Identifier(c) for c, _ in columns)
                for n in range(1, count + 1):
                    values = ", ".join(text.format(n=n) for _, text in columns)
                    head = sql.SQL("insert into {} ({}) overriding system value values (").format(
                        sql.Identifier(schema, table), names
                    )
                    try:
                        connection.execute(head.as_bytes(connection) + values.encode() + b")")
                    except psycopg.Error:
                        continue


def empty(conninfo: str) -> None:
    """Take all rows out of all tables."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        found = sorted({row[:2] for row in connection.execute(COLUMNS).fetchall()})
        if found:
            names = sql.SQL(", ").join(sql.Identifier(*name) for name in found)
            connection.execute(sql.SQL("truncate {} cascade").format(names))


TYPES = """
select t.oid::bigint, t.typname, t.typtype::text, format_type(t.oid, null), t.typbasetype::bigint,
       (select r.rngsubtype::bigint from pg_range r where r.rngtypid = t.oid),
       (select quote_literal(e.enumlabel) from pg_enum e where e.enumtypid = t.oid order by e.enumsortorder limit 1),
       array(select a.atttypid::bigint from pg_attribute a where a.attrelid = t.typrelid and t.typtype = 'c'
              and a.attnum > 0 and not a.attisdropped order by a.attnum), t.typelem::bigint
  from pg_type t join pg_namespace n on n.oid = t.typnamespace
 where t.typtype in ('d', 'e', 'r', 'c', 'b') and (n.nspname <> 'pg_catalog' or t.typname = any(%s))
"""


class _Types:
    """Constants of every type that columns are of, with {n} for the number of the row."""

    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        found = connection.execute(TYPES, (list(VALUES),)).fetchall()
        self.types = {oid: row for oid, *row in found}

    def constant(self, oid: int) -> str:
        """Of a type that is not known, null."""
        if oid not in self.types:
            return "null"
        name, sort, printed, base, subtype, label, attributes, element = self.types[oid]
        printed = printed.replace("{", "{{").replace("}", "}}")
        if sort == "d":
            return f"{self.constant(base)}::{printed}"
        if sort == "e":
            return f"{label.replace('{', '{{').replace('}', '}}')}::{printed}" if label else "null"
        if sort == "c":
            return f"row({', '.join(map(self.constant, attributes))})::{printed}"
        if sort == "b" and element in self.types and name not in VALUES:
            return f"array[{self.constant(element)}]::{printed}"
        if sort == "b" and name not in VALUES and not name.startswith("_"):
            return f"'{{n}}'::{printed}"
        if sort == "r" and name not in VALUES:
            return f"{printed}({self.constant(subtype)}, null)"
        return VALUES.get(name, "null")
