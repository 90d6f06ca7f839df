"""The server stops at once, as in a crash, and is started again: under the apply, or only when that has ended."""

from __future__ import annotations

from tests.conftest import Ran
from tests.faults.faults import Case


def stop_server(case: Case) -> Ran | None:
    running, ground = case.apply(), case.scene.ground
    ground.stop_at_once()
    if case.dice.random() < 0.5:
        ground.start()
    ran = running.ended()
    ground.start()
    return ran
