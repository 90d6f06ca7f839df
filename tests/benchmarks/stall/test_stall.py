"""What an application notices of a change: a few of them with few rows here, and all with a million by
`make bench-stall`, which writes docs/stalls.md."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.benchmarks.stall.cell import Cell, Contender, faberdb, measured, naive
from tests.benchmarks.stall.classes import CHANGES, Change
from tests.benchmarks.stall.conftest import Ground
from tests.benchmarks.stall.page import write
from tests.conftest import ProjectFolder

ROWS = int(os.environ.get("FABERDB_STALL_ROWS", "1000000"))
PAGE = Path(__file__).parents[3] / "docs" / "stalls.md"
CONTENDERS: Mapping[str, Contender] = {"faberdb": faberdb, "naive": naive}
SHORT = ("column, nullable", "check", "column goes", "text has to be shorter")


def tried(
    ground: Ground,
    change: Change,
    name: str,
    project: Callable[..., ProjectFolder],
    *,
    rate: float,
    quiet: float,
    more: str = "",
) -> Cell:
    """One cell; both judges are asked at its end: pg_dump for the structure, the application for its rows. more: of
    faberdb.toml."""
    with ground.copy(ground.filled) as conninfo:
        folder = project({"live": conninfo}, more)
        folder.declare(change.declared)
        if name == "faberdb":
            planned = folder.run("plan", "live", "--out", "plan.json", timeout=300)
            assert planned.code == 0, planned.err
        found = measured(change, name, CONTENDERS[name], conninfo, folder, rate=rate, quiet=quiet)
        if not found.gave_up:
            assert ground.server.dump(conninfo) == ground.expected(change)
        shutil.rmtree(folder.root)
        return found


@pytest.mark.parametrize("what", SHORT)
def test_the_application_loses_nothing(
    what: str, ground: Callable[[int], Ground], project: Callable[..., ProjectFolder]
) -> None:
    change = next(change for change in CHANGES if change.what == what)
    more = '[safety]\nonline = "always"\n'  # the tables are small
    found = tried(ground(2_000), change, "faberdb", project, rate=60, quiet=1, more=more)
    assert not found.lost
    assert set(found.failed) <= ({"42703"} if what == "column goes" else set())
    assert found.longest > 0


def test_what_each_change_does_is_named_once() -> None:
    assert len({change.what for change in CHANGES}) == len(CHANGES) >= 20
    assert all(change.declared for change in CHANGES)


@pytest.mark.stall
def test_all_changes(ground: Callable[[int], Ground], project: Callable[..., ProjectFolder]) -> None:
    there = ground(ROWS)
    cells = []
    for change in CHANGES:
        for name in CONTENDERS:
            cells.append(tried(there, change, name, project, rate=300, quiet=6))
            print(cells[-1])
    write(PAGE, cells, ROWS)
