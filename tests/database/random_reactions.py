"""What happens by itself: random triggers, rules, policies and event triggers."""

from __future__ import annotations

from typing import Any

from tests.database.random_columns import Draw, plain, truth
from tests.database.random_model import Item, Model, mark
from tests.database.random_routines import trigger_function

ENABLED = [None, None, None, "disabled", "replica", "always"]
ROLES = ("g_reader", "g_writer", "g_clerk")


def _function(d: Draw, model: Model, result: str) -> Item:
    there = [f for f in model.of("function") if f.family == result]
    return d.pick(there) if there else trigger_function(d, model, result)


def make_trigger(d: Draw, model: Model) -> None:
    relations = [*model.tables(), *model.of("view")]
    if not relations:
        return
    relation = d.pick(relations)
    spec = {"execute": mark(_function(d, model, "trigger")), **_trigger(d, model, relation)}
    model.add("trigger", d.name(model, relation.id, "trigger"), relation.id, spec)


def _trigger(d: Draw, model: Model, relation: Item) -> dict[str, Any]:
    if relation.kind == "view":
        return {"when": "instead of", "events": ["insert"], "for_each": "row"}
    columns = [c for c in model.of("column", parent=relation.id) if plain(c)]
    spec: dict[str, Any] = {"when": d.pick(["after", "before"]), "for_each": "row"}
    spec["events"] = d.some(["insert", "delete"], 1, 2)
    conditions = [c for c in columns if c.family]
    if columns and d.one_in(2):
        spec["events"] = [f"update of {mark(d.pick(columns))}"]
    if conditions and "delete" not in spec["events"] and d.one_in(3):
        spec["condition"] = truth(d, d.pick(conditions), "new.")
    if d.one_in(4) and "condition" not in spec:
        spec |= {"for_each": "statement", "events": d.pick([["insert"], ["truncate"], ["insert", "update"]])}
        if spec["when"] == "after" and spec["events"] == ["insert"]:
            spec["referencing"] = {"new": "fresh"}
    elif spec["when"] == "after" and d.one_in(4):
        spec |= {"constraint": True, "deferrable": True}
    if (enabled := d.pick(ENABLED)) is not None:
        spec["enabled"] = enabled
    return spec


TRIGGER_PARTS = ("condition", "referencing", "constraint", "deferrable", "enabled")


def change_trigger(d: Draw, model: Model, item: Item) -> None:
    model.respec(item, **{**dict.fromkeys(TRIGGER_PARTS), **_trigger(d, model, model.items[item.parent])})


def make_policy(d: Draw, model: Model) -> None:
    tables = [t for t in model.tables() if [c for c in model.of("column", parent=t.id) if c.family]]
    if tables:
        table = d.pick(tables)
        model.add("policy", d.name(model, table.id, "policy"), table.id, _policy(d, model, table))


def _policy(d: Draw, model: Model, table: Item) -> dict[str, Any]:
    column = d.pick([c for c in model.of("column", parent=table.id) if c.family])
    spec: dict[str, Any] = {"using": truth(d, column)}
    if d.one_in(2):
        spec["check"] = truth(d, column)
    if d.one_in(3):
        spec["command"] = "update"
    if d.one_in(3):
        spec["roles"] = d.some(ROLES, 1, 2)
    if d.one_in(4):
        spec["permissive"] = False
    return spec


def change_policy(d: Draw, model: Model, item: Item) -> None:
    fresh = _policy(d, model, model.items[item.parent])
    model.respec(item, **{**dict.fromkeys(("check", "command", "roles", "permissive")), **fresh})


def make_rule(d: Draw, model: Model) -> None:
    """Rules that do something besides; one that does it instead would keep rows from being put back."""
    tables = [t for t in model.tables() if "partition_by" not in t.spec]
    if tables:
        table = d.pick(tables)
        model.add("rule", d.name(model, table.id, "rule"), table.id, _rule(d, model, table))


def _rule(d: Draw, model: Model, table: Item) -> dict[str, Any]:
    event = d.pick(["insert", "update", "delete"])
    spec: dict[str, Any] = {"event": event, "do": d.pick(["nothing", "notify changed"])}
    columns = [c for c in model.of("column", parent=table.id) if c.family and plain(c)]
    others = [t for t in model.tables() if t.id != table.id and model.of("column", parent=t.id)]
    if columns and d.one_in(2):
        spec |= {"do": "nothing", "condition": truth(d, d.pick(columns), "old." if event == "delete" else "new.")}
    elif others and d.one_in(2):
        other = d.pick(others)
        column = d.pick(model.of("column", parent=other.id))
        spec["do"] = f"delete from {mark(other)} where {mark(column)} is null and false"
    if (enabled := d.pick(ENABLED)) is not None:
        spec["enabled"] = enabled
    return spec


def change_rule(d: Draw, model: Model, item: Item) -> None:
    fresh = _rule(d, model, model.items[item.parent])
    model.respec(item, **{"condition": None, "enabled": None, **fresh})


def make_event_trigger(d: Draw, model: Model) -> None:
    spec = {"execute": mark(_function(d, model, "event_trigger")), **_event_trigger(d)}
    model.add("event_trigger", d.name(model, 0, "event_trigger"), 0, spec)


def _event_trigger(d: Draw) -> dict[str, Any]:
    spec: dict[str, Any] = {"event": d.pick(["ddl_command_end", "sql_drop", "ddl_command_start"])}
    if d.one_in(2):
        spec["tags"] = d.some(["CREATE TABLE", "DROP TABLE", "ALTER TABLE"], 1, 2)
    if (enabled := d.pick(ENABLED)) is not None:
        spec["enabled"] = enabled
    return spec


def change_event_trigger(d: Draw, model: Model, item: Item) -> None:
    if d.one_in(2):
        model.respec(item, enabled=d.pick(ENABLED))
    else:
        model.respec(item, **{"tags": None, "enabled": None, **_event_trigger(d)})
