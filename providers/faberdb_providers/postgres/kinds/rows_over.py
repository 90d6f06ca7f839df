"""Rows that go over to a table that is made anew, from the one that waits in quarantine."""

from __future__ import annotations

from collections.abc import Iterator

from faberdb.model import Address, Hazard, Object, Risk, Statement, Work
from faberdb_providers.postgres.kinds.lineage import shared
from faberdb_providers.postgres.names import dotted, ident, qualified

COPIED = Hazard(
    "rows-copied",
    "its rows are copied while it is locked, and keep the values of columns that it still has; a rollback brings back"
    " the rows as they are now, and those written since stay in quarantine",
)


def goes_over(obj: Object, work: Work) -> list[str]:
    """The columns whose values a table made anew takes over; empty where its rows cannot come along: it or the old one
    has none of its own, a new column needs a value, or a sequence of its own would have to go on where it was."""
    before, after = work.before(obj.address), work.after(obj.address)
    if before is None or after is None or any("partition_by" in o.attributes for o in (before, after)):
        return []
    old, new = _columns(before, work, after=False), _columns(after, work, after=True)
    common = [n for n, c in new.items() if n in old and _type(c) == _type(old[n]) and "generated" not in c.attributes]
    for name, column in new.items():
        default = work.after(Address("default", (*obj.address.path, name)))
        sequences = [r for r in default.references if r.kind == "sequence"] if default else []
        owned = any((s := work.after(r)) is not None and s.parent == column.address for r in sequences)
        needed = not column.attributes.get("null") and default is None and "generated" not in column.attributes
        if owned or "identity" in column.attributes or (needed and name not in common):
            return []
    return common


def copied(obj: Object, place: str, work: Work) -> Iterator[Statement]:
    """Bring the rows over, if they can come along."""
    names = ", ".join(map(ident, goes_over(obj, work)))
    if names:
        old = dotted(place, obj.address.path[1])
        sql = f"INSERT INTO {qualified(obj.address)} ({names}) SELECT {names} FROM ONLY {old}"
        yield Statement(sql, Risk.DANGEROUS, (COPIED,))


def set_aside(obj: Object, work: Work) -> tuple[Hazard, ...]:
    """What it means for the rows of a table that it goes to quarantine and another takes its place."""
    if work.after(obj.address) is None:
        return ()
    if work.kept(obj.address):
        return (
            Hazard("rows-set-aside", "its rows go to quarantine, and the table comes back with those it had before"),
        )
    if goes_over(obj, work):
        return ()
    return (Hazard("rows-set-aside", "its rows go to quarantine, and the new table is empty"),)


def _columns(table: Object, work: Work, *, after: bool) -> dict[str, Object]:
    own = {o.address.path[-1]: o for o in work.children(table.address, after=after) if o.address.kind == "column"}
    return {**own, **shared(table, work, "column")}


def _type(column: Object) -> object:
    return column.attributes.get("type")
