"""Random schemas over all kinds, and random ways from one to another. A new kind joins by a line in KINDS."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.database import random_columns as columns
from tests.database import random_keys as keys
from tests.database import random_relations as relations
from tests.database.random_columns import Draw
from tests.database.random_model import Item, Model
from tests.database.random_names import COMMENTS


@dataclass(frozen=True)
class Sort:
    """A kind of object: how often one is added, how it is made, how one is changed, and whether it can be renamed."""

    kind: str
    weight: int
    make: Callable[[Draw, Model], object]
    change: Callable[[Draw, Model, Item], object]
    named: bool = True


KINDS = (
    Sort("schema", 1, relations.make_schema, relations.change_schema),
    Sort("enum", 2, relations.make_enum, relations.change_enum),
    Sort("sequence", 2, relations.make_sequence, relations.change_sequence),
    Sort("table", 4, relations.make_table, relations.change_table),
    Sort("column", 6, columns.make_column, columns.change_column),
    Sort("primary_key", 3, keys.make_primary_key, keys.change_key),
    Sort("unique", 2, keys.make_unique, keys.change_key),
    Sort("foreign_key", 4, keys.make_foreign_key, keys.change_foreign_key),
    Sort("check", 3, keys.make_check, keys.change_check),
    Sort("exclusion", 1, keys.make_exclusion, keys.change_exclusion),
    Sort("index", 4, keys.make_index, keys.change_index),
    Sort("view", 4, relations.make_view, relations.change_view),
    Sort("materialized_view", 2, relations.make_materialized_view, relations.change_view),
)
BY_KIND = {sort.kind: sort for sort in KINDS}
ACTIONS = ["add", "add", "drop", "change", "change", "change", "rename", "comment"]


@dataclass(frozen=True)
class Pair:
    """Two schemas as files: what there is, and what is wanted, with `renamed_from` where a name changed."""

    before: Mapping[str, str]
    after: Mapping[str, str]

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """How hypothesis shows a failing example: as files that can be tried by hand."""
        for side, files in (("before", self.before), ("after", self.after)):
            for name, text in files.items():
                printer.text(f"\n===== {side}/{name} =====\n{text}")


@st.composite
def pairs(draw: st.DrawFn, major: int) -> Pair:
    """Two related schemas for a server of this major."""
    d = Draw(draw, major)
    model = Model()
    relations.public(model)
    relations.make_table(d, model)
    weighted = [sort for sort in KINDS for _ in range(sort.weight)]
    for _ in range(d.number(0, 20)):
        d.pick(weighted).make(d, model)
    for _ in range(d.number(0, 3)):
        _comment(d, model)
    after = model.copy()
    d.reserved = {item.name for item in model.items.values()}
    for _ in range(d.number(1, 6)):
        _edit(d, after, weighted)
    if after.files() == model.files():
        columns.make_column(d, after)
    return Pair(model.files(), after.files())


def _edit(d: Draw, model: Model, weighted: list[Sort]) -> None:
    action = d.pick(ACTIONS)
    if action == "add":
        d.pick(weighted).make(d, model)
        return
    if action == "comment":
        _comment(d, model)
        return
    there = [sort for sort in KINDS if model.of(sort.kind) and (sort.named or action != "rename")]
    sort = d.pick(there)
    item = d.pick(model.of(sort.kind))
    if action == "change":
        sort.change(d, model, item)
    elif item.name != "public" and action == "drop":
        model.remove(item)
    elif item.name != "public" and not item.old_name:
        model.rename(item, d.name(model, item.parent, item.kind))


def _comment(d: Draw, model: Model) -> None:
    item = d.pick([i for i in model.items.values() if i.kind != "output"])
    if item.name != "public":
        model.respec(item, comment=d.pick([None, *COMMENTS]))
