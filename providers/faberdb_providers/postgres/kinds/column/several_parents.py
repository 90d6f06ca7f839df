"""A column that a child table has from several tables at once: the server changes its type with none of them, because
the others would not fit any more. The child leaves those that come later in its list, and comes back to them when the
column has its new type in all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from faberdb.model import Address, Change, Object, Risk, Statement, Work
from faberdb_providers.postgres.kinds.lineage import Find, above, all_above
from faberdb_providers.postgres.names import qualified

Parts = Callable[[Address], Iterable[Object]]


def earlier_parents(change: Change, target: Mapping[Address, Object]) -> Iterator[Address]:
    """The columns of other parents of the same children that change before this one."""
    for _, having in _shared(change.address, target.values(), target.get):
        place = having.index(_table(change.address))
        yield from (Address("column", (*p.path, change.address.path[-1])) for p in having[:place])


def cannot_leave(change: Change, live: Mapping[Address, Object], target: Mapping[Address, Object]) -> Iterator[Address]:
    """The child tables that would keep as their own what they have from a parent that they leave for a while."""

    def parts(table: Address) -> Iterable[Object]:
        return [o for o in live.values() if o.parent == table]

    for child, having in _shared(change.address, live.values(), live.get):
        if child.address in target and not _comes_back_as_it_was(child, having, parts, live.get):
            yield child.address


def around_children(column: Address, made: Iterable[Statement], work: Work) -> Iterator[Statement]:
    """The statements that give the column of the first parent its new type, after the children have left the others;
    those for the last parent, before they come back."""

    def parts(table: Address) -> Iterable[Object]:
        return work.children(table, after=False)

    found = list(_shared(column, work.referrers(_table(column), after=False), work.before))
    found = [(c, having) for c, having in found if _comes_back_as_it_was(c, having, parts, work.before)]
    for child, having in found:
        if having[0] == _table(column):
            yield from (_inherit(child, parent, "NO INHERIT") for parent in _left(child, having))
    yield from made
    for child, having in found:
        if having[-1] == _table(column):
            yield from (_inherit(child, parent, "INHERIT") for parent in _left(child, having))


def _inherit(child: Object, parent: Address, words: str) -> Statement:
    return Statement(f"ALTER TABLE {qualified(child.address)} {words} {qualified(parent)}", Risk.CAUTION)


def _table(column: Address) -> Address:
    return Address("table", column.path[:-1])


def _shared(column: Address, objects: Iterable[Object], find: Find) -> Iterator[tuple[Object, list[Address]]]:
    """The child tables that have a column from this table and others, with all of these in their order."""
    for child in objects:
        parents = (
            above(child) if child.address.kind == "table" and len(child.attributes.get("inherits", ())) > 1 else []
        )
        if _table(column) in parents:
            having = [p for p in parents if find(Address("column", (*p.path, column.path[-1]))) is not None]
            if len(having) > 1:
                yield child, having


def _left(child: Object, having: list[Address]) -> list[Address]:
    """The parents that a child leaves: all from the second that has the column, or their order would be another."""
    parents = above(child)
    return parents[parents.index(having[1]) :]


def _comes_back_as_it_was(child: Object, having: list[Address], parts: Parts, find: Find) -> bool:
    """Whether the parents that stay have all that the child has from those that it leaves."""
    left = _left(child, having)
    stay, gone = ({key for p in side for key in _passed_on(p, parts, find)} for side in (_but(child, left), left))
    return gone <= stay


def _but(child: Object, left: list[Address]) -> list[Address]:
    return [parent for parent in above(child) if parent not in left]


def _passed_on(table: Address, parts: Parts, find: Find) -> Iterator[tuple[str, str]]:
    """What children have from a table: columns, NOT NULL and checks."""
    obj = find(table)
    for address in [table, *(o.address for o in (all_above(obj, find) if obj else ()))]:
        for part in parts(address):
            if part.address.kind in ("column", "check") and not part.attributes.get("no_inherit"):
                yield part.address.kind, part.address.path[-1]
            if part.address.kind == "column" and not part.attributes.get("null"):
                yield "not_null", part.address.path[-1]
