"""What is looked at before a purge: that nothing needs what would go, and that it is still what was shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from faberdb.cli.workspace import Workspace
from faberdb.errors import RefusedError, StaleError
from faberdb.model import Leaning
from faberdb.plan.document import Plan
from faberdb.plan.quarantine import Lot, lots
from faberdb.views.words import short_id

FEW = 5
"""How many of those that need what would go are named."""


def refuse_changed(workspace: Workspace, session: Any, plan: Plan) -> None:
    """To be called under the lock. Raises StaleError where what is in quarantine of the plans that are to be purged is
    not what it was when the purge was planned, RefusedError where something has come to need it."""
    found, _ = lots(session.journal(), workspace.provider.in_quarantine(session))
    going = [lot for lot in found if lot.plan_id in plan.purges]
    if workspace.provider.purge_steps(session, places(going)) != plan.steps:
        raise StaleError(
            "what is in quarantine has changed since the purge was planned",
            where=session.label,
            advice=f"nothing was changed; look again at what would go: faberdb purge {plan.environment} --dry-run",
        )
    refuse_needed(workspace, session, going, found)


def places(found: Sequence[Lot]) -> list[str]:
    return [place.place for lot in found for place, _ in lot.places]


def refuse_needed(workspace: Workspace, session: Any, going: Sequence[Lot], found: Sequence[Lot]) -> None:
    """Raises RefusedError where something that stays needs what would be destroyed, in quarantine or live."""
    needed: list[Leaning] = workspace.provider.leaning(session, places(going)) if going else []
    if not needed:
        return
    of = {place.place: lot.plan_id for lot in found for place, _ in lot.places}
    lines = [f"{one.what}{_waits(one.place, of)} needs {one.needs}" for one in needed]
    more = (f"and {len(lines) - FEW} more",) if len(lines) > FEW else ()
    live = any(not one.place for one in needed)
    ways = "drop what needs it, or give it something else to stand on" if live else "purge the other in the same go"
    raise RefusedError(
        "what stays needs what would be purged",
        where=session.label,
        detail=(*lines[:FEW], *more),
        advice=f"{ways}, or let the plan that put it there be taken back; nothing was changed",
    )


def _waits(place: str, of: dict[str, str]) -> str:
    if not place:
        return ""
    return f", of plan {short_id(of[place])}," if place in of else f", in {place},"
