"""Privileges: which there are on what, what everybody has without being told, how they are declared and read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from faberdb.model import Address

OWNER = "@owner"
"""Grantee: whoever owns the object, whose name may differ from one environment to the next."""
DATABASE = "@database"
"""Owner: whoever owns the database."""
PUBLIC = "public"
"""Grantee: every role. No role can have this name."""
DEFAULTS = Address("default_privilege", ("*",))
"""Stands above all default privileges, so that they can be asked for; no object has this address."""

_RELATION = ("select", "insert", "update", "delete", "truncate", "references", "trigger")
RELATIONS = ("table", "view", "materialized_view", "foreign_table")
TYPES = ("enum", "domain", "composite_type", "range_type", "base_type")
ROUTINES = ("function", "procedure", "aggregate")

CLASS = {
    **dict.fromkeys(RELATIONS, "tables"),
    **dict.fromkeys(TYPES, "types"),
    **dict.fromkeys(ROUTINES, "functions"),
    "sequence": "sequences",
    "schema": "schemas",
}
"""What ALTER DEFAULT PRIVILEGES calls a kind."""


def every(kind: str, version: int) -> frozenset[str]:
    """All privileges there are on a kind (or on what ALTER DEFAULT PRIVILEGES calls it)."""
    if kind in (*RELATIONS, "tables"):
        return frozenset((*_RELATION, "maintain") if version >= 17 else _RELATION)
    if kind == "column":
        return frozenset(("select", "insert", "update", "references"))
    if kind in ("sequence", "sequences"):
        return frozenset(("usage", "select", "update"))
    if kind in ("schema", "schemas"):
        return frozenset(("create", "usage"))
    if kind == "database":
        return frozenset(("connect", "create", "temporary"))
    if kind == "tablespace":
        return frozenset(("create",))
    if kind == "parameter":
        return frozenset(("set", "alter system"))
    if kind == "large objects":
        return frozenset(("select", "update"))
    return frozenset(("execute",) if kind in (*ROUTINES, "functions") else ("usage",))


def owner_of(holder: Address) -> Address:
    """The owner object of what holds a privilege: of a table also for its columns and their sequences."""
    return Address("owner", ("table", *holder.path[:2]) if holder.kind == "column" else (holder.kind, *holder.path))


def renamed_grantee(name: str, called: Callable[[str], str]) -> str:
    """The name of a grantee or owner elsewhere, if it is the name of a role."""
    return name if name == PUBLIC or name.startswith("@") else called(name)


class Held(NamedTuple):
    """What one grantee holds from one grantor. grantable: what of it may be passed on."""

    privileges: frozenset[str] = frozenset()
    grantable: frozenset[str] = frozenset()

    def attributes(self) -> dict[str, Any]:
        passed_on = {"grantable": sorted(self.grantable)} if self.grantable else {}
        return {"privileges": sorted(self.privileges), **passed_on}

    @classmethod
    def of(cls, attributes: Mapping[str, Any], kind: str, version: int) -> Held:
        """What attributes say, with `all` written out."""

        def named(key: str) -> frozenset[str]:
            names = frozenset(attributes.get(key, ()))
            return every(kind, version) if "all" in names else names

        return cls(named("privileges"), named("grantable"))


def without_grant(kind: str, path: Sequence[str], grantee: str, version: int) -> Held:
    """What a grantee holds on an object while no grant says otherwise: acldefault() of the server, and for the schema
    public what initdb gives."""
    if kind == "column":
        return Held()
    if grantee == OWNER:
        return Held(every(kind, version))
    if grantee == PUBLIC and kind in (*ROUTINES, *TYPES, "functions", "types", "language"):
        return Held(every(kind, version))
    if grantee == PUBLIC and kind == "schema" and tuple(path) == ("public",):
        return Held(frozenset(("usage",)) if version >= 15 else every(kind, version))
    return Held()


def says_nothing(kind: str, grantee: str, attributes: Mapping[str, Any]) -> bool:
    """Whether a grant is declared that every such object has by default, on a server of any version."""
    if kind == "schema" and grantee == PUBLIC:
        return False
    usual = without_grant(kind, (), grantee, 0)
    declared = Held.of(attributes, kind, 0)
    return (
        grantee in (OWNER, PUBLIC) and bool(usual.privileges) and "granted_by" not in attributes and declared == usual
    )


def read_phrases(phrases: Iterable[str]) -> tuple[Held, dict[str, Held]]:
    """What a declaration's list says: privileges of the owner's giving, and of other grantors'.

    Raises ValueError for a phrase that is not `PRIVILEGE [with grant option] [granted by ROLE]`.
    """
    found: dict[str, tuple[set[str], set[str]]] = {"": (set(), set())}
    for phrase in phrases:
        rest, _, grantor = phrase.partition(" granted by ")
        name, option, tail = rest.partition(" with grant option")
        if tail.strip() or not (name.strip().isalpha() or name.strip().lower() == "alter system"):
            raise ValueError(f"{phrase!r} is not a privilege; write `select` or `select with grant option`")
        privileges, grantable = found.setdefault(grantor.strip(), (set(), set()))
        privileges.add(name.strip().lower())
        if option:
            grantable.add(name.strip().lower())
    held = {grantor: Held(frozenset(p), frozenset(g)) for grantor, (p, g) in found.items()}
    return held.pop(""), held


def attributes_of(phrases: Iterable[str]) -> dict[str, Any]:
    """The attributes of a grant that is declared by these phrases. Raises ValueError."""
    own, others = read_phrases(phrases)
    return {**own.attributes(), **({"granted_by": {g: h.attributes() for g, h in others.items()}} if others else {})}


def phrases_of(attributes: Mapping[str, Any]) -> list[str]:
    """The attributes of a grant as a declaration writes them."""
    found = []
    for grantor, held in [("", attributes), *sorted(attributes.get("granted_by", {}).items())]:
        passed_on = held.get("grantable", ())
        by = f" granted by {grantor}" if grantor else ""
        found += [f"{p}{' with grant option' if p in passed_on else ''}{by}" for p in held["privileges"]]
    return found


def grantors_called(attributes: Mapping[str, Any], called: Callable[[str], str]) -> dict[str, Any]:
    """A grant's attributes with its grantors under other names."""
    if "granted_by" not in attributes:
        return dict(attributes)
    return {**attributes, "granted_by": {called(g): h for g, h in attributes["granted_by"].items()}}


def together(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """What two grants to one role give together."""
    found = Held(*(frozenset((*one.get(k, ()), *other.get(k, ()))) for k in ("privileges", "grantable"))).attributes()
    grantors = {**one.get("granted_by", {}), **other.get("granted_by", {})}
    if grantors:
        sides = (one.get("granted_by", {}), other.get("granted_by", {}))
        found["granted_by"] = {g: together(*(side.get(g, {}) for side in sides)) for g in sorted(grantors)}
    return found


def differences(lists: str, keys: str) -> str:
    """For each key and grantee of access control lists (columns owner, acl and base): what is held, where it is not
    what `base` gives, and that."""
    side = (
        f"select {keys}, e.grantee, owner, {{held}} as held, lower(e.privilege_type) || '|' || e.is_grantable || '|' ||"
        " case when e.grantor = owner then '' else pg_get_userbyid(e.grantor) end collate \"C\" as phrase"
        " from lists, aclexplode({acl}) e"
    )
    found = side.format(held="true", acl="coalesce(acl, base)")
    usual = side.format(held="false", acl="base")
    return (
        f"with lists as ({lists}) select {keys}, grantee, found, usual from (select {keys},"
        f" case x.grantee when 0 then '{PUBLIC}' when x.owner then '{OWNER}' else r.rolname end as grantee,"
        " array_agg(x.phrase order by x.phrase) filter (where x.held) as found,"
        " array_agg(x.phrase order by x.phrase) filter (where not x.held) as usual"
        f" from ({found} union all {usual}) x left join pg_roles r on r.oid = x.grantee"
        f" group by {keys}, x.grantee, x.owner, r.rolname) y"
        " where grantee is not null and found is distinct from usual"
    )


def attributes_from(found: Iterable[str] | None) -> dict[str, Any]:
    """The attributes of a grant from the query's `privilege|grantable|grantor`."""
    by: dict[str, tuple[set[str], set[str]]] = {"": (set(), set())}
    for phrase in found or ():
        privilege, grantable, grantor = phrase.split("|", 2)
        privileges, passed_on = by.setdefault(grantor, (set(), set()))
        privileges.add(privilege)
        if grantable == "true":
            passed_on.add(privilege)
    held = {g: Held(frozenset(p), frozenset(o)).attributes() for g, (p, o) in sorted(by.items())}
    own = held.pop("")
    return {**own, "granted_by": held} if held else own
