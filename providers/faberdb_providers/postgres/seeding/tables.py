"""The tables that seed files have rows of, as the database knows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from faberdb.errors import DatabaseError
from faberdb.model import SeedRows
from faberdb_providers.postgres.connection import Connection
from faberdb_providers.postgres.names import dotted, ident

_TABLE = """
select c.oid::bigint, n.nspname, c.relname, c.relkind = 'r'
  from unnest(%s::text[]) with ordinality wanted(schema, place) join pg_namespace n on n.nspname = wanted.schema
  join pg_class c on c.relnamespace = n.oid and c.relname = %s and c.relkind in ('r', 'p')
 order by wanted.place limit 1
"""
# -1 and not null: without a length, `character` would be one character.
_COLUMNS = """
select a.attname, format_type(a.atttypid, a.atttypmod), format_type(b.oid, -1),
       b.typname in ('varchar', 'bpchar', 'bit', 'varbit'), b.typname in ('json', 'jsonb'), b.typcategory = 'A',
       a.attgenerated <> '', a.attidentity = 'a', coalesce(pg_get_serial_sequence(%s, a.attname), '')
  from pg_attribute a join pg_type t on t.oid = a.atttypid
  join pg_type b on b.oid = case when t.typtype = 'd' then t.typbasetype else t.oid end
 where a.attrelid = %s::bigint::oid and a.attnum > 0 and not a.attisdropped order by a.attnum
"""
_KEYS = """
select i.indisprimary, array(select a.attname from unnest(i.indkey) with ordinality k(number, place)
                               join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number
                              where k.place <= i.indnkeyatts order by k.place)::text[]
  from pg_index i
 where i.indrelid = %s::bigint::oid and i.indisunique and i.indisvalid and i.indimmediate and i.indpred is null
   and i.indexprs is null
 order by i.indisprimary desc, i.indexrelid
"""
_EDGES = """
select distinct conrelid::bigint, confrelid::bigint from pg_constraint
 where contype = 'f' and conrelid = any(%s::bigint[]) and confrelid = any(%s::bigint[]) and conrelid <> confrelid
"""
OWN = "faberdb"


@dataclass(frozen=True, slots=True)
class Column:
    """type: as declared. bare: what it is made of, without a length. lengths: whether a cast to the type would cut a
    value, where to store it would not. always: whether it is an identity that only an insert can set. sequence: that
    its default takes numbers from, empty if there is none."""

    name: str
    type: str
    bare: str
    lengths: bool
    json: bool
    array: bool
    computed: bool
    always: bool
    sequence: str

    @property
    def sql(self) -> str:
        return quoted(self.name)

    @property
    def given(self) -> str:
        """A parameter as what the column would hold, as far as a cast tells."""
        return f"cast(%s as {(self.bare if self.lengths else self.type).replace('%', '%%')})"


@dataclass(frozen=True, slots=True)
class Table:
    """sql: its name. plain: whether it is no partitioned one, so that only its own rows are meant. keys: the sets of
    columns of which no two rows have the same, that of the primary key first, if `primary` says that there is one."""

    oid: int
    sql: str
    plain: bool
    columns: Mapping[str, Column]
    keys: tuple[tuple[str, ...], ...]
    primary: bool

    @property
    def only(self) -> str:
        """The table in a query."""
        name = self.sql.replace("%", "%%")
        return f"only {name}" if self.plain else name


def quoted(name: str) -> str:
    """A name in a statement with parameters."""
    return ident(name).replace("%", "%%")


def table_of(session: Connection, rows: SeedRows, search_path: Sequence[str]) -> Table:
    """The table of some rows. Raises DatabaseError where there is none, or it is faberdb's own."""
    *schema, name = rows.table
    found = session.query(_TABLE, list(schema or search_path), name)
    if not found:
        where = "" if schema else f" in {', '.join(search_path)}"
        raise DatabaseError(
            f"{session.label} has no table {dotted(*rows.table)}{where}",
            where=rows.where,
            advice="nothing was changed; correct the name, or make the table first: faberdb plan, faberdb apply",
        )
    oid, schema_name, table_name, plain = found[0]
    if schema_name == OWN or schema_name.startswith(("faberdb_quarantine", "pg_")):
        raise DatabaseError(f"{dotted(schema_name, table_name)} is not for seeds", where=rows.where)
    sql = dotted(schema_name, table_name)
    columns = {row[0]: Column(*row) for row in session.query(_COLUMNS, sql, oid)}
    keys = session.query(_KEYS, oid)
    primary = any(is_primary for is_primary, _ in keys)
    return Table(oid, sql, plain, columns, tuple(tuple(key) for _, key in keys), primary)


def key_of(table: Table, rows: SeedRows) -> tuple[str, ...]:
    """The columns that tell the rows apart. Raises DatabaseError where nothing holds that there is one row of each."""
    if not rows.key:
        if table.primary:
            return table.keys[0]
        raise DatabaseError(
            f"{table.sql} has no primary key, so nothing tells which of its rows are there already",
            where=rows.where,
            advice='name columns that are unique, above the rows of a TOML file: [keys], then table = ["column"]',
        )
    key = next((key for key in table.keys if {*key} == {*rows.key}), None)
    if key is None:
        known = "; ".join(", ".join(key) for key in table.keys) or "there are none"
        raise DatabaseError(
            f"no unique constraint or index of {table.sql} is on {', '.join(rows.key)}, all of it and nothing more",
            where=rows.where,
            advice=f"make one, or take columns that have one: {known}",
        )
    return key


def in_order(session: Connection, tables: Iterable[Table]) -> list[int]:
    """The tables by what they refer to: first what others need. Those that need each other in a circle come in the
    order of their names."""
    names = {table.oid: table.sql for table in tables}
    oids = sorted(names, key=lambda oid: names[oid])
    needs: dict[int, set[int]] = {oid: set() for oid in oids}
    for one, other in session.query(_EDGES, oids, oids):
        needs[one].add(other)
    while True:
        sorter = TopologicalSorter(needs)
        try:
            sorter.prepare()
        except CycleError as error:
            circle = error.args[1]
            first = min(circle, key=lambda oid: names[oid])
            needs[first] -= {*circle}
            continue
        done: list[int] = []
        while sorter.is_active():
            ready = sorted(sorter.get_ready(), key=lambda oid: names[oid])
            done += ready
            sorter.done(*ready)
        return done
