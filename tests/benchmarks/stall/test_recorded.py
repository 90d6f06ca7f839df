"""A run of the benchmark of stalls is written down cell by cell, and goes on where it was cut."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.benchmarks.stall.cell import Cell, Noticed
from tests.benchmarks.stall.classes import CHANGES, Change
from tests.benchmarks.stall.contenders import FABERDB, NAIVE, Contender
from tests.benchmarks.stall.recorded import Recorded, code, run_missing

TWO = CHANGES[:2]
BOTH = (FABERDB, NAIVE)
NOTICED = Noticed(1.5, 0.2, 0.01, 0.02, {"42703": 3}, {}, 4_000)


def measure(change: Change, contender: Contender) -> Cell:
    return Cell(change.what, contender.name, NOTICED)


def recorded(folder: Path, rows: int = 3_000) -> Recorded:
    return Recorded(folder / "build" / "stall.jsonl", {"code": "abc", "rows": rows}, {c.name: c.version for c in BOTH})


def test_each_cell_comes_back_as_it_was_written(tmp_path: Path) -> None:
    cell = Cell(TWO[0].what, "naive", NOTICED, lost_values=("nick", "code"), elsewhere="+ a\n- b", sql="drop")
    recorded(tmp_path).add(cell)
    assert recorded(tmp_path).cells() == {(TWO[0].what, "naive"): cell}


def test_what_goes_wrong_ends_one_cell_and_is_told_at_the_end(tmp_path: Path) -> None:
    def fails_once(change: Change, contender: Contender) -> Cell:
        if (change, contender) == (TWO[0], NAIVE):
            raise RuntimeError("the server is gone")
        return measure(change, contender)

    told = run_missing(TWO, BOTH, recorded(tmp_path), fails_once, lambda: None)
    assert told == [f"{TWO[0].what}, naive: RuntimeError: the server is gone"]
    assert len(recorded(tmp_path).cells()) == 4


def test_a_run_that_was_cut_goes_on_where_it_ended(tmp_path: Path) -> None:
    tried = []

    def cut(change: Change, contender: Contender) -> Cell:
        tried.append((change.what, contender.name))
        if len(tried) == 3:
            raise KeyboardInterrupt
        return measure(change, contender)

    with pytest.raises(KeyboardInterrupt):
        run_missing(TWO, BOTH, recorded(tmp_path), cut, lambda: None)
    with recorded(tmp_path).file.open("a") as file:
        file.write('{"setting": {"code": "abc", "ro')  # and once more, in the middle of a line
    assert run_missing(TWO, BOTH, recorded(tmp_path), cut, lambda: None) == []
    third, fourth = [(TWO[1].what, contender.name) for contender in BOTH]
    assert tried[2:] == [third, third, fourth]
    assert len(recorded(tmp_path).cells()) == 4


def test_what_went_wrong_is_measured_again_and_nothing_else(tmp_path: Path) -> None:
    there = recorded(tmp_path)
    for cell in (measure(TWO[0], FABERDB), Cell(TWO[0].what, "naive", wrong="the disk was full")):
        there.add(cell)
    noted: list[int] = []
    assert run_missing(TWO[:1], BOTH, there, measure, lambda: noted.append(len(there.cells()))) == []
    assert noted == [2]
    assert there.cells()[TWO[0].what, "naive"] == measure(TWO[0], NAIVE)


def test_cells_of_another_setting_or_version_do_not_count(tmp_path: Path) -> None:
    recorded(tmp_path).add(measure(TWO[0], FABERDB))
    assert not recorded(tmp_path, rows=1_000_000).cells()
    there = recorded(tmp_path)
    assert not replace(there, versions={**there.versions, "faberdb": "another"}).cells()
    assert there.cells()


@pytest.mark.parametrize(
    "end",
    [
        Cell("", "", NOTICED, elsewhere="- a"),
        Cell("", "", unseen=True),
        Cell("", "", NOTICED, lost="-1 rows"),
        Cell("", "", NOTICED, lost_values=("nick",)),
    ],
)
def test_only_others_may_end_elsewhere(end: Cell, tmp_path: Path) -> None:
    other = Contender("other", "", "1", lambda occasion: None)
    there = replace(recorded(tmp_path), versions={"faberdb": FABERDB.version, "other": "1"})

    def ends(change: Change, contender: Contender) -> Cell:
        return replace(end, change=change.what, contender=contender.name)

    (told,) = run_missing(TWO[:1], (FABERDB, other), there, ends, lambda: None)
    assert told.startswith(f"{TWO[0].what}, faberdb: ")


def test_a_contender_that_is_not_installed_is_not_tried(tmp_path: Path) -> None:
    absent = replace(NAIVE, absent="npx is not installed")
    run_missing(TWO, (FABERDB, absent), recorded(tmp_path), measure, lambda: None)
    assert {name for _, name in recorded(tmp_path).cells()} == {"faberdb"}


def test_outside_of_a_checkout_no_two_runs_are_of_the_same_code(tmp_path: Path) -> None:
    assert code(tmp_path) != code(tmp_path)
