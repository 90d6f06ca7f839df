"""What is said when Ctrl-C ends an apply: which plan, how far it came, and the commands that go on from there."""

from __future__ import annotations

from collections.abc import Set

from faberdb.errors import CutShortError, FaberError
from faberdb.plan.document import Plan


def not_begun(plan: Plan, again: str) -> CutShortError:
    """Before the first step was committed. again: the command that does the same once more."""
    return CutShortError(f"{_named(plan)} was not begun; nothing was changed", advice=f"to do it after all: {again}")


def part_way(plan: Plan, done: Set[int], again: str) -> CutShortError:
    """After these transactions of the plan were committed."""
    committed = sum(step.transaction in done for step in plan.steps)
    if not committed:
        return CutShortError(
            f"{_named(plan)} was ended before its first step was committed; nothing was changed",
            advice=f"to do it after all: {again}",
        )
    if plan.complete(done):
        return CutShortError(
            f"{_named(plan)} is wholly applied ({_counted(committed, len(plan.steps))}), but was neither verified nor"
            " written to the state",
            advice=_see(plan, again),
        )
    if plan.kind == "rollback":
        other = f"or make the database what is declared: faberdb apply {plan.environment}"
    else:
        other = f"or take back what was done: faberdb rollback {plan.environment}"
    return CutShortError(
        f"{_named(plan)} stopped part way: {_counted(committed, len(plan.steps))}",
        advice=f"go on: {again}; {other}; see where it stands: faberdb status {plan.environment}",
    )


def unrecorded(plan: Plan, again: str) -> CutShortError:
    """After the plan was applied and verified, before the state was written."""
    return CutShortError(
        f"{_named(plan)} is wholly applied and verified; only the state is not written yet", advice=_see(plan, again)
    )


def recorded(plan: Plan) -> CutShortError:
    """After the state was written."""
    return CutShortError(
        f"{_named(plan)} is wholly applied, and the state is written",
        advice=f"nothing is left to do; see: faberdb status {plan.environment}",
    )


def unknown(plan: Plan, because: Exception | None = None) -> CutShortError:
    """While steps ran, and the database could not be asked which of them it had committed, because of an error."""
    return CutShortError(
        f"{_named(plan)} was at work, and how far it came could not be asked any more",
        detail=(because.message if isinstance(because, FaberError) else type(because).__name__,) if because else (),
        advice=f"the journal knows; see: faberdb status {plan.environment}",
    )


def _named(plan: Plan) -> str:
    what = f", which takes back {plan.of_plan[:8]}," if plan.kind == "rollback" and plan.of_plan else ""
    return f"plan {plan.plan_id[:8]} for {plan.environment}{what}"


def _counted(committed: int, total: int) -> str:
    return f"{committed} of {total} {'step' if total == 1 else 'steps'} {'is' if committed == 1 else 'are'} committed"


def _see(plan: Plan, again: str) -> str:
    """What helps where all steps are committed: a new rollback would take back the plan before."""
    more = "" if plan.kind != "apply" else f", and {again} ends it properly"
    return (
        f"{'' if plan.kind == 'purge' else 'nothing is lost: '}the journal knows of it{more}; see where"
        f" it stands: faberdb status {plan.environment}"
    )
