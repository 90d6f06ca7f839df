"""Memberships of roles in roles. Who granted one is left out: to the member it makes no difference, and it differs with
whoever applies a plan. They are part of the member's block, so a role that is in none is in none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from faberdb.model import Address, Hazard, Object, Place, Risk, Statement, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.base import Found, PostgresKind, Row, compact
from faberdb_providers.postgres.kinds.written import written
from faberdb_providers.postgres.names import dollar_quoted, ident, literal
from faberdb_providers.postgres.server_wide import given_to_maker

if TYPE_CHECKING:
    from faberdb_providers.postgres.specs.membership import MembershipSpec


class MembershipKind(PostgresKind):
    """`GRANT role`; https://www.postgresql.org/docs/current/role-membership.html"""

    name = "membership"
    section = "member_of"
    within = ("role",)
    Declared: Any = written("membership", "MembershipSpec")
    of_server = True
    in_schema = False
    renamable = False
    alterable = True
    dropped_inline = True

    def query(self, version: int) -> str:
        kept = "not bool_or(m.inherit_option), not bool_or(m.set_option)" if version >= 16 else "false, false"
        return (
            "select 0, row_number() over ()::int, 0, p.rolname, r.rolname, bool_or(m.admin_option),"
            f" {kept} from pg_auth_members m join pg_roles r on r.oid = m.roleid join pg_roles p on p.oid = m.member"
            f" where not {given_to_maker(version)} group by p.rolname, r.rolname order by p.rolname, r.rolname"
        )

    def read(self, row: Row) -> Found | None:
        _, number, _, member, role, admin, no_inherit, no_set = row
        attributes = compact({"admin": admin, "no_inherit": no_inherit, "no_set": no_set})
        above = Address("role", (member,))
        return (0, number, 0), Object(Address(self.name, (member, role)), attributes, above, frozenset({above}))

    def declare(self, place: Place, name: str, spec: MembershipSpec) -> Iterator[Object]:
        assert place.container is not None
        attributes = {"admin": spec.admin, "no_inherit": not spec.inherit, "no_set": not spec.set}
        address = Address(self.name, (*place.container.path, name))
        yield from self.made(place, spec, address, attributes, place.container)

    def write(self, obj: Object) -> Mapping[str, Any]:
        a = obj.attributes
        usual = {"inherit": not a.get("no_inherit", False), "set": not a.get("no_set", False)}
        return {**compact({"admin": a.get("admin")}), **{key: value for key, value in usual.items() if not value}}

    def elsewhere(self, address: Address, called: Callable[[str], str]) -> Address:
        return Address(self.name, tuple(map(called, address.path))) if address.kind == self.name else address

    def with_roles(self, obj: Object, called: Callable[[str], str]) -> Object:
        return obj._replace(address=self.elsewhere(obj.address, called))

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        a = obj.attributes
        options = [*(["ADMIN OPTION"] if a.get("admin") else []), *_options(a, work.version)]
        if work.version >= 16 and a.get("admin"):
            options[0] = "ADMIN TRUE"
        member, role = map(ident, obj.address.path)
        with_options = f" WITH {', '.join(options)}" if options else ""
        hazards = (_ADMIN,) if a.get("admin") else ()
        yield Statement(f"GRANT {role} TO {member}{with_options}", Risk.CAUTION if hazards else Risk.SAFE, hazards)

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        old, new = before.attributes, after.attributes
        member, role = map(ident, after.address.path)
        loses = any(new.get(key, False) is lost and old.get(key, False) is not lost for key, lost in _LOST.items())
        if loses:
            yield from self.drop(before, work)
            yield from self.create(after, (), work)
            return
        # All of them are said: a grant by another grantor than before stands by itself, with defaults for the rest.
        words = ", ".join(
            f"{word} {'FALSE' if new.get(key, False) is lost else 'TRUE'}"
            for (key, lost), word in zip(_LOST.items(), ("ADMIN", "INHERIT", "SET"), strict=True)
        )
        words = words if work.version >= 16 else "ADMIN OPTION"
        hazards = (_ADMIN,) if new.get("admin") and not old.get("admin") else ()
        yield Statement(f"GRANT {role} TO {member} WITH {words}", Risk.CAUTION, hazards)

    def drop(self, obj: Object, work: Work) -> Iterable[Statement]:
        member, role = obj.address.path
        sql = f"REVOKE {ident(role)} FROM {ident(member)}"
        if work.version >= 16:
            sql = _from_everybody(member, role)
        yield Statement(sql, Risk.DANGEROUS, (_REVOKED,))


_LOST = {"admin": False, "no_inherit": True, "no_set": True}
"""What each attribute is where the member has less of it."""
_ADMIN = Hazard(codes.MEMBERSHIP_ADMIN, "the member may make any other role a member, also itself with every option")
_REVOKED = Hazard(
    codes.MEMBERSHIP_REVOKED, "what the member had through the role it loses from the moment this commits"
)


def _options(attributes: Mapping[str, Any], version: int) -> Iterator[str]:
    """INHERIT is said always, because without it a member's own INHERIT would decide; what an older server does not
    know it refuses."""
    if attributes.get("no_inherit") or version >= 16:
        yield f"INHERIT {'FALSE' if attributes.get('no_inherit') else 'TRUE'}"
    if attributes.get("no_set"):
        yield "SET FALSE"


def _from_everybody(member: str, role: str) -> str:
    """From 16 on each grantor's grant stands by itself, and a plain REVOKE takes back only one of them."""
    revoke = f"REVOKE {ident(role)} FROM {ident(member)}".replace("%", "%%")
    body = (
        "DECLARE giver text; BEGIN FOR giver IN SELECT m.grantor::regrole FROM pg_auth_members m"
        "\n    JOIN pg_roles r ON r.oid = m.roleid JOIN pg_roles p ON p.oid = m.member"
        f"\n    WHERE r.rolname = {literal(role).strip()} AND p.rolname = {literal(member).strip()}"
        f"\n    LOOP EXECUTE format({literal(f'{revoke} GRANTED BY %s').strip()}, giver); END LOOP; END"
    )
    return f"DO {dollar_quoted(body)}"


KIND = MembershipKind()
