"""Random schemas over all kinds, and random ways from one to another. A new kind joins by a line in KINDS."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.database import random_columns as columns
from tests.database import random_keys as keys
from tests.database import random_others as others
from tests.database import random_parts as parts
from tests.database import random_reactions as reactions
from tests.database import random_relations as relations
from tests.database import random_routines as routines
from tests.database import random_search as search
from tests.database import random_types as types
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
    Sort("enum", 3, relations.make_enum, relations.change_enum),
    Sort("sequence", 3, relations.make_sequence, relations.change_sequence),
    Sort("table", 6, relations.make_table, relations.change_table),
    Sort("table", 2, parts.make_partitioned, relations.change_table),
    Sort("table", 2, parts.make_partition, relations.change_table),
    Sort("table", 1, parts.make_child, relations.change_table),
    Sort("table", 1, parts.make_typed, relations.change_table),
    Sort("column", 9, columns.make_column, columns.change_column),
    Sort("primary_key", 4, keys.make_primary_key, keys.change_key),
    Sort("unique", 3, keys.make_unique, keys.change_key),
    Sort("foreign_key", 6, keys.make_foreign_key, keys.change_foreign_key),
    Sort("check", 4, keys.make_check, keys.change_check),
    Sort("exclusion", 1, keys.make_exclusion, keys.change_exclusion),
    Sort("index", 6, keys.make_index, keys.change_index),
    Sort("view", 6, relations.make_view, relations.change_view),
    Sort("materialized_view", 3, relations.make_materialized_view, relations.change_view),
    Sort("function", 5, routines.make_function, routines.change_function),
    Sort("procedure", 1, routines.make_procedure, routines.change_procedure),
    Sort("aggregate", 1, routines.make_aggregate, routines.change_aggregate),
    Sort("operator", 1, routines.make_operator, routines.change_operator, named=False),
    Sort("operator_family", 1, routines.make_family, routines.change_family),
    Sort("operator_class", 1, routines.make_class, routines.change_class),
    Sort("cast", 1, routines.make_cast, routines.change_cast, named=False),
    Sort("trigger", 3, reactions.make_trigger, reactions.change_trigger),
    Sort("policy", 2, reactions.make_policy, reactions.change_policy),
    Sort("rule", 1, reactions.make_rule, reactions.change_rule),
    Sort("event_trigger", 1, reactions.make_event_trigger, reactions.change_event_trigger),
    Sort("domain", 3, types.make_domain, types.change_domain),
    Sort("domain_constraint", 2, types.make_domain_check, types.change_domain_check),
    Sort("composite_type", 2, types.make_composite, types.change_composite),
    Sort("attribute", 2, types.make_attribute, types.change_attribute),
    Sort("range_type", 1, types.make_range, types.change_range),
    Sort("base_type", 1, types.make_base, types.change_base),
    Sort("collation", 1, types.make_collation, types.change_collation),
    Sort("text_search_parser", 1, search.make_parser, search.change_parser),
    Sort("text_search_template", 1, search.make_template, others.keep),
    Sort("text_search_dictionary", 1, search.make_dictionary, search.change_dictionary),
    Sort("text_search_configuration", 1, search.make_configuration, search.change_configuration),
    Sort("statistics", 2, others.make_statistics, others.change_statistics),
    Sort("conversion", 1, others.make_conversion, others.change_conversion),
    Sort("language", 1, others.make_language, others.change_language),
    Sort("transform", 1, others.make_transform, others.change_transform, named=False),
    Sort("extension", 1, others.make_extension, others.change_extension, named=False),
    Sort("access_method", 1, others.make_access_method, others.keep, named=False),
    Sort("foreign_data_wrapper", 1, others.make_wrapper, others.change_options),
    Sort("foreign_server", 1, others.make_server, others.change_server),
    Sort("user_mapping", 1, others.make_mapping, others.change_mapping, named=False),
    Sort("foreign_table", 2, others.make_foreign_table, others.change_options),
    Sort("publication", 1, others.make_publication, others.change_publication),
    Sort("published_table", 2, others.make_published, others.change_published, named=False),
    Sort("published_schema", 1, others.make_published, others.keep, named=False),
    Sort("subscription", 1, others.make_subscription, others.change_subscription),
    Sort("default_privilege", 1, others.make_default_privilege, others.change_default_privilege, named=False),
)
ACTIONS = ["add", "add", "drop", "change", "change", "change", "rename", "comment", "grant", "owner"]
SILENT = ("output", "user_mapping", "published_table", "published_schema", "default_privilege")
"""What has no comment."""


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
    d.model = model = Model()
    relations.public(model)
    relations.make_table(d, model)
    weighted = [sort for sort in KINDS for _ in range(sort.weight)]
    for _ in range(d.number(0, 20)):
        d.pick(weighted).make(d, model)
    for _ in range(d.number(0, 3)):
        d.pick([_comment, others.grant, others.give])(d, model)
    d.model = after = model.copy()
    d.reserved = {item.name for item in model.items.values()}
    for _ in range(d.number(1, 6)):
        _edit(d, after, weighted)
    if after.files() == model.files():
        columns.make_column(d, after)
    _say_owners(model, after)
    _say_owners(after, model)
    if d.one_in(5) and not any(i.old_name for i in after.items.values()):
        # The other way round a partition is attached, and more is made than goes.
        return Pair(after.files(), model.files())
    return Pair(model.files(), after.files())


def _say_owners(model: Model, other: Model) -> None:
    """What has an owner over there says whose it is here, too: one that nobody declares stays as it is."""
    for item in list(model.items.values()):
        if item.id in other.items and _given(other, other.items[item.id]) and not _given(model, item):
            model.respec(item, owner="@database")


def _given(model: Model, item: Item) -> bool:
    """Whether somebody is said to own it. A sequence of a column goes where its table goes."""
    used = [model.items[i] for i in item.uses()] if "owned_by" in item.spec else []
    return "owner" in item.spec or any("owner" in model.items[i.parent].spec for i in used if i.kind == "column")


def _edit(d: Draw, model: Model, weighted: list[Sort]) -> None:
    action = d.pick(ACTIONS)
    if action == "add":
        d.pick(weighted).make(d, model)
        return
    if action == "comment":
        _comment(d, model)
        return
    if action == "grant":
        others.grant(d, model)
        return
    if action == "owner":
        others.give(d, model)
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
    item = d.pick([i for i in model.items.values() if i.kind not in SILENT])
    if item.name != "public":
        model.respec(item, comment=d.pick([None, *COMMENTS]))
