"""Rewrite rules, other than the one that makes a view a view."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from faberdb.model import Address, Hazard, Object, Place, Risk, Statement, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.background import ENABLED, OnRelation, parent_of, switch
from faberdb_providers.postgres.kinds.base import USER_SCHEMA, Found, Row, compact
from faberdb_providers.postgres.kinds.written import written
from faberdb_providers.postgres.names import dotted, ident
from faberdb_providers.postgres.signatures import pieces

if TYPE_CHECKING:
    from faberdb_providers.postgres.specs.rule import RuleSpec


_EVENTS = {"1": "select", "2": "update", "3": "insert", "4": "delete"}
_HAZARD = Hazard(
    codes.RULE, "statements on the table do something else from now on; prepared ones are planned anew", in_use=True
)


class RuleKind(OnRelation):
    """`CREATE RULE`; https://www.postgresql.org/docs/current/sql-createrule.html"""

    name = "rule"
    alterable = True
    section = "rules"
    within = ("table", "view")
    ends_statement = True
    Declared: Any = written("rule", "RuleSpec")
    sql_name = "RULE"
    texts = ("condition", "do")

    def query(self, version: int) -> str:
        return (
            "select 'pg_rewrite'::regclass::oid, r.oid, 0, n.nspname, c.relname, r.rulename, c.relkind::text,"
            " r.ev_type::text, r.is_instead, pg_get_ruledef(r.oid, false), r.ev_enabled::text"
            " from pg_rewrite r join pg_class c on c.oid = r.ev_class join pg_namespace n on n.oid = c.relnamespace"
            f" where r.rulename <> '_RETURN' and {USER_SCHEMA} order by n.nspname, c.relname, r.rulename"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, _, schema, relation, name, relkind, event, instead, definition, enabled = row
        condition, do = _parts(definition)
        attributes = compact(
            {
                "event": _EVENTS[event],
                "condition": condition or None,
                "instead": instead,
                "do": do,
                "enabled": ENABLED.get(enabled),
            }
        )
        address = Address(self.name, (schema, relation, name))
        return (classid, oid, 0), Object(address, attributes, parent_of(relkind, schema, relation))

    def declare(self, place: Place, name: str, spec: RuleSpec) -> Iterator[Object]:
        above = place.container
        assert above is not None
        attributes = {
            "event": spec.event,
            "condition": spec.condition,
            "instead": spec.instead,
            "do": spec.do.strip().removesuffix(";"),
            "enabled": None if spec.enabled == "origin" else spec.enabled,
        }
        yield from self.made(place, spec, Address(self.name, (*above.path, name)), attributes, above)

    def write(self, obj: Object) -> Mapping[str, Any]:
        return {key: v for key, v in obj.attributes.items() if (key, v) != ("do", "NOTHING")}

    def mentions(self, obj: Object) -> Iterable[str]:
        return [obj.attributes.get("condition", ""), obj.attributes["do"]]

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        yield Statement(render(obj, "CREATE"), Risk.CAUTION, (_HAZARD,))
        yield from _switched(obj, obj.attributes.get("enabled"))

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        old, new = before.attributes, after.attributes
        if {**old, "enabled": 0} != {**new, "enabled": 0}:
            yield Statement(render(after, "CREATE OR REPLACE"), Risk.CAUTION, (_HAZARD,))
        if old.get("enabled") != new.get("enabled"):
            yield from _switched(after, new.get("enabled", "origin"))

    def drop(self, obj: Object, work: Work) -> Iterable[Statement]:
        yield Statement(f"DROP {self.identity(obj)}", Risk.CAUTION, (_HAZARD,))


def _parts(definition: str) -> tuple[str, str]:
    """The condition and the actions out of what pg_get_ruledef prints: `... [WHERE condition] DO [INSTEAD] ...`."""
    tokens = list(pieces(definition.rstrip().removesuffix(";")))
    words = [token.upper() if not depth else "" for token, depth in tokens]
    # The names of the rule and its table may be such words only in quotes.
    do = words.index("DO")
    where = words.index("WHERE") if "WHERE" in words[:do] else do
    condition = "".join(token for token, _ in tokens[where + 1 : do]).strip()
    actions = "".join(token for token, _ in tokens[do + 1 :]).strip()
    return condition, actions.removeprefix("INSTEAD").strip()


def render(obj: Object, verb: str) -> str:
    """CREATE RULE."""
    a, (*relation, name) = obj.attributes, obj.address.path
    where = f" WHERE {a['condition']}" if a.get("condition") else ""
    instead = " INSTEAD" if a.get("instead") else " ALSO"
    head = f"{verb} RULE {ident(name)} AS\n    ON {a['event'].upper()} TO {dotted(*relation)}"
    return f"{head}{where} DO{instead}\n{a['do']}"


def _switched(obj: Object, enabled: str | None) -> Iterable[Statement]:
    *relation, name = obj.address.path
    return switch(f"ALTER TABLE {dotted(*relation)}", enabled, f"RULE {ident(name)}", (_HAZARD,))


KIND = RuleKind()
