"""Extensions. What is not declared of one (its version, its schema) is left as the server has it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from faberdb.model import (
    IRREVERSIBLE,
    Action,
    Address,
    Attributes,
    Hazard,
    Object,
    Place,
    Risk,
    Statement,
    Verdict,
    Work,
)
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.base import Found, PostgresKind, Row
from faberdb_providers.postgres.kinds.written import written
from faberdb_providers.postgres.names import ident, literal

if TYPE_CHECKING:
    from faberdb_providers.postgres.specs.extension import ExtensionSpec

_MOVED = Hazard(codes.RENAME, "queries that name its functions and types with the old schema fail once this commits")


class ExtensionKind(PostgresKind):
    """`CREATE EXTENSION`; https://www.postgresql.org/docs/current/sql-createextension.html"""

    name = "extension"
    renamable = False
    section = "extensions"
    Declared: Any = written("extension", "ExtensionSpec")
    as_declared = True

    def query(self, version: int) -> str:
        return (
            "select 'pg_extension'::regclass::oid, e.oid, 0, e.extname, n.nspname, e.extversion, e.extrelocatable"
            " from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.oid >= 16384"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, _, name, schema, version, relocatable = row
        attributes = {"schema": schema, "version": version, "relocatable": relocatable}
        return (classid, oid, 0), Object(Address(self.name, (name,)), attributes)

    def declare(self, place: Place, name: str, spec: ExtensionSpec) -> Iterator[Object]:
        attributes = {"schema": spec.schema_, "version": spec.version}
        schema = [Address("schema", (spec.schema_,))] if spec.schema_ else []
        yield from self.made(place, spec, Address(self.name, (name,)), attributes, references=schema)

    def write(self, obj: Object) -> Mapping[str, Any]:
        return {"schema": obj.attributes["schema"]}

    def compare(self, before: Object, after: Object) -> Verdict | None:
        wanted = {key: after.attributes.get(key) for key in ("schema", "version")}
        moved, updated = (v is not None and v != before.attributes.get(key) for key, v in wanted.items())
        if moved and before.attributes.get("relocatable") is False:
            return Verdict(Action.REPLACE, "the extension cannot be moved to another schema")
        return Verdict(Action.ALTER) if moved or updated else None

    def joined(self, there: Object, declared: Object) -> Object:
        return declared._replace(attributes={**there.attributes, **declared.attributes})

    def lasting(self, before: Object, after: Object) -> Attributes:
        old, new = before.attributes.get("version"), after.attributes.get("version")
        return {"version": new} if old and new and old != new else {}

    def moved(self, before: Object, after: Object) -> Object | None:
        schema = after.attributes.get("schema")
        if not before.attributes.get("relocatable") or schema in (None, before.attributes["schema"]):
            return None
        there = {Address("schema", (str(schema),))} & after.references
        return before._replace(attributes={**before.attributes, "schema": schema}, references=before.references | there)

    def rename(self, before: Object, after: Object) -> Iterable[Statement]:
        sql = f"ALTER EXTENSION {ident(after.address.path[0])} SET SCHEMA {ident(after.attributes['schema'])}"
        yield Statement(sql, Risk.DANGEROUS, (_MOVED,))

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        schema, version = obj.attributes.get("schema"), obj.attributes.get("version")
        sql = f"CREATE EXTENSION {ident(obj.address.path[0])}"
        if schema:
            sql += f" SCHEMA {ident(schema)}"
        if version:
            sql += f" VERSION {literal(version)}"
        if not schema:
            # Names are looked up nowhere, and it has to go somewhere: to public, or where its control file says.
            sql = (
                "DO $faberdb$ DECLARE path text := current_setting('search_path'); BEGIN"
                f" PERFORM set_config('search_path', 'public', true); {sql};"
                " PERFORM set_config('search_path', path, true); END $faberdb$"
            )
        yield Statement(sql, Risk.CAUTION)

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        name, schema, version = (
            ident(after.address.path[0]),
            after.attributes.get("schema"),
            after.attributes.get("version"),
        )
        if schema and schema != before.attributes.get("schema"):
            yield Statement(f"ALTER EXTENSION {name} SET SCHEMA {ident(schema)}", Risk.DANGEROUS, (_MOVED,))
        if version and version != before.attributes.get("version"):
            why = work.lasting(after.address)
            hazards = (_UPDATE, Hazard(IRREVERSIBLE, f"undo: none ({why})")) if why else (_UPDATE,)
            risk = Risk.DESTRUCTIVE if why else Risk.DANGEROUS
            yield Statement(f"ALTER EXTENSION {name} UPDATE TO {literal(version)}", risk, hazards)


_UPDATE = Hazard(codes.EXTENSION_UPDATE, "what it brings changes under whoever uses it, as its own scripts say")

KIND = ExtensionKind()
