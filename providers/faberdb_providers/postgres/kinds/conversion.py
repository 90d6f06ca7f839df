"""Conversions between encodings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from faberdb.model import Address, Object, Statement, Work
from faberdb_providers.postgres.kinds.background import BackgroundKind, not_brought_along
from faberdb_providers.postgres.kinds.base import USER_SCHEMA, Found, Row, compact
from faberdb_providers.postgres.names import literal, qualified


class ConversionKind(BackgroundKind):
    """`CREATE CONVERSION`; https://www.postgresql.org/docs/current/sql-createconversion.html"""

    name = "conversion"

    def query(self, version: int) -> str:
        return (
            "select 'pg_conversion'::regclass::oid, c.oid, 0, n.nspname, c.conname,"
            " pg_encoding_to_char(c.conforencoding)::text, pg_encoding_to_char(c.contoencoding)::text,"
            " c.conproc::regproc::text, c.condefault"
            " from pg_conversion c join pg_namespace n on n.oid = c.connamespace"
            f" where {not_brought_along('pg_conversion', 'c')} and {USER_SCHEMA} order by n.nspname, c.conname"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, _, schema, name, source, target, function, default = row
        attributes = compact({"for": source, "to": target, "function": function, "default": default})
        return (classid, oid, 0), Object(Address(self.name, (schema, name)), attributes)

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        a, words = obj.attributes, "DEFAULT CONVERSION" if obj.attributes.get("default") else "CONVERSION"
        source, target = (literal(a[key]).strip() for key in ("for", "to"))
        yield Statement(f"CREATE {words} {qualified(obj.address)} FOR {source} TO {target} FROM {a['function']}")


KIND = ConversionKind()
