"""The rows of a table that becomes a partition, held against what the server builds and checks over them by ATTACH: the
keys and foreign keys of the table above, as far as this one has none that are alike."""

from __future__ import annotations

from collections.abc import Iterator

from faberdb.model import Address, Object, Work
from faberdb_providers.postgres.kinds.in_the_way import own_rows
from faberdb_providers.postgres.kinds.lineage import KEYS, alike, all_above, is_part, shape
from faberdb_providers.postgres.kinds.still_holds import broken
from faberdb_providers.postgres.names import dotted

_ELSEWHERE = frozenset(("only", "not_valid", "not_enforced"))
"""What says that ATTACH does nothing for it."""


def held_against(before: Object, after: Object, work: Work) -> Iterator[tuple[Address, str]]:
    """Conditions for rows of the table that a key or unique index of those above would refuse. before: the table as it
    lives; after: as a partition."""
    own = {shape(o) for o in _own(before, work)}
    rows = own_rows(after.address, work)
    for held in _from_above(after, (*KEYS, "index"), work):
        if shape(held) not in own:
            for query in broken(held, rows, work):
                yield after.address, f"(t.tableoid, t.ctid) in ({query})"


def unasked(before: Object, after: Object, work: Work) -> str:
    """Why rows of the table may be in the way that no query finds; empty where none can be."""
    own = [o for o in _own(before, work) if o.address.kind == "foreign_key"]
    for held in _from_above(after, ("foreign_key",), work):
        if not any(alike(held, mine) for mine in own):
            return f"the rows of table {dotted(*after.address.path)} are held against {held.address.spoken} only then"
    return ""


def _own(table: Object, work: Work) -> Iterator[Object]:
    """What a table has, and keeps when it leaves those that it is a partition of."""
    for whole in (table, *(all_above(table, work.before) if is_part(table) else ())):
        yield from work.children(whole.address, after=False)


def _from_above(table: Object, kinds: tuple[str, ...], work: Work) -> Iterator[Object]:
    for whole in all_above(table, work.after):
        for held in work.children(whole.address, after=True):
            if held.address.kind in kinds and _ELSEWHERE.isdisjoint(held.attributes):
                yield held
