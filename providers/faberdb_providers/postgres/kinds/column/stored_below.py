"""How child tables store what they have from above: SET STORAGE reaches them all, also those that have another of their
own; SET COMPRESSION reaches none; another type sets both back everywhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from faberdb.model import Address, Statement, Work
from faberdb_providers.postgres.kinds.column.stored import storage_changes
from faberdb_providers.postgres.kinds.lineage import Find, above
from faberdb_providers.postgres.names import dotted, ident

STORED = ("storage", "compression")


def stored_as_above(column: Address, keys: Sequence[str], work: Work) -> dict[str, str]:
    """How the tables above store a column; nothing where that is the usual way."""
    found = {key: _from_above(column, key, work.after) for key in keys}
    return {key: value for key, value in found.items() if value != "default"}


def stored_below(column: Address, keys: Sequence[str], work: Work, *, set_back: bool = False) -> Iterator[Statement]:
    """After a change of how a column is stored: what child tables have another way, and what does not reach them.
    set_back: all of them lost it to another type."""
    home = Address("table", column.path[:-1])
    for table in work.referrers(home, after=True) if keys else ():
        was = work.before(table.address)
        if table.address.kind != "table" or was is None or home not in above(table) or home not in above(was):
            continue
        mine = Address("column", (*table.address.path, column.path[-1]))
        words = {key: value for key in keys if (value := _missing(mine, key, work, set_back=set_back))}
        alter = f"ALTER TABLE {dotted(*table.address.path)} ALTER COLUMN {ident(column.path[-1])}"
        yield from storage_changes({}, words, alter, work.version)
        yield from stored_below(mine, keys, work, set_back=set_back)


def _missing(column: Address, key: str, work: Work, *, set_back: bool) -> str:
    """What a child table has to be told again; empty where it has it by now, or is told when its own column changes."""
    old, new = (_stored(column, key, find) for find in (work.before, work.after))
    if key == "storage":
        own = work.after(column)
        return str(own.attributes.get(key, "")) if own is not None else ""
    if set_back:
        return new if new != "default" else ""
    own_too = any(
        obj is not None and {"type", key} & obj.attributes.keys() for obj in (work.before(column), work.after(column))
    )
    return new if new != old and not own_too else ""


def _stored(column: Address, key: str, find: Find) -> str:
    own = find(column)
    if own is not None and {"type", key} & own.attributes.keys():
        return str(own.attributes.get(key, "default"))
    return _from_above(column, key, find)


def _from_above(column: Address, key: str, find: Find) -> str:
    table = find(Address("table", column.path[:-1]))
    parents = above(table) if table is not None else []
    found = {_stored(Address("column", (*parent.path, column.path[-1])), key, find) for parent in parents}
    return max(found - {"default"}, default="default")  # of several parents at most one has another
