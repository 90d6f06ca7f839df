"""Event triggers, which fire on DDL of the whole database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from faberdb.model import Address, Object, Risk, Statement, Work
from faberdb_providers.postgres.kinds.background import ENABLED, BackgroundKind, not_brought_along, switch
from faberdb_providers.postgres.kinds.base import Found, Row, compact
from faberdb_providers.postgres.names import ident, literal


class EventTriggerKind(BackgroundKind):
    """`CREATE EVENT TRIGGER`; https://www.postgresql.org/docs/current/event-triggers.html"""

    name = "event_trigger"
    sql_name = "EVENT TRIGGER"

    def query(self, version: int) -> str:
        return (
            "select 'pg_event_trigger'::regclass::oid, e.oid, 0, e.evtname, e.evtevent,"
            " quote_ident(n.nspname) || '.' || quote_ident(p.proname), e.evttags, e.evtenabled::text"
            " from pg_event_trigger e join pg_proc p on p.oid = e.evtfoid join pg_namespace n on n.oid = p.pronamespace"
            f" where {not_brought_along('pg_event_trigger', 'e')} order by e.evtname"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, _, name, event, function, tags, enabled = row
        attributes = {
            "event": event,
            "tags": tags or None,
            "function": function,
            "enabled": ENABLED.get(enabled),
        }
        return (classid, oid, 0), Object(Address(self.name, (name,)), compact(attributes))

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        a, name = obj.attributes, obj.address.path[0]
        tags = ", ".join(literal(tag).strip() for tag in a.get("tags", ()))
        when = f" WHEN TAG IN ({tags})" if tags else ""
        sql = f"CREATE EVENT TRIGGER {ident(name)} ON {a['event']}{when} EXECUTE FUNCTION {a['function']}()"
        yield Statement(sql, Risk.DANGEROUS)
        yield from switch(f"ALTER EVENT TRIGGER {ident(name)}", a.get("enabled"))


KIND = EventTriggerKind()
