"""Event triggers, which fire on DDL of the whole database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from faberdb.model import Action, Address, Hazard, Object, Place, Risk, Statement, Verdict, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.background import ENABLED, not_brought_along, switch
from faberdb_providers.postgres.kinds.base import Found, PostgresKind, Row, compact
from faberdb_providers.postgres.kinds.written import written
from faberdb_providers.postgres.names import ident, literal

if TYPE_CHECKING:
    from faberdb_providers.postgres.specs.event_trigger import EventTriggerSpec


class EventTriggerKind(PostgresKind):
    """`CREATE EVENT TRIGGER`; https://www.postgresql.org/docs/current/event-triggers.html"""

    name = "event_trigger"
    section = "event_triggers"
    Declared: Any = written("event_trigger", "EventTriggerSpec")
    watches = True
    everywhere = True
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
        attributes = {"event": event, "tags": tags or None, "execute": function, "enabled": ENABLED.get(enabled)}
        return (classid, oid, 0), Object(Address(self.name, (name,)), compact(attributes))

    def declare(self, place: Place, name: str, spec: EventTriggerSpec) -> Iterator[Object]:
        attributes = {
            "event": spec.event,
            "tags": spec.tags,
            "execute": spec.execute.removesuffix("()"),
            "enabled": None if spec.enabled == "origin" else spec.enabled,
        }
        yield from self.made(place, spec, Address(self.name, (name,)), attributes)

    def write(self, obj: Object) -> Mapping[str, Any]:
        return obj.attributes

    def mentions(self, obj: Object) -> Iterable[str]:
        return [obj.attributes["execute"]]

    def fragments(self, obj: Object) -> Iterable[str]:
        return [obj.attributes["event"]]

    def compare(self, before: Object, after: Object) -> Verdict | None:
        old, new = before.attributes, after.attributes
        if old == new:
            return None
        if {**old, "enabled": 0} == {**new, "enabled": 0}:
            return Verdict(Action.ALTER)
        return Verdict(Action.REPLACE, "an event trigger can only be switched in place")

    def watching(self, obj: Object) -> Hazard | None:
        if obj.attributes.get("enabled") in ("disabled", "replica"):
            return None
        what = f"runs {obj.attributes['execute']}() on {obj.attributes['event']}"
        return Hazard(
            codes.EVENT_TRIGGER, f"the event trigger {obj.address.name} {what}, also of this plan's statements"
        )

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        a, name = obj.attributes, obj.address.path[0]
        tags = ", ".join(literal(tag).strip() for tag in a.get("tags", ()))
        when = f" WHEN TAG IN ({tags})" if tags else ""
        sql = f"CREATE EVENT TRIGGER {ident(name)} ON {a['event']}{when} EXECUTE FUNCTION {a['execute']}()"
        hazard = Hazard(
            codes.EVENT_TRIGGER_NEW, "from now on it fires on such commands of everybody; if it fails, so do they"
        )
        yield Statement(sql, Risk.DANGEROUS, (hazard,))
        yield from switch(f"ALTER EVENT TRIGGER {ident(name)}", a.get("enabled"))

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        yield from switch(f"ALTER {self.identity(after)}", after.attributes.get("enabled", "origin"))

    def drop(self, obj: Object, work: Work) -> Iterable[Statement]:
        hazard = Hazard(codes.EVENT_TRIGGER_OFF, "what it did or refused no longer happens")
        yield Statement(f"DROP {self.identity(obj)}", Risk.CAUTION, (hazard,))

    def rename(self, before: Object, after: Object) -> Iterable[Statement]:
        yield Statement(f"ALTER {self.identity(before)} RENAME TO {ident(after.address.path[0])}", Risk.SAFE)


KIND = EventTriggerKind()
