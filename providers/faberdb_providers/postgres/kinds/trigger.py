"""Triggers on tables, views and foreign tables, and the partitions on which a trigger of their table is switched
another way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from faberdb.model import Action, Address, Hazard, Object, Place, Risk, Statement, Verdict, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds import comment, extension_dependency
from faberdb_providers.postgres.kinds.along import comment_on
from faberdb_providers.postgres.kinds.background import ENABLED, OnRelation, parent_of, switch
from faberdb_providers.postgres.kinds.base import USER_SCHEMA, Found, Row, compact
from faberdb_providers.postgres.kinds.written import written
from faberdb_providers.postgres.names import dotted, ident, qualified, relative, resolve
from faberdb_providers.postgres.pattern import pattern

if TYPE_CHECKING:
    from faberdb_providers.postgres.specs.trigger import TriggerSpec

_NEW = Hazard(codes.TRIGGER_NEW, "it fires for everybody from now on, and what they do fails if it fails", in_use=True)


_WHEN = ((64, "instead of"), (2, "before"))
_EVENTS = ((4, "insert"), (8, "delete"), (16, "update"), (32, "truncate"))
_KNOWN = pattern(r"\s*(?:insert|delete|truncate|update(?:\s+of\s.+)?)\s*\Z", re.I | re.S)
_CONDITION = pattern(r" FOR EACH (?:ROW|STATEMENT) WHEN \((.*)\) EXECUTE FUNCTION ", re.S)
_STOPPED = Hazard(codes.TRIGGER_OFF, "what it did or refused no longer happens for new changes to the rows")


class TriggerKind(OnRelation):
    """`CREATE TRIGGER`; https://www.postgresql.org/docs/current/sql-createtrigger.html"""

    name = "trigger"
    section = "triggers"
    within = ("table", "view", "foreign_table")
    Declared: Any = written("trigger", "TriggerSpec")
    sql_name = "TRIGGER"
    texts = ("condition",)

    def query(self, version: int) -> str:
        # A partition's copy of its table's trigger is an object of its own only where it fires at other times.
        return (
            "select 'pg_trigger'::regclass::oid, t.oid, 0, n.nspname, c.relname, t.tgname, c.relkind::text,"
            " case when p.oid is null then pg_get_triggerdef(t.oid, false) end, t.tgenabled::text, p.tgenabled::text,"
            " t.tgtype::int, array(select quote_ident(a.attname) from unnest(t.tgattr) with ordinality u(num, pos)"
            "  join pg_attribute a on a.attrelid = c.oid and a.attnum = u.num order by u.pos),"
            " t.tgoldtable, t.tgnewtable, t.tgconstraint <> 0, t.tgdeferrable, t.tginitdeferred, rn.nspname, r.relname"
            " from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace"
            " left join pg_class r on r.oid = t.tgconstrrelid left join pg_namespace rn on rn.oid = r.relnamespace"
            " left join pg_trigger p on p.oid = t.tgparentid where ((not t.tgisinternal and t.tgparentid = 0)"
            " or (t.tgenabled <> p.tgenabled and t.tgname !~ '^RI_ConstraintTrigger_'))"
            f" and {USER_SCHEMA} order by n.nspname, c.relname, t.tgname"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, _, schema, relation, name, relkind, definition, enabled, above, *rest = row
        address, parent = Address(self.name, (schema, relation, name)), parent_of(relkind, schema, relation)
        if above:
            attributes: dict[str, Any] = {
                "enabled": ENABLED.get(enabled, "origin"),
                "inherited": ENABLED.get(above, "origin"),
            }
        else:
            attributes = {**_read(definition, schema, *rest), "enabled": ENABLED.get(enabled)}
        return (classid, oid, 0), Object(address, compact(attributes), parent)

    def declare(self, place: Place, name: str, spec: TriggerSpec) -> Iterator[Object]:
        above = place.container
        assert above is not None
        address = Address(self.name, (*above.path, name))
        if spec.execute is None and spec.events is None and spec.enabled is not None:
            yield from self.made(place, spec, address, {"enabled": spec.enabled}, above)
            return
        if spec.execute is None or not spec.events:
            raise ValueError("a trigger needs `events` and the function to `execute`")
        if unknown := [event for event in spec.events if not _KNOWN.match(event)]:
            known = ", ".join(f"`{word}`" for _, word in _EVENTS)
            raise ValueError(f"{unknown[0]!r} in `events` is no event: known are {known} and `update of` with columns")
        other = [resolve(place.schema, spec.from_table)] if spec.from_table else []
        attributes = {
            "when": spec.when,
            "events": spec.events,
            "for_each": spec.for_each,
            "condition": spec.condition,
            "execute": spec.execute if "(" in spec.execute else f"{spec.execute}()",
            "referencing": compact(spec.referencing.model_dump()) if spec.referencing else None,
            "constraint": spec.constraint,
            "from_table": relative(place.schema, other[0].path) if other else None,
            "deferrable": spec.deferrable,
            "initially_deferred": spec.initially_deferred,
            "enabled": None if spec.enabled == "origin" else spec.enabled,
        }
        yield from self.made(place, spec, address, attributes, above, other)
        about = Address("constraint_trigger", address.path)
        yield from comment_on(about, spec.constraint_comment, place, address)

    def write(self, obj: Object) -> Mapping[str, Any]:
        a = {key: value for key, value in obj.attributes.items() if key != "inherited"}
        for key, usual in (("when", "after"), ("for_each", "row")):
            if a.get(key) == usual:
                del a[key]
        if "execute" in a:
            a["execute"] = a["execute"].removesuffix("()")
        return a

    def mentions(self, obj: Object) -> Iterable[str]:
        a = obj.attributes
        return [a.get("execute", ""), a.get("condition", ""), *a.get("events", ())]

    def settled(self, obj: Object, declared: Mapping[Address, Object]) -> Object:
        """How a partition switches a trigger has to wait for the trigger of the table above."""
        table = declared.get(obj.parent) if obj.parent and "execute" not in obj.attributes else None
        while table is not None and table.parent is not None:
            above = Address(self.name, (*table.parent.path, obj.address.path[-1]))
            if above in declared:
                return obj._replace(references=obj.references | {above})
            table = declared.get(table.parent)
        return obj

    def compare(self, before: Object, after: Object) -> Verdict | None:
        old, new = dict(before.attributes), dict(after.attributes)
        if old == new:
            return None
        if ("inherited" in old) != ("inherited" in new):
            return Verdict(Action.REPLACE, "it comes from the partitioned table on one side only")
        old.pop("enabled", None)
        new.pop("enabled", None)
        if old == new or "inherited" in old:
            return Verdict(Action.ALTER)
        if old.get("constraint") or new.get("constraint"):
            return Verdict(Action.REPLACE, "a constraint trigger cannot be altered in place")
        # Partitions where it is switched another way are switched again.
        return Verdict(Action.ALTER, disturbs=True)

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        if "execute" in obj.attributes:
            yield Statement(render(obj, "CREATE"), Risk.CAUTION, (_NEW,))
        yield from _switched(obj, obj.attributes.get("enabled"))

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        old, new = before.attributes, after.attributes
        if {**old, "enabled": 0, "inherited": 0} == {**new, "enabled": 0, "inherited": 0}:
            yield from _switched(after, new.get("enabled", "origin"))
        elif work.version >= 14:
            # It fires at the usual times again after that.
            yield Statement(render(after, "CREATE OR REPLACE"), Risk.CAUTION)
            yield from _switched(after, new.get("enabled"))
            yield from extension_dependency.again(after, work)
        else:
            yield from self.drop(before, work)
            yield from self.create(after, (), work)
            for obj in work.children(after.address, after=True):
                if obj.address.kind == "comment":
                    yield from comment.KIND.create(obj, (), work)
            yield from extension_dependency.again(after, work)

    def drop(self, obj: Object, work: Work) -> Iterable[Statement]:
        if "inherited" in obj.attributes:
            yield from _switched(obj, obj.attributes["inherited"])
        else:
            hazards = (_STOPPED,) if work.after(obj.address) is None else ()
            yield Statement(f"DROP {self.identity(obj)}", Risk.CAUTION, hazards)


def _read(definition: str, schema: str, *columns: Any) -> dict[str, Any]:
    kind, update_of, old, new, constraint, deferrable, deferred, other_schema, other = columns
    events = [word for bit, word in _EVENTS if kind & bit]
    if update_of:
        events[events.index("update")] = f"update of {', '.join(update_of)}"
    condition = _CONDITION.search(definition)
    return {
        "when": next((word for bit, word in _WHEN if kind & bit), "after"),
        "events": events,
        "for_each": "row" if kind & 1 else "statement",
        "condition": condition[1] if condition else None,
        "execute": definition.rpartition(" EXECUTE FUNCTION ")[2],
        "referencing": compact({"old": old, "new": new}),
        "constraint": constraint,
        "from_table": relative(schema, (other_schema, other)) if other else None,
        "deferrable": deferrable,
        "initially_deferred": deferred,
    }


def render(obj: Object, verb: str) -> str:
    """CREATE TRIGGER, in the order its grammar has."""
    a, (*relation, name) = obj.attributes, obj.address.path
    words = [f"{verb}{' CONSTRAINT' if a.get('constraint') else ''} TRIGGER {ident(name)}", a["when"].upper()]
    words.append(" OR ".join(_event(event) for event in a["events"]))
    words.append(f"ON {dotted(*relation)}")
    if a.get("from_table"):
        words.append(f"FROM {qualified(resolve(relation[0], a['from_table']))}")
    if a.get("constraint"):
        words.append("DEFERRABLE" if a.get("deferrable") else "NOT DEFERRABLE")
        words += ["INITIALLY DEFERRED"] if a.get("initially_deferred") else []
    tables = a.get("referencing", {})
    if tables:
        words.append("REFERENCING " + " ".join(f"{key.upper()} TABLE AS {ident(tables[key])}" for key in tables))
    words.append(f"FOR EACH {a['for_each'].upper()}")
    if a.get("condition"):
        words.append(f"WHEN ({a['condition']})")
    words.append(f"EXECUTE FUNCTION {a['execute']}")
    return " ".join(words)


def _event(event: str) -> str:
    word = re.match(r"\s*(update\s+of|\w+)\s*(.*)", event, re.IGNORECASE | re.S)
    return f"{word[1].upper()} {word[2]}".rstrip() if word else event


def _switched(obj: Object, enabled: str | None) -> Iterable[Statement]:
    *relation, name = obj.address.path
    hazards = (_STOPPED,) if enabled in ("disabled", "replica") else ()
    return switch(f"ALTER TABLE {dotted(*relation)}", enabled, f"TRIGGER {ident(name)}", hazards)


KIND = TriggerKind()
