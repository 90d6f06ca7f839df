"""The plan that stopped part way, taken from the journal: nobody needs its file any more."""

from __future__ import annotations

from faberdb.cli.made import Made
from faberdb.cli.workspace import Workspace
from faberdb.config.project import Environment
from faberdb.errors import RefusedError, StoppedError
from faberdb.plan.codec import from_json
from faberdb.plan.document import Plan


def resumed(workspace: Workspace, environment: Environment) -> Made:
    """The plan for this environment that changed something and did not come to its end.

    Raises RefusedError where there is none, StoppedError where another command goes on with it, LockedError where an
    apply is at work.
    """
    with workspace.session(environment) as session:
        session.refuse_under_way()
        entries = session.journal()
    for entry in reversed(entries):
        plan = from_json(entry.document, f"journal of environment {environment.name}")
        if plan.environment != environment.name or (entry.state == "running" and not entry.done):
            continue  # a colleague's, or one that has changed nothing
        if entry.state not in ("running", "stopped"):
            break  # whatever stopped before it was ended by it
        if plan.kind != "apply":
            if plan.complete(entry.done):
                break  # only not recorded; the same command again would begin another one
            raise _another_command(plan)
        return Made(plan, ends=True, again=command_of(environment.name))
    raise RefusedError(
        f"nothing stopped part way on {environment.name}",
        advice=f"see where it stands: faberdb status {environment.name}; plan anew: faberdb apply {environment.name}",
    )


def command_of(environment: str) -> str:
    """The command that goes on with what stopped part way."""
    return f"faberdb apply {environment} --resume"


def _another_command(plan: Plan) -> StoppedError:
    what = f"taking back plan {plan.of_plan[:8]}" if plan.kind == "rollback" else f"a {plan.kind}"
    return StoppedError(
        f"{what} stopped part way on {plan.environment}, not an apply",
        advice=f"go on with it: faberdb {plan.kind} {plan.environment}",
    )
