"""Composite types that are not the row type of a relation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from faberdb.model import Address, Object, Statement, Work
from faberdb_providers.postgres.kinds.background import TypeKind, collation, not_brought_along
from faberdb_providers.postgres.kinds.base import USER_SCHEMA, Found, Row, compact
from faberdb_providers.postgres.names import ident, qualified


class CompositeTypeKind(TypeKind):
    """`CREATE TYPE ... AS (...)`; https://www.postgresql.org/docs/current/rowtypes.html"""

    name = "composite_type"

    def query(self, version: int) -> str:
        return (
            "select 'pg_type'::regclass::oid, t.oid, 0, n.nspname, t.typname, (select json_agg(json_build_object("
            " 'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'collation',"
            f"  case when a.attcollation <> e.typcollation then {collation('a.attcollation')} end) order by a.attnum)"
            "  from pg_attribute a join pg_type e on e.oid = a.atttypid"
            "  where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped)"
            " from pg_type t join pg_class c on c.oid = t.typrelid and c.relkind = 'c'"
            " join pg_namespace n on n.oid = t.typnamespace"
            f" where t.typtype = 'c' and {not_brought_along('pg_type', 't')} and {USER_SCHEMA}"
            " order by n.nspname, t.typname"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, _, schema, name, columns = row
        attributes = {"columns": [compact(column) for column in columns or ()]}
        return (classid, oid, 0), Object(Address(self.name, (schema, name)), attributes)

    def claims(self, obj: Object) -> Iterable[tuple[str, ...]]:
        yield ("relation", *obj.address.path)
        yield from super().claims(obj)

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        lines = [
            f"{ident(c['name'])} {c['type']}" + (f" COLLATE {c['collation']}" if "collation" in c else "")
            for c in obj.attributes["columns"]
        ]
        body = ",\n    ".join(lines)
        yield Statement(
            f"CREATE TYPE {qualified(obj.address)} AS (\n    {body}\n)"
            if lines
            else f"CREATE TYPE {qualified(obj.address)} AS ()"
        )


KIND = CompositeTypeKind()
