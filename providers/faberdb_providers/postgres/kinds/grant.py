"""Privileges: a key of what they are on, one object for each grantee, ordered after it.

What is declared is the whole truth for an object: a grantee that is not named holds what the server gives without being
told, and no more. `public` is every role, `@owner` whoever owns the object; an empty list takes away even what these
two have by default. Who gave a privilege is said only where it was not the owner: `select granted by clerk`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from faberdb.model import Action, Address, Change, Object, Place, Risk, Statement, Work
from faberdb_providers.postgres.kinds.acl import (
    ROUTINES,
    Held,
    every,
    grantors_called,
    phrases_of,
    renamed_grantee,
    together,
    without_grant,
)
from faberdb_providers.postgres.kinds.along import made_anew
from faberdb_providers.postgres.kinds.base import PostgresKind
from faberdb_providers.postgres.kinds.granting import changed, cleared, given_by_default

if TYPE_CHECKING:
    from faberdb_providers.postgres.specs.base import Spec


class GrantKind(PostgresKind):
    """`GRANT`; https://www.postgresql.org/docs/current/ddl-priv.html"""

    name = "grant"
    alterable = True
    renamable = False
    dropped_inline = True
    has_query = False

    def declare(self, place: Place, name: str, spec: Spec) -> Iterator[Object]:
        raise LookupError("a grant is declared with what it is on")

    def write(self, obj: Object) -> Mapping[str, Any]:
        kind, *path, grantee = obj.address.path
        grants = {grantee: phrases_of(obj.attributes)}
        if obj.parent is not None and obj.parent.kind != kind:
            if kind == "column":  # of something whose columns are no entries of their own
                return {"column_grants": {path[-1]: grants}}
            return {"identity": {"grants": grants}}
        return {"grants": grants}

    def fragments(self, obj: Object) -> Iterable[str]:
        kind, *path = obj.address.path[:-1]
        return path[-1:] if kind in ROUTINES else ()

    def disturbed_by(self, obj: Object, change: Change) -> bool:
        if change.address.kind == "owner":
            return False  # what others hold stays theirs
        above = change.address.kind == "grant" and obj.address.path[0] == "column" != change.address.path[0]
        if above and obj.address.path[-1] == change.address.path[-1]:
            return False  # one on the table only says in which order; what its REVOKE takes along it gives back
        return change.action in (Action.DROP, Action.REPLACE) or made_anew(obj, change)

    def joined(self, there: Object, declared: Object) -> Object:
        return declared._replace(attributes=together(there.attributes, declared.attributes))

    def grantee(self, address: Address) -> str | None:
        return address.path[-1]

    def elsewhere(self, address: Address, called: Callable[[str], str]) -> Address:
        *target, grantee = address.path
        return Address(self.name, (*target, renamed_grantee(grantee, called)))

    def with_roles(self, obj: Object, called: Callable[[str], str]) -> Object:
        address = self.elsewhere(obj.address, called)
        return obj._replace(address=address, attributes=grantors_called(obj.attributes, called))

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        *target, grantee = obj.address.path
        kind, *path = target
        before: Mapping[str, Any] = without_grant(kind, path, grantee, work.version).attributes()
        if grantee in given_by_default(kind, path, work):
            yield cleared(target, grantee)
            before = Held().attributes()
        yield from _change(obj.address, before, obj.attributes, work)

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        yield from _change(after.address, before.attributes, after.attributes, work)
        yield from _columns_again(before, after.attributes, work)

    def drop(self, obj: Object, work: Work) -> Iterable[Statement]:
        if work.after(obj.address) is not None:
            return  # it comes again with its object, which takes the old one along
        kind, *path, grantee = obj.address.path
        usual = without_grant(kind, path, grantee, work.version).attributes()
        yield from _change(obj.address, obj.attributes, usual, work)
        yield from _columns_again(obj, usual, work)

    def rename(self, before: Object, after: Object) -> Iterable[Statement]:
        return ()


def _change(address: Address, before: Mapping[str, Any], after: Mapping[str, Any], work: Work) -> Iterator[Statement]:
    *target, grantee = address.path
    others = [side.get("granted_by", {}) for side in (before, after)]
    sides = [(grantor, *(o.get(grantor, {}) for o in others)) for grantor in sorted({*others[0], *others[1]})]
    for grantor, *pair in [("", before, after), *sides]:
        old, new = (Held.of(side, target[0], work.version) for side in pair)
        yield from changed(target, grantee, old, new, work.version, grantor=grantor)


def _columns_again(before: Object, after: Mapping[str, Any], work: Work) -> Iterator[Statement]:
    """REVOKE on a table takes the same privileges on its columns along: give back those that are to stay."""
    kind, *path, grantee = before.address.path
    gone = Held.of(before.attributes, kind, work.version).privileges - Held.of(after, kind, work.version).privileges
    if not gone & every("column", work.version):
        return
    table = Address(kind, tuple(path))
    columns = {o.address.path[-1] for o in work.children(table, after=True) if o.address.kind == "column"}
    columns |= {o.address.path[-2] for o in work.children(table, after=True) if o.address.path[0] == "column"}
    for column in sorted(columns):
        address = Address("grant", ("column", *path, column, grantee))
        here, stays = work.before(address), work.after(address)
        if here is None or stays is None:
            continue
        had, wanted = (Held.of(o.attributes, "column", work.version) for o in (here, stays))
        lost = had.privileges & wanted.privileges & gone
        again = Held(lost, had.grantable & wanted.grantable & lost)
        for statement in changed(address.path[:-1], grantee, Held(), again, work.version):
            yield Statement(statement.sql, Risk.SAFE)


KIND = GrantKind()
