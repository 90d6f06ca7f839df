"""What a managed service brings into a database: its own roles, and what belongs to them. That is a fact of the
platform, neither planned nor imported, unless the project declares it by name.

Roles are told by their names, as nothing else tells them; objects by whom they belong to; extensions that came with the
database by that and by being older than it. AWS keeps names that begin with `rds` for itself; decision 0201.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import NamedTuple

from faberdb.model import OF_SERVICE, Address, Object, Unmanaged
from faberdb_providers.postgres.pattern import pattern

_RDS = pattern(r"rds(_.+|admin|proxyadmin|repladmin|topmgr|writeforwarduser)")
_ROLES = {"aws-rds": _RDS, "aws-aurora": _RDS}
"""By the hosting of an environment."""
_ATTACHED = ("comment", "extension_dependency", "grant", "owner", "security_label")

PREINSTALLED = """
select e.extname, pg_get_userbyid(e.extowner) from pg_extension e, pg_database d
 where d.datname = current_database() and e.oid >= 16384 and e.oid < d.oid
"""


class Service(NamedTuple):
    """A managed service. declared: whether the project declares an object by its name."""

    roles: re.Pattern[str]
    declared: Callable[[Address], bool]

    @classmethod
    def of(cls, hosting: str, declared: Callable[[Address], bool]) -> Service | None:
        """The service behind a hosting; None where there is none."""
        return cls(_ROLES[hosting], declared) if hosting in _ROLES else None

    def role(self, name: str | None) -> bool:
        """Whether a role is the service's."""
        return name is not None and self.roles.fullmatch(name) is not None

    def without(
        self, objects: Mapping[Address, Object], preinstalled: Iterable[tuple[str, str]]
    ) -> tuple[dict[Address, Object], list[Unmanaged]]:
        """The objects less the service's own, which are listed. What the service's roles may do on others' objects
        stays with those, to come back where they are made anew; and so does what others' objects need."""
        theirs = {a for obj in objects.values() if (a := self._of_service(obj)) is not None}
        theirs |= {Address("extension", (name,)) for name, owner in preinstalled if self.role(owner)}
        gone = _with_parts({a for a in theirs if not self.declared(a)}, objects)
        while needed := {r for a, o in objects.items() if a not in gone and _stands(o) for r in o.references & gone}:
            gone -= _with_parts(needed, objects)
        tops = sorted(a for a in gone if objects[a].parent not in gone and a.kind not in _ATTACHED)
        rest = {a: o for a, o in objects.items() if a not in gone}
        return rest, [Unmanaged(a.kind.replace("_", " "), a.name, OF_SERVICE) for a in tops]

    def _of_service(self, obj: Object) -> Address | None:
        """What an object shows to be the service's: itself or, if it is an owner, what is owned."""
        kind, path, a = obj.address.kind, obj.address.path, obj.attributes
        if kind == "owner":
            return obj.parent if self.role(a["role"]) else None
        if kind in ("role", "membership"):
            return obj.address if any(map(self.role, path)) else None
        named = (a.get("role"), a.get("grantee")) if kind in ("default_privilege", "privilege") else ()
        if kind == "parameter_privilege":
            named = (path[-1], None)
        return obj.address if any(map(self.role, named)) else None


def _with_parts(some: Collection[Address], objects: Mapping[Address, Object]) -> set[Address]:
    found = {a for a in some if a in objects}
    while more := {a for a, o in objects.items() if o.parent in found and a not in found}:
        found |= more
    return found


def _stands(obj: Object) -> bool:
    """Whether what it refers to must be there for it: an owner or a grant names roles that are left to others."""
    return obj.address.kind not in (*_ATTACHED, "role", "membership")
