"""Triggers on tables, views and foreign tables, and the partitions on which a trigger of their table is switched
another way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from faberdb.model import Address, Object, Statement, Work
from faberdb_providers.postgres.kinds.background import ENABLED, OnRelation, parent_of, switch
from faberdb_providers.postgres.kinds.base import USER_SCHEMA, Found, Row, compact
from faberdb_providers.postgres.names import dotted, ident


class TriggerKind(OnRelation):
    """`CREATE TRIGGER`; https://www.postgresql.org/docs/current/sql-createtrigger.html"""

    name = "trigger"
    sql_name = "TRIGGER"
    texts = ("definition",)

    def query(self, version: int) -> str:
        # A partition's copy of its table's trigger is an object of its own only where it fires at other times.
        return (
            "select 'pg_trigger'::regclass::oid, t.oid, 0, n.nspname, c.relname, t.tgname, c.relkind::text,"
            " case when p.oid is null then pg_get_triggerdef(t.oid, false) end, t.tgenabled::text, p.tgenabled::text"
            " from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace"
            " left join pg_trigger p on p.oid = t.tgparentid where ((not t.tgisinternal and t.tgparentid = 0)"
            " or (t.tgenabled <> p.tgenabled and t.tgname !~ '^RI_ConstraintTrigger_'))"
            f" and {USER_SCHEMA} order by n.nspname, c.relname, t.tgname"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, _, schema, relation, name, relkind, definition, enabled, above = row
        attributes = compact(
            {
                "definition": definition,
                "enabled": ENABLED.get(enabled) or ("origin" if above else None),
                "inherited": ENABLED.get(above, "origin") if above else None,
            }
        )
        address = Address(self.name, (schema, relation, name))
        return (classid, oid, 0), Object(address, attributes, parent_of(relkind, schema, relation))

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        if "definition" in obj.attributes:
            yield Statement(obj.attributes["definition"])
        yield from _switched(obj, obj.attributes.get("enabled"))

    def drop(self, obj: Object, work: Work) -> Iterable[Statement]:
        if "inherited" in obj.attributes:
            yield from _switched(obj, obj.attributes["inherited"])
        else:
            yield from super().drop(obj, work)


def _switched(obj: Object, enabled: str | None) -> Iterable[Statement]:
    *relation, name = obj.address.path
    return switch(f"ALTER TABLE {dotted(*relation)}", enabled, f"TRIGGER {ident(name)}")


KIND = TriggerKind()
