"""Columns that come from a parent table: what can be different about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from faberdb.model import Address, Change, Object, Risk, Statement, Work
from faberdb_providers.postgres.kinds.base import compact
from faberdb_providers.postgres.kinds.column.not_null import name_changes, set_not_null
from faberdb_providers.postgres.kinds.column.stored import COMPRESSION, STORAGE, storage_changes
from faberdb_providers.postgres.kinds.lineage import Find, above, all_above
from faberdb_providers.postgres.names import dotted, ident


def parents_of(table: Address, work: Work) -> list[Object]:
    """The tables that a table is to inherit its columns from, the nearest first."""
    obj = work.after(table) or work.after(table._replace(kind="foreign_table"))
    return all_above(obj, work.after) if obj else []


def around_in_line(change: Change, changes: Mapping[Address, Change], find: Find) -> Iterator[Address]:
    """The changes of the same column in child tables, or in tables above, that a change of NOT NULL comes after: a
    child may let go of it only after those above did, and has one of its own only if it is there before theirs."""
    before, after = change.before, change.after
    if before is None or after is None or bool(before.attributes.get("null")) == bool(after.attributes.get("null")):
        return
    opens, name, here = bool(after.attributes.get("null")), after.address.path[-1], after.address.path[:2]
    own = find(Address("table", here))
    if opens:
        for parent in all_above(own, find) if own else ():
            column = Address("column", (*parent.address.path, name))
            if column in changes:
                yield column
        return
    for column in changes:
        if column.kind == "column" and column.path[-1] == name and column.path[:2] != here:
            below = find(Address("table", column.path[:2]))
            if below and any(obj.address.path == here for obj in all_above(below, find)):
                yield column


def changes_hands(
    change: Change, live: Mapping[Address, Object], target: Mapping[Address, Object]
) -> Iterator[Address]:
    """The child table of a column that is its own from now on though it was there from above, or comes from above and
    was its own. The server has no words for either."""
    obj, side = (change.before, target) if change.after is None else (change.after, live)
    before, after = (objects.get(Address("table", change.address.path[:2])) for objects in (live, target))
    if change.by or (change.before and change.after) or obj is None or "inherited" in obj.attributes:
        return
    if before is None or after is None or "inherits" not in after.attributes or above(before) != above(after):
        return
    name, there = change.address.path[-1], before if side is live else after
    if any(Address("column", (*o.address.path, name)) in side for o in all_above(there, side.get)):
        yield after.address


def own_attributes(
    not_null: bool,
    not_null_name: str | None,
    storage: str | None,
    compression: str | None,
    settings: Mapping[str, Any],
    above: Sequence[Any],
) -> dict[str, Any]:
    """What an inherited column has another way than that of the parent."""
    up_not_null, defaults = above
    here = defaults or [None, None]
    own_not_null = not_null and not up_not_null
    return {
        "inherited": True,
        **compact(
            {
                "not_null": own_not_null,
                "not_null_name": not_null_name if own_not_null else None,
                "storage": STORAGE.get(storage or ""),
                "compression": COMPRESSION.get(compression or ""),
                "no_default": here[0] is not None and here[1] is None,
                "own_default": here[1] is not None and here[0] != here[1],
                **settings,
            }
        ),
    }


def own_changes(old: Mapping[str, Any], new: Mapping[str, Any], obj: Object, work: Work) -> Iterator[Statement]:
    """What leads from what is different about an inherited column to something else."""
    column = f"ALTER TABLE {dotted(*obj.address.path[:-1])} ALTER COLUMN {ident(obj.address.path[-1])}"
    if new.get("not_null") and "type" not in old and not old.get("not_null"):
        yield set_not_null(obj, work)
    elif old.get("not_null") and new.get("not_null"):
        yield from name_changes(old, obj)
    elif old.get("not_null") and "type" not in new and not new.get("not_null"):
        yield Statement(f"{column} DROP NOT NULL", Risk.CAUTION)
    if new.get("no_default") and not old.get("no_default"):
        yield Statement(f"{column} DROP DEFAULT")
    yield from storage_changes(old, new, column, work.version)
