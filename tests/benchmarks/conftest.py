"""The page that the measurements are written to."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benchmarks.bench import ROUNDS

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"


@pytest.fixture(scope="session")
def page() -> Iterator[list[str]]:
    """Lines of the report, written when all is measured."""
    lines: list[str] = []
    began = os.getloadavg()[0]
    yield lines
    load = f"{began:.1f} when it began, {os.getloadavg()[0]:.1f} when it ended"
    text = "\n".join(
        [*HEAD, f"Python {platform.python_version()}, {os.cpu_count()} processors; load {load}.", *lines, ""]
    )
    PAGE.write_text(text)
    print(f"\n{text}")


HEAD = (
    "# Benchmarks",
    "",
    f"Written by `make bench` (`python -m pytest -m bench -s tests/benchmarks`), {ROUNDS} rounds. Each run of faberdb",
    "is followed by a `pg_dump --schema-only` of the same database; *ratio* is the median of the pairs' elapsed",
    "times, *work* the same for the processor time of all processes that took part, the server's included. Every",
    "table has 10 columns, 2 indexes and a foreign key. *Cold* has an empty cache folder, so that it also makes the",
    "template of the scratch cluster; *warm* comes after a plan without changes. The changed plan adds a column to",
    "each of 20 tables, and is proven forward and back. *Proven with rows*: a column of 20 tables gets another type,",
    "so the proof also carries rows; what that takes more than the line above it is their price and the change's.",
    "*The proof* is the time for which the program does nothing else: the copy that the plan is proven on is begun",
    "before, while the declaration is looked at, and counts from there on only.",
    "The program's files are compiled, as pip leaves them.",
    "",
)
