"""Extended statistics."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from faberdb.model import Address, Change, Object, Statement, Work
from faberdb_providers.postgres.kinds.background import BackgroundKind, parent_of
from faberdb_providers.postgres.kinds.base import USER_SCHEMA, Found, Row, compact


class StatisticsKind(BackgroundKind):
    """`CREATE STATISTICS`; https://www.postgresql.org/docs/current/sql-createstatistics.html"""

    name = "statistics"
    sql_name = "STATISTICS"
    texts = ("definition",)

    def query(self, version: int) -> str:
        return (
            "select 'pg_statistic_ext'::regclass::oid, s.oid, 0, n.nspname, s.stxname, pg_get_statisticsobjdef(s.oid),"
            " case when s.stxstattarget >= 0 then s.stxstattarget::int end, c.relkind::text, cn.nspname, c.relname"
            " from pg_statistic_ext s join pg_namespace n on n.oid = s.stxnamespace"
            " join pg_class c on c.oid = s.stxrelid join pg_namespace cn on cn.oid = c.relnamespace"
            f" where {USER_SCHEMA} order by n.nspname, s.stxname"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, _, schema, name, definition, target, relkind, *relation = row
        attributes = compact({"definition": definition, "target": target})
        return (classid, oid, 0), Object(Address(self.name, (schema, name)), attributes, parent_of(relkind, *relation))

    def disturbed_by(self, obj: Object, change: Change) -> bool:
        # The server carries statistics through a change of type, but loses their target on the way.
        return super().disturbed_by(obj, change) or (change.disturbs and "target" in obj.attributes)

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        yield Statement(obj.attributes["definition"])
        if "target" in obj.attributes:
            yield Statement(f"ALTER {self.identity(obj)} SET STATISTICS {obj.attributes['target']}")


KIND = StatisticsKind()
