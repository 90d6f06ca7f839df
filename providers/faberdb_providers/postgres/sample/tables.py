"""The tables of a scratch database that rows are made up for, and their rows read back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from faberdb.model import SampleColumn, Samples, SampleTable
from faberdb_providers.postgres.names import dotted, ident, literal
from faberdb_providers.postgres.sample.values import TYPES, Types

_TABLES = """
with recursive staked(oid) as (
    select r.oid from (select to_regclass(n)::oid from unnest(array[{names}]::text[]) n) r(oid) where r.oid is not null
    union
    select i.inhrelid from staked s join pg_inherits i on i.inhparent = s.oid),
near(oid) as (
    select s.oid from staked s
    union
    select x.oid from near t cross join lateral (
        select i.inhrelid from pg_inherits i where i.inhparent = t.oid
        union select f.confrelid from pg_constraint f where f.contype = 'f' and f.conrelid = t.oid) x(oid))
select c.oid::bigint, n.nspname, c.relname, c.oid in (select s.oid from staked s),
       array(select p.relid::oid::bigint from pg_partition_ancestors(c.oid) p(relid)),
       (select jsonb_build_array(m.nspname, r.relname) from pg_class r join pg_namespace m on m.oid = r.relnamespace
         where r.oid = pg_partition_root(c.oid) and r.oid <> c.oid),
       coalesce((select jsonb_agg(jsonb_build_array(a.attname, a.atttypid::bigint,
                     format_type(a.atttypid, a.atttypmod), a.attnotnull, a.atthasdef or a.attidentity <> '',
                     a.attidentity <> '' or coalesce(pg_get_expr(d.adbin, d.adrelid) like '%nextval(%', false)
                     or exists (select from pg_index x where x.indrelid = c.oid and a.attnum = any(x.indkey)
                                   and (x.indisunique or x.indisexclusion))) order by a.attnum)
                   from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
                  where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''), '[]'),
       array(select pg_get_constraintdef(k.oid) from pg_constraint k where k.conrelid = c.oid and k.contype = 'c'
              order by k.conname) || array_remove(array[pg_get_partition_constraintdef(c.oid)], null),
       coalesce((select jsonb_agg(jsonb_build_array(f.confrelid::bigint,
                     (select jsonb_build_array(m.nspname, r.relname) from pg_class r join pg_namespace m
                          on m.oid = r.relnamespace where r.oid = f.confrelid),
                     (select jsonb_agg(a.attname order by u.n) from unnest(f.conkey) with ordinality u(k, n)
                        join pg_attribute a on a.attrelid = f.conrelid and a.attnum = u.k),
                     (select jsonb_agg(a.attname order by u.n) from unnest(f.confkey) with ordinality u(k, n)
                        join pg_attribute a on a.attrelid = f.confrelid and a.attnum = u.k)) order by f.conname)
                   from pg_constraint f where f.contype = 'f' and f.conrelid = c.oid and not exists (
                        select from pg_constraint p where p.oid = f.conparentid and p.conrelid = c.oid)), '[]'),
       array(with recursive up(oid) as (
                 select c.oid union select i.inhparent from up join pg_inherits i on i.inhrelid = up.oid),
             down(oid) as (
                 select u.oid from up u union select i.inhrelid from down w join pg_inherits i on i.inhparent = w.oid)
             select f.oid::regclass::text from down w join pg_class f on f.oid = w.oid where f.relkind = 'f' order by 1)
  from near join pg_class c on c.oid = near.oid join pg_namespace n on n.oid = c.relnamespace
 where c.relkind = 'r' and n.nspname !~ '^(pg_|information_schema$|faberdb(_|$))'
 order by 2, 3
"""
"""The tables that some names stand for, with their parts, and those that they refer to, with all that a row has to
satisfy."""

_SEEN = """
select c.oid::bigint, n.nspname, c.relname, n.nspname ~ '^faberdb_quarantine',
       c.relkind = 'p', nullif(pg_partition_root(c.oid)::oid, c.oid)::bigint,
       coalesce(w.parts, '[]'), coalesce(w.guarded, false),
       coalesce((select jsonb_agg(jsonb_build_array(a.attnum, a.attname, a.atttypid::bigint,
                     format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attgenerated::text) order by a.attnum)
                   from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped), '[]')
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
 cross join lateral (
    select jsonb_agg(jsonb_build_array(m.nspname, l.relname) order by m.nspname, l.relname),
           bool_or(row_security_active(l.oid))
      from (select c.oid union select t.relid::oid from pg_partition_tree(c.oid) t) p(oid)
      join pg_class l on l.oid = p.oid join pg_namespace m on m.oid = l.relnamespace
     where l.relkind = 'r') w(parts, guarded)
 where c.oid in ({tables}) and c.relkind in ('r', 'p')
 order by 2, 3
"""
"""Where the rows of tables are: those of a partitioned one in its parts, but for foreign ones, on servers of others."""


class Asks(Protocol):
    """A session on a scratch database."""

    def execute(self, sql: str) -> None: ...
    def query(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]: ...
    def set_scope(self, scope: Sequence[str]) -> None: ...


class Column(NamedTuple):
    """printed: its type. default: whether it has one, or is numbered. keyed: whether it is numbered, or part of a key.
    Those that are computed are none of these."""

    name: str
    type: int
    printed: str
    required: bool
    default: bool
    keyed: bool


class Reference(NamedTuple):
    """A foreign key: the table it points at, by its number and name, which columns refer to which of its."""

    table: int
    name: str
    columns: tuple[str, ...]
    keys: tuple[str, ...]


class Table(NamedTuple):
    """staked: whether its own rows are at stake. within: the tables that it is a partition of; whole: the name of the
    outermost. conditions: as the server prints them, that of its being a partition among them. foreign: the foreign
    tables that are children of it or, beside it, of its parents, so that a statement may reach them too."""

    oid: int
    name: str
    staked: bool
    within: tuple[int, ...]
    whole: str
    columns: tuple[Column, ...]
    conditions: tuple[str, ...]
    references: tuple[Reference, ...]
    foreign: tuple[str, ...]


def tables(session: Asks, names: Sequence[str]) -> list[Table]:
    """The tables of these names, and those that they refer to, before those that refer to them. Raises
    psycopg.Error."""
    quoted = ", ".join(literal(name).strip() for name in names)
    session.set_scope(())  # or a name without a schema would mean another thing in the next reading
    found = [
        Table(
            oid,
            dotted(schema, name),
            staked,
            tuple(within),
            dotted(*whole) if whole else "",
            tuple(Column(*column) for column in columns),
            tuple(conditions),
            tuple(
                Reference(to, dotted(*called), tuple(mine), tuple(theirs)) for to, called, mine, theirs in references
            ),
            tuple(foreign),
        )
        for oid, schema, name, staked, within, whole, columns, conditions, references, foreign in session.query(
            _TABLES.replace("{names}", quoted)
        )
    ]
    return list(_in_order(found))


def foreign_tables(session: Asks) -> list[str]:
    """The names of all foreign tables there are. Raises psycopg.Error."""
    rows = session.query(
        "select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where c.relkind = 'f' order by 1, 2"
    )
    return [dotted(*row) for row in rows]


def counts(session: Asks, oids: Iterable[int]) -> dict[int, int]:
    """How many rows the transaction that runs has written, by table. Raises psycopg.Error."""
    rows = session.query(
        "select o::bigint, pg_stat_get_xact_tuples_inserted(o) + pg_stat_get_xact_tuples_updated(o)"
        f" + pg_stat_get_xact_tuples_deleted(o) from unnest(array[{listed(oids)}]::oid[]) o"
    )
    return dict(rows)


def _in_order(found: Sequence[Table]) -> Iterator[Table]:
    """What is referred to comes first; of a circle, whatever is met first."""
    parts: dict[int, list[Table]] = {}
    for table in found:
        for oid in {table.oid, *table.within}:
            parts.setdefault(oid, []).append(table)
    met: set[int] = set()

    def with_those_before(table: Table) -> Iterator[Table]:
        if table.oid in met:
            return
        met.add(table.oid)
        for reference in table.references:
            for part in parts.get(reference.table, ()):
                yield from with_those_before(part)
        yield table

    for table in found:
        yield from with_those_before(table)


def types_of(session: Asks, oids: Iterable[int]) -> Types:
    """The types that columns of some tables are of. Raises psycopg.Error."""
    return Types(session.query(TYPES.replace("{tables}", listed(oids))))


def listed(oids: Iterable[int]) -> str:
    """Numbers of relations for an IN (...) in SQL, which is never empty."""
    return ", ".join(map(str, oids)) or "0"


def read(session: Asks, known: Mapping[int, Table]) -> Samples:
    """The rows of some tables, and of what they are partitions of, whatever those are called by now and whatever has
    come in their places. Raises psycopg.Error."""
    called = dict.fromkeys(name for table in known.values() for name in (table.name, table.whole) if name)
    names = ", ".join(literal(name).strip() for name in called)
    session.set_scope(())
    wanted = (
        f"select o from unnest(array[{listed(known)}]::oid[]) o"
        f" union select pg_partition_root(o) from unnest(array[{listed(known)}]::oid[]) o"
        f" union select to_regclass(n)::oid from unnest(array[{names}]::text[]) n"
    )
    seen = session.query(_SEEN.replace("{tables}", wanted))
    types = types_of(session, (row[0] for row in seen))
    shown = [(*row[:-1], [c for c in row[-1] if c[5] != "v"]) for row in seen]
    texts = [
        f"select {oid}::bigint, array[{', '.join(_text(types, *c[1:3]) for c in columns)}]::text[]"
        f" from only {dotted(*part)}"
        for oid, *_, parts, _, columns in shown
        for part in parts
    ]
    rows: dict[int, list[tuple[str | None, ...]]] = {}
    for oid, values in session.query(" union all ".join(texts)) if texts else ():
        rows.setdefault(oid, []).append(tuple(values))
    return {
        oid: SampleTable(
            (schema, name),
            dotted(schema, name),
            waits,
            tuple(
                SampleColumn(number, column, "" if generated else types.nature(type_, printed), required)
                for number, column, type_, printed, required, generated in columns
            ),
            tuple(rows.get(oid, ())),
            guarded,
            whole,
            part_of,
        )
        for oid, schema, name, waits, whole, part_of, _, guarded, columns in shown
    }


def _text(types: Types, column: str, type_: int) -> str:
    """SQL for the text of a column. Of a row inside of it the attributes are told by their names: the place of one
    changes where it goes and comes back."""
    return f"to_jsonb({ident(column)})::text" if types.of_rows(type_) else f"{ident(column)}::text"
