"""The network between faberdb and the server is cut: for both, for faberdb only (the server goes on to believe in the
session), or so that what was sent arrives and its answer does not."""

from __future__ import annotations

from tests.conftest import Ran
from tests.faults.faults import Case, LostError
from tests.faults.ground import Network


def cut_network(case: Case) -> Ran | None:
    scene = case.scene
    network = Network(scene.folder.with_name("network"), scene.ground.folder)
    mode = case.dice.choice(["both", "half", "no answers"])
    try:
        running = case.apply(scene.ground.conninfo(folder=network.folder))
        network.cut(mode)
        ran = running.ended()
        if mode == "half":
            # The session that the server still believes in may hold the lock: who comes meanwhile is told, or does it.
            early = scene.run("apply", "plan.json")
            if early.code not in (0, 3, 4, 7, 6):
                raise LostError(f"beside a session of which only the server knows: exit {early.code}: {early.err}")
    finally:
        network.close()
    return ran
