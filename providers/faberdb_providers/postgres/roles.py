"""Roles in a declaration: whose privileges are whose, and what roles are called elsewhere."""

from __future__ import annotations

from collections.abc import Mapping

from faberdb.errors import DatabaseError
from faberdb.model import Address, Object
from faberdb_providers.postgres.kinds import KINDS
from faberdb_providers.postgres.kinds.acl import DATABASE, OWNER, PUBLIC, owner_of
from faberdb_providers.postgres.kinds.along import PUBLIC_SCHEMA
from faberdb_providers.postgres.names import ident
from faberdb_providers.postgres.session import Session

_KIND = {kind.name: kind for kind in KINDS}


def grantee(address: Address) -> str | None:
    """Whose privileges an object of this address is; None for what is no privilege."""
    return _KIND[address.kind].grantee(address)


def with_roles(objects: Mapping[Address, Object], names: Mapping[str, str]) -> dict[Address, Object]:
    """The objects with roles under the names that another environment has for them."""

    def called(role: str) -> str:
        return names.get(role, role)

    renamed = {a: _KIND[a.kind].with_roles(o, called) for a, o in objects.items()} if names else dict(objects)
    moved = {a: o.address for a, o in renamed.items() if o.address != a}

    def elsewhere(address: Address) -> Address:
        kind = _KIND.get(address.kind)
        return moved.get(address) or (kind.elsewhere(address, called) if kind else address)

    if names:
        for address, obj in renamed.items():
            references = frozenset(map(elsewhere, obj.references))
            parent = elsewhere(obj.parent) if obj.parent else None
            old = elsewhere(obj.renamed_from) if obj.renamed_from else None
            if references != obj.references or parent != obj.parent or old != obj.renamed_from:
                renamed[address] = obj._replace(references=references, parent=parent, renamed_from=old)
    return {obj.address: obj for obj in renamed.values()}


def as_declared(objects: Mapping[Address, Object], names: Mapping[str, str]) -> dict[Address, Object]:
    """An environment's objects with the names that the declaration has for its roles. Raises DatabaseError where
    one of them is there another role's."""
    back = {there: name for name, there in names.items()}

    def note(role: str) -> str:
        if role in names and role not in back:
            raise DatabaseError(
                f"the role {ident(role)} cannot be written, because the declaration calls {ident(names[role])} so",
                advice="give it a name of its own in [environments.NAME.roles] of faberdb.toml",
            )
        return role

    if names:
        for obj in objects.values():
            _KIND[obj.address.kind].with_roles(obj, note)
    return with_roles(objects, back)


def here(session: Session, declared: Mapping[Address, Object], names: Mapping[str, str]) -> dict[Address, Object]:
    """The declaration as it is meant for the session's database: with that environment's names of roles, and with
    the owner of the database called so."""
    translated = with_roles(declared, names)
    owners = [address for address in translated if address.kind == "owner"]
    # That of the schema public is another one by default, so there the owner of the database is said by name.
    owners = [address for address in owners if address.path != ("schema", "public")]
    if owners:
        of_database = session.database_owner()
        for address in owners:
            if translated[address].attributes["role"] == of_database:
                translated[address] = translated[address]._replace(attributes={"role": DATABASE})
    return translated


def held_by_owning(
    session: Session, declared: Mapping[Address, Object], live: Mapping[Address, Object]
) -> dict[Address, str]:
    """Declared privileges that the owner of what they are on has anyway, each with the role: whoever owns something
    holds nothing there as one of many, and GRANT leaves nothing of it behind. declared: as it is meant for the
    session's database."""
    granted = {a: grantee(a) for a in declared if a.kind == "grant"}
    granted = {a: role for a, role in granted.items() if role and role != PUBLIC and not role.startswith("@")}
    if not granted:
        return {}
    of_database, me = session.database_owner(), str(session.query("select current_user")[0][0])

    def owner(obj: Object) -> str:
        holder = obj.parent
        assert holder is not None, "a privilege is on something"
        found = declared.get(holder) or live.get(holder)
        if found is not None and holder.kind == "sequence" and found.parent is not None:
            holder = found.parent if found.parent.kind == "column" else holder
        address = owner_of(holder)
        said = declared.get(address)
        kind, *path = address.path
        whole = declared.get(Address(kind, tuple(path)))
        here = (whole.renamed_from if whole is not None else None) or Address(kind, tuple(path))
        said = said or live.get(Address("owner", (here.kind, *here.path)))
        if said is not None:
            return of_database if said.attributes["role"] == DATABASE else str(said.attributes["role"])
        if here == PUBLIC_SCHEMA:
            return OWNER
        return of_database if here in live else me

    return {a: role for a, role in granted.items() if role == owner(declared[a])}


def require_roles(session: Session, declared: Mapping[Address, Object]) -> frozenset[str]:
    """The roles that the declaration names, all of which the session's server has. Raises DatabaseError."""
    named: dict[str, Object] = {}
    made = {address.path[0] for address in declared if address.kind == "role"}
    for obj in declared.values():

        def note(role: str, obj: Object = obj) -> str:
            named.setdefault(role, obj)
            return role

        _KIND[obj.address.kind].with_roles(obj, note)
    there = session.roles() if named else set()
    lacking = {role: obj for role, obj in named.items() if role not in there | made and not role.startswith("pg_")}
    if lacking:
        raise DatabaseError(
            f"the server of {session.label} has no role {', '.join(map(ident, sorted(lacking)))}",
            detail=tuple(
                f"{ident(role)} is named by {obj.address}" + (f" in {obj.origin.file}" if obj.origin else "")
                for role, obj in sorted(lacking.items())
            ),
            advice="create the role there, or give its name there in [environments.NAME.roles] of faberdb.toml",
        )
    return frozenset(named.keys() - made)
