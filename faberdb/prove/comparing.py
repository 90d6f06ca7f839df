"""Rows before and after: what of them is no longer there. Values are never named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping, Sequence

from faberdb.model import SampleColumn, Samples, SampleTable

Pair = tuple[SampleColumn, SampleColumn]
Row = tuple[str | None, ...]


Names = Callable[[tuple[str, ...]], tuple[str, ...]]
"""The path that a table of another path has by then."""


def lost(before: Samples, after: Samples, called: Names, counted: Container[str] = ()) -> list[str]:
    """What a plan has done to rows that it has no business to do: each is still in its table, or in the one that has
    taken the place of that, or in quarantine; and the values of each column whose type stays are the same, but for
    rows without one where there has to be one now. counted: tables, by their names, on whose rows something of the
    user's acts besides, so that only their number can be told."""
    found = {number: _now(table, after.get(number), after, called) for number, table in before.items()}
    anew = {n for n, now in found.items() if now is not None and now is not after.get(n)}
    looked_at = dict.fromkeys(_whole_or_part(n, table, found, anew) for n, table in before.items() if not table.whole)
    return [line for n in looked_at for line in _lost_of(before[n], found[n], same=after.get(n), counted=counted)]


def _whole_or_part(
    number: int, table: SampleTable, found: Mapping[int, SampleTable | None], anew: Container[int]
) -> int:
    """What to look at for the rows of a table: the one that it is a part of, where both are made anew, since the rows
    may be in other parts of the same names by then; else itself, for a part may leave."""
    now = found[number]
    moved = number in anew and now is not None and now.part_of is not None
    return table.part_of if moved and table.part_of is not None and table.part_of in anew else number


def _now(old: SampleTable, same: SampleTable | None, after: Samples, called: Names) -> SampleTable | None:
    """Where the rows of a table are after the plan; same: the table itself, which may wait in quarantine by then."""
    instead = _named(old, after, called)
    return instead if same is None or (same.waits and instead and instead.rows) else same


def _lost_of(
    old: SampleTable, now: SampleTable | None, *, same: SampleTable | None, counted: Container[str]
) -> Iterator[str]:
    if now is None:
        yield from _gone(old)
        return
    pairs = [(a, b) for a, b in _pairs(old, now, same=now is same) if a.nature and a.nature == b.nature]
    yield from _differences(old, now, pairs, counted)


def changed(before: Samples, after: Samples, called: Names, counted: Container[str] = ()) -> list[str]:
    """What is not as it was of tables that are to be as they were, whatever they have been meanwhile. counted: as for
    what is lost."""
    return [line for number, old in before.items() for line in _changed_of(number, old, after, called, counted)]


def _changed_of(number: int, old: SampleTable, after: Samples, called: Names, counted: Container[str]) -> Iterator[str]:
    same = after.get(number)
    now = same if same is not None and same.waits == old.waits else _named(old, after, called)
    if now is None:
        yield from _gone(old)
    else:
        yield from _differences(old, now, _pairs(old, now, same=now is same), counted)


def _gone(table: SampleTable) -> Iterator[str]:
    if table.rows:
        yield f"table {table.name} is gone with its rows"


def _named(table: SampleTable, tables: Samples, called: Names) -> SampleTable | None:
    found = {t.path: t for t in tables.values() if not t.waits}
    return found.get(called(table.path)) or found.get(table.path)


def _pairs(old: SampleTable, now: SampleTable, *, same: bool) -> list[Pair]:
    """The columns that are there on both sides, whatever they are called; those that were made anew by their names."""
    numbers = {column.number: column for column in now.columns} if same else {}
    known = {column.number for column in old.columns}
    names = {column.name: column for column in now.columns if not same or column.number not in known}
    found = ((column, numbers.get(column.number) or names.get(column.name)) for column in old.columns)
    return [(column, other) for column, other in found if other is not None]


def _differences(old: SampleTable, now: SampleTable, pairs: Sequence[Pair], counted: Container[str]) -> Iterator[str]:
    had, has = len(old.rows), len(now.rows)
    if has != had and (old.guarded or now.guarded):
        return  # the rows may be there, where nobody who asks sees them
    only_number = old.name in counted or now.name in counted
    if has < had or (has > had and not only_number):
        yield f"table {old.name} has {has} rows, and had {had}"
        return
    if not only_number:
        yield from _other_values(old, now, pairs)


def _other_values(old: SampleTable, now: SampleTable, pairs: Sequence[Pair]) -> Iterator[str]:
    """Of rows with values wherever there have to be some by now, all that they had; of others all but that."""
    differing = [0] * len(pairs)
    elsewhere = False
    for held, rows in _by_what_they_have(old, pairs).items():
        then = _projected(old, [pairs[n][0] for n in held], rows)
        today = _projected(now, [pairs[n][1] for n in held], now.rows)
        if not then - today:
            continue
        elsewhere = True
        for place, n in enumerate(held):
            missing = Counter(row[place] for row in then.elements()) - Counter(row[place] for row in today.elements())
            differing[n] += missing.total()
    for number, (column, _) in zip(differing, pairs, strict=True):
        if number:
            yield f"table {old.name}: column {column.name} has other values in {number} of {len(old.rows)} rows"
    if elsewhere and not any(differing):
        yield f"table {old.name}: values are in other rows than before"


def _by_what_they_have(old: SampleTable, pairs: Sequence[Pair]) -> dict[tuple[int, ...], list[Row]]:
    """The rows by the pairs whose values they have to keep: those without one where there has to be one get another."""
    filled = {n: old.columns.index(a) for n, (a, b) in enumerate(pairs) if b.required and not a.required}
    found: dict[tuple[int, ...], list[Row]] = {}
    for row in old.rows:
        held = tuple(n for n in range(len(pairs)) if n not in filled or row[filled[n]] is not None)
        found.setdefault(held, []).append(row)
    return found


def _projected(table: SampleTable, columns: Sequence[SampleColumn], rows: Sequence[Row]) -> Counter[Row]:
    places = [table.columns.index(column) for column in columns]
    return Counter(tuple(row[place] for place in places) for row in rows)
