"""Range types. Their multirange type, their constructors and the cast between the two come with them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from faberdb.model import Address, Object, Statement, Work
from faberdb_providers.postgres.kinds.background import (
    TypeKind,
    collation,
    in_schema,
    not_brought_along,
    procedure,
)
from faberdb_providers.postgres.kinds.base import USER_SCHEMA, Found, Row, compact
from faberdb_providers.postgres.names import qualified

_KEYS = ("subtype", "subtype_opclass", "collation", "canonical", "subtype_diff", "multirange_type_name")


class RangeTypeKind(TypeKind):
    """`CREATE TYPE ... AS RANGE`; https://www.postgresql.org/docs/current/rangetypes.html"""

    name = "range_type"

    def query(self, version: int) -> str:
        multirange = in_schema("pg_type", "r.rngmultitypid", "typname", "typnamespace") if version >= 14 else "null"
        return (
            "select 'pg_type'::regclass::oid, t.oid, 0, n.nspname, t.typname, format_type(r.rngsubtype, null),"
            f" case when not o.opcdefault then {in_schema('pg_opclass', 'r.rngsubopc', 'opcname', 'opcnamespace')} end,"
            f" case when r.rngcollation <> s.typcollation then {collation('r.rngcollation')} end,"
            f" {procedure('r.rngcanonical::oid')}, {procedure('r.rngsubdiff::oid')}, {multirange}"
            " from pg_range r join pg_type t on t.oid = r.rngtypid join pg_namespace n on n.oid = t.typnamespace"
            " join pg_type s on s.oid = r.rngsubtype join pg_opclass o on o.oid = r.rngsubopc"
            f" where {not_brought_along('pg_type', 't')} and {USER_SCHEMA} order by n.nspname, t.typname"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, _, schema, name, *values = row
        attributes = compact(dict(zip(_KEYS, values, strict=True)))
        return (classid, oid, 0), Object(Address(self.name, (schema, name)), attributes)

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        body = ",\n    ".join(f"{key} = {value}" for key, value in obj.attributes.items())
        yield Statement(f"CREATE TYPE {qualified(obj.address)} AS RANGE (\n    {body}\n)")


KIND = RangeTypeKind()
