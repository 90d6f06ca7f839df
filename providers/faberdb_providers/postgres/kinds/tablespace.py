"""Tablespaces: folders on the machine of the server. They belong to the whole server, so only those that the project
asks for are read, made or dropped, and no statement makes the folder or moves it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from faberdb.errors import DeclarationError
from faberdb.model import Address, Hazard, Object, Place, Risk, Statement, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.base import Found, PostgresKind, Row, compact
from faberdb_providers.postgres.kinds.storage import option_changes, option_texts, stored_options
from faberdb_providers.postgres.kinds.written import written
from faberdb_providers.postgres.names import ident, literal, options
from faberdb_providers.postgres.server_wide import SPACES

if TYPE_CHECKING:
    from faberdb_providers.postgres.specs.tablespace import TablespaceSpec


class TablespaceKind(PostgresKind):
    """`CREATE TABLESPACE`; https://www.postgresql.org/docs/current/manage-ag-tablespaces.html"""

    name = "tablespace"
    section = "tablespaces"
    Declared: Any = written("tablespace", "TablespaceSpec")
    of_server = True
    in_schema = False
    alterable = True

    def query(self, version: int) -> str:
        return (
            "select 'pg_tablespace'::regclass::oid, t.oid, 0, t.spcname, pg_tablespace_location(t.oid), t.spcoptions"
            " from pg_tablespace t where t.oid >= 16384 order by t.spcname"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, _, name, location, stored = row
        # On a scratch server the folder lies below the server's own.
        attributes = {"location": location.partition(SPACES)[2] or location, "options": stored_options(stored)}
        return (classid, oid, 0), Object(Address(self.name, (name,)), compact(attributes))

    def declare(self, place: Place, name: str, spec: TablespaceSpec) -> Iterator[Object]:
        if name.startswith("pg_"):
            raise ValueError(f"no tablespace can be called {name!r}: PostgreSQL keeps such names for itself")
        attributes = {"location": spec.location, "options": option_texts(spec.options)}
        yield from self.made(place, spec, Address(self.name, (name,)), attributes)

    def write(self, obj: Object) -> Mapping[str, Any]:
        return obj.attributes

    def fragments(self, obj: Object) -> Iterable[str]:
        return list(obj.attributes.get("options", {}))

    def claims(self, obj: Object) -> Iterable[tuple[str, ...]]:
        yield ("tablespace", *obj.address.path)

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        name, location = obj.address.path[0], obj.attributes["location"]
        stored = obj.attributes.get("options", {})
        yield Statement(
            f"CREATE {self.identity(obj)} LOCATION {literal(location).strip()}"
            + (f" WITH ({options(stored)})" if stored else ""),
            Risk.CAUTION,
            (_FOLDER,),
            outside=True,
            done_when=f"SELECT EXISTS (SELECT FROM pg_tablespace WHERE spcname = {literal(name).strip()})",
            folder=location,
        )

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        old, new = before.attributes, after.attributes
        if old["location"] != new["location"]:
            name, here, there = after.address.name, old["location"], new["location"]
            raise DeclarationError(
                f"tablespace {name} is in {here}, and no statement moves it to {there}",
                where=str(after.origin.file) if after.origin else "",
                advice="declare another tablespace there and move to it what stands in this one, or declare the folder"
                " that it has; nothing was changed",
            )
        yield from option_changes(f"ALTER {self.identity(after)}", old.get("options", {}), new.get("options", {}))

    def drop(self, obj: Object, work: Work) -> Iterable[Statement]:
        name = literal(obj.address.path[0]).strip()
        yield Statement(
            f"DROP {self.identity(obj)}",
            Risk.DANGEROUS,
            (_EMPTY,),
            outside=True,
            done_when=f"SELECT NOT EXISTS (SELECT FROM pg_tablespace WHERE spcname = {name})",
        )

    def rename(self, before: Object, after: Object) -> Iterable[Statement]:
        hazard = Hazard(
            codes.TABLESPACE_RENAMED, "settings that name it (default_tablespace) fall back to the usual one"
        )
        new = ident(after.address.path[0])
        yield Statement(f"ALTER {self.identity(before)} RENAME TO {new}", Risk.CAUTION, (hazard,))


_FOLDER = Hazard(
    codes.TABLESPACE_FOLDER,
    "the folder must be there on the server's machine, and on that of every standby, and belong to who runs the server",
)
_EMPTY = Hazard(
    codes.TABLESPACE_DROPPED, "it cannot be dropped as long as anything stands in it, in whichever database"
)

KIND = TablespaceKind()
