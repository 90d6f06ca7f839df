"""Rewrite rules, other than the one that makes a view a view."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from faberdb.model import Address, Object, Statement, Work
from faberdb_providers.postgres.kinds.background import ENABLED, OnRelation, parent_of, switch
from faberdb_providers.postgres.kinds.base import USER_SCHEMA, Found, Row, compact
from faberdb_providers.postgres.names import dotted, ident


class RuleKind(OnRelation):
    """`CREATE RULE`; https://www.postgresql.org/docs/current/sql-createrule.html"""

    name = "rule"
    sql_name = "RULE"
    texts = ("definition",)

    def query(self, version: int) -> str:
        return (
            "select 'pg_rewrite'::regclass::oid, r.oid, 0, n.nspname, c.relname, r.rulename, c.relkind::text,"
            " pg_get_ruledef(r.oid, false), r.ev_enabled::text"
            " from pg_rewrite r join pg_class c on c.oid = r.ev_class join pg_namespace n on n.oid = c.relnamespace"
            f" where r.rulename <> '_RETURN' and {USER_SCHEMA} order by n.nspname, c.relname, r.rulename"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, _, schema, relation, name, relkind, definition, enabled = row
        attributes = {"definition": definition.rstrip().removesuffix(";"), "enabled": ENABLED.get(enabled)}
        address = Address(self.name, (schema, relation, name))
        return (classid, oid, 0), Object(address, compact(attributes), parent_of(relkind, schema, relation))

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        *relation, name = obj.address.path
        yield Statement(obj.attributes["definition"])
        yield from switch(f"ALTER TABLE {dotted(*relation)}", obj.attributes.get("enabled"), f"RULE {ident(name)}")


KIND = RuleKind()
