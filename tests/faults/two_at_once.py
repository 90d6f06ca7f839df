"""A second apply of the same plan comes while the first is at work: in the same folder, or in a colleague's, whose
state store knows nothing of this one."""

from __future__ import annotations

from tests.conftest import Ran
from tests.faults.faults import Case, LostError, same


def apply_twice(case: Case) -> Ran | None:
    scene, running = case.scene, case.apply()
    other = scene.checkout() if case.dice.random() < 0.5 else None
    second = scene.run("apply", "plan.json", folder=other)
    first = running.ended()
    done = [ran for ran in (first, second) if ran.code == 0]
    # What did not do it was told who does, or that it is done; with a state of its own it may find all of it done.
    told = [ran for ran in (first, second) if ran.code == 4 or (ran.code == 3 and "already" in ran.err)]
    if len(done) + len(told) != 2 or not done or (len(done) == 2 and other is None):
        raise LostError(f"first: exit {first.code}: {first.err}; second: exit {second.code}: {second.err}")
    same(scene, "goal")
    if other is not None and first.code == 4:
        return second  # the state of this folder knows nothing of it, the journal does
    return first
