"""The file system of the server, on which its log stands too, has no room left, until somebody makes room."""

from __future__ import annotations

from tests.conftest import Ran
from tests.faults.faults import Case


def fill_disk(case: Case) -> Ran | None:
    running, ground = case.apply(), case.scene.ground
    try:
        ground.fill()
        ran = running.ended()
    finally:
        ground.empty()
    ground.start()  # what finds no room for its log is a server that stops
    return ran
