"""Random schemas, types, sequences, tables and views."""

from __future__ import annotations

from typing import Any

from tests.database import random_natures as natures
from tests.database import random_parts as parts
from tests.database.random_columns import SORTABLE, VALUES, Draw, add_column, truth, value
from tests.database.random_model import Item, Model, Ref, mark

LABELS = ["new", "active", "closed", "on hold", "it's", "Ünïcode", "a,b", "back\\slash", "PAID", "x" * 63]


def public(model: Model) -> Item:
    return model.add("schema", "public")


def make_schema(d: Draw, model: Model) -> None:
    if len(model.of("schema")) < 3:
        model.add("schema", d.name(model, 0, "schema"))


def change_schema(d: Draw, model: Model, item: Item) -> None:
    if item.name != "public":
        model.respec(item, comment=d.pick([None, "Where it all is"]))


def _home(d: Draw, model: Model) -> Item:
    return d.pick(model.of("schema"))


def make_enum(d: Draw, model: Model) -> None:
    home = _home(d, model)
    model.add("enum", d.name(model, home.id, "enum"), home.id, {"values": d.some(LABELS, 2, 5)})


def name_of(entry: Any) -> str:
    """The value of an entry of an enum."""
    return str(entry["value"] if isinstance(entry, dict) else entry)


def change_enum(d: Draw, model: Model, item: Item) -> None:
    """The first value stays where it is: defaults use it."""
    values: list[Any] = [name_of(entry) for entry in item.spec["values"]]
    what = d.pick(["add", "add", "remove", "reorder", "rename", "rename and add"])
    rest = [label for label in LABELS if label not in values]
    if what.startswith("rename") and rest:
        renamed = d.number(1, len(values) - 1)
        new = rest.pop()
        values[renamed] = {"value": new, "renamed_from": values[renamed]}
        what = what.removeprefix("rename and ")
    if what == "add" and rest:
        values.insert(d.number(1, len(values)), d.pick(rest))
    elif what == "remove" and len(values) > 2:
        values.pop(d.number(1, len(values) - 1))
    elif what == "reorder":
        values = [values[0], *reversed(values[1:])]
    model.respec(item, values=values)


def make_sequence(d: Draw, model: Model) -> None:
    home = _home(d, model)
    spec = _sequence(d)
    owners = [
        c
        for t in model.of("table", parent=home.id)
        for c in model.of("column", parent=t.id)
        if c.family == "int" and "." not in c.name + t.name
    ]
    if owners and d.one_in(3):
        owner = d.pick(owners)
        spec["owned_by"] = f"{mark(model.items[owner.parent])}.{mark(owner)}"
    model.add("sequence", d.name(model, home.id, "sequence"), home.id, spec)


def _sequence(d: Draw) -> dict[str, Any]:
    spec: dict[str, Any] = {}
    parts = {"type": "integer", "start": 1000, "increment": 10, "cache": 5, "max": 100000, "cycle": True}
    for key, setting in parts.items():
        if d.one_in(4):
            spec[key] = setting
    return spec


def change_sequence(d: Draw, model: Model, item: Item) -> None:
    keep = {k: v for k, v in item.spec.items() if k in ("owned_by", "comment")}
    if d.one_in(5):
        keep.pop("owned_by", None)
    model.change(item, spec={**_sequence(d), **keep})


def make_table(d: Draw, model: Model) -> None:
    if len(model.of("table")) >= 6:
        return
    home = _home(d, model)
    spec: dict[str, Any] = {}
    if d.one_in(8):
        spec["unlogged"] = True
    if d.one_in(6):
        spec["options"] = {"fillfactor": 70}
    if (methods := model.of("access_method")) and d.one_in(3):
        spec["access_method"] = Ref(d.pick(methods).id)
    table = model.add("table", d.name(model, home.id, "table"), home.id, spec)
    if d.number(0, 9) < 7:
        # What most tables begin with.
        key = model.add("column", "id", table.id, {"type": "bigint", "identity": "always"}, family="int")
        name = d.name(model, table.id, "primary_key")
        model.add("primary_key", name, table.id, {"columns": [Ref(key.id)]})
    for _ in range(d.number(0, 5)):
        add_column(d, model, table)


def change_table(d: Draw, model: Model, item: Item) -> None:
    keys = {k.id for k in model.of("primary_key", "unique", parent=item.id)}
    referred = [f for f in model.of("foreign_key") if f.needs & keys or f.parent == item.id]
    published = [u for u in model.users(item) if u.kind == "published_table"]
    if d.one_in(3):
        natures.change_nature(d, model, item)
    elif "partition_of" in item.spec or "partition_by" in item.spec:
        parts.change_part(d, model, item)
    elif d.one_in(6):
        model.respec(item, row_security=None if item.spec.get("row_security") else True)
    elif d.one_in(6):
        model.respec(item, replica_identity=d.pick([None, "full", "nothing"]))
    elif not (referred or published) and d.one_in(3):
        model.respec(item, unlogged=None if item.spec.get("unlogged") else True)
    else:
        model.respec(item, options=d.pick([None, {"fillfactor": 50}, {"autovacuum_enabled": False, "fillfactor": 90}]))


def make_view(d: Draw, model: Model) -> Item | None:
    return _make_view(d, model, "view")


def make_materialized_view(d: Draw, model: Model) -> Item | None:
    return _make_view(d, model, "materialized_view")


def _make_view(d: Draw, model: Model, kind: str) -> Item | None:
    far = ["foreign_table"] if kind == "view" else []
    sources = [r for r in model.of("table", "view", "materialized_view", *far) if _columns(model, r)]
    if not sources:
        return None
    source, home = d.pick(sources), _home(d, model)
    spec: dict[str, Any] = {"source": mark(source)}
    columns = _columns(model, source)
    conditions = [c for c in columns if c.family]
    if conditions and d.one_in(3):
        spec["where"] = truth(d, d.pick(conditions), "s.")
    if kind == "view" and d.one_in(6):
        spec["options"] = {"security_barrier": True}
    view = model.add(kind, d.name(model, home.id, kind), home.id, spec)
    for column in d.some(columns, 1, 4):
        _output(d, model, view, column)
    return view


def _columns(model: Model, relation: Item) -> list[Item]:
    return model.of("column", "output", parent=relation.id)


def _output(d: Draw, model: Model, view: Item, column: Item) -> None:
    text = f"s.{mark(column)}"
    family = column.family if column.family in SORTABLE else ""
    if column.family in VALUES and d.one_in(3):
        text = value(d, column, "s.")
    elif (calls := _calls(model, view, column, text)) and d.one_in(2):
        text, family = d.pick(calls), ""
    name = d.name(model, view.id, "output") if d.one_in(2) else column.name
    if name not in {o.name for o in model.of("output", parent=view.id)}:
        model.add("output", name, view.id, {"text": text}, family=family)


def _calls(model: Model, view: Item, column: Item, text: str) -> list[str]:
    """What only this column's own type and family allow: a function, an aggregate, an operator, an attribute."""
    type_ = str(column.spec.get("type", ""))
    takers = [f for f in model.of("function") if type_ and f.spec.get("arguments") == f"a {type_}"]
    found = [f"{mark(f)}({text})" for f in takers]
    rows = [t for t in model.of("composite_type") if type_ == mark(t)]
    found += [f"({text}).{mark(a)}" for t in rows for a in model.of("attribute", parent=t.id)]
    if column.family == "int":
        found += [f"{text}::bigint {mark(o)} 1::bigint" for o in model.of("operator")]
        found += [f"{mark(a)}({text}) over ()" for a in model.of("aggregate") if a.family == "int"]
    casts = [c for c in model.of("cast") if type_ and c.spec["@key"].startswith(f"{type_} as ")]
    return found + [f"{text}::bigint" for _ in casts]


def change_view(d: Draw, model: Model, item: Item) -> None:
    """Other columns, another condition, or options."""
    source = next(r for r in model.items.values() if mark(r) == item.spec["source"])
    columns = _columns(model, source)
    what = d.pick(["add", "remove", "where", "options"])
    outputs = _columns(model, item)
    if what == "add" and columns:
        _output(d, model, item, d.pick(columns))
    elif what == "remove" and len(outputs) > 1:
        model.remove(d.pick(outputs))
    elif what == "options" and item.kind == "view":
        model.respec(item, options=None if item.spec.get("options") else {"security_barrier": True})
    elif conditions := [c for c in columns if c.family]:
        model.respec(item, where=None if item.spec.get("where") else truth(d, d.pick(conditions), "s."))
