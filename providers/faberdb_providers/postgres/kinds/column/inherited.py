"""Columns that come from a parent table: what can be different about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from faberdb.model import Address, Object, Risk, Statement, Work
from faberdb_providers.postgres.kinds.base import compact
from faberdb_providers.postgres.kinds.column.not_null import set_not_null
from faberdb_providers.postgres.kinds.column.stored import COMPRESSION, STORAGE, storage_changes
from faberdb_providers.postgres.kinds.lineage import all_above
from faberdb_providers.postgres.names import dotted, ident


def parents_of(table: Address, work: Work) -> list[Object]:
    """The tables that a table is to inherit its columns from, the nearest first."""
    obj = work.after(table) or work.after(table._replace(kind="foreign_table"))
    return all_above(obj, work.after) if obj else []


def own_attributes(
    not_null: bool, storage: str | None, compression: str | None, settings: Mapping[str, Any], above: Sequence[Any]
) -> dict[str, Any]:
    """What an inherited column has another way than that of the parent."""
    up_not_null, defaults = above
    here = defaults or [None, None]
    return {
        "inherited": True,
        **compact(
            {
                "not_null": not_null and not up_not_null,
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
    elif old.get("not_null") and "type" not in new and not new.get("not_null"):
        yield Statement(f"{column} DROP NOT NULL", Risk.CAUTION)
    if new.get("no_default") and not old.get("no_default"):
        yield Statement(f"{column} DROP DEFAULT")
    yield from storage_changes(old, new, column, work.version)
