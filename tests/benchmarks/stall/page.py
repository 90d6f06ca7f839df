"""The page of what an application notices of each change."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.benchmarks.stall.cell import Cell, Noticed
from tests.benchmarks.stall.classes import Change
from tests.benchmarks.stall.contenders import Contender

HEAD = """\
<!-- Written by `make bench-stall`; edit the test it comes from, tests/benchmarks/stall. -->

# What an application notices of a change

An application sends {rate} queries a second to a database with {rows:,} rows in the table that is changed: reads,
updates, inserts, transactions over two rows; half of its clients keep statements prepared. It does so whether or not
the queries before are answered, so each counts from the moment it was due. Beside it one transaction after the other
reads for five seconds in one snapshot, and another keeps one row locked for three. *Longest* is what the one query
waited that waited longest while the change ran, *before* the same of the seconds before it, both in milliseconds.
*Failed* counts queries by SQLSTATE, those of clients with prepared statements behind a slash.

{contenders}

What has to be found out before, a plan or a script, is there when the clock starts. *End* is what came of it. *As
wanted*: `pg_dump` says what it says of a database in which the naive statements ran, the rows are those that the
application knows it has written, and the values that were there before still are. *Ends elsewhere*: `pg_dump` says
something else, shown below the table. *Does not see it*: the contender's own comparison finds no difference.

PostgreSQL {major}; {processors} processors, which the application, the contender and the server share; {quiet:g}
seconds without a change before each; each cell measured once.{missing}

| change | by | longest | before | p99 | failed | seconds | WAL | end |
| --- | --- | ---: | ---: | ---: | --- | ---: | ---: | --- |
"""
WRITTEN = """
## What the others ran

The SQL that they wrote themselves, and where that led if it led elsewhere: lines of `pg_dump` that are missing (-) and
that are there instead (+).
"""


def text(
    cells: Mapping[tuple[str, str], Cell],
    changes: Sequence[Change],
    contenders: Sequence[Contender],
    *,
    rate: float,
    rows: int,
    quiet: float,
    major: int,
) -> str:
    """The page, from what is there of the cells."""
    lines, scripts = [], []
    number = 0
    for change in changes:
        there = [cells[change.what, c.name] for c in contenders if (change.what, c.name) in cells]
        lines += [_line(cell, first=cell is there[0]) for cell in there]
        scripts += [_script(cell) for cell in there if cell.sql]
        number += len([c for c in contenders if not c.absent]) - len([cell for cell in there if not cell.wrong])
    head = HEAD.format(
        rate=f"{rate:g}",
        rows=rows,
        quiet=quiet,
        major=major,
        processors=os.cpu_count(),
        contenders="\n".join(_about(contender) for contender in contenders),
        missing=f"\n\n**{number} cells are missing**: the run was cut, or they went wrong." if number else "",
    )
    return head + "\n".join(lines) + "\n" + "\n".join([WRITTEN, *scripts] if scripts else [])


def write(page: Path, words: str) -> None:
    """Write the page anew; whoever is stopped here leaves the old one or the new one."""
    page.parent.mkdir(parents=True, exist_ok=True)
    new = page.with_suffix(".new")
    new.write_text(words)
    new.replace(page)


def _about(contender: Contender) -> str:
    if contender.absent:
        return f"- *{contender.name}* was not run: {_plain(contender.absent)}."
    version = f" ({contender.version})" if contender.version else ""
    return f"- *{contender.name}*{version} {contender.about}."


def _line(cell: Cell, *, first: bool) -> str:
    measured = _measured(cell.noticed) if cell.noticed else " |  |  |  |  |  |"
    return f"| {cell.change if first else ''} | {cell.contender} |{measured} {_end(cell)} |"


def _measured(noticed: Noticed) -> str:
    failed = f"{_counted(noticed.failed)} / {_counted(noticed.failed_prepared)}"
    return (
        f" {noticed.longest * 1000:,.0f} | {noticed.baseline * 1000:,.0f} | {noticed.p99 * 1000:,.0f}"
        f" | {failed if failed != '- / -' else ''} | {noticed.seconds:.1f} | {noticed.wal / 1e6:,.1f} MB |"
    )


def _end(cell: Cell) -> str:
    """What came of it, in words; the worst comes first."""
    if cell.wrong:
        return f"went wrong: {_plain(cell.wrong)}"
    if cell.unseen:
        return "does not see it"
    said = []
    if cell.lost_values:
        said.append(f"loses the values of {', '.join(cell.lost_values)}")
    if cell.lost:
        said.append(f"other rows than the application wrote ({cell.lost})")
    if cell.gave_up:
        said.append(f"gave up ({_plain(cell.gave_up)})")
    elif cell.elsewhere:
        said.append("ends elsewhere")
    return ", ".join(said) or "as wanted"


def _plain(words: str) -> str:
    """On one line, and without what would end a cell of the table."""
    line = " ".join(words.split()).replace("|", "\\|").removesuffix(".")
    return line if len(line) <= 300 else line[:297] + "..."


def _script(cell: Cell) -> str:
    elsewhere = f"\n```diff\n{cell.elsewhere}\n```\n" if cell.elsewhere else ""
    return f"**{cell.change}**, {cell.contender}\n\n```sql\n{cell.sql}\n```\n{elsewhere}"


def _counted(failed: dict[str, int]) -> str:
    return ", ".join(f"{number} of {state}" for state, number in sorted(failed.items())) or "-"
