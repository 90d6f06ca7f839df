"""A whole plan for people: what changes, what is proven, what it can hurt, and what comes next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from faberdb.model import Action
from faberdb.views import words
from faberdb.views.body import Body
from faberdb.views.outline import outline
from faberdb.views.page import RISK_STYLES

if TYPE_CHECKING:
    from faberdb.model import Change
    from faberdb.plan.document import Plan
    from faberdb.views.page import Page

FEW = 5
"""So many unmanaged objects are listed without being asked for."""


def write_plan(page: Page, plan: Plan, *, verbose: bool, saved: str | None, next_step: str) -> None:
    """The plan, top to bottom."""
    _heading(page, plan)
    page.blank()
    groups = outline(plan.changes, plan.renames, plan.steps, plan.kept)
    Body(page, sql=verbose, reasons=reasons(plan), returns=plan.kind != "rollback").groups(groups)
    page.blank()
    _protection(page, plan)
    _forgotten(page, plan)
    write_pending(page, plan)
    _drift(page, plan)
    write_unmanaged(page, plan, verbose=verbose)
    page.blank()
    _hazards(page, plan)
    if data := words.data(plan):
        page.line((data, "green" if _fits(plan) else "bold red"))
    page.line((words.proof(plan), "green" if _proven(plan) else "bold red"))
    risk = (plan.risk.word, RISK_STYLES[plan.risk])
    page.line((f"Plan: {words.counts(plan.summary)}. ", "bold"), ("Risk: ", "bold"), risk, (".", "bold"))
    if quarantine := words.quarantine(plan):
        page.line(quarantine)
    if total := words.total(plan):
        page.line(total)
    if saved:
        page.line(f"Saved to {saved}.")
    if words.data_counts(plan)["in_the_way"]:
        page.line(
            ("As things are, the plan would stop at these rows.", "bold red"), " Correct them before it is applied."
        )
    elif next_step:
        page.line("Next: ", (next_step, "bold"))


def reasons(plan: Plan) -> dict[Action, str]:
    """Why things happen where the change itself says nothing."""
    if plan.kind == "rollback":
        return {Action.DROP: f"plan {words.short_id(plan.of_plan)} made it"}
    return {Action.DROP: "it is not declared"}


def write_pending(page: Page, plan: Plan) -> None:
    """What is declared and left undone, with the reason for each; never left out."""
    if not plan.pending:
        return
    page.line(("Held back", "bold"), " by --max-risk, and what needs it; pending until a plan without")
    for item in plan.pending:
        codes = f" ({', '.join(item.codes)})" if item.codes else ""
        what = f"{item.action.value} {words.spoken(item.address)}: "
        page.line(what, (item.risk.word, RISK_STYLES[item.risk]), codes, indent=2)
    page.blank()


def write_unmanaged(page: Page, plan: Plan, *, verbose: bool) -> None:
    """What the database holds that faberdb leaves alone; never left out."""
    if not plan.unmanaged:
        return
    listed = verbose or len(plan.unmanaged) <= FEW
    hint = "" if listed else "; -v lists them"
    page.line(f"Unmanaged, left as it is: {words.unmanaged_counts(plan)}{hint}")
    reason = ""
    for item in plan.unmanaged if listed else ():
        said = f"  {item.reason}" if item.reason != reason else ""
        reason = item.reason
        page.line(f"{item.what} {item.name}", (said, "dim"), indent=2)


def _heading(page: Page, plan: Plan) -> None:
    page.line((words.heading(plan), "bold"))
    until = f"made {words.moment(plan.created_at)}, valid until {words.moment(plan.expires_at)}"
    page.line((until, "dim"))
    if plan.kind == "rollback":
        page.line(f"Takes back plan {words.short_id(plan.of_plan)}: the database becomes what it was before,")
        page.line("and what that plan put in quarantine, if anything, comes back.")


def _proven(plan: Plan) -> bool:
    return not plan.steps or (plan.proof is not None and plan.proof.forward and plan.proof.backward)


def _fits(plan: Plan) -> bool:
    number = words.data_counts(plan)
    return not (number["in_the_way"] or number["unchecked"])


def _hazards(page: Page, plan: Plan) -> None:
    found = words.hazards(plan.steps)
    if not found:
        return
    page.line(("Hazards", "bold red"))
    for hazard, addresses in found.items():
        page.line(("! ", "bold red"), (hazard.code, "bold"), f": {hazard.message}", indent=2)
        more = f" and {len(addresses) - FEW} more" if len(addresses) > FEW else ""
        page.line(", ".join(map(words.spoken, addresses[:FEW])) + more, indent=4, hang=0)
    page.line("What each of them is about: faberdb explain CODE", indent=2)
    page.blank()


def _drift(page: Page, plan: Plan) -> None:
    if not plan.drift:
        return
    page.line(("Changed by hand since the last apply", "bold"))
    for change in plan.drift:
        page.line(drifted(change), indent=2)
    page.blank()


def _protection(page: Page, plan: Plan) -> None:
    for address, protected in sorted(plan.protection.items()):
        how = "is protected from now on" if protected else "is no longer protected"
        page.line(f"{words.spoken(address)} {how}")
    if plan.protection:
        page.blank()


def _forgotten(page: Page, plan: Plan) -> None:
    for how, addresses in words.forgotten(plan).items():
        for address in addresses:
            page.line(f"No longer managed, and {how}: {words.spoken(address)}")
    if plan.forgotten:
        page.blank()


def drifted(change: Change) -> str:
    """One drifted object, in a line."""
    how = {Action.CREATE: "appeared", Action.DROP: "is gone"}.get(change.action, "was changed")
    return f"{words.spoken(change.address)} {how}"
