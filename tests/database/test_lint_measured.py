"""`faberdb lint` over all measured statements: it misses none that blocks, breaks or loses, and warns of no other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.database.lint_page import PAGE, of_squawk, page, row, squawk_version
from tests.database.linted import BREAKS, EMPTY_LIBRARY, LOSES, harmful, linted, structure, warnings
from tests.database.measured import Case
from tests.database.test_measured import EVERY, copied
from tests.servers import Server, run_sql


@pytest.fixture(scope="module")
def library(newest: Server) -> Iterator[str]:
    """A library without rows."""
    with newest.database() as conninfo:
        run_sql(conninfo, EMPTY_LIBRARY)
        yield conninfo


@pytest.mark.parametrize(
    "case",
    [
        # `make soak` runs them all.
        pytest.param(case, id=case.name, marks=() if number % 3 == 0 else pytest.mark.soak)
        for number, case in enumerate(EVERY)
    ],
)
def test_it_warns_where_there_is_something_to_warn_of(newest: Server, library: str, case: Case) -> None:
    if newest.major < case.since:
        pytest.skip(f"PostgreSQL {newest.major} does not know the statement")
    with copied(newest, library, "case") as conninfo:
        if setup := structure(case.setup).strip():
            run_sql(conninfo, setup)
        report = linted(conninfo, case)
    assert bool(warnings(report)) is harmful(case), [(f.code, f.message) for f in report.findings]
    text = PAGE.read_text("utf-8")
    if f"PostgreSQL {newest.major} does" in text and f"{squawk_version() or '?'} say of each" in text:
        assert row(case, report, of_squawk(case, newest.major)) in text, "python -m tests.database.lint_page"


def test_the_page_is_of_the_newest_server_and_the_squawk_that_is_installed(newest: Server) -> None:
    if not squawk_version():
        pytest.skip("squawk is not installed (pip install squawk-cli): what it says was not compared")
    text = PAGE.read_text("utf-8")
    rows = [line for line in text.splitlines() if "`" in line and line.startswith("| ") and line.count(" | ") == 3]
    assert len(rows) == len(EVERY)
    if f"{squawk_version()} say of each" not in text:
        pytest.skip(f"the page is not of squawk {squawk_version()}: python -m tests.database.lint_page")
    assert text == page(rows, newest.major)


def test_faberdb_misses_none_and_warns_of_none_needlessly() -> None:
    assert "| faberdb | 0 | 0 |" in PAGE.read_text("utf-8")


def test_what_no_lock_shows_is_said_of_cases_that_there_are() -> None:
    assert {*BREAKS, *LOSES} <= {case.name for case in EVERY}
