"""A few rows in every table that takes them."""

from __future__ import annotations

import psycopg
from psycopg import sql

COLUMNS = """
select n.nspname, c.relname, a.attname, t.typname, t.typtype, t.oid::bigint, a.attnotnull
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
  join pg_type t on t.oid = a.atttypid
 where c.relkind = 'r' and n.nspname !~ '^(pg_|information_schema$|faberdb(_|$))' order by 1, 2, a.attnum
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
        for schema, table, column, type_, sort, oid, _ in connection.execute(COLUMNS).fetchall():
            text = VALUES.get(type_, "null")
            if sort == "e":
                text = f"(select enumlabel::text from pg_enum where enumtypid = {oid} order by enumsortorder limit 1)"
                text = f"({text})::{sql.Identifier(*_type_name(connection, oid)).as_string(connection)}"
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


def _type_name(connection: psycopg.Connection[tuple[str, ...]], oid: int) -> tuple[str, str]:
    row = connection.execute(
        "select n.nspname, t.typname from pg_type t join pg_namespace n on n.oid = t.typnamespace where t.oid = %s",
        (oid,),
    ).fetchone()
    assert row is not None
    return row[0], row[1]
