"""Random partitioned tables with their partitions, and tables that inherit from others."""

from __future__ import annotations

from typing import Any

from tests.database.random_columns import Draw, add_column
from tests.database.random_model import Item, Model, mark

RANGES = [("minvalue", "2"), ("2", "3"), ("3", "50"), ("50", "maxvalue")]
LISTS = [["1"], ["2", "3"], ["4"], ["5", "null"]]
STRATEGIES = ("list", "range", "hash")


def make_partitioned(d: Draw, model: Model) -> None:
    if len(model.of("table")) >= 8:
        return
    home = d.pick(model.of("schema"))
    table = model.add("table", d.name(model, home.id, "table"), home.id)
    family, strategy = d.pick(["int", "text"]), d.pick(STRATEGIES)
    type_ = "integer" if family == "int" else "text"
    key = model.add("column", d.name(model, table.id, "column"), table.id, {"type": type_, "null": True}, family=family)
    model.respec(table, partition_by=f"{strategy} ({mark(key)})")
    for _ in range(d.number(0, 3)):
        add_column(d, model, table)
    for _ in range(d.number(0, 3)):
        add_partition(d, model, model.items[table.id])


def make_partition(d: Draw, model: Model) -> None:
    if parents := [t for t in model.of("table") if "partition_by" in t.spec]:
        add_partition(d, model, d.pick(parents))


def add_partition(d: Draw, model: Model, table: Item) -> None:
    """One more partition of a table, if any bound is left."""
    bounds = free_bounds(model, table)
    if not bounds:
        return
    home = d.pick(model.of("schema"))
    spec: dict[str, Any] = {"partition_of": mark(table), "bound": d.pick(bounds)}
    if d.one_in(6):
        # A part that is in parts itself.
        spec["partition_by"] = table.spec["partition_by"]
    elif d.one_in(6):
        spec["options"] = {"fillfactor": 70}
    model.add("table", d.name(model, home.id, "table"), home.id, spec)


def free_bounds(model: Model, table: Item) -> list[str]:
    """The bounds that no partition of the table has."""
    strategy = table.spec["partition_by"].split()[0]
    words = _top(model, table).family == "text"

    def constant(text: str) -> str:
        return f"'a{text}'" if words and text.isdigit() else text

    if strategy == "hash":
        bounds = [f"for values with (modulus 3, remainder {n})" for n in range(3)]
    elif strategy == "list":
        bounds = [f"for values in ({', '.join(map(constant, values))})" for values in LISTS]
        bounds.append("default")
    else:
        ranges = [RANGES[0], RANGES[1]] if words else RANGES
        bounds = [f"for values from ({constant(low)}) to ({constant(high)})" for low, high in ranges]
        bounds.append("default")
    taken = {t.spec["bound"] for t in model.of("table") if t.spec.get("partition_of") == mark(table)}
    return [bound for bound in bounds if bound not in taken]


def _top(model: Model, table: Item) -> Item:
    """The column that a table is partitioned by."""
    while "partition_of" in table.spec:
        table = next(t for t in model.of("table") if mark(t) == table.spec["partition_of"])
    return next(c for c in model.of("column", parent=table.id) if mark(c) in table.spec["partition_by"])


def change_part(d: Draw, model: Model, item: Item) -> None:
    """Another bound for a partition, other storage, or it becomes a table by itself."""
    if "partition_of" not in item.spec:
        model.respec(item, row_security=None if item.spec.get("row_security") else True)
        return
    above = next(t for t in model.of("table") if mark(t) == item.spec["partition_of"])
    what = d.pick(["bound", "detach", "detach", "options"])
    if what == "bound" and (bounds := free_bounds(model, above)):
        model.respec(item, bound=d.pick(bounds))
    elif what == "options" and "partition_by" not in item.spec:
        model.respec(item, options=None if item.spec.get("options") else {"fillfactor": 60})
    elif what == "detach" and "partition_by" not in item.spec:
        while "partition_of" in above.spec:
            above = next(t for t in model.of("table") if mark(t) == above.spec["partition_of"])
        detach(model, item, above)


def detach(model: Model, item: Item, above: Item) -> None:
    """The partition as a table of its own, with the columns it had."""
    model.respec(item, partition_of=None, bound=None)
    twins: dict[str, str] = {}
    for column in model.of("column", parent=above.id):
        if "generated" in column.spec:
            continue
        spec = {k: v for k, v in column.spec.items() if k in ("type", "null", "default", "collation")}
        twin = model.add("column", column.name, item.id, spec, family=column.family)
        twins[mark(column)] = mark(twin)


def make_typed(d: Draw, model: Model) -> None:
    """A table of a composite type: its columns are the attributes of that."""
    types = [t for t in model.of("composite_type") if model.of("attribute", parent=t.id)]
    if types and len(model.of("table")) < 8:
        home = d.pick(model.of("schema"))
        model.add("table", d.name(model, home.id, "table"), home.id, {"of": mark(d.pick(types))})


def make_child(d: Draw, model: Model) -> None:
    """A table that inherits from another."""
    parents = [t for t in model.tables() if "partition_by" not in t.spec and not t.spec.get("unlogged")]
    if not parents or len(model.of("table")) >= 8:
        return
    home = d.pick(model.of("schema"))
    parent = d.pick(parents)
    child = model.add("table", d.name(model, home.id, "table"), home.id, {"inherits": [mark(parent)]})
    for _ in range(d.number(0, 2)):
        add_column(d, model, child)
