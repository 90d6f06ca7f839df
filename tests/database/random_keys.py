"""Random keys, constraints and indexes over the columns there are."""

from __future__ import annotations

from typing import Any

from tests.database.random_columns import KEYABLE, SORTABLE, VALUES, Draw, add_column, plain, truth, value
from tests.database.random_model import Item, Model, Ref, mark, quoted

ACTIONS = ["cascade", "restrict", "set null", "set default", "no action"]


def _columns(model: Model, table: Item, families: tuple[str, ...]) -> list[Item]:
    return [c for c in model.of("column", parent=table.id) if c.family in families]


def _table(d: Draw, model: Model) -> Item | None:
    tables = model.tables()
    return d.pick(tables) if tables else None


def _partition_key(model: Model, table: Item) -> list[Item]:
    """What every key of a partitioned table has to contain."""
    return [c for c in model.of("column", parent=table.id) if mark(c) in table.spec.get("partition_by", "")]


def make_primary_key(d: Draw, model: Model) -> None:
    table = _table(d, model)
    if table is None or model.of("primary_key", parent=table.id):
        return
    columns = [c for c in _columns(model, table, KEYABLE) if plain(c) and not c.spec.get("null")]
    if columns:
        spec = {"columns": [Ref(c.id) for c in _with_key(d, model, table, columns)]}
        model.add("primary_key", d.name(model, table.id, "primary_key"), table.id, spec)


def make_unique(d: Draw, model: Model) -> None:
    table = _table(d, model)
    columns = _columns(model, table, KEYABLE) if table else []
    if table and columns:
        spec = {"columns": [Ref(c.id) for c in _with_key(d, model, table, columns)], **_key_options(d, model, table)}
        model.add("unique", d.name(model, table.id, "unique"), table.id, spec)


def _with_key(d: Draw, model: Model, table: Item, columns: list[Item]) -> list[Item]:
    key = _partition_key(model, table)
    return [*key, *(c for c in d.some(columns, 1, 2) if c not in key)]


def _key_options(d: Draw, model: Model, table: Item) -> dict[str, Any]:
    spec: dict[str, Any] = {}
    if d.one_in(5) and "partition_by" not in table.spec:
        spec["options"] = {"fillfactor": 70}
    if d.one_in(6):
        spec["deferrable"] = True
        if d.one_in(2):
            spec["initially_deferred"] = True
    if d.one_in(6):
        spec["include"] = [Ref(c.id) for c in d.some(_columns(model, table, SORTABLE), 1, 2)]
    if d.major >= 15 and d.one_in(6):
        spec["nulls_not_distinct"] = True
    return spec


def change_key(d: Draw, model: Model, item: Item) -> None:
    table = model.items[item.parent]
    options = dict.fromkeys(("options", "deferrable", "initially_deferred", "include", "nulls_not_distinct"))
    options |= _key_options(d, model, table)
    if item.kind == "primary_key":
        options["nulls_not_distinct"] = None
    if model.users(item):
        # A key that others refer to cannot be deferrable.
        options |= {"deferrable": None, "initially_deferred": None}
    model.respec(item, **options)


def make_foreign_key(d: Draw, model: Model) -> None:
    table = _table(d, model)
    keys = [
        k
        for k in model.of("primary_key", "unique")
        if not k.spec.get("deferrable") and not model.items[k.parent].spec.get("unlogged")
    ]
    if table is None or not keys or table.spec.get("unlogged"):
        return
    key = d.pick(keys)
    targets = [model.items[ref.id] for ref in key.spec["columns"]]
    if any(c.family not in ("int", "text", "uuid", "enum") for c in targets):
        return
    sources: list[Item] = []
    for target in targets:
        sources.append(_source(d, model, table, target, sources))
    spec: dict[str, Any] = {
        "columns": [Ref(c.id) for c in sources],
        "references": {"table": mark(model.items[key.parent]), "columns": [Ref(c.id) for c in targets]},
        **_reactions(d, sources),
    }
    if "partition_by" in table.spec:
        spec.pop("not_valid", None)
    model.add("foreign_key", d.name(model, table.id, "foreign_key"), table.id, spec, needs=[key.id])


def _source(d: Draw, model: Model, table: Item, target: Item, used: list[Item]) -> Item:
    """A column that can refer to the target: one there is, or a new one of the same type."""
    fitting = [
        c
        for c in _columns(model, table, (target.family,))
        if c not in used
        and plain(c)
        and c.id != target.id
        and (c.family != "enum" or c.spec["type"] == target.spec["type"])
    ]
    if fitting and d.one_in(2):
        return d.pick(fitting)
    if target.family == "enum":
        name = d.name(model, table.id, "column")
        return model.add("column", name, table.id, {"type": target.spec["type"], "null": True}, family="enum")
    column = add_column(d, model, table, target.family)
    if not plain(column):
        model.remove(column)
        return _source(d, model, table, target, used)
    model.change(column, spec={"type": column.spec["type"], "null": True}, family=target.family)
    return model.items[column.id]


def _reactions(d: Draw, sources: list[Item]) -> dict[str, Any]:
    spec: dict[str, Any] = {}
    if d.one_in(2):
        spec["on_delete"] = d.pick(ACTIONS)
    if d.one_in(3):
        spec["on_update"] = d.pick(ACTIONS)
    if d.one_in(5):
        spec["deferrable"] = True
        if d.one_in(2):
            spec["initially_deferred"] = True
    if d.one_in(6):
        spec["not_valid"] = True
    if d.one_in(6):
        spec["match"] = "full"
    if spec.get("on_delete") in ("set null", "set default") and d.major >= 15 and d.one_in(2):
        spec["set_columns"] = [Ref(sources[0].id)]
    return spec


def change_foreign_key(d: Draw, model: Model, item: Item) -> None:
    sources = [model.items[ref.id] for ref in item.spec["columns"]]
    gone = dict.fromkeys(
        ("on_delete", "on_update", "deferrable", "initially_deferred", "not_valid", "match", "set_columns")
    )
    late = {"not_valid": None} if "partition_by" in model.items[item.parent].spec else {}
    model.respec(item, **{**gone, **_reactions(d, sources), **late})


def make_check(d: Draw, model: Model) -> None:
    table = _table(d, model)
    columns = [c for c in model.of("column", parent=table.id) if c.family] if table else []
    if table and columns:
        model.add("check", d.name(model, table.id, "check"), table.id, _check(d, model, table, columns))


def _check(d: Draw, model: Model, table: Item, columns: list[Item]) -> dict[str, Any]:
    spec: dict[str, Any] = {"expression": " and ".join(truth(d, c) for c in d.some(columns, 1, 2))}
    if d.one_in(6) and "partition_by" not in table.spec:
        spec["no_inherit"] = True
    if d.one_in(5) and not _has_parts(model, table):
        spec["not_valid"] = True
    return spec


def _has_parts(model: Model, table: Item) -> bool:
    """Of a check of a table above others, each of these has a copy: valid in those that are made after it, not valid in
    those that were there before. pg_dump tells one from the other, and no declaration can."""
    return "partition_by" in table.spec or any(mark(table) in t.spec.get("inherits", ()) for t in model.of("table"))


def change_check(d: Draw, model: Model, item: Item) -> None:
    table = model.items[item.parent]
    columns = [c for c in model.of("column", parent=item.parent) if c.family]
    if columns and (d.one_in(2) or _has_parts(model, table)):
        model.respec(item, **{"no_inherit": None, "not_valid": None, **_check(d, model, table, columns)})
    elif not _has_parts(model, table):
        model.respec(item, not_valid=None if item.spec.get("not_valid") else True)


def make_exclusion(d: Draw, model: Model) -> None:
    table = _table(d, model)
    if table is None or "partition_by" in table.spec:
        return
    columns = _columns(model, table, ("range", "circle", "box"))
    column = d.pick(columns) if columns else add_column(d, model, table, d.pick(["range", "circle", "box"]))
    model.add("exclusion", d.name(model, table.id, "exclusion"), table.id, _exclusion(d, model, column))


def _exclusion(d: Draw, model: Model, column: Item) -> dict[str, Any]:
    spec: dict[str, Any] = {"elements": [f"{mark(column)} with &&"]}
    others = [c for c in model.of("column", parent=column.parent) if c.family]
    if d.one_in(3):
        spec["where"] = truth(d, d.pick(others))
    if d.one_in(4):
        spec["deferrable"] = True
    return spec


def change_exclusion(d: Draw, model: Model, item: Item) -> None:
    columns = _columns(model, model.items[item.parent], ("range", "circle", "box"))
    model.respec(item, **{"where": None, "deferrable": None, **_exclusion(d, model, d.pick(columns))})


def make_index(d: Draw, model: Model) -> None:
    relations = [*model.tables(), *model.of("materialized_view")]
    if relations and (spec := _index(d, model, relation := d.pick(relations))):
        model.add("index", d.name(model, relation.id, "index"), relation.id, spec)


def _index(d: Draw, model: Model, relation: Item) -> dict[str, Any]:
    """An index on some columns of a table, or on some output columns of a materialized view."""
    columns = [c for c in model.of("column", "output", parent=relation.id) if c.family]
    several = [c for c in columns if c.family in ("json", "list")]
    words = [c for c in columns if c.family == "text" and relation.kind == "table"]
    if words and (searches := model.of("text_search_configuration")) and d.one_in(4):
        return {"on": [f"to_tsvector('{quoted(d.pick(searches))}', {mark(d.pick(words))})"], "using": "gin"}
    sortable = [c for c in columns if c.family in SORTABLE]
    if several and d.one_in(3):
        return {"on": [mark(d.pick(several))], "using": "gin"}
    if not sortable:
        return {}
    if d.one_in(8):
        return {"on": [mark(d.pick(sortable))], "using": "hash"}
    spec: dict[str, Any] = {"on": [_element(d, c, relation) for c in d.some(sortable, 1, 2)]}
    if d.one_in(4):
        spec["where"] = truth(d, d.pick(columns))
    if d.one_in(4):
        spec["include"] = [Ref(c.id) for c in d.some(columns, 1, 2)]
    if d.one_in(5):
        spec["unique"] = True
        if d.major >= 15 and d.one_in(2):
            spec["nulls_not_distinct"] = True
    if d.one_in(5) and "partition_by" not in relation.spec:
        spec["options"] = {"fillfactor": 70}
    if "unique" in spec and (key := _partition_key(model, relation)):
        spec["on"] = [*(Ref(c.id) for c in key), *(e for e in spec["on"] if e not in [Ref(c.id) for c in key])]
    return spec


def _element(d: Draw, column: Item, relation: Item) -> Any:
    choices: list[Any] = [mark(column), f"{mark(column)} desc", f"{mark(column)} desc nulls last"]
    if relation.kind == "table":
        choices.insert(0, Ref(column.id))
    if column.family in VALUES:
        choices.append(f"({value(d, column)})")
    if column.family == "text":
        choices += [f"{mark(column)} text_pattern_ops", f'{mark(column)} collate "C"']
        choices += [f"{mark(column)} {mark(c)}" for c in d.model.of("operator_class")]
    return d.pick(choices)


def change_index(d: Draw, model: Model, item: Item) -> None:
    if item.spec.get("using") is None and d.one_in(3) and "partition_by" not in model.items[item.parent].spec:
        model.respec(item, options=None if item.spec.get("options") else {"fillfactor": 80})
    elif spec := _index(d, model, model.items[item.parent]):
        keep = {k: v for k, v in item.spec.items() if k == "comment"}
        model.change(item, spec={**keep, **spec})
