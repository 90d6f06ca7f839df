"""What a rollback says last: what waits in quarantine that neither it nor another one gives back."""

from __future__ import annotations

from faberdb.cli.workspace import Workspace
from faberdb.config.project import Environment
from faberdb.errors import FaberError
from faberdb.plan.quarantine import Lot, lots, of_no_return
from faberdb.views.view import View
from faberdb.views.words import plural, short_id, size, spoken

FEW = 3
"""How many plans, and things of each, are named."""


def tell_no_return(workspace: Workspace, environment: Environment, view: View) -> None:
    """Say it, a line for each plan, or why it is not known; nothing where there is nothing."""
    try:
        with workspace.session(environment) as session:
            found, _ = lots(session.journal(), workspace.provider.in_quarantine(session))
    except FaberError as error:  # what was to be done is done
        view.note(f"what is left in quarantine could not be looked at: {error.message}")
        return
    left = of_no_return(found, environment.name)
    for lot in left[:FEW]:
        view.note(_line(lot, environment.name))
    if len(left) > FEW:
        more = plural(len(left) - FEW, "plan")
        view.note(f"and of {more} besides; all of it is listed by: faberdb purge {environment.name} --dry-run")


def _line(lot: Lot, environment: str) -> str:
    named = [f"{spoken(address)} in {place.place}" for place, addresses in lot.places for address in addresses]
    more = f" and {len(named) - FEW} more" if len(named) > FEW else ""
    which = f"{'rollback' if lot.kind == 'rollback' else 'plan'} {short_id(lot.plan_id)}"
    # A copy stays where it is when values are given back: of rows that are gone it is the last.
    said = "left in quarantine" if lot.taken_back else "in quarantine, and given back by no command"
    whose = f"{which}, which is taken back" if lot.taken_back else which
    return (
        f"{said}: {plural(lot.things, 'thing')} of {whose}, {size(lot.bytes)} ({', '.join(named[:FEW])}{more});"
        f" to destroy it: faberdb purge {environment} --plan {short_id(lot.plan_id)}"
    )
