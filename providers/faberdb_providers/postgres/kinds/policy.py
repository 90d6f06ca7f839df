"""Row security policies."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from faberdb.model import Address, Object, Risk, Statement, Work
from faberdb_providers.postgres.kinds.acl import renamed_grantee
from faberdb_providers.postgres.kinds.background import OnRelation, parent_of
from faberdb_providers.postgres.kinds.base import USER_SCHEMA, Found, Row, compact
from faberdb_providers.postgres.names import dotted, ident

_COMMANDS = {"r": "select", "a": "insert", "w": "update", "d": "delete"}


class PolicyKind(OnRelation):
    """`CREATE POLICY`; https://www.postgresql.org/docs/current/ddl-rowsecurity.html"""

    name = "policy"
    sql_name = "POLICY"
    texts = ("using", "check")

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
                "restrictive": not permissive,
                "for": _COMMANDS.get(command),
                "to": roles or None,
                "using": using,
                "check": check,
            }
        )
        address = Address(self.name, (schema, relation, name))
        return (classid, oid, 0), Object(address, attributes, parent_of(relkind, schema, relation))

    def with_roles(self, obj: Object, called: Callable[[str], str]) -> Object:
        named = [renamed_grantee(role, called) for role in obj.attributes.get("to", ())]
        return replace(obj, attributes={**obj.attributes, "to": sorted(named)}) if named else obj

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        a, (*relation, name) = obj.attributes, obj.address.path
        words = [f"CREATE POLICY {ident(name)} ON {dotted(*relation)}"]
        if a.get("restrictive"):
            words.append("AS RESTRICTIVE")
        if a.get("for"):
            words.append(f"FOR {a['for'].upper()}")
        if a.get("to"):
            words.append(f"TO {', '.join(map(ident, a['to']))}")
        if "using" in a:
            words.append(f"USING ({a['using']})")
        if "check" in a:
            words.append(f"WITH CHECK ({a['check']})")
        yield Statement(" ".join(words), Risk.CAUTION)


KIND = PolicyKind()
