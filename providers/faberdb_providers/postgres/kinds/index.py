"""Indexes that are no constraint's: their elements as CREATE INDEX writes them, their storage, and whether they are
valid, since a failed concurrent build leaves one behind that no query uses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from faberdb.model import Action, Address, Change, Hazard, Object, Place, Risk, Statement, Verdict, Work
from faberdb_providers.postgres.kinds.base import (
    USER_SCHEMA,
    Found,
    PostgresKind,
    Row,
    Spec,
    compact,
)
from faberdb_providers.postgres.kinds.storage import Options, option_changes, option_texts, stored_options
from faberdb_providers.postgres.names import dotted, ident, identifiers, options, unquoted


class IndexSpec(Spec):
    """An index; a bare list is its elements."""

    short = "on"
    short_type = "array"

    on: list[str]
    """Column names, or index elements as in CREATE INDEX: `lower(email)`, `name text_pattern_ops desc`."""
    unique: bool = False
    where: str | None = None
    using: str = "btree"
    include: list[str] | None = None
    nulls_not_distinct: bool = False
    options: Options = {}
    tablespace: str | None = None
    clustered: bool = False
    """CLUSTER goes by this index."""
    statistics: dict[str, int] = {}
    """Statistics targets of expression elements, by their number."""


_ELEMENT = (
    "case when i.indkey[p.attnum - 1] = 0 then pg_get_indexdef(i.indexrelid, p.attnum::int, false) else"
    " quote_ident(ia.attname) end"
    " || case when co.oid is not null then ' COLLATE ' || quote_ident(con.nspname) || '.' ||"
    "  quote_ident(co.collname) else '' end"
    " || case when not oc.opcdefault or p.attoptions is not null then ' ' || case when ocn.nspname ="
    "  'pg_catalog' then '' else quote_ident(ocn.nspname) || '.' end || quote_ident(oc.opcname) else '' end"
    " || coalesce(' (' || array_to_string(p.attoptions, ', ') || ')', '')"
    " || case when iam.amname <> 'btree' then '' when i.indoption[p.attnum - 1] & 1 = 1 then ' DESC' || case when"
    "  i.indoption[p.attnum - 1] & 2 = 0 then ' NULLS LAST' else '' end"
    "  when i.indoption[p.attnum - 1] & 2 = 2 then ' NULLS FIRST' else '' end"
)
_OF_INDEXES = (
    " from pg_index i join pg_attribute p on p.attrelid = i.indexrelid and p.attnum between 1 and i.indnkeyatts"
    " join pg_class ix on ix.oid = i.indexrelid join pg_am iam on iam.oid = ix.relam"
    " left join pg_attribute ia on ia.attrelid = i.indrelid and ia.attnum = i.indkey[p.attnum - 1]"
    " join pg_opclass oc on oc.oid = i.indclass[p.attnum - 1] join pg_namespace ocn on ocn.oid = oc.opcnamespace"
    " left join pg_type et on et.oid = p.atttypid"
    " left join pg_collation co on co.oid = i.indcollation[p.attnum - 1] and co.oid is distinct from"
    "  coalesce(ia.attcollation, et.typcollation)"
    " left join pg_namespace con on con.oid = co.collnamespace"
)


def elements(index: str) -> str:
    """SQL for the key elements of an index (an oid expression) as a text array, each as CREATE INDEX would take it."""
    return f"array(select {_ELEMENT}{_OF_INDEXES} where i.indexrelid = {index} order by p.attnum)"


_ALL_ELEMENTS = (
    f"select i.indexrelid, array_agg({_ELEMENT} order by p.attnum) as elements{_OF_INDEXES}"
    " where i.indexrelid >= 16384 group by i.indexrelid"
)
"""The same of every index at once, which costs a tenth of asking for each."""


class IndexKind(PostgresKind):
    """`CREATE INDEX`; https://www.postgresql.org/docs/current/sql-createindex.html"""

    name = "index"
    section = "indexes"
    within = ("table", "materialized_view")
    Declared = IndexSpec
    dropped_inline = True
    texts = ("on", "where")

    def query(self, version: int) -> str:
        distinct = "x.indnullsnotdistinct" if version >= 15 else "false"
        return (
            "select 'pg_class'::regclass::oid, c.oid, 0, n.nspname, tc.relname, tc.relkind::text, c.relname,"
            " e.elements, x.indisunique, pg_get_expr(x.indpred, x.indrelid), am.amname,"
            " case when x.indnatts > x.indnkeyatts then array(select a.attname::text"
            "  from unnest(x.indkey) with ordinality u(num, pos) join pg_attribute a on"
            "  a.attrelid = x.indrelid and a.attnum = u.num where u.pos > x.indnkeyatts order by u.pos) end,"
            f" {distinct}, c.reloptions, ts.spcname, x.indisclustered, x.indisvalid,"
            " case when x.indexprs is not null then (select array_agg(array[sa.attnum::text, sa.attstattarget::text]"
            "  order by sa.attnum) from pg_attribute sa where sa.attrelid = c.oid and sa.attstattarget >= 0) end,"
            " tc.relkind = 'p'"
            " from pg_index x join pg_class c on c.oid = x.indexrelid join pg_class tc on tc.oid = x.indrelid"
            " join pg_namespace n on n.oid = tc.relnamespace join pg_am am on am.oid = c.relam"
            f" left join pg_tablespace ts on ts.oid = c.reltablespace join ({_ALL_ELEMENTS}) e on e.indexrelid = c.oid"
            f" where tc.relkind in ('r', 'p', 'm') and not c.relispartition and {USER_SCHEMA}"
            " and not exists (select from pg_constraint k where k.conindid = c.oid and k.contype in ('p', 'u', 'x'))"
            " order by n.nspname, tc.relname, c.relname"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, _, schema, table, kind, name, on, unique, where, method, include, not_distinct, *rest = row
        opts, space, clustered, valid, statistics, partitioned = rest
        attributes = compact(
            {
                "on": on,
                "unique": unique,
                "where": where,
                "using": None if method == "btree" else method,
                "include": include or None,
                "nulls_not_distinct": not_distinct,
                "options": stored_options(opts),
                "tablespace": space,
                "clustered": clustered,
                "statistics": {number: int(target) for number, target in statistics or ()},
                "invalid": not valid and not partitioned,
            }
        )
        parent = Address("materialized_view" if kind == "m" else "table", (schema, table))
        return (classid, oid, 0), Object(Address(self.name, (schema, table, name)), attributes, parent)

    def declare(self, place: Place, name: str, spec: IndexSpec) -> Iterator[Object]:
        parent = place.container
        assert parent is not None
        fields = ("on", "unique", "where", "include", "nulls_not_distinct", "tablespace", "clustered", "statistics")
        attributes = {key: getattr(spec, key) for key in fields}
        attributes["using"] = None if spec.using == "btree" else spec.using
        attributes["options"] = option_texts(spec.options)
        yield from self.made(place, spec, Address(self.name, (*parent.path, name)), attributes, parent)

    def write(self, obj: Object) -> Mapping[str, Any]:
        on = [unquoted(element) or element for element in obj.attributes["on"]]
        return {**{k: v for k, v in obj.attributes.items() if k != "invalid"}, "on": on}

    def mentions(self, obj: Object) -> Iterable[str]:
        return [*obj.attributes["on"], *(obj.attributes[k] for k in ("where", "using") if k in obj.attributes)]

    def claims(self, obj: Object) -> Iterable[tuple[str, ...]]:
        yield ("relation", obj.address.path[0], obj.address.path[-1])

    def compare(self, before: Object, after: Object) -> Verdict | None:
        old, new = dict(before.attributes), dict(after.attributes)
        if old == new:
            return None
        if old.get("invalid"):
            return Verdict(Action.REPLACE, "a failed build left it invalid")
        for side in (old, new):
            for key in ("options", "tablespace", "clustered", "statistics"):
                side.pop(key, None)
        if old == new:
            return Verdict(Action.ALTER)
        return Verdict(Action.REPLACE, "an index cannot be altered in place")

    def disturbed_by(self, obj: Object, change: Change) -> bool:
        if change.action in (Action.DROP, Action.REPLACE):
            return True
        return change.disturbs and change.address.kind not in ("column", "table")

    def identity(self, obj: Object) -> str:
        return f"INDEX {dotted(obj.address.path[0], obj.address.path[-1])}"

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        hazard = Hazard("index-build", "writes to the table wait until the index is built")
        columns = {c.address.path[-1] for c in work.children(obj.parent, after=True)} if obj.parent else set()
        probe = ""
        if obj.attributes.get("unique"):
            on, where = ", ".join(map(ident_if(columns), obj.attributes["on"])), obj.attributes.get("where")
            condition = f" where {where}" if where else ""
            table = dotted(*obj.address.path[:-1])
            probe = f"select {on}, count(*) from {table}{condition} group by {on} having count(*) > 1 limit 5"
        yield Statement(create_index(obj, columns), Risk.DANGEROUS, (hazard,), probe=probe)
        yield from self.settings(Object(obj.address, {"options": obj.attributes.get("options", {})}), obj)

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        yield from self.settings(before, after)

    def settings(self, before: Object, after: Object) -> Iterator[Statement]:
        """What ALTER INDEX and CLUSTER ON set."""
        old, new = before.attributes, after.attributes
        alter = f"ALTER {self.identity(after)}"
        yield from option_changes(alter, old.get("options", {}), new.get("options", {}))
        if old.get("tablespace") != new.get("tablespace") and "on" in old:
            yield Statement(f"{alter} SET TABLESPACE {ident(new.get('tablespace', 'pg_default'))}", Risk.DANGEROUS)
        table = "MATERIALIZED VIEW" if after.parent and after.parent.kind == "materialized_view" else "TABLE"
        name = f"ALTER {table} {dotted(*after.address.path[:-1])}"
        if new.get("clustered") and not old.get("clustered"):
            yield Statement(f"{name} CLUSTER ON {ident(after.address.path[-1])}", Risk.CAUTION)
        elif old.get("clustered") and not new.get("clustered"):
            yield Statement(f"{name} SET WITHOUT CLUSTER", Risk.CAUTION)
        targets, before_targets = new.get("statistics", {}), old.get("statistics", {})
        for number in sorted({*targets, *before_targets}, key=int):
            if targets.get(number) != before_targets.get(number):
                yield Statement(f"{alter} ALTER COLUMN {number} SET STATISTICS {targets.get(number, -1)}")

    def rename(self, before: Object, after: Object) -> Iterable[Statement]:
        name = dotted(after.address.path[0], before.address.path[-1])
        yield Statement(f"ALTER INDEX {name} RENAME TO {ident(after.address.path[-1])}", Risk.CAUTION)


def ident_if(columns: set[str]) -> Callable[[str], str]:
    """Elements that are a column's name become identifiers; all else is SQL already."""
    return lambda element: ident(element) if element in columns else element


def create_index(obj: Object, columns: set[str]) -> str:
    """CREATE INDEX, in the order its grammar has."""
    a = obj.attributes
    words = ["CREATE UNIQUE INDEX" if a.get("unique") else "CREATE INDEX", ident(obj.address.path[-1]), "ON"]
    words += [dotted(*obj.address.path[:-1])]
    if a.get("using"):
        words += ["USING", ident(a["using"])]
    words.append("(" + ", ".join(map(ident_if(columns), a["on"])) + ")")
    if a.get("include"):
        words.append(f"INCLUDE ({identifiers(a['include'])})")
    if a.get("nulls_not_distinct"):
        words.append("NULLS NOT DISTINCT")
    if a.get("options"):
        words.append(f"WITH ({options(a['options'])})")
    if a.get("tablespace"):
        words.append(f"TABLESPACE {ident(a['tablespace'])}")
    if a.get("where"):
        words.append(f"WHERE {a['where']}")
    return " ".join(words)


KIND = IndexKind()
