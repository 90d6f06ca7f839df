"""The file system of the server, on which its log stands too, has no room left, until somebody makes room."""

from __future__ import annotations

from tests.conftest import Ran
from tests.faults.faults import Case

REST = (0, 500, 2_000, 8_000, 30_000, 100_000)
"""Bytes that the log may still grow by: an apply writes some ten thousands, so that it ends anywhere in it."""


def fill_disk(case: Case) -> Ran | None:
    running, ground = case.apply(), case.scene.ground
    try:
        ground.fill()
        # Without this a short apply does not notice: the server keeps whole files of log ready.
        ground.fill_log(case.dice.choice(REST))
        ran = running.ended()
    finally:
        ground.empty()
    # A server that finds no room for its log stops, and whoever makes room starts it: at a moment of our choice here.
    ground.stop_at_once()
    ground.start()
    return ran
