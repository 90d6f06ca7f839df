"""The process sleeps, its session is ended, and a colleague's apply or rollback takes the lock over: when it wakes up
it must not write anything, neither to the database nor to the journal."""

from __future__ import annotations

import shutil

from tests.conftest import Ran
from tests.faults.faults import Case, LostError
from tests.servers import fetch

HELD = """
select from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = 'live')
"""


def wake_up_late(case: Case) -> Ran | None:
    scene, running = case.scene, case.apply()
    if not running.stop() or not fetch(scene.conninfo, HELD):
        case.late = True  # at random it may not have the lock yet, or not any more: then nothing is taken from it
        running.wake()
        return running.ended()
    scene.ground.end_sessions()
    other = scene.checkout()
    back = case.dice.random() < 0.5 and scene.begun_here()
    taken = scene.run(*(("rollback", "live", "--auto-approve") if back else ("apply", "plan.json")), folder=other)
    if taken.code != 0:
        raise LostError(f"the lock is not taken over: exit {taken.code}: {taken.err}")
    case.taken_back = back
    before = scene.look(), scene.journal()
    running.wake()
    ran = running.ended()
    if (scene.look(), scene.journal()) != before:
        raise LostError(f"a process that woke up wrote something: exit {ran.code}: {ran.err}")
    finished = not case.inside and "localstore put" in scene.moments[: int(case.moment) + 1]
    if ran.code == 0 and not finished and not case.inside:
        raise LostError(f"a process whose lock was taken over says that it did it: {ran.out}")
    # From here on the colleague's state is the one that knows, as with a store that both have.
    shutil.rmtree(case.folder)
    shutil.copytree(other, case.folder)
    return ran
