"""What a purge destroys, for people and programs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from faberdb.views import words
from faberdb.views.page import RISK_STYLES

if TYPE_CHECKING:
    from faberdb.model import InQuarantine
    from faberdb.plan.document import Plan
    from faberdb.plan.quarantine import Lot
    from faberdb.views.page import Page


def write_purge(
    page: Page, plan: Plan, going: Sequence[Lot], staying: Sequence[Lot], now: datetime, *, verbose: bool
) -> None:
    """What would go, by plan, and what stays."""
    if going:
        page.line((words.heading(plan), "bold"))
        page.blank()
    for lot in going:
        page.line(("- ", "red"), (purge_line(lot, now), "bold"))
        for place, addresses in lot.places:
            named = ", ".join(map(words.spoken, addresses))
            page.line(f"{named} ", (f"({_amount(place)})", "dim"), indent=4, hang=6)
    for lot in staying:
        page.line((f"  {purge_line(lot, now)}: stays", "dim"))
    if verbose:
        page.blank()
        for step in plan.steps:
            page.line((f"{step.statement.sql};", "dim"), indent=2)
    if going:
        page.blank()
    page.line((purge_sentence(plan, going), "bold" if going else "green"))
    if going:
        risk = (plan.risk.word, RISK_STYLES[plan.risk])
        page.line(("Risk: ", "bold"), risk, ". No rollback brings it back; only a backup from before could.")
        lost = [words.short_id(lot.plan_id) for lot in going if lot.returns]
        if lost:
            page.line(f"No longer to be taken back, nor is what was applied before: {', '.join(lost)}.")


def purge_line(lot: Lot, now: datetime) -> str:
    """`plan 1a2b3c4d, applied 2026-10-01 12:00 UTC by ann (30 days ago): comes back with rollback`."""
    back = "a rollback would bring it back" if lot.returns else "left over: no rollback brings it back"
    when = f"applied {words.moment(lot.since)} by {lot.holder}" if lot.returns else f"since {words.moment(lot.since)}"
    return words.visible(f"plan {words.short_id(lot.plan_id)}, {when} ({age(lot.since, now)}), {back}")


def purge_sentence(plan: Plan, going: Sequence[Lot]) -> str:
    """How much goes, all in all."""
    if not going:
        return f"Nothing to purge on {plan.environment}."
    things, size = sum(lot.things for lot in going), sum(lot.bytes for lot in going)
    return (
        f"To be destroyed: {words.plural(things, 'thing')} of {words.plural(len(going), 'plan')}, {words.size(size)}."
    )


def purge_done(plan: Plan, seconds: float) -> str:
    """That it is done."""
    plans = words.plural(len(plan.purges), "plan")
    what = f"Purged {plan.environment} in {seconds:.1f} s"
    return f"{what}: what was in quarantine of {plans} is destroyed. The rest of the database is as it was."


def age(since: str, now: datetime) -> str:
    """How long ago that was: `30 days`, `5 h`."""
    seconds = max(0, int((now - datetime.fromisoformat(since)).total_seconds()))
    for unit, length in (("days", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length} {unit}"
    return "just now"


def lot_told(lot: Lot) -> dict[str, Any]:
    """What is in quarantine of a plan, for programs."""
    return {
        "plan_id": lot.plan_id,
        "kind": lot.kind,
        "environment": lot.environment,
        "by": lot.holder,
        "since": lot.since,
        "returns": lot.returns,
        "things": lot.things,
        "rows": lot.rows,
        "bytes": lot.bytes,
        "places": [
            {
                "place": place.place,
                "addresses": [str(address) for address in addresses],
                "rows": place.rows,
                "rows_estimated": place.about,
                "bytes": place.bytes,
            }
            for place, addresses in lot.places
        ],
    }


def _amount(place: InQuarantine) -> str:
    if place.rows is None:
        return words.size(place.bytes)
    about = "about " if place.about else ""
    return f"{about}{place.rows:,} row{'' if place.rows == 1 else 's'}, {words.size(place.bytes)}"
