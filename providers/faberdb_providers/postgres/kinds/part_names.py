"""What the indexes and foreign keys of a table are called when it becomes a partition, and when it is one no more: the
server takes them for those of the table above whatever they are called and however they are stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from faberdb.model import Object, Risk, Statement, Work
from faberdb_providers.postgres.kinds.lineage import KEYS, alike, shape, shared
from faberdb_providers.postgres.kinds.partition_index import chosen_name
from faberdb_providers.postgres.kinds.storage import option_changes
from faberdb_providers.postgres.names import dotted, ident, qualified


def called_as_parts(before: Object, after: Object, work: Work) -> Iterator[Statement]:
    """Gives the indexes of a table that become parts of others the names that such parts have by themselves."""
    schema, table = after.address.path
    for kind in (*KEYS, "index"):
        wholes = {shape(key): key for key in shared(after, work, kind, after=True).values()}
        for mine in work.children(before.address, after=False):
            whole = wholes.get(shape(mine)) if mine.address.kind == kind and work.after(mine.address) is None else None
            if whole is not None and "attached_to" not in mine.attributes:
                name = chosen_name(table, whole)
                yield from _renamed(schema, mine.address.path[-1], name)
                had, has = (o.attributes.get("options", {}) for o in (mine, whole))
                yield from option_changes(f"ALTER INDEX {dotted(schema, name)}", had, has)
    for mine, whole in _foreign_keys(before, shared(after, work, "foreign_key", after=True), work, after=False):
        yield from _constraint_renamed(after, mine.address.path[-1], whole.address.path[-1])


def called_as_wanted(before: Object, after: Object, work: Work) -> Iterator[Statement]:
    """Gives the indexes that a table keeps when it is a part no more the names that it wants for them."""
    schema, table = after.address.path
    for kind in (*KEYS, "index"):
        wholes = {shape(key): key for key in shared(before, work, kind, after=False).values()}
        for mine in work.children(after.address, after=True):
            whole = wholes.get(shape(mine)) if mine.address.kind == kind and work.before(mine.address) is None else None
            if whole is not None:
                yield from _renamed(schema, chosen_name(table, whole), mine.address.path[-1])
                had, has = (o.attributes.get("options", {}) for o in (whole, mine))
                yield from option_changes(f"ALTER INDEX {dotted(schema, mine.address.path[-1])}", had, has)
    for mine, whole in _foreign_keys(after, shared(before, work, "foreign_key", after=False), work, after=True):
        yield from _constraint_renamed(after, whole.address.path[-1], mine.address.path[-1])


def _foreign_keys(
    table: Object, wholes: Mapping[str, Object], work: Work, *, after: bool
) -> Iterator[tuple[Object, Object]]:
    """The foreign keys that a table has on one side only, each with the one above it that it comes from or becomes."""
    for mine in work.children(table.address, after=after):
        other = work.before(mine.address) if after else work.after(mine.address)
        if mine.address.kind == "foreign_key" and other is None:
            yield from ((mine, whole) for whole in wholes.values() if alike(mine, whole))


def _constraint_renamed(table: Object, old: str, new: str) -> Iterator[Statement]:
    if old != new:
        sql = f"ALTER TABLE {qualified(table.address)} RENAME CONSTRAINT {ident(old)} TO {ident(new)}"
        yield Statement(sql, Risk.CAUTION)


def _renamed(schema: str, old: str, new: str) -> Iterator[Statement]:
    """ALTER INDEX RENAME, where that changes anything."""
    if old != new:
        yield Statement(f"ALTER INDEX {dotted(schema, old)} RENAME TO {ident(new)}", Risk.CAUTION)
