"""Extensions. What is not declared of one (its version, its schema) is left as the server has it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field

from faberdb.model import Action, Address, Hazard, Object, Place, Risk, Statement, Verdict, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.base import Found, PostgresKind, Row
from faberdb_providers.postgres.kinds.spec import Spec
from faberdb_providers.postgres.names import ident, literal


class ExtensionSpec(Spec):
    """An extension; a bare string is its schema."""

    short = "schema"

    schema_: Annotated[str | None, Field(alias="schema")] = None
    """Where its objects live, or are to be moved."""
    version: str | None = None
    """Left alone where it is not given."""


class ExtensionKind(PostgresKind):
    """`CREATE EXTENSION`; https://www.postgresql.org/docs/current/sql-createextension.html"""

    name = "extension"
    renamable = False
    section = "extensions"
    Declared = ExtensionSpec
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
            yield Statement(f"ALTER EXTENSION {name} SET SCHEMA {ident(schema)}", Risk.DANGEROUS)
        if version and version != before.attributes.get("version"):
            hazard = Hazard(codes.EXTENSION_UPDATE, "an extension update can often not be undone")
            yield Statement(f"ALTER EXTENSION {name} UPDATE TO {literal(version)}", Risk.DANGEROUS, (hazard,))


KIND = ExtensionKind()
