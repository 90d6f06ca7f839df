"""Making the plan that takes an applied one back."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial

from faberdb.cli.estimating import estimated
from faberdb.cli.made import Made, evidence_of, heading_of
from faberdb.cli.planning import held_against_live
from faberdb.cli.workspace import Workspace
from faberdb.config.project import Environment
from faberdb.diff.forgotten import forgotten
from faberdb.plan.document import replaced
from faberdb.plan.make import make_plan
from faberdb.plan.state import Record
from faberdb.rollback.target import before


def plan_rollback(workspace: Workspace, environment: Environment, record: Record) -> Made:
    """The plan that takes back an applied plan, or what was done of it."""
    from faberdb.prove.planner import Planner

    state, _ = workspace.state(environment)
    with ExitStack() as stack:
        session = stack.enter_context(workspace.session(environment))
        catalogue = workspace.extent.seen(session.inspect(), environment)
        scratch = stack.enter_context(workspace.scratch(environment, session))
        planner = Planner(
            workspace.provider,
            catalogue,
            scratch,
            number=session.quarantine_number(),
            managed=workspace.extent.managed(environment, catalogue.objects),
            why=workspace.extent.why_unmanaged(environment),
            held=partial(workspace.provider.held, session),
            online=workspace.online(environment, session),
        )
        left = forgotten(environment.forget, {**record.objects(), **catalogue.objects})
        target = before(workspace.extent.managed_objects(catalogue.objects, environment), record, left)
        target, stays = planner.as_far_back(target)
        giving = {kept.address: kept for kept in record.kept if kept.address not in left}
        back = [(new, old) for old, new in reversed(record.renames)]
        anew = replaced(record.differences, record.kept)
        proposal = planner.towards(target, renames=back, renames_last=True, giving=giving, replaced=anew)
        proposal = held_against_live(workspace, environment, session, proposal, check=True)
        proposal, now = estimated(workspace, session, proposal)
        heading = heading_of(environment, session, state, kind="rollback", of_plan=record.plan_id)
        note = "\n".join(filter(None, ("; ".join(stays), now)))
        return Made(
            make_plan(proposal, heading, evidence_of(proposal)),
            giving=record.kept,
            note=note,
            ends=record.outcome == "stopped",
        )
