"""Domains, with their default, NOT NULL and checks as parts of one object."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from faberdb.model import Address, Object, Risk, Statement, Work
from faberdb_providers.postgres.kinds.background import TypeKind, collation, not_brought_along
from faberdb_providers.postgres.kinds.base import USER_SCHEMA, Found, Row, compact
from faberdb_providers.postgres.names import ident, qualified


class DomainKind(TypeKind):
    """`CREATE DOMAIN`; https://www.postgresql.org/docs/current/sql-createdomain.html"""

    name = "domain"
    sql_name = "DOMAIN"
    texts = ("default", "checks")

    def query(self, version: int) -> str:
        # A domain over a domain takes that one's default unless it is told not to.
        default = (
            "coalesce(pg_get_expr(t.typdefaultbin, 0), quote_literal(t.typdefault),"
            " case when b.typdefault is not null then 'NULL' end)"
        )
        return (
            "select 'pg_type'::regclass::oid, t.oid, 0, n.nspname, t.typname, format_type(t.typbasetype, t.typtypmod),"
            f" case when t.typcollation <> b.typcollation then {collation('t.typcollation')} end, {default},"
            " t.typnotnull, (select k.conname from pg_constraint k where k.contypid = t.oid and k.contype = 'n'),"
            " (select json_agg(json_build_array(k.conname, pg_get_constraintdef(k.oid), k.convalidated) order by"
            "  k.conname) from pg_constraint k where k.contypid = t.oid and k.contype = 'c')"
            " from pg_type t join pg_type b on b.oid = t.typbasetype join pg_namespace n on n.oid = t.typnamespace"
            f" where t.typtype = 'd' and {not_brought_along('pg_type', 't')} and {USER_SCHEMA}"
            " order by n.nspname, t.typname"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, _, schema, name, base, collated, default, not_null, not_null_name, checks = row
        attributes = compact(
            {
                "type": base,
                "collation": collated,
                "default": default,
                "not_null": not_null,
                "not_null_name": None if not_null_name == f"{name}_not_null" else not_null_name,
                "checks": {check: words for check, words, _ in checks or ()},
                "not_valid": [check for check, _, valid in checks or () if not valid] or None,
            }
        )
        return (classid, oid, 0), Object(Address(self.name, (schema, name)), attributes)

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        a, name = obj.attributes, qualified(obj.address)
        words = [f"CREATE DOMAIN {name} AS {a['type']}"]
        if a.get("collation"):
            words.append(f"COLLATE {a['collation']}")
        if a.get("default"):
            words.append(f"DEFAULT {a['default']}")
        if a.get("not_null"):
            named = a.get("not_null_name")
            words.append(f"CONSTRAINT {ident(named)} NOT NULL" if named else "NOT NULL")
        late = set(a.get("not_valid", ()))
        checks = [f"CONSTRAINT {ident(k)} {v}" for k, v in a.get("checks", {}).items() if k not in late]
        yield Statement("\n    ".join([" ".join(words), *checks]))
        for check in sorted(late):
            yield Statement(f"ALTER DOMAIN {name} ADD CONSTRAINT {ident(check)} {a['checks'][check]}", Risk.CAUTION)


KIND = DomainKind()
