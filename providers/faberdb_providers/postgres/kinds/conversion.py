"""Conversions between encodings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from faberdb.model import Address, Object, Place, Statement, Work
from faberdb_providers.postgres.kinds.background import not_brought_along
from faberdb_providers.postgres.kinds.base import USER_SCHEMA, Found, PostgresKind, Row, compact
from faberdb_providers.postgres.kinds.written import written
from faberdb_providers.postgres.names import literal, qualified

if TYPE_CHECKING:
    from faberdb_providers.postgres.specs.conversion import ConversionSpec


class ConversionKind(PostgresKind):
    """`CREATE CONVERSION`; https://www.postgresql.org/docs/current/sql-createconversion.html"""

    name = "conversion"
    section = "conversions"
    Declared: Any = written("conversion", "ConversionSpec")

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
        attributes = compact({"source": source, "target": target, "function": function, "default": default})
        return (classid, oid, 0), Object(Address(self.name, (schema, name)), attributes)

    def declare(self, place: Place, name: str, spec: ConversionSpec) -> Iterator[Object]:
        attributes = {key: getattr(spec, key) for key in ("source", "target", "function", "default")}
        address = Address(self.name, (place.schema, name))
        yield from self.made(place, spec, address, attributes, references=[Address("schema", (place.schema,))])

    def mentions(self, obj: Object) -> Iterable[str]:
        return [obj.attributes["function"]]

    def claims(self, obj: Object) -> Iterable[tuple[str, ...]]:
        yield ("conversion", *obj.address.path)
        if obj.attributes.get("default"):
            # A schema has one default between two encodings. What ends in no name is none that a text could mention.
            pair = (obj.attributes["source"], obj.attributes["target"])
            yield ("default conversion", obj.address.path[0], *pair, "")

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        a, words = obj.attributes, "DEFAULT CONVERSION" if obj.attributes.get("default") else "CONVERSION"
        source, target = (literal(a[key]).strip() for key in ("source", "target"))
        yield Statement(f"CREATE {words} {qualified(obj.address)} FOR {source} TO {target} FROM {a['function']}")


KIND = ConversionKind()
