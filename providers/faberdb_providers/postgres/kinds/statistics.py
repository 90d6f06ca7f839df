"""Extended statistics, written within the table, materialized view or foreign table they are on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from faberdb.model import Action, Address, Change, Object, Place, Risk, Statement, Verdict, Work
from faberdb_providers.postgres.kinds.background import parent_of
from faberdb_providers.postgres.kinds.base import USER_SCHEMA, Found, PostgresKind, Row, compact
from faberdb_providers.postgres.kinds.index import columns_of
from faberdb_providers.postgres.kinds.written import written
from faberdb_providers.postgres.names import column_of, ident, is_word, misread, qualified, unquoted

if TYPE_CHECKING:
    from faberdb_providers.postgres.specs.statistics import StatisticsSpec

_KINDS = {"d": "ndistinct", "f": "dependencies", "m": "mcv"}


class StatisticsKind(PostgresKind):
    """`CREATE STATISTICS`; https://www.postgresql.org/docs/current/sql-createstatistics.html"""

    name = "statistics"
    section = "statistics"
    within = ("table", "materialized_view", "foreign_table")
    Declared: Any = written("statistics", "StatisticsSpec")
    sql_name = "STATISTICS"
    texts = ("on",)

    def query(self, version: int) -> str:
        expressions = "pg_get_statisticsobjdef_expressions(s.oid)" if version >= 14 else "null"
        return (
            "select 'pg_statistic_ext'::regclass::oid, s.oid, 0, n.nspname, s.stxname,"
            # In the order of their names: the server keeps that of the table, which a table made anew need not have.
            " array(select a.attname::text from unnest(s.stxkeys) u (num) join pg_attribute a on"
            f"  a.attrelid = s.stxrelid and a.attnum = u.num order by a.attname), {expressions},"
            " array(select k::text from unnest(s.stxkind) k),"
            " case when s.stxstattarget >= 0 then s.stxstattarget::int end, c.relkind::text, cn.nspname, c.relname"
            " from pg_statistic_ext s join pg_namespace n on n.oid = s.stxnamespace"
            " join pg_class c on c.oid = s.stxrelid join pg_namespace cn on cn.oid = c.relnamespace"
            f" where {USER_SCHEMA} order by n.nspname, s.stxname"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, _, schema, name, columns, expressions, letters, target, relkind, *relation = row
        kinds = [word for letter, word in _KINDS.items() if letter in letters]
        attributes = {
            # A name that is more than one word stands as in SQL: it could be taken for an expression.
            "on": [*(c if is_word(c) else ident(c) for c in columns), *(expressions or ())],
            "kinds": kinds if 0 < len(kinds) < len(_KINDS) else None,
            "target": target,
        }
        parent = parent_of(relkind, *relation)
        return (classid, oid, 0), Object(Address(self.name, (schema, name)), compact(attributes), parent)

    def declare(self, place: Place, name: str, spec: StatisticsSpec) -> Iterator[Object]:
        relation = place.container
        assert relation is not None
        kinds = [word for word in _KINDS.values() if word in (spec.kinds or ())]
        attributes = {
            "on": spec.on,
            "kinds": kinds if 0 < len(kinds) < len(_KINDS) else None,
            "target": spec.target,
        }
        schema = spec.schema_ or relation.path[0]
        columns = (
            [Address("column", (*relation.path, unquoted(c) or c)) for c in spec.on] if relation.kind == "table" else []
        )
        needed = [Address("schema", (schema,)), *columns]
        yield from self.made(place, spec, Address(self.name, (schema, name)), attributes, relation, needed)

    def write(self, obj: Object) -> Mapping[str, Any]:
        assert obj.parent is not None
        elsewhere = obj.parent.path[0] != obj.address.path[0]
        return {**obj.attributes, **({"schema": obj.address.path[0]} if elsewhere else {})}

    def mentions(self, obj: Object) -> Iterable[str]:
        return list(obj.attributes["on"])

    def fault(self, obj: Object) -> str:
        return misread(super().fault(obj), obj.attributes["on"])

    def claims(self, obj: Object) -> Iterable[tuple[str, ...]]:
        yield ("statistics", *obj.address.path)

    def compare(self, before: Object, after: Object) -> Verdict | None:
        old, new = before.attributes, after.attributes
        if old == new and before.parent == after.parent:
            return None
        if all(old.get(key) == new.get(key) for key in ("on", "kinds")) and before.parent == after.parent:
            return Verdict(Action.ALTER)
        return Verdict(Action.REPLACE, "only their target can be altered in place")

    def disturbed_by(self, obj: Object, change: Change) -> bool:
        # The server carries statistics through a change of type, but loses their target on the way.
        return super().disturbed_by(obj, change) or (change.disturbs and "target" in obj.attributes)

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        a, relation = obj.attributes, obj.parent
        assert relation is not None
        columns = columns_of(obj, work)
        named = (column_of(e, columns) or f"({e})" for e in a["on"])
        kinds = f" ({', '.join(a['kinds'])})" if a.get("kinds") else ""
        yield Statement(
            f"CREATE STATISTICS {qualified(obj.address)}{kinds} ON {', '.join(named)} FROM {qualified(relation)}"
        )
        if "target" in a:
            yield Statement(f"ALTER {self.identity(obj)} SET STATISTICS {a['target']}")

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        yield Statement(f"ALTER {self.identity(after)} SET STATISTICS {after.attributes.get('target', -1)}")

    def rename(self, before: Object, after: Object) -> Iterable[Statement]:
        yield Statement(f"ALTER {self.identity(before)} RENAME TO {ident(after.address.path[-1])}", Risk.SAFE)


KIND = StatisticsKind()
