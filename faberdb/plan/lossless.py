"""How long the way back of a step loses nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from faberdb.model import IRREVERSIBLE, NOTHING_KEPT, Kept, Step

Until = Literal["open", "purge", "never"]
"""open: without an end, and rows written since that do not fit stop a rollback before its first change; purge: what was
kept comes back until a purge destroys it; never: nothing takes it back, or nothing was kept."""


def lossless_until(kept: Sequence[Kept]) -> Callable[[Step], Until]:
    """Tells it of the steps of a plan that keeps these in quarantine."""
    waiting = {address for k in kept for address in (k.address, *k.carries)}

    def told(step: Step) -> Until:
        if any(hazard.code in (IRREVERSIBLE, NOTHING_KEPT) for hazard in step.statement.hazards):
            return "never"
        return "purge" if waiting.intersection((step.address, *step.statement.beside)) else "open"

    return told
