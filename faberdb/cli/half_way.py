"""A plan that stopped in the middle of what the catalogue does not tell is ended before another one is made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from faberdb.cli.resuming import command_of
from faberdb.errors import StoppedError
from faberdb.model import Address, Object
from faberdb.views.words import short_id

if TYPE_CHECKING:
    from faberdb.plan.half_way import Halted
    from faberdb.plan.standing import Standing

FEW = 3
"""How many of the things that are unfinished are named."""


def refuse_half_way(found: Standing, live: Mapping[Address, Object], environment: str) -> None:
    """Raises StoppedError where a plan, or an import, from where things are would lose rows, or take what is ours for
    the user's. What cannot be gone on with, nor taken back, stands in nobody's way. live: the managed catalogue."""
    if found.halted is not None and (advice := ways_to_end(found.halted, live, environment)):
        raise StoppedError(
            f"plan {short_id(found.halted.plan.plan_id)} stopped part way on {environment}, in the middle of what only"
            " it can end",
            detail=tuple(_unfinished(found.halted, live)),
            advice=f"{advice}; nothing was changed",
        )


def ways_to_end(halted: Halted, live: Mapping[Address, Object], environment: str) -> str:
    """The commands that end a plan which another one would not end; empty where another one may as well be made."""
    goes_on = halted.goes_on(live)
    if not halted.own(live) and not halted.unwritten(live):
        return ""
    if halted.plan.kind != "apply":
        return f"go on with it: faberdb {halted.plan.kind} {environment}" if goes_on else ""
    back = f"take back what it did: faberdb rollback {environment}"
    if not goes_on:
        return f"{back}; or undo what somebody has changed since it stopped, then it can be gone on with"
    return f"go on with it: {command_of(environment)}; or {back}"


def _unfinished(halted: Halted, live: Mapping[Address, Object]) -> Iterator[str]:
    own, unwritten = halted.own(live), halted.unwritten(live)
    lines = [f"rows are still to be written: {a.spoken}" for a in unwritten]
    lines += [f"there only until it ends: {a.spoken}" for a in own]
    yield from lines[:FEW]
    if len(lines) > FEW:
        yield f"and {len(lines) - FEW} more"
