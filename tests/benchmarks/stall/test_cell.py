"""Which query waited for a change, and which for something else."""

from __future__ import annotations

from tests.benchmarks.stall.cell import undisturbed_and_not
from tests.benchmarks.stall.workload import Answer


def test_who_is_still_waiting_when_a_change_begins_waits_for_the_change() -> None:
    quick, blocked, late = Answer(9.5, 0.01, True), Answer(9.99, 4.0, True), Answer(14.1, 0.02, False)
    before, during = undisturbed_and_not([late, blocked, quick], start=10, end=14, seconds=1)
    assert (before, during) == ([0, 0.01], [0, 0.02, 4.0])


def test_what_came_long_before_or_after_says_nothing() -> None:
    before, during = undisturbed_and_not([Answer(3, 9, True), Answer(20, 9, True)], start=10, end=14, seconds=1)
    assert (before, during) == ([0], [0])
