"""Its session is ended by the server: an administrator, or a failover."""

from __future__ import annotations

from tests.conftest import Ran
from tests.faults.faults import Case


def end_backend(case: Case) -> Ran | None:
    running = case.apply()
    case.scene.ground.end_sessions()
    return running.ended()
