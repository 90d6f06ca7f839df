"""What ALTER DEFAULT PRIVILEGES gives on objects that are made later.

The name of an entry says on what, for whom and where: `"tables to reader"` in the file's schema, `"tables in any schema
to reader"` everywhere, `"tables of app to reader"` only for what the role `app` makes; without `of`, for what the owner
of the database makes. Names that are no plain identifiers are written in double quotes. In one schema these add to what
holds everywhere; only an entry for any schema can take away what everybody has by default, with an empty list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from faberdb.model import Address, Object, Place, Statement, Work
from faberdb_providers.postgres.kinds.acl import (
    DEFAULTS,
    OWNER,
    Held,
    attributes_from,
    attributes_of,
    differences,
    grantors_called,
    renamed_grantee,
    without_grant,
)
from faberdb_providers.postgres.kinds.base import USER_SCHEMA, Found, Row, compact
from faberdb_providers.postgres.kinds.granted import GrantedKind
from faberdb_providers.postgres.kinds.granting import default_privileges
from faberdb_providers.postgres.kinds.written import written
from faberdb_providers.postgres.names import ident
from faberdb_providers.postgres.pattern import pattern

if TYPE_CHECKING:
    from faberdb_providers.postgres.specs.default_privilege import DefaultPrivilegeSpec

_CLASSES = {
    "r": "tables",
    "S": "sequences",
    "f": "functions",
    "T": "types",
    "n": "schemas",
    "L": "large objects",
}
_NAME = r'(?:"(?:[^"]|"")+"|[^\s"]+)'
_KEY = pattern(
    rf"(?P<on>{'|'.join(_CLASSES.values())})(?P<any> in any schema)?(?: of (?P<role>{_NAME}))? to (?P<grantee>{_NAME})"
)


class DefaultPrivilegeKind(GrantedKind):
    """`ALTER DEFAULT PRIVILEGES`; https://www.postgresql.org/docs/current/sql-alterdefaultprivileges.html"""

    name = "default_privilege"
    alterable = True
    renamable = False
    section = "default_privileges"
    Declared: Any = written("default_privilege", "DefaultPrivilegeSpec")

    def query(self, version: int) -> str:
        lists = (
            "select 'pg_default_acl'::regclass::oid as classid, d.oid as objid, 0 as part, d.defaclrole as owner,"
            " case when d.defaclrole <> b.datdba then pg_get_userbyid(d.defaclrole) end as role, n.nspname as schema,"
            " d.defaclobjtype::text as what, d.defaclacl as acl, acldefault(case when"
            " d.defaclnamespace <> 0 then 'c'::\"char\" when d.defaclobjtype = 'S' then 's' else d.defaclobjtype end,"
            " d.defaclrole) as base from pg_default_acl d join pg_database b on b.datname = current_database()"
            f" left join pg_namespace n on n.oid = d.defaclnamespace where n.oid is null or {USER_SCHEMA}"
        )
        return differences(lists, "classid, objid, part, role, schema, what")

    def read(self, row: Row) -> Found | None:
        classid, oid, part, role, schema, what, grantee, found, _ = row
        attributes = {
            "on": _CLASSES[what],
            "schema": schema,
            "role": role,
            "grantee": grantee,
            **attributes_from(found),
        }
        obj = Object(_address(attributes), compact(attributes), DEFAULTS)
        return (classid, oid, part), obj

    def declare(self, place: Place, name: str, spec: DefaultPrivilegeSpec) -> Iterator[Object]:
        key = _KEY.fullmatch(name)
        if key is None:
            raise ValueError(f"{name!r} does not say what for; write `tables to ROLE` or `tables of ROLE to ROLE`")
        everywhere = key["any"] or key["on"] in ("schemas", "large objects")
        attributes = {
            "on": key["on"],
            "schema": None if everywhere else place.schema,
            "role": _plain(key["role"]),
            "grantee": _plain(key["grantee"]),
            **attributes_of(spec.privileges),
        }
        schema = [] if everywhere else [Address("schema", (place.schema,))]
        yield from self.made(place, spec, _address(attributes), attributes, DEFAULTS, schema)

    def grantee(self, address: Address) -> str | None:
        key = _KEY.fullmatch(address.path[-1])
        return _plain(key["grantee"]) if key else None

    def with_roles(self, obj: Object, called: Callable[[str], str]) -> Object:
        attributes = grantors_called(obj.attributes, called)
        named: dict[str, str] = {
            k: renamed_grantee(attributes[k], called) for k in ("role", "grantee") if k in attributes
        }
        attributes |= named
        return obj._replace(address=_address(attributes), attributes=attributes)

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        yield from default_privileges(obj, _usual(obj, work), obj.attributes, work.version)

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        yield from default_privileges(after, before.attributes, after.attributes, work.version)

    def drop(self, obj: Object, work: Work) -> Iterable[Statement]:
        yield from default_privileges(obj, obj.attributes, _usual(obj, work), work.version)

    def rename(self, before: Object, after: Object) -> Iterable[Statement]:
        return ()


def _address(attributes: Mapping[str, Any]) -> Address:
    schema, role, what = attributes.get("schema"), attributes.get("role"), attributes["on"]
    where = "" if schema or what in ("schemas", "large objects") else " in any schema"
    of = f" of {ident(role)}" if role else ""
    grantee = attributes["grantee"]
    name = f"{what}{where}{of} to {grantee if grantee == OWNER else ident(grantee)}"
    return Address("default_privilege", (schema, name) if schema else (name,))


def _plain(name: str | None) -> str | None:
    if name and name[0] == '"':
        return name[1:-1].replace('""', '"')
    return name


def _usual(obj: Object, work: Work) -> Mapping[str, Any]:
    if "schema" in obj.attributes:
        return Held().attributes()
    return without_grant(obj.attributes["on"], (), obj.attributes["grantee"], work.version).attributes()


KIND = DefaultPrivilegeKind()
