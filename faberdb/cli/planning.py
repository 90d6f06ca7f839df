"""Making a plan for an environment: what `plan`, `apply ENV` and `create` share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

from faberdb.cli.estimating import estimated
from faberdb.cli.forget import refuse_declared, require_forgotten
from faberdb.cli.half_way import refuse_half_way
from faberdb.cli.identity import another_database
from faberdb.cli.idle_grants import without_owners
from faberdb.cli.left_out import ignored, left_out, refuse_idle_include, refuse_left_out, remarks
from faberdb.cli.made import Made, evidence_of, heading_of, refuse_in_use
from faberdb.cli.memo import Memo, Standing, Unchanging, inputs
from faberdb.cli.scratch_door import ScratchDoor
from faberdb.cli.workspace import Workspace
from faberdb.config.project import Environment
from faberdb.errors import FaberError
from faberdb.model import ROWS_WAIT, Address, Change, Limits, Object, Risk
from faberdb.plan.make import News, make_plan, unchanged_plan

if TYPE_CHECKING:
    from faberdb.canon.forms import Form
    from faberdb.cli.sources import Desired
    from faberdb.declare.load import Declaration
    from faberdb.plan.state import State
    from faberdb.prove.planner import Planner
    from faberdb.prove.proposal import Proposal

Result = TypeVar("Result")

Here = Callable[[Mapping[Address, Object]], dict[Address, Object]]
"""What is declared, as it is meant for one environment."""


def plan_towards(
    workspace: Workspace,
    environment: Environment,
    source: str | Desired,
    *,
    full: bool = False,
    limit: Risk = Risk.DESTRUCTIVE,
    check: bool | None = None,
) -> Made:
    """The plan that makes a database what a source wants, or what is given; see `faberdb.cli.sources`. limit and
    check: as for `plan_environment`."""
    from faberdb.cli.sources import desired
    from faberdb.prove.planner import Planner

    state, _ = workspace.state(environment)
    with ExitStack() as stack:
        session = stack.enter_context(workspace.session(environment))
        session.refuse_under_way()
        scratch = stack.enter_context(workspace.scratch(environment, session))
        catalogue, number = session.inspect(), session.quarantine_number()
        require_forgotten(environment, catalogue.objects)
        planner = Planner(
            workspace.provider,
            workspace.extent.seen(catalogue, environment),
            scratch,
            number=number,
            managed=workspace.extent.managed(environment, catalogue.objects),
            additive=workspace.extent.additive(environment),
            why=workspace.extent.why_unmanaged(environment),
            held=partial(workspace.provider.held, session),
            full=full,
            limit=limit,
            losing=environment.on_drop == "drop",
            online=workspace.online(environment, session),
        )
        standing = workspace.standing(environment, session, state, planner.live)
        refuse_half_way(standing, planner.live, environment.name)
        planner.known = _before_this(state)
        wanted = desired(workspace, environment, source, scratch) if isinstance(source, str) else source
        heading = heading_of(environment, session, state)
        notes = [another_database(state, heading.database, environment)]
        if wanted.canonical is None:
            meant = workspace.extent.here(wanted.declared, environment, session)
            declared, owning = without_owners(workspace, session, meant, catalogue.objects)
            notes += owning
            notes += [f"note: {a.spoken} is left out by include or exclude" for a in left_out(workspace, declared)]
            scratch.prepare_for(declared)
            proposal = planner.declared(declared, {}, f"postgresql {session.version}")
        else:
            scratch.prepare_for(wanted.canonical)
            proposal = planner.canonical(wanted.canonical)
        proposal = held_against_live(workspace, environment, session, proposal, check)
        proposal, now = estimated(workspace, session, proposal)
        state = standing.state
        protected = state.protected if state else frozenset()
        news = News(_drifted(workspace, environment, state, planner), _forgotten(environment, state))
        plan = make_plan(proposal, heading, evidence_of(proposal), news, protected=protected)
        return Made(plan, protected, note="\n".join(filter(None, (*notes, now))))


def plan_environment(
    workspace: Workspace,
    environment: Environment,
    *,
    full: bool = False,
    whole: bool = False,
    limit: Risk = Risk.DESTRUCTIVE,
    check: bool | None = None,
) -> Made:
    """The plan that makes an environment's database what the schema files declare.

    whole: also a plan without changes is wanted with the digests of all that is declared, to be saved. limit: the level
    of risk above which changes are held back. check: whether live rows are looked at; None for where the environment is
    not protected.
    """
    memo = Memo(workspace.surroundings.cache, workspace.project, environment.name)
    stored = workspace.store.get(environment.name)
    with ExitStack() as stack:
        session = stack.enter_context(workspace.session(environment))
        session.refuse_under_way()
        heading = heading_of(environment, session, None)
        scratch = stack.enter_context(workspace.scratch(environment, session))
        fits = memo.fits()
        if not fits:
            scratch.ask()
        quick = fits and not whole and not full
        with _meanwhile(lambda: _look(session, memo, quick=quick), session.cancel) as looking:
            if not fits:
                with suppress(FaberError):
                    scratch()  # what was edited needs it, and it makes databases while this goes on
                _load_planner(workspace)
            known_state, database = stored[0] if stored else None, (heading.database, session.endpoint)
            settings = inputs(workspace.project, environment.name, workspace.provider, known_state, database)
            pulse, snapshot = looking()
        key = f"{settings} {snapshot.digest if snapshot else memo.catalogue}"
        known = memo.recall(key)
        if known is None and pulse == memo.pulse:
            snapshot = None  # what was remembered may be how another release read it
        if known is not None:
            heading = heading._replace(lineage=known.lineage, serial=known.serial)
            if quick:
                memo.feel(pulse)
                unchanged = unchanged_plan(heading, known.fingerprint, known.unmanaged)
                return Made(unchanged, note="\n".join(known.remarks))
        snapshot = snapshot or session.snapshot()
        key = f"{settings} {snapshot.digest}"
        # Loaded here, because it takes its time and a plan that is remembered needs none of it.
        from faberdb.prove.planner import Planner

        catalogue = snapshot.catalogue()
        require_forgotten(environment, catalogue.objects)
        planner = Planner(
            workspace.provider,
            workspace.extent.seen(catalogue, environment),
            scratch,
            number=session.quarantine_number(),
            managed=workspace.extent.managed(environment, catalogue.objects),
            additive=workspace.extent.additive(environment),
            why=workspace.extent.why_unmanaged(environment),
            held=partial(workspace.provider.held, session),
            full=full,
            limit=limit,
            losing=environment.on_drop == "drop",
            online=workspace.online(environment, session),
        )
        context = f"postgresql {session.version}"

        def here(declared: Mapping[Address, Object]) -> dict[Address, Object]:
            refuse_declared(environment, declared)
            meant = workspace.extent.here(declared, environment, session)
            refuse_left_out(workspace, meant)
            meant, owning = without_owners(workspace, session, meant, catalogue.objects)
            said.update(dict.fromkeys(owning))
            said.update(dict.fromkeys(ignored(workspace, environment, meant)))
            return meant

        said = dict.fromkeys(remarks(workspace, catalogue))
        # Where a service has a share, what is declared decides what is seen at all; so it does where more is said than
        # the catalogue tells.
        steady = known is not None and said.keys() >= set(known.remarks)
        known_well = known if steady and not full and session.service is None else None
        standing = memo.standing() if known_well else None
        if standing:
            planner.known = standing.digests.__contains__
        if known_well and (proposal := _from_edited(workspace, standing, planner, scratch, context, here)):
            protected = frozenset(map(Address.parse, known_well.protected))
            evidence = evidence_of(proposal)
            proposal = held_against_live(workspace, environment, session, proposal, check)
            proposal, now = estimated(workspace, session, proposal)
            plan = make_plan(proposal, heading, evidence, before=known_well.fingerprint, protected=protected)
            return Made(plan, protected, note="\n".join(filter(None, (*said, now))))
        found = workspace.declaration()
        declaration = found._replace(objects=here(found.objects))
        scratch.prepare_for(declaration.objects)
        state = workspace.parsed(environment, stored)
        refuse_idle_include(workspace, declaration.objects, catalogue, state.ever_declared() if state else ())
        note = another_database(state, heading.database, environment)
        if state is not None:
            heading = heading._replace(lineage=state.lineage, serial=state.serial)
        found_there = workspace.standing(environment, session, state, planner.live)
        refuse_half_way(found_there, planner.live, environment.name)
        state = found_there.state
        planner.known = _before_this(state)
        proposal = _from_all(workspace, declaration, state, planner, context)
        proposal = held_against_live(workspace, environment, session, proposal, check)
        proposal, now = estimated(workspace, session, proposal)
        protected = state.protected if state else frozenset()
        news = News(_drifted(workspace, environment, state, planner), _forgotten(environment, state))
        plan = make_plan(proposal, heading, evidence_of(proposal), news, protected=protected)
        if not (plan.applyable or note or plan.pending):  # a plan that is remembered says nothing besides
            guarded = tuple(sorted(map(str, protected)))
            remembered = Unchanging(
                plan.from_fingerprint, plan.unmanaged, plan.lineage, plan.state_serial, guarded, tuple(said)
            )
            memo.save(key, remembered, declaration, proposal.digests, pulse, snapshot.packed)
        return Made(plan, protected, note="\n".join(filter(None, (note, *said, now))))


def held_against_live(
    workspace: Workspace, environment: Environment, session: Any, proposal: Proposal, check: bool | None
) -> Proposal:
    """The proposal with what is to be said of live rows in its way. Raises RefusedError where it takes away what others
    need."""
    refuse_in_use(workspace, session, proposal)
    asked = not environment.protected if check is None else check
    limits = Limits(max(ROWS_WAIT, environment.lock_timeout), environment.check_data_timeout) if asked else None
    return proposal._replace(steps=workspace.provider.with_live_rows(session, proposal.steps, limits))


def _before_this(state: State | None) -> Callable[[Address], bool]:
    """Whether something was declared before."""
    return (state.ever_declared() if state else frozenset()).__contains__


def _load_planner(workspace: Workspace) -> None:
    """Load what a plan with changes needs, which takes its time, while there is something to wait for."""
    for name in ("faberdb.cli.partial", "faberdb.prove.planner"):
        import_module(name)
    _ = workspace.provider.kinds


def _look(session: Any, memo: Memo, *, quick: bool) -> tuple[str, Any]:
    """The pulse of the catalogue and, unless that is known and enough, what it holds. The pulse comes first: what is
    changed in between belongs to another one, and is not taken for what was seen."""
    pulse = session.pulse()
    if pulse != memo.pulse:
        return pulse, session.snapshot()
    if quick:
        return pulse, None
    packed = memo.packed() if session.service is None else None
    return pulse, session.remembered(packed, memo.catalogue) if packed else session.snapshot()


@contextmanager
def _meanwhile(work: Callable[[], Result], cancel: Callable[[], None] = lambda: None) -> Iterator[Callable[[], Result]]:
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
    proposal = planner.declared(declaration.objects, forms.load(remembered_forms(state)), context)
    forms.save(learned(proposal))
    return proposal


def _from_edited(
    workspace: Workspace, standing: Standing | None, planner: Planner, scratch: ScratchDoor, context: str, here: Here
) -> Proposal | None:
    """The proposal from those blocks of the schema files that were edited since nothing was to change; None where all
    has to be looked at."""
    from faberdb.cli.partial import edited

    part = edited(workspace, standing, planner.catalogue.objects, context, here) if standing else None
    if part is None:
        return None
    scratch.prepare_for(part.declared)
    with planner.narrowed(part.near):
        return planner.completed(part.declared, part.forms, context, kept=part.kept, digests=part.digests)


def _drifted(
    workspace: Workspace, environment: Environment, state: State | None, planner: Planner
) -> tuple[Change, ...]:
    """What was changed by hand since the state was written, of what is still managed."""
    from faberdb.diff.drift import drift

    if state is None:
        return ()
    return tuple(drift(workspace.extent.managed_objects(state.objects, environment), planner.live, planner.kinds))


def _forgotten(environment: Environment, state: State | None) -> tuple[Address, ...]:
    """What the state still knows and the project no longer manages."""
    return tuple(a for a in sorted(environment.forget) if state and a in state.objects)


def remembered_forms(state: State | None) -> dict[str, Form]:
    """Canonical forms that the state knows, by the digest of the declaration they came from."""
    if state is None:
        return {}
    from faberdb.canon.forms import form_of

    return {d: form_of(state.objects[a], state.objects) for a, d in state.declared.items() if a in state.objects}


def learned(proposal: Proposal) -> dict[str, Form]:
    """The forms that this plan showed declarations to have."""
    return dict(proposal.fresh)
