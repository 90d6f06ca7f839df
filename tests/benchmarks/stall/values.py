"""Which values are still there: a column made anew under another name looks like a renamed one to pg_dump."""

from __future__ import annotations

from collections.abc import Mapping

from tests.servers import fetch

WRITTEN = ("balance", "visits")
"""Columns of `acc` that the application writes while the change runs; its ledger tells of them."""
COLUMNS = "select attname from pg_attribute where attrelid = 'acc'::regclass and attnum > 0 and not attisdropped"
SAMPLE = 17
"""One row in how many is looked at: what a change loses it loses in all of them."""


def digests(conninfo: str) -> dict[str, int]:
    """For each column of `acc` a digest of what is in it, the same whatever type holds the same values. The rows that
    the application adds have no part in it: it is of those that the table was filled with, which have a note of it."""
    columns = [name for (name,) in fetch(conninfo, COLUMNS) if name not in WRITTEN]
    # As JSON a number has no width, an enum's value is its name; with its key, it matters whose value it is.
    each = [f"sum(jsonb_hash(jsonb_build_array(id, {name}))::bigint)::bigint" for name in columns]
    rows = f"from acc where id > 0 and id % {SAMPLE} = 0 and note like 'as opened%'"
    (found,) = fetch(conninfo, f"select {', '.join(each)} {rows}")
    return dict(zip(columns, (int(value) for value in found), strict=True))


def gone(before: Mapping[str, int], after: Mapping[str, int]) -> tuple[str, ...]:
    """The columns whose values are in none of the columns that are there after."""
    return tuple(sorted(name for name, digest in before.items() if digest not in after.values()))
