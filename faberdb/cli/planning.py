"""Making a plan for an environment: what `plan`, `apply ENV`, `create` and `rollback` share."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from faberdb.canon.forms import Form
from faberdb.cli.forms import FormFile
from faberdb.cli.workspace import Workspace, utc_now
from faberdb.config.project import Environment
from faberdb.errors import RefusedError
from faberdb.model import Address, Object
from faberdb.plan.document import Evidence, Plan
from faberdb.plan.make import Heading, make_plan
from faberdb.plan.state import Record, State
from faberdb.prove.proposal import Planner, Proposal

EXPIRES_AFTER = timedelta(days=7)


@dataclass(frozen=True)
class Made:
    """A plan with what its command may want to say about it."""

    plan: Plan
    state: State | None
    state_version: str | None


def plan_environment(workspace: Workspace, environment: Environment, *, full: bool = False) -> Made:
    """The plan that makes an environment's database what the schema files declare."""
    from faberdb.declare.load import load

    declaration = load(workspace.project.schemas, workspace.provider.kinds, workspace.project.search_path)
    state, version = workspace.state(environment)
    with ExitStack() as stack:
        session = stack.enter_context(workspace.session(environment))
        catalogue = session.inspect()
        scratch = stack.enter_context(workspace.scratch(environment, session))
        context = f"postgresql {session.version}"
        forms = FormFile(workspace.surroundings.cache, workspace.project.root, context)
        planner = Planner(
            workspace.provider,
            catalogue,
            scratch,
            number=session.quarantine_number(),
            managed=workspace.managed,
            full=full,
        )
        proposal = planner.declared(declaration.objects, forms.load(_remembered(state)), context)
        forms.save(learned(proposal))
        plan = make_plan(proposal, _heading(environment, session, state), _evidence(proposal))
        return Made(plan, state, version)


def plan_rollback(workspace: Workspace, environment: Environment, records: list[Record], state: State) -> Made:
    """The plan that takes back applied plans, the newest first, all of them in one step."""
    _, version = workspace.state(environment)
    with ExitStack() as stack:
        session = stack.enter_context(workspace.session(environment))
        catalogue = session.inspect()
        scratch = stack.enter_context(workspace.scratch(environment, session))
        planner = Planner(
            workspace.provider, catalogue, scratch, number=session.quarantine_number(), managed=workspace.managed
        )
        record = records[0]
        target = _before(workspace.managed_objects(catalogue), record)
        giving = {kept.address: kept for kept in record.kept}
        back = [(new, old) for old, new in reversed(record.renames)]
        proposal = planner.towards(target, renames=back, renames_last=True, giving=giving)
        heading = _heading(environment, session, state, kind="rollback", of_plan=record.plan_id)
        return Made(make_plan(proposal, heading, _evidence(proposal)), state, version)


def _before(objects: Mapping[Address, Object], record: Record) -> dict[Address, Object]:
    """The catalogue with what the record changed as it was before. What was added by hand to something that the
    record made goes with it."""
    target = dict(objects)
    for difference in record.differences:
        if difference.before is None:
            target.pop(difference.address, None)
        else:
            target[difference.address] = difference.before
    gone = objects.keys() - target.keys()
    while homeless := {a for a, o in target.items() if o.parent in gone}:
        gone = homeless
        for address in homeless:
            del target[address]
    return target


def _remembered(state: State | None) -> dict[str, Form]:
    """Canonical forms that the state knows, by the digest of the declaration they came from."""
    if state is None:
        return {}
    from faberdb.canon.forms import form_of

    return {d: form_of(state.objects[a], state.objects) for a, d in state.declared.items() if a in state.objects}


def learned(proposal: Proposal) -> dict[str, Form]:
    """The forms that this plan showed declarations to have."""
    return dict(proposal.fresh)


def _heading(
    environment: Environment, session: Any, state: State | None, *, kind: str = "apply", of_plan: str = ""
) -> Heading:
    now = utc_now()
    return Heading(
        uuid.uuid4().hex,
        environment.name,
        now,
        now + EXPIRES_AFTER,
        session.identity(),
        session.server_version,
        state.lineage if state else "",
        state.serial if state else 0,
        kind,
        of_plan,
    )


def _evidence(proposal: Proposal) -> Evidence | None:
    proof = proposal.proof
    return None if proof is None else Evidence(proof.server, proof.scope, proof.forward, proof.backward)


def refuse_unsupported(workspace: Workspace, environment: Environment) -> None:
    """Refuse to change a database whose settings promise what this version does not do. Raises RefusedError."""
    promised = workspace.project.unsupported(environment.name)
    if promised:
        raise RefusedError(
            f"this version of faberdb does not keep what is set for environment {environment.name}: "
            + ", ".join(promised),
            where=str(workspace.project.file),
            advice="nothing was changed; wait for the version that does, or take the setting out on purpose",
        )
