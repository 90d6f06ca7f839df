"""Privileges to change settings that are else for superusers. They belong to the whole server, so only those that the
project asks for are read, given or taken away.

The name of an entry says which setting and for whom: `"log_min_duration_statement to app" = ["set"]`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from faberdb.model import Address, Object, Place, Statement, Work
from faberdb_providers.postgres.kinds.acl import (
    OWNER,
    Held,
    attributes_from,
    attributes_of,
    differences,
    grantors_called,
    renamed_grantee,
)
from faberdb_providers.postgres.kinds.base import Found, Row
from faberdb_providers.postgres.kinds.granted import GrantedKind
from faberdb_providers.postgres.kinds.granting import elsewhere
from faberdb_providers.postgres.kinds.setting import setting_name
from faberdb_providers.postgres.kinds.written import written
from faberdb_providers.postgres.names import ident
from faberdb_providers.postgres.pattern import pattern

if TYPE_CHECKING:
    from faberdb_providers.postgres.specs.parameter_privilege import ParameterPrivilegeSpec

_KEY = pattern(r'(?P<name>[A-Za-z_][\w$.]*) to (?P<grantee>"(?:[^"]|"")+"|[^\s"]+)', re.S)


class ParameterPrivilegeKind(GrantedKind):
    """`GRANT ... ON PARAMETER`; https://www.postgresql.org/docs/current/sql-grant.html"""

    name = "parameter_privilege"
    since = 15
    section = "parameter_privileges"
    Declared: Any = written("parameter_privilege", "ParameterPrivilegeSpec")
    of_server = True
    in_schema = False
    renamable = False
    alterable = True

    def query(self, version: int) -> str:
        if version < self.since:
            return "select null, null, null, null, null, null where false"
        lists = (
            "select p.parname, 10::oid as owner, p.paracl as acl, acldefault('p', 10) as base from pg_parameter_acl p"
        )
        return (
            "select 0, row_number() over ()::int, 0, d.parname, d.grantee, d.found"
            f" from ({differences(lists, 'parname')}) d where d.grantee <> '{OWNER}'"
        )

    def read(self, row: Row) -> Found | None:
        classid, number, _, setting, grantee, found = row
        address = Address(self.name, (setting, grantee))
        return (classid, number, 0), Object(address, attributes_from(found))

    def declare(self, place: Place, name: str, spec: ParameterPrivilegeSpec) -> Iterator[Object]:
        key = _KEY.fullmatch(name)
        if key is None:
            raise ValueError(f"{name!r} does not say which setting and for whom; write `SETTING to ROLE`")
        grantee = key["grantee"]
        plain = grantee[1:-1].replace('""', '"') if grantee[0] == '"' else grantee
        address = Address(self.name, (key["name"].lower(), plain))
        yield from self.made(place, spec, address, attributes_of(spec.privileges))

    def entry_key(self, obj: Object) -> str:
        setting, grantee = obj.address.path
        return f"{setting} to {ident(grantee)}"

    def grantee(self, address: Address) -> str | None:
        return address.path[1]

    def elsewhere(self, address: Address, called: Callable[[str], str]) -> Address:
        if address.kind != self.name:
            return address
        setting, grantee = address.path
        return Address(self.name, (setting, renamed_grantee(grantee, called)))

    def with_roles(self, obj: Object, called: Callable[[str], str]) -> Object:
        attributes = grantors_called(obj.attributes, called)
        return obj._replace(address=self.elsewhere(obj.address, called), attributes=attributes)

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        yield from _change(obj, Held(), Held.of(obj.attributes, "parameter", work.version), work)

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        old, new = (Held.of(side.attributes, "parameter", work.version) for side in (before, after))
        yield from _change(after, old, new, work)

    def drop(self, obj: Object, work: Work) -> Iterable[Statement]:
        yield from _change(obj, Held.of(obj.attributes, "parameter", work.version), Held(), work)

    def rename(self, before: Object, after: Object) -> Iterable[Statement]:
        return ()


def _change(obj: Object, old: Held, new: Held, work: Work) -> Iterator[Statement]:
    setting, grantee = obj.address.path
    yield from elsewhere(f"PARAMETER {setting_name(setting)}", "parameter", grantee, old, new, work.version)


KIND = ParameterPrivilegeKind()
