"""Which part of the long form runs."""

from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.fixture
def seeds(request: pytest.FixtureRequest) -> range:
    """The numbers of the faults of each plan that are to happen: `--seeds 0-39`; all of them where nothing is said."""
    first, _, last = request.config.getoption("--seeds").partition("-")
    return range(int(first), int(last or first) + 1)


@pytest.fixture
def say(capfd: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Tells the terminal how far it is."""

    def told(line: str) -> None:
        with capfd.disabled():
            print(line, flush=True)

    return told
