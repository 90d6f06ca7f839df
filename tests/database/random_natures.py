"""Random tables that change their nature: partitioned or not, a partition of a new table, a child of other tables."""

from __future__ import annotations

from tests.database.random_columns import Draw
from tests.database.random_model import Item, Model, mark

COPIED = ("type", "null", "default", "collation")


def change_nature(d: Draw, model: Model, item: Item) -> None:
    """What has no keys, and no tables below it, can become anything."""
    what = d.pick(["partitioned", "adopted", "parents", "parents"])
    if "partition_by" in item.spec:
        become_plain(model, item)
    elif what == "parents":
        change_parents(d, model, item)
    elif _free(model, item) and (keys := _keys(model, item)):
        key = d.pick(keys)
        if what == "partitioned":
            model.respec(item, partition_by=f"list ({mark(key)})")
            whole = item
            rest = model.add("table", d.name(model, item.parent, "table"), item.parent)
        else:
            whole, rest = _copy_of(d, model, item), item
            twin = next(c for c in model.of("column", parent=whole.id) if c.name == key.name)
            model.respec(whole, partition_by=f"list ({mark(twin)})")
            for column in model.of("column", parent=item.id):
                if column.id in model.items:
                    model.remove(column)
        model.respec(model.items[rest.id], partition_of=mark(whole), bound="default")


def become_plain(model: Model, item: Item) -> None:
    """The partitions go, and the table has its rows itself."""
    for part in _below(model, item):
        if part.id in model.items:
            model.remove(part)
    if item.id in model.items and "partition_of" not in item.spec:
        model.respec(model.items[item.id], partition_by=None)


def change_parents(d: Draw, model: Model, item: Item) -> None:
    """It leaves a table above it, or comes to another, or they change places."""
    if item.spec.get("unlogged") or "of" in item.spec or _below(model, item):
        return
    parents = list(item.spec.get("inherits", ()))
    used = {c.name for t in _lineage(model, item) for c in model.of("column", parent=t.id)}
    others = [t for t in model.tables() if t.id != item.id and _may_be_above(model, t, used)]
    if parents and d.one_in(2):
        parents.remove(d.pick(parents))
    elif len(parents) > 1:
        parents.reverse()
    others = [t for t in others if mark(t) not in parents]  # as one without columns may be
    if others and d.one_in(2):
        parents.append(mark(d.pick(others)))
    model.respec(item, inherits=parents or None)


def _may_be_above(model: Model, table: Item, used: set[str]) -> bool:
    if {"partition_by", "unlogged", "of"} & table.spec.keys():
        return False
    names = {c.name for t in _lineage(model, table) for c in model.of("column", parent=t.id)}
    return not names & used


def _lineage(model: Model, table: Item) -> list[Item]:
    """The table and those above it."""
    found = [table]
    for parent in table.spec.get("inherits", ()):
        found += _lineage(model, next(t for t in model.of("table") if mark(t) == parent))
    return found


def _below(model: Model, table: Item) -> list[Item]:
    named = mark(table)
    return [t for t in model.of("table") if t.spec.get("partition_of") == named or named in t.spec.get("inherits", ())]


def _free(model: Model, item: Item) -> bool:
    """Whether nothing about a table could not be said of a partitioned one."""
    keyed = model.of("primary_key", "unique", "exclusion", "foreign_key", "rule", "trigger", parent=item.id)
    special = {"unlogged", "options", "inherits", "replica_identity", "access_method", "partition_of"}
    indexes = model.of("index", parent=item.id)
    odd = any({"unique", "clustered", "options"} & i.spec.keys() for i in indexes)
    own = any({"generated", "identity"} & c.spec.keys() for c in model.of("column", parent=item.id))
    return not (keyed or odd or own or special & item.spec.keys() or _below(model, item)) and len(model.of("table")) < 8


def _keys(model: Model, item: Item) -> list[Item]:
    return [c for c in model.of("column", parent=item.id) if c.family in ("int", "text")]


def _copy_of(d: Draw, model: Model, item: Item) -> Item:
    """Another table with the same columns."""
    whole = model.add("table", d.name(model, item.parent, "table"), item.parent)
    for column in model.of("column", parent=item.id):
        spec = {k: v for k, v in column.spec.items() if k in COPIED}
        model.add("column", column.name, whole.id, spec, family=column.family)
    return whole
