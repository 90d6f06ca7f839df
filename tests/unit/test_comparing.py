"""What is told of made-up rows that are no longer what they were."""

from __future__ import annotations

import pytest

from faberdb.model import SampleColumn, SampleTable
from faberdb.prove.comparing import changed, lost

ID, NAME = SampleColumn(1, "id", "integer", True), SampleColumn(2, "name", "text", False)
BOOK = SampleTable(("public", "book"), "public.book", False, (ID, NAME), (("1", "a"), ("2", None), ("3", "c")))
GONE = ["table public.book is gone with its rows"]


def same(path: tuple[str, ...]) -> tuple[str, ...]:
    return path


def book(*rows: tuple[str | None, ...], columns: tuple[SampleColumn, ...] = (ID, NAME)) -> SampleTable:
    return BOOK._replace(rows=rows, columns=columns)


@pytest.mark.parametrize(
    ("after", "said"),
    [
        ({7: BOOK}, []),
        ({}, GONE),
        ({8: BOOK}, []),  # made anew under its name
        ({7: BOOK._replace(waits=True)}, []),
        ({7: book(("1", "a"), ("2", None))}, ["table public.book has 2 rows, and had 3"]),
        (
            {7: book(("1", "a"), ("2", "b"), ("3", "c"))},
            ["table public.book: column name has other values in 1 of 3 rows"],
        ),
        (
            {7: book(("1", "c"), ("2", None), ("3", "a"))},
            ["table public.book: values are in other rows than before"],
        ),
        # Where there has to be a value now, rows without one get one.
        ({7: book(("1", "a"), ("2", "b"), ("3", "c"), columns=(ID, NAME._replace(required=True)))}, []),
        # Those that have one keep it,
        (
            {7: book(("1", "x"), ("2", "b"), ("3", "c"), columns=(ID, NAME._replace(required=True)))},
            ["table public.book: column name has other values in 1 of 3 rows"],
        ),
        (
            {7: book(("1", "c"), ("2", "b"), ("3", "a"), columns=(ID, NAME._replace(required=True)))},
            ["table public.book: values are in other rows than before"],
        ),
        # and those that have none keep all else.
        (
            {7: book(("1", "a"), ("4", "b"), ("3", "c"), columns=(ID, NAME._replace(required=True)))},
            ["table public.book: column id has other values in 1 of 3 rows"],
        ),
        # What has another type by now is what a cast makes of it.
        ({7: book(("1", "x"), ("2", "y"), ("3", "z"), columns=(ID, NAME._replace(nature="name")))}, []),
    ],
)
def test_what_a_plan_may_not_do_to_rows(after: dict[int, SampleTable], said: list[str]) -> None:
    assert lost({7: BOOK}, after, same) == said


def test_with_others_at_work_only_numbers_count() -> None:
    others = {7: book(("1", "x"), ("2", "y"), ("3", "z"), ("4", "a"))}
    assert lost({7: BOOK}, others, same, {"public.book"}) == []
    assert lost({7: BOOK}, {7: book(("1", "a"))}, same, {"public.book"}) == ["table public.book has 1 rows, and had 3"]


def test_after_a_rollback_all_is_as_it_was() -> None:
    assert changed({7: BOOK}, {7: BOOK}, same) == []
    assert changed({7: BOOK}, {7: BOOK._replace(waits=True)}, same) == GONE
    renamed = BOOK._replace(path=("public", "tome"), name="public.tome")
    assert changed({7: BOOK}, {8: renamed}, lambda path: ("public", "tome")) == []
    other = book(("1", "a"), ("2", None), ("3", "c"), columns=(ID, NAME._replace(number=5)))
    assert changed({7: BOOK}, {7: other}, same) == []  # a column made anew under its name


def test_rows_that_nobody_sees_are_not_missed() -> None:
    assert lost({7: BOOK}, {7: BOOK._replace(rows=(), guarded=True)}, same) == []
    assert changed({7: BOOK._replace(rows=(), guarded=True)}, {7: BOOK}, same) == []
