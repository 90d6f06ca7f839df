"""Whatever strikes an apply, and whenever: the same plan goes on to its goal, or rollback leads to the start."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.ground import Ground, ground
from tests.faults.plans import PLANS
from tests.faults.scene import Scene, scene
from tests.faults.suite import FAULTS, Outcome, chosen, note, strike
from tests.servers import Server

OUTCOMES = Path(__file__).parents[2] / "build" / "faults.jsonl"
FEW = (("enum/add_values", len(FAULTS)), ("column/add_and_drop", 3))
"""The plans of the short form, of several transactions and with rows that go to quarantine, and of how many faults one
each happens."""


@pytest.fixture(scope="module")
def disturbed(newest: Server) -> Iterator[Ground]:
    with ground(newest.binaries) as made:
        yield made


@pytest.fixture
def prepared(
    disturbed: Ground, newest: Server, cache: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Scene]:
    shadow = newest.cluster.conninfo("template1")
    with scene(request.param, disturbed, newest.binaries, shadow, cache, tmp_path) as made:
        yield made


@pytest.mark.parametrize(("prepared", "most"), FEW, indirect=["prepared"])
def test_no_fault_is_lost(prepared: Scene, most: int) -> None:
    seen: set[str] = set()
    for seed, name, case, back in chosen(prepared, range(1000)):
        if name not in seen and len(seen) < most:
            seen.add(name)
            outcome = strike(prepared, seed, name, case, back=back)
            assert not outcome.lost, outcome
    assert len(seen) >= most - (not prepared.ground.fillable)


@pytest.mark.faults
@pytest.mark.timeout(0)
@pytest.mark.parametrize("prepared", PLANS, indirect=True)
def test_no_fault_of_many_is_lost(prepared: Scene, seeds: range, say: Callable[[str], None]) -> None:
    outcomes: list[Outcome] = []
    for seed, name, case, back in chosen(prepared, seeds):
        outcomes.append(strike(prepared, seed, name, case, back=back))
        note(OUTCOMES, outcomes[-1])
    lost = [outcome for outcome in outcomes if outcome.lost]
    say(f"{prepared.name}: {len(outcomes)} faults, {len(lost)} lost")
    assert not lost, lost
