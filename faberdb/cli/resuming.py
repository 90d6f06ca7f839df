"""The plan that stopped part way, taken from the journal: nobody needs its file any more."""

from __future__ import annotations

from typing import Any

from faberdb.cli.made import Made
from faberdb.cli.workspace import Workspace
from faberdb.config.project import Environment
from faberdb.errors import RefusedError, StoppedError
from faberdb.model import JournalEntry
from faberdb.plan.codec import from_json
from faberdb.plan.document import Plan
from faberdb.plan.standing import took_effect


def resumed(workspace: Workspace, environment: Environment) -> Made:
    """The plan for this environment that changed something and did not come to its end.

    Raises RefusedError where there is none, StoppedError where another command goes on with it, LockedError where an
    apply is at work.
    """
    state, _ = workspace.state(environment)
    with workspace.session(environment) as session:
        session.refuse_under_way()
        target = workspace.provider.target(session)
        for entry in reversed(session.journal()):
            plan = from_json(entry.document, f"journal of environment {environment.name}")
            of_others = plan.environment != environment.name or (state is not None and plan.lineage != state.lineage)
            if of_others or not _touched(plan, entry, target):
                continue
            if entry.state not in ("running", "stopped"):
                break  # whatever stopped before it was ended by it
            if plan.kind == "apply":
                return Made(plan, ends=True, again=command_of(environment.name))
            if plan.complete(entry.done):
                break  # only not recorded; the same command again would begin another one
            raise _another_command(plan)
    raise RefusedError(
        f"nothing stopped part way on {environment.name}",
        advice=f"see where it stands: faberdb status {environment.name}; plan anew: faberdb apply {environment.name}",
    )


def command_of(environment: str) -> str:
    """The command that goes on with what stopped part way."""
    return f"faberdb apply {environment} --resume"


def _touched(plan: Plan, entry: JournalEntry, target: Any) -> bool:
    """Whether it may have changed something: a first statement outside of transactions takes effect before the journal
    can say so."""
    if entry.state != "running" or entry.done or entry.in_doubt:
        return True
    return bool(took_effect(plan, frozenset(), target.holds))


def _another_command(plan: Plan) -> StoppedError:
    what = f"taking back plan {plan.of_plan[:8]}" if plan.kind == "rollback" else f"a {plan.kind}"
    return StoppedError(
        f"{what} stopped part way on {plan.environment}, not an apply",
        advice=f"go on with it: faberdb {plan.kind} {plan.environment}",
    )
