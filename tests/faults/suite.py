"""All faults of a plan, in an order of their own, so that the first so many are a fair part of all of them."""

from __future__ import annotations

import json
import random
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import psycopg

from tests.faults.backend import end_backend
from tests.faults.failing_state import break_state
from tests.faults.faults import Case, Fault, play
from tests.faults.full_disk import fill_disk
from tests.faults.killed import kill_faberdb
from tests.faults.lost_network import cut_network
from tests.faults.paused import wake_up_late
from tests.faults.plans import is_online
from tests.faults.scene import Scene
from tests.faults.stopped_server import stop_server
from tests.faults.two_at_once import apply_twice

FAULTS: Mapping[str, Fault] = {
    "kill -9 of faberdb": kill_faberdb,
    "its session is terminated": end_backend,
    "immediate stop of the server": stop_server,
    "disk full": fill_disk,
    "lost network": cut_network,
    "a state store that fails": break_state,
    "two applies at once": apply_twice,
    "a paused process wakes up": wake_up_late,
}
RANDOM, RANDOM_ONLINE = 5, 20
"""How many random moments there are of each fault, beside one before each thing that an apply does; and of plans that
are at work outside of transactions."""


@dataclass(frozen=True)
class Outcome:
    """What became of one fault. moment: before what it struck, empty where it came
    too late. told: how the apply ended; lost: what went wrong, empty where nothing did."""

    plan: str
    seed: int
    fault: str
    moment: str
    back: bool
    told: str
    lost: str


def chosen(scene: Scene, seeds: Iterable[int]) -> Iterator[tuple[int, str, Case, bool]]:
    """The faults of these numbers, each with how it is gone on: back, or on. A number beyond the last is none."""
    dice = random.Random(scene.name)
    at_random = RANDOM_ONLINE if is_online(scene.name) else RANDOM
    moments: list[int | float] = [*range(len(scene.moments)), *(dice.random() for _ in range(at_random))]
    # A process that sleeps before it has connected is no more than a late one.
    connected = scene.moments.index("target lock")
    cases = [
        (name, moment)
        for name in FAULTS
        for moment in moments
        if not (name.startswith("a paused") and isinstance(moment, int) and moment < connected)
        and not (name == "disk full" and not scene.ground.fillable)
    ]
    dice.shuffle(cases)
    for seed in seeds:
        if seed < len(cases):
            name, moment = cases[seed]
            own = random.Random(f"{scene.name} {seed}")
            yield seed, name, Case(scene, moment, own), own.random() < 0.5


def strike(scene: Scene, seed: int, name: str, case: Case, *, back: bool) -> Outcome:
    """Let one fault happen."""
    told, lost = "", ""
    try:
        told = play(case, FAULTS[name], back=back)
    except (AssertionError, RuntimeError, OSError, psycopg.Error, subprocess.TimeoutExpired) as error:
        lost = f"{type(error).__name__}: {error}"  # LostError, or what should not have been possible
    return Outcome(scene.name, seed, name, "" if case.late else case.where, back, told, lost)


def note(file: Path, outcome: Outcome) -> None:
    """Add an outcome to those of earlier runs."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a") as kept:
        kept.write(json.dumps(asdict(outcome)) + "\n")
