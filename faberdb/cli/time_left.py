"""How far work on the rows of many tables has come, and how long the rest of them will take if it goes on like that."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from faberdb.views.view import View
from faberdb.views.words import duration

BEFORE = 3.0
"""Seconds after which it is guessed at all."""


class TimeLeft:
    """A guess from what is done. weights: what the work on each table goes by, bytes or rows; jobs: how many tables are
    worked on at once; clock: in seconds."""

    def __init__(self, weights: Mapping[str, int], jobs: int, clock: Callable[[], float]) -> None:
        self._weights = {_plain(table): weight for table, weight in weights.items()}
        self._total, self._jobs, self._clock = sum(self._weights.values()), jobs, clock
        self._began, self._begun = clock(), list[int]()

    def begins(self, table: str) -> str:
        """Work on a table begins; returns what is left in words, empty where nothing can be said yet. Of those that
        were begun, as many as there are jobs are still at work."""
        self._begun.append(self._weights.get(_plain(table), 0))
        done, passed = sum(self._begun[: -self._jobs]), self._clock() - self._began
        if not done or passed < BEFORE:
            return ""
        return f", {duration(round(passed * max(0, self._total - done) / done))} left for rows"


def told_to(view: View, weights: Mapping[str, int], jobs: int) -> Callable[[str, str, int], None]:
    """Tells a view of each table that is begun: what is done with it, which it is, and the how manieth."""
    left = TimeLeft(weights, jobs, time.monotonic)

    def told(verb: str, table: str, number: int) -> None:
        view.progress(f"{verb} {table}{left.begins(table)}", number, len(weights))

    return told


def _plain(table: str) -> str:
    """The name as PostgreSQL's programs print it, where nothing in it is quoted."""
    return table.replace('"', "")
