"""The state store fails from a moment on: what is to be written stands in the way of a folder, or there is no room."""

from __future__ import annotations

from contextlib import suppress

from tests.conftest import Ran
from tests.faults.faults import Case


def break_state(case: Case) -> Ran | None:
    running = case.apply()
    if not case.inside and case.dice.random() < 0.5:
        running.order("no more room")
        return running.ended()
    store = case.folder / ".faberdb" / "state"
    store.mkdir(parents=True, exist_ok=True)
    in_the_way = store / "live.json.new"
    while running.alive:
        with suppress(FileExistsError):  # it is writing there this very moment
            in_the_way.mkdir()
            break
    try:
        return running.ended()
    finally:
        if in_the_way.is_dir():
            in_the_way.rmdir()
