"""The values of a column that goes and comes back are copied to quarantine and from there while the table is in use, so
that it is locked for a moment only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from faberdb.model import Address, Object, Risk, Statement, Work
from faberdb_providers.postgres.kinds.in_the_way import Probe, rows_where
from faberdb_providers.postgres.kinds.online.filling import (
    WITHOUT_VALUE,
    in_ranges,
    is_filled_in_parts,
    may_be_filled_in_parts,
)
from faberdb_providers.postgres.kinds.online.following import Following, by_one_key, index_of, may_be_followed, same_row
from faberdb_providers.postgres.kinds.undisturbed import reaching
from faberdb_providers.postgres.names import dotted, ident

if TYPE_CHECKING:
    from faberdb.model import Kept

BESIDE = {"beside": ["in parts"]}
"""Says in a plan that a copy is made so."""


def is_copied_beside(column: Object, kept: Kept, work: Work) -> bool:
    """Whether a column that goes is copied beside reads and writes, to a place of its own: of a table whose rows are
    known by a key of the server's own types, with nothing hanging on it that has a life of its own."""
    table = column.parent
    if table is None or work.after(column.address) is not None or not may_be_filled_in_parts(table, work):
        return False
    if not may_be_followed(column, kept.detail, work) or "became" in kept.detail or "identity" in column.attributes:
        return False
    return all(child.address.kind in ("default", "comment") for child in work.children(column.address, after=False))


def is_given_back_beside(column: Object, work: Work) -> bool:
    """Whether the kept values of a column that comes back are written in parts: of a table without triggers and rules,
    which do not act on what is taken back."""
    kept = work.kept(column.address)
    if kept is None or kept.form != "values" or work.before(column.address) is not None or column.parent is None:
        return False
    if not by_one_key(column, kept.detail, work) or {"identity", "generated"} & column.attributes.keys():
        return False
    if "became" in kept.detail:
        return False
    places = [k.place for a in work.together(column.address) if (k := work.kept(a)) is not None]
    quiet = places.count(kept.place) <= 1 and reaching(column.parent.path, "", work, quiet=True) == ""
    return quiet and is_filled_in_parts(column, work)


def kept_beside(column: Object, kept: Kept, work: Work) -> Iterator[Statement]:
    """The statements after which only the column itself is to go, in the transaction of the last of them."""
    following = Following(column, kept)
    yield from following.begun(work)
    yield following.copied(work)
    yield following.cleared
    for number, sql in enumerate(following.ended()):
        yield Statement(sql, Risk.CAUTION, afterwards=True, joined=number > 0)


def given_back_in_parts(column: Object, work: Work) -> Iterator[Statement]:
    """The statements that give a column that is back, and empty, its kept values."""
    kept = work.kept(column.address)
    assert kept is not None
    whole, name = column.address.path[:-1], ident(column.address.path[-1])
    numbered = ", ".join(f"key_{n}" for n, _ in enumerate(kept.detail["key"], 1))
    same = same_row(whole, kept)
    source = f"FROM {kept.place} faberdb_kept WHERE {same}"
    yield Statement(f"CREATE UNIQUE INDEX IF NOT EXISTS {index_of(kept)} ON {kept.place} ({numbered})", afterwards=True)
    change = f"{name} = (SELECT faberdb_kept.value::{column.attributes['type']} {source})"
    condition = f"{name} IS NULL AND EXISTS (SELECT {source} AND faberdb_kept.value IS NOT NULL)"
    yield in_ranges(column, change, condition, work, hazard=WITHOUT_VALUE)
    yield from left_over(column, kept)


def left_over(column: Object, kept: Kept) -> Iterator[Statement]:
    """Note what is kept of rows that are gone."""
    whole, left = column.address.path[:-1], f"{kept.place}_left"
    yield Statement(
        f"CREATE TABLE {left} AS SELECT id FROM {kept.place} EXCEPT SELECT faberdb_kept.id"
        f" FROM {dotted(*whole)}, {kept.place} faberdb_kept WHERE {same_row(whole, kept)}",
        afterwards=True,
    )
    yield Statement(f"ALTER TABLE {left} ADD PRIMARY KEY (id)", afterwards=True, joined=True)


def never_kept(column: Object, work: Work) -> Probe:
    """A query for the keys of rows for which nothing is kept, to be asked before the column is back: they were written
    since, and get no value."""
    kept = work.kept(column.address)
    assert kept is not None
    whole = column.address.path[:-1]
    known = f"EXISTS (SELECT FROM {kept.place} faberdb_kept WHERE {same_row(whole, kept)} AND value IS NOT NULL)"
    return rows_where(Address("table", whole), f"NOT {known}", work, alias=ident(whole[-1]))
