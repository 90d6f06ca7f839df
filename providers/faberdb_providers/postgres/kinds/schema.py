"""Schemas. A schema file's `schema` key declares one; `[schemas.NAME]` is needed only for what else it has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from faberdb.model import Address, Object, Place, Statement, Verdict, Work
from faberdb_providers.postgres.kinds.base import USER_SCHEMA, Found, PostgresKind, Row
from faberdb_providers.postgres.kinds.granting import bare
from faberdb_providers.postgres.kinds.written import written
from faberdb_providers.postgres.names import ident

if TYPE_CHECKING:
    from faberdb_providers.postgres.specs.schema import SchemaSpec


class SchemaKind(PostgresKind):
    """`CREATE SCHEMA`; https://www.postgresql.org/docs/current/ddl-schemas.html"""

    name = "schema"
    section = "schemas"
    Declared: Any = written("schema", "SchemaSpec")

    def query(self, version: int) -> str:
        return f"select 'pg_namespace'::regclass::oid, n.oid, 0, n.nspname from pg_namespace n where {USER_SCHEMA}"

    def read(self, row: Row) -> Found | None:
        return (row[0], row[1], 0), Object(Address(self.name, (row[3],)), {})

    def declare(self, place: Place, name: str, spec: SchemaSpec) -> Iterator[Object]:
        yield from self.made(place, spec, Address(self.name, (name,)), {})

    def compare(self, before: Object, after: Object) -> Verdict | None:
        return None

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        yield Statement(f"CREATE SCHEMA {ident(obj.address.path[0])}")
        yield from bare(obj.address, work)


KIND = SchemaKind()
