"""kill -9 of faberdb."""

from __future__ import annotations

from tests.conftest import Ran
from tests.faults.faults import Case


def kill_faberdb(case: Case) -> Ran | None:
    running = case.apply()
    running.kill()
    return running.ended()
