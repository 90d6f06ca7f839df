"""Casts between two types."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from faberdb.model import Address, Object, Statement, Work
from faberdb_providers.postgres.kinds.background import BackgroundKind, not_brought_along
from faberdb_providers.postgres.kinds.base import Found, Row, compact

_CONTEXTS = {"a": "assignment", "i": "implicit"}


class CastKind(BackgroundKind):
    """`CREATE CAST`; https://www.postgresql.org/docs/current/sql-createcast.html"""

    name = "cast"

    def query(self, version: int) -> str:
        return (
            "select 'pg_cast'::regclass::oid, c.oid, 0, format_type(c.castsource, null),"
            " format_type(c.casttarget, null), case when c.castfunc <> 0 then c.castfunc::regprocedure::text end,"
            " c.castcontext::text, c.castmethod::text from pg_cast c"
            f" where {not_brought_along('pg_cast', 'c')} order by 4, 5"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, _, source, target, function, context, method = row
        attributes = {"function": function, "inout": method == "i", "context": _CONTEXTS.get(context)}
        return (classid, oid, 0), Object(Address(self.name, (source, target)), compact(attributes))

    def identity(self, obj: Object) -> str:
        return "CAST ({} AS {})".format(*obj.address.path)

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        a = obj.attributes
        way = f"WITH FUNCTION {a['function']}" if "function" in a else "WITHOUT FUNCTION"
        if a.get("inout"):
            way = "WITH INOUT"
        context = f" AS {a['context'].upper()}" if "context" in a else ""
        yield Statement(f"CREATE {self.identity(obj)} {way}{context}")


KIND = CastKind()
