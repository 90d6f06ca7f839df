"""Making a plan for an environment: what `plan`, `apply ENV`, `create` and `rollback` share."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from faberdb.cli.memo import Memo, Unchanging, inputs
from faberdb.cli.workspace import ScratchDoor, Workspace, utc_now
from faberdb.config.project import Environment
from faberdb.errors import FaberError, RefusedError
from faberdb.model import Address, Object
from faberdb.plan.document import Evidence, Plan
from faberdb.plan.make import Heading, make_plan, unchanged_plan

if TYPE_CHECKING:
    from faberdb.canon.forms import Form
    from faberdb.declare.load import Declaration
    from faberdb.plan.state import Record, State
    from faberdb.prove.proposal import Planner, Proposal

Result = TypeVar("Result")

Here = Callable[[Mapping[Address, Object]], dict[Address, Object]]
"""What is declared, as it is meant for one environment."""

EXPIRES_AFTER = timedelta(days=7)


@dataclass(frozen=True)
class Made:
    """A plan with what its command may want to say about it."""

    plan: Plan


def plan_environment(
    workspace: Workspace, environment: Environment, *, full: bool = False, whole: bool = False
) -> Made:
    """The plan that makes an environment's database what the schema files declare.

    whole: also a plan without changes is wanted with the digests of all that is declared, to be saved.
    """
    memo = Memo(workspace.surroundings.cache, workspace.project, environment.name)
    stored = workspace.store.get(environment.name)
    with ExitStack() as stack:
        session = stack.enter_context(workspace.session(environment))
        heading = _heading(environment, session, None)
        scratch = stack.enter_context(workspace.scratch(environment, session))
        fits = memo.fits()
        if not fits:
            scratch.ask()
        with _meanwhile(session.snapshot, session.cancel) as looking:
            settings = inputs(workspace.project, environment.name, workspace.provider, stored[0] if stored else None)
            if not fits:
                # It will be needed for what was edited, and starts while the server is busy.
                with suppress(FaberError):
                    scratch()
            snapshot = looking()
        key = f"{settings} {snapshot.digest}"
        known = memo.recall(key)
        if known is not None:
            heading = replace(heading, lineage=known.lineage, serial=known.serial)
            if fits and not whole:
                return Made(unchanged_plan(heading, known.fingerprint, known.unmanaged))
        # Loaded here, because it takes its time and a plan that is remembered needs none of it.
        from faberdb.prove.proposal import Planner

        planner = Planner(
            workspace.provider,
            workspace.seen(snapshot.catalogue(), environment),
            scratch,
            number=session.quarantine_number(),
            managed=workspace.managed(environment),
            additive=workspace.additive(environment),
            full=full,
        )
        context = f"postgresql {session.version}"

        def here(declared: Mapping[Address, Object]) -> dict[Address, Object]:
            return workspace.here(declared, environment, session)

        if (
            known is not None
            and not full
            and (proposal := _from_edited(workspace, memo, planner, scratch, context, here))
        ):
            return Made(make_plan(proposal, heading, _evidence(proposal), before=known.fingerprint))
        declaration = load_declaration(workspace, here)
        scratch.prepare_for(declaration.objects)
        state = workspace.parsed(environment, stored)
        if state is not None:
            heading = replace(heading, lineage=state.lineage, serial=state.serial)
        proposal = _from_all(workspace, declaration, state, planner, context)
        plan = make_plan(proposal, heading, _evidence(proposal))
        if not plan.applyable:
            remembered = Unchanging(plan.from_fingerprint, plan.unmanaged, plan.lineage, plan.state_serial)
            memo.save(key, remembered, declaration, proposal.digests)
        return Made(plan)


@contextmanager
def _meanwhile(work: Callable[[], Result], cancel: Callable[[], None]) -> Iterator[Callable[[], Result]]:
    """Do work in another thread for the length of a `with`, in which its result can be waited for."""
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(work)
        try:
            yield running.result
        except BaseException:
            if not running.done():
                cancel()
            raise


def _from_all(
    workspace: Workspace, declaration: Declaration, state: State | None, planner: Planner, context: str
) -> Proposal:
    from faberdb.cli.forms import FormFile

    forms = FormFile(workspace.surroundings.cache, workspace.project.root, context)
    proposal = planner.declared(declaration.objects, forms.load(_remembered(state)), context)
    forms.save(learned(proposal))
    return proposal


def _from_edited(
    workspace: Workspace, memo: Memo, planner: Planner, scratch: ScratchDoor, context: str, here: Here
) -> Proposal | None:
    """The proposal from those blocks of the schema files that were edited since nothing was to change; None where all
    has to be looked at."""
    from faberdb.cli.partial import edited

    standing = memo.standing()
    part = edited(workspace, standing, planner.catalogue.objects, context, here) if standing else None
    if part is None:
        return None
    scratch.prepare_for(part.declared)
    return planner.declared(part.declared, part.forms, context, kept=part.kept, digests=part.digests)


def load_declaration(workspace: Workspace, here: Here = dict) -> Declaration:
    """What the schema files say, as it is meant for one environment. Raises DeclarationError."""
    from faberdb.declare.load import load

    found = load(workspace.project.schemas, workspace.provider.kinds, workspace.project.search_path)
    return replace(found, objects=here(found.objects))


def plan_rollback(workspace: Workspace, environment: Environment, records: list[Record], state: State) -> Made:
    """The plan that takes back applied plans, the newest first, all of them in one step."""
    from faberdb.prove.proposal import Planner

    with ExitStack() as stack:
        session = stack.enter_context(workspace.session(environment))
        catalogue = workspace.seen(session.inspect(), environment)
        scratch = stack.enter_context(workspace.scratch(environment, session))
        planner = Planner(
            workspace.provider,
            catalogue,
            scratch,
            number=session.quarantine_number(),
            managed=workspace.managed(environment),
        )
        record = records[0]
        target = _before(workspace.managed_objects(catalogue, environment), record)
        giving = {kept.address: kept for kept in record.kept}
        back = [(new, old) for old, new in reversed(record.renames)]
        proposal = planner.towards(target, renames=back, renames_last=True, giving=giving)
        heading = _heading(environment, session, state, kind="rollback", of_plan=record.plan_id)
        return Made(make_plan(proposal, heading, _evidence(proposal)))


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
