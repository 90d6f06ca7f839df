"""The page says what it has, what it has not, and why."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.benchmarks.stall import page
from tests.benchmarks.stall.cell import Cell, Noticed
from tests.benchmarks.stall.classes import CHANGES
from tests.benchmarks.stall.contenders import FABERDB, NAIVE, Contender

ONE = CHANGES[0]
OTHER = Contender("other", "writes SQL of its own", "3.1", lambda occasion: None)
NOTICED = Noticed(1.5, 0.234, 0.012, 0.02, {"42703": 3}, {"0A000": 1}, 4_200_000)


def text(*cells: Cell, contenders: tuple[Contender, ...] = (FABERDB, OTHER)) -> str:
    found = {(cell.change, cell.contender): cell for cell in cells}
    return page.text(found, [ONE], contenders, rate=300, rows=3_000, quiet=2, major=18)


def test_a_line_says_what_the_application_noticed() -> None:
    said = text(Cell(ONE.what, "faberdb", NOTICED), Cell(ONE.what, "other", unseen=True))
    numbers = "234 | 12 | 20 | 3 of 42703 / 1 of 0A000 | 1.5 | 4.2 MB"
    assert f"| {ONE.what} | faberdb | {numbers} | as wanted |\n|  | other |" in said
    assert "3,000 rows" in said
    assert "missing" not in said


def test_each_line_has_as_many_cells_as_the_head() -> None:
    said = text(Cell(ONE.what, "faberdb", wrong="a | b\nc"), Cell(ONE.what, "other", unseen=True))
    table = [line.replace("\\|", "") for line in said.splitlines() if line.startswith("|")]
    assert len(table) == 4
    assert {line.count("|") for line in table} == {10}


@pytest.mark.parametrize(
    ("cell", "end"),
    [
        (Cell(ONE.what, "other", unseen=True), "does not see it"),
        (Cell(ONE.what, "other", NOTICED, elsewhere="- a"), "ends elsewhere"),
        (Cell(ONE.what, "other", NOTICED, gave_up="55P03: no lock."), "gave up (55P03: no lock)"),
        (Cell(ONE.what, "other", NOTICED, lost_values=("nick",)), "loses the values of nick"),
        (Cell(ONE.what, "other", NOTICED, lost="-1 rows"), "other rows than the application wrote (-1 rows)"),
        (Cell(ONE.what, "other", wrong="Boom: a\nb"), "went wrong: Boom: a b"),
    ],
)
def test_a_line_says_how_it_ended(cell: Cell, end: str) -> None:
    assert f" {end} |\n" in text(cell)


def test_it_shows_the_sql_of_others_and_where_it_led() -> None:
    said = text(Cell(ONE.what, "other", NOTICED, sql="alter table acc", elsewhere="-    city text"))
    assert f"**{ONE.what}**, other\n\n```sql\nalter table acc\n```\n\n```diff\n-    city text\n```\n" in said


def test_it_counts_what_is_missing() -> None:
    assert "**1 cells are missing**" in text(Cell(ONE.what, "faberdb", NOTICED))
    assert "**1 cells are missing**" in text(Cell(ONE.what, "faberdb", NOTICED), Cell(ONE.what, "other", wrong="Boom"))


def test_it_says_who_could_not_be_run_and_why() -> None:
    absent = replace(OTHER, absent="npx, a part of Node.js, is not installed")
    said = text(Cell(ONE.what, "faberdb", NOTICED), contenders=(FABERDB, NAIVE, absent))
    assert "- *other* was not run: npx, a part of Node.js, is not installed.\n" in said
    assert f"- *faberdb* ({FABERDB.version}) applies a plan" in said
    assert "**1 cells are missing**" in said  # the naive one; nobody waits for who is not there


def test_whoever_is_stopped_while_writing_leaves_a_whole_page(tmp_path: Path) -> None:
    page.write(tmp_path / "docs" / "stalls.md", "old")
    page.write(tmp_path / "docs" / "stalls.md", "new")
    assert [(path.name, path.read_text()) for path in (tmp_path / "docs").iterdir()] == [("stalls.md", "new")]
