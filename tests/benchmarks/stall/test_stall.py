"""What an application notices of a change: a few of them with few rows here, and all with a million by
`make bench-stall`, which writes docs/stalls.md."""

from __future__ import annotations

import difflib
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.benchmarks.stall import by_alembic, by_prisma, page
from tests.benchmarks.stall.cell import Cell, measured
from tests.benchmarks.stall.classes import CHANGES, Change
from tests.benchmarks.stall.conftest import Ground
from tests.benchmarks.stall.contenders import FABERDB, NAIVE, Contender, Occasion
from tests.benchmarks.stall.recorded import Recorded, Setting, code, run_missing
from tests.conftest import ProjectFolder

ROWS = int(os.environ.get("FABERDB_STALL_ROWS", "1000000"))
QUIET = float(os.environ.get("FABERDB_STALL_QUIET", "6"))
RATE = 300
ROOT = Path(__file__).parents[3]
# A run to try something says nothing to readers of the documentation.
PAGE = ROOT / ("docs" if (ROWS, QUIET) == (1_000_000, 6) else "build") / "stalls.md"
SHORT = ("column, nullable", "check", "column goes", "text has to be shorter")


def tried(
    ground: Ground,
    change: Change,
    contender: Contender,
    project: Callable[..., ProjectFolder],
    *,
    rate: float,
    quiet: float,
    more: str = "",
) -> Cell:
    """One cell; three judges are asked at its end: pg_dump for the structure, the application for its rows, and the
    values that were there before. more: of faberdb.toml."""
    cell = Cell(change.what, contender.name)
    with ground.wanted(change) as wanted, ground.copy(ground.filled) as conninfo:
        folder = project({"live": conninfo}, more)
        try:
            prepared = contender.prepare(Occasion(change, conninfo, wanted.conninfo, folder))
            if prepared is None:
                return replace(cell, unseen=True)
            cell = measured(cell, prepared.run, conninfo, folder.root, rate=rate, quiet=quiet)
        finally:
            shutil.rmtree(folder.root)
        lines = difflib.unified_diff(wanted.dump.splitlines(), ground.server.dump(conninfo).splitlines(), n=0)
        differs = [line for line in lines if not line.startswith(("---", "+++", "@@"))]
        return replace(
            cell,
            sql="" if contender.exact else prepared.sql,
            elsewhere="" if cell.gave_up else "\n".join(differs),
            lost_values=tuple(sorted(set(cell.lost_values) - set(wanted.lost_values))),
        )


@pytest.mark.parametrize("what", SHORT)
def test_the_application_loses_nothing(
    what: str, ground: Callable[[int], Ground], project: Callable[..., ProjectFolder]
) -> None:
    change = next(change for change in CHANGES if change.what == what)
    more = '[safety]\nonline = "always"\n'  # the tables are small
    found = tried(ground(2_000), change, FABERDB, project, rate=60, quiet=1, more=more)
    assert (found.elsewhere, found.lost, found.lost_values) == ("", "", ())
    assert found.noticed is not None
    assert set(found.noticed.failed) <= ({"42703"} if what == "column goes" else set())
    assert found.noticed.longest > 0


def test_what_each_change_does_is_named_once() -> None:
    assert len({change.what for change in CHANGES}) == len(CHANGES) >= 20
    assert all(change.declared for change in CHANGES)


@pytest.mark.stall
def test_all_changes(
    ground: Callable[[int], Ground], project: Callable[..., ProjectFolder], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """FABERDB_STALL_ROWS and FABERDB_STALL_QUIET make a shorter run, with its page in build/. A run that was cut goes
    on: only what build/stall.jsonl does not have of the same code and setting is measured."""
    prisma = by_prisma.contender(tmp_path_factory.mktemp("prisma"))
    contenders = (FABERDB, NAIVE, prisma, by_alembic.contender())
    for contender in contenders:
        print(f"{contender.name} {contender.version}", f"is left out: {contender.absent}" if contender.absent else "")
    there = ground(ROWS)
    major = there.server.major
    setting: Setting = {"code": code(ROOT), "rows": ROWS, "quiet": QUIET, "rate": RATE, "server": major}
    versions = {contender.name: contender.version for contender in contenders if not contender.absent}
    recorded = Recorded(ROOT / "build" / "stall.jsonl", setting, versions)

    def one(change: Change, contender: Contender) -> Cell:
        return tried(there, change, contender, project, rate=RATE, quiet=QUIET)

    def written() -> None:
        words = page.text(recorded.cells(), CHANGES, contenders, rate=RATE, rows=ROWS, quiet=QUIET, major=major)
        page.write(PAGE, words)

    told = run_missing(CHANGES, contenders, recorded, one, written)
    written()
    assert not told, "\n".join(told)
