"""Owners: a key of what they own. One that is not declared is left as the server has it.

`import` writes an owner only where it is not the owner of the database, and what is made without saying whose it is
belongs to the role that makes it. `@database` gives something back to the owner of the database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from faberdb.model import Action, Address, Change, Hazard, Object, Place, Risk, Statement, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.acl import DATABASE, OWNER, renamed_grantee
from faberdb_providers.postgres.kinds.along import made_anew
from faberdb_providers.postgres.kinds.base import PostgresKind
from faberdb_providers.postgres.kinds.comment import target
from faberdb_providers.postgres.kinds.granting import DATABASE_OWNER, with_owner
from faberdb_providers.postgres.names import ident

if TYPE_CHECKING:
    from faberdb_providers.postgres.specs.base import Spec

FORMER = Hazard(
    codes.OWNER,
    "the role that owned it loses an owner's rights; views, and functions with its rights, run with the new owner's",
    in_use=True,
)
_FIRST_OF_PUBLIC = "SELECT rolname FROM pg_roles WHERE oid = 10"


class OwnerKind(PostgresKind):
    """`ALTER ... OWNER TO`; https://www.postgresql.org/docs/current/ddl-priv.html"""

    name = "owner"
    alterable = True
    dropped_inline = True
    as_declared = True
    optional = True
    has_query = False

    def declare(self, place: Place, name: str, spec: Spec) -> Iterator[Object]:
        raise LookupError("an owner is declared with what it owns")

    def write(self, obj: Object) -> Mapping[str, Any]:
        return {"owner": obj.attributes["role"]}

    def absent(self, obj: Object) -> bool:
        return bool(obj.attributes["role"] == DATABASE)

    def stays(self, obj: Object, above: Object | None) -> bool:
        # The sequence of a column belongs to the owner of the table.
        of_column = above is not None and above.address.kind == "sequence" and above.parent is not None
        return not of_column

    def with_roles(self, obj: Object, called: Callable[[str], str]) -> Object:
        return obj._replace(attributes={"role": renamed_grantee(obj.attributes["role"], called)})

    def disturbed_by(self, obj: Object, change: Change) -> bool:
        if obj.parent in change.touches and obj.address.path[0] == "statistics":
            return True  # it comes again by itself, and belongs to whoever changed what it is about
        return change.address == obj.parent and (
            change.action in (Action.DROP, Action.REPLACE) or made_anew(obj, change)
        )

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        here = work.before(obj.address)
        # What was just made, or made anew, has had no other owner that anybody could rely on.
        new = obj.parent is None or work.before(obj.parent) is None or here is not None
        yield _given(obj, obj.attributes["role"], new=new)

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        yield _given(after, after.attributes["role"])

    def drop(self, obj: Object, work: Work) -> Iterable[Statement]:
        if work.after(obj.address) is None and not self._linked(obj, work):
            yield _given(obj, DATABASE if obj.address.path != ("schema", "public") else _first_owner(work.version))

    def _linked(self, obj: Object, work: Work) -> bool:
        """Whether it is that of a sequence that comes to a column, and with that to the owner of the table."""
        above = work.after(obj.parent) if obj.parent else None
        return above is not None and not self.stays(obj, above)

    def rename(self, before: Object, after: Object) -> Iterable[Statement]:
        return ()


def _first_owner(version: int) -> str:
    """Who owns the schema public of a new database."""
    return "pg_database_owner" if version >= 15 else OWNER


def given_back(holder: Address) -> Statement:
    """To the owner of the database."""
    return _given(Object(Address("owner", (holder.kind, *holder.path)), {}), DATABASE)


def given_to_that_of(holder: Address, owner: Object | None) -> Statement:
    """To the owner of something else, which it is to belong to: None is the owner of the database."""
    role = owner.attributes["role"] if owner is not None else DATABASE
    return _given(Object(Address("owner", (holder.kind, *holder.path)), {}), role, new=True)


def _given(obj: Object, role: str, *, new: bool = False) -> Statement:
    what = f"ALTER {target(obj.address)} OWNER TO "
    risk, hazards = (Risk.SAFE, ()) if new else (Risk.DANGEROUS, (FORMER,))
    if role in (DATABASE, OWNER):
        query = DATABASE_OWNER if role == DATABASE else _FIRST_OF_PUBLIC
        return Statement(with_owner(what + OWNER, query), risk, hazards)
    return Statement(what + ident(role), risk, hazards)


KIND = OwnerKind()
