"""The page of what an application notices of each change."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from tests.benchmarks.stall.cell import Cell

HEAD = """\
<!-- Written by `make bench-stall`; edit the test it comes from, tests/benchmarks/stall. -->

# What an application notices of a change

An application sends {rate} queries a second to a database with {rows:,} rows in the table that is changed: reads,
updates, inserts, transactions over two rows; half of its clients keep statements prepared. It does so whether or not
the queries before are answered, so each counts from the moment it was due. Beside it one transaction after the other
reads for five seconds in one snapshot, and another keeps one row locked for three. *Longest* is what the one query
waited that waited longest while the change ran, *before* the same of the seconds before it, both in milliseconds.
*Failed* counts queries by SQLSTATE, those of clients with prepared statements behind a slash. *naive* is the statement
that comes to mind first, with the settings a server comes with; *faberdb* applies a plan that was saved before. After
each change `pg_dump` is compared with what it says where the naive statements ran in an empty database, and the rows
with what the application knows that it has written.

{processors} processors, which the application, faberdb and the server share; each cell measured once.

| change | by | longest | before | p99 | failed | seconds | WAL | lost |
| --- | --- | ---: | ---: | ---: | --- | ---: | ---: | --- |
"""


def write(page: Path, cells: Sequence[Cell], rows: int) -> None:
    """Write the page anew."""
    lines = []
    for _, alike in groupby(cells, key=lambda cell: cell.change):
        lines += [_line(cell, number == 0) for number, cell in enumerate(alike)]
    page.write_text(HEAD.format(rate=300, rows=rows, processors=os.cpu_count()) + "\n".join(lines) + "\n")


def _line(cell: Cell, first: bool) -> str:
    failed = f"{_counted(cell.failed)} / {_counted(cell.failed_prepared)}"
    ended = f"gave up ({cell.gave_up})" if cell.gave_up else (cell.lost or "nothing")
    return (
        f"| {cell.change if first else ''} | {cell.contender} | {cell.longest * 1000:,.0f}"
        f" | {cell.baseline * 1000:,.0f} | {cell.p99 * 1000:,.0f} | {failed if failed != '- / -' else ''}"
        f" | {cell.seconds:.1f}"
        f" | {cell.wal / 1e6:,.1f} MB | {ended} |"
    )


def _counted(failed: dict[str, int]) -> str:
    return ", ".join(f"{number} of {state}" for state, number in sorted(failed.items())) or "-"
