"""Row security policies: which rows a role sees, and which it may write."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from faberdb.model import Action, Address, Hazard, Object, Place, Risk, Statement, Verdict, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.acl import renamed_grantee
from faberdb_providers.postgres.kinds.background import OnRelation, parent_of
from faberdb_providers.postgres.kinds.base import USER_SCHEMA, Found, Row, compact
from faberdb_providers.postgres.kinds.written import written
from faberdb_providers.postgres.names import ident

if TYPE_CHECKING:
    from faberdb_providers.postgres.specs.policy import PolicySpec


_COMMANDS = {"r": "select", "a": "insert", "w": "update", "d": "delete"}
_TEXTS = ("using", "check")


class PolicyKind(OnRelation):
    """`CREATE POLICY`; https://www.postgresql.org/docs/current/ddl-rowsecurity.html"""

    name = "policy"
    section = "policies"
    within = ("table",)
    Declared: Any = written("policy", "PolicySpec")
    sql_name = "POLICY"
    texts = _TEXTS

    def query(self, version: int) -> str:
        return (
            "select 'pg_policy'::regclass::oid, p.oid, 0, n.nspname, c.relname, p.polname, c.relkind::text,"
            " p.polcmd::text, p.polpermissive,"
            " array(select r.rolname::text from pg_roles r where r.oid = any(p.polroles) order by r.rolname),"
            " pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)"
            " from pg_policy p join pg_class c on c.oid = p.polrelid join pg_namespace n on n.oid = c.relnamespace"
            f" where {USER_SCHEMA} order by n.nspname, c.relname, p.polname"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, _, schema, relation, name, relkind, command, permissive, roles, using, check = row
        attributes = compact(
            {
                "command": _COMMANDS.get(command),
                "restrictive": not permissive,
                "roles": roles or None,
                "using": using,
                "check": check,
            }
        )
        address = Address(self.name, (schema, relation, name))
        return (classid, oid, 0), Object(address, attributes, parent_of(relkind, schema, relation))

    def declare(self, place: Place, name: str, spec: PolicySpec) -> Iterator[Object]:
        above = place.container
        assert above is not None
        attributes = {
            "command": None if spec.command == "all" else spec.command,
            "restrictive": not spec.permissive,
            "roles": None if "public" in spec.roles else sorted(spec.roles) or None,
            "using": spec.using,
            "check": spec.check,
        }
        yield from self.made(place, spec, Address(self.name, (*above.path, name)), attributes, above)

    def write(self, obj: Object) -> Mapping[str, Any]:
        a = dict(obj.attributes)
        if a.pop("restrictive", False):
            a["permissive"] = False
        return a

    def mentions(self, obj: Object) -> Iterable[str]:
        return [obj.attributes[key] for key in _TEXTS if key in obj.attributes]

    def compare(self, before: Object, after: Object) -> Verdict | None:
        old, new = before.attributes, after.attributes
        if old == new:
            return None
        if any(old.get(key) != new.get(key) for key in ("command", "restrictive")):
            return Verdict(Action.REPLACE, "the command of a policy, and whether it is permissive, cannot be altered")
        if any(key in old and key not in new for key in _TEXTS):
            return Verdict(Action.REPLACE, "ALTER POLICY cannot take an expression away")
        return Verdict(Action.ALTER)

    def with_roles(self, obj: Object, called: Callable[[str], str]) -> Object:
        named = [renamed_grantee(role, called) for role in obj.attributes.get("roles", ())]
        return obj._replace(attributes={**obj.attributes, "roles": sorted(named)}) if named else obj

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        a = obj.attributes
        words = [f"CREATE {self.identity(obj)}"]
        if a.get("restrictive"):
            words.append("AS RESTRICTIVE")
        if a.get("command"):
            words.append(f"FOR {a['command'].upper()}")
        words += _clauses({}, a)
        yield Statement(" ".join(words), Risk.CAUTION, (_hazard(obj, opens=not a.get("restrictive")),))

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        sql = " ".join([f"ALTER {self.identity(after)}", *_clauses(before.attributes, after.attributes)])
        hazard = Hazard(codes.POLICY_CHANGED, "other rows can be seen or written from the moment this commits")
        yield Statement(sql, Risk.DANGEROUS, (hazard,))

    def drop(self, obj: Object, work: Work) -> Iterable[Statement]:
        opens = bool(obj.attributes.get("restrictive"))
        yield Statement(f"DROP {self.identity(obj)}", Risk.DANGEROUS, (_hazard(obj, opens=opens),))


def _clauses(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """What CREATE and ALTER POLICY both can say, where it differs."""
    if old.get("roles") != new.get("roles"):
        yield f"TO {', '.join(map(ident, new['roles'])) if new.get('roles') else 'PUBLIC'}"
    for key, word in zip(_TEXTS, ("USING", "WITH CHECK"), strict=True):
        if old.get(key) != new.get(key):
            yield f"{word} ({new[key]})"


def _hazard(obj: Object, *, opens: bool) -> Hazard:
    """What it means that a policy comes or goes."""
    roles = ", ".join(obj.attributes.get("roles", ["everybody"]))
    if opens:
        return Hazard(
            codes.POLICY_OPENS,
            f"rows that were hidden or refused may open up to {roles} when this commits",
            in_use=True,
        )
    return Hazard(
        codes.POLICY_CLOSES, f"rows may vanish or be refused for {roles} from the moment this commits", in_use=True
    )


KIND = PolicyKind()
