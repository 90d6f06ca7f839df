"""`faberdb rollback ENV`: take back applied plans, each with a proven plan of its own, the newest first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import click

from faberdb.cli.applying import apply_plan, check_plan
from faberdb.cli.backup_means import shelf_of
from faberdb.cli.environment_rules import hazard_rules, refuse_unsupported
from faberdb.cli.identity import another_database, require_journalled
from faberdb.cli.made import Made
from faberdb.cli.no_return import tell_no_return
from faberdb.cli.options import approve_option, consent, dry_run_option, nothing_begun, shown, view_of, workspace_of
from faberdb.cli.planning_back import plan_rollback
from faberdb.cli.restoring import restore
from faberdb.cli.resuming import command_of
from faberdb.cli.workspace import Workspace, environment_named
from faberdb.config.project import Environment
from faberdb.errors import ApprovalError, ConfigError, CutShortError, ExitCode, StoppedError
from faberdb.model import JournalEntry
from faberdb.plan.codec import from_json
from faberdb.plan.quarantine import purged
from faberdb.plan.standing import Standing, without_effect
from faberdb.plan.state import Record
from faberdb.policy.live_rows import refuse_to_stop_half_way
from faberdb.policy.rules import passed_over
from faberdb.rollback.choosing import chosen_records
from faberdb.rollback.purged import refuse_purged
from faberdb.views.view import View
from faberdb.views.words import counts, moment, renaming, short_id, spoken

FEW = 5
"""How many of the objects of a plan are named that is going to be taken back."""


@click.command("rollback")
@click.argument("environment")
@click.option(
    "--steps", type=click.IntRange(1), default=None, help="How many plans to take back; 1 if nothing is said."
)
@click.option(
    "--to",
    "goal",
    metavar="ID",
    help="Take back all that was applied after this plan; or restore this backup, as `faberdb restore` does.",
)
@approve_option
@dry_run_option
@shown
@click.pass_context
@nothing_begun
def command(
    ctx: click.Context,
    environment: str,
    steps: int | None,
    goal: str | None,
    auto_approve: bool,
    dry_run: bool,
    as_json: bool,
    no_color: bool,
    verbose: int,
) -> int:
    """Take back the last plan that was applied to ENVIRONMENT, or several; rows come back from quarantine. With the id
    of a backup, put that in the place of the database."""
    workspace = workspace_of(ctx)
    view = view_of(workspace, as_json=as_json, no_color=no_color, verbose=verbose)
    chosen = environment_named(workspace, environment)
    if goal and _means_backup(workspace, chosen, goal):
        if steps is not None:
            raise ConfigError("--steps and --to say two different things", advice="give one of them")
        restore(workspace, chosen, goal, view, auto_approve=auto_approve, dry_run=dry_run)
        return int(ExitCode.OK)
    if not dry_run:
        refuse_unsupported(workspace, chosen)
    stands = standing_of(workspace, chosen)
    found, note, halted = stands.found, stands.note, stands.halted
    if stands.idle is not None and steps is None and goal is None:
        _end_idle(workspace, chosen, stands.idle, found, view, dry_run=dry_run)
        return int(ExitCode.OK)
    if halted is not None:
        if steps is not None or goal is not None:
            raise StoppedError(
                f"taking back plan {halted.plan.of_plan[:8]} stopped part way on {environment}",
                advice=f"end that first: faberdb rollback {environment}",
            )
        view.note(f"Taking back plan {short_id(halted.plan.of_plan)} stopped part way. That goes on; its plan was:")
        _take_back(workspace, chosen, halted, view, dry_run=dry_run, asked=auto_approve)
        if not dry_run:
            tell_no_return(workspace, chosen, view)
        return int(ExitCode.OK)
    records = chosen_records(found.state, steps, goal, environment)
    require_journalled(records, found.journalled, note, chosen)
    refuse_purged(records, stands.purges, found.state, environment)
    if note:
        view.note(note)
    if not records:
        view.note(f"nothing was applied to {environment} after plan {goal}")
    elif len(records) > 1:
        _announce(records, view)
    for number, record in enumerate(records, 1):
        which = f" ({number} of {len(records)})" if len(records) > 1 else ""
        with _counting(number - 1, len(records), environment):
            made = plan_rollback(workspace, chosen, record)
            _take_back(workspace, chosen, made, view, dry_run=dry_run, asked=auto_approve, which=which, fresh=True)
        if dry_run:
            break
    if records and not dry_run:
        tell_no_return(workspace, chosen, view)
    return int(ExitCode.OK)


def _means_backup(workspace: Workspace, environment: Environment, goal: str) -> bool:
    """Whether an id is that of a backup, and not of a plan. The database need not be there for it. Raises ConfigError
    where it can be both, BackupError where it can be several backups."""
    backups = shelf_of(workspace, environment).ids(goal)
    if not backups or goal in backups:
        return bool(backups)
    state, _ = workspace.state(environment)
    plans = [record.plan_id for record in state.standing() if record.plan_id.startswith(goal)] if state else []
    if plans:
        raise ConfigError(
            f"{goal} is the beginning of the id of a plan and of a backup of {environment.name}",
            detail=(f"plan {plans[0]}", f"backup {backups[0]}"),
            advice=f"give more of it; faberdb status {environment.name} tells of plans, faberdb backups"
            f" {environment.name} of backups",
        )
    return True


def _end_idle(
    workspace: Workspace, environment: Environment, idle: JournalEntry, found: Standing, view: View, *, dry_run: bool
) -> None:
    """Of a plan that stopped before anything of it was committed there is nothing to take back: whoever means it, and
    not the one before it, must not lose that. What a build has left half done goes."""
    if not dry_run:
        with workspace.session(environment, read_only=False) as session:
            target = workspace.provider.target(session)
            target.lock(workspace.holder)
            target.sweep()
    older = list(found.state.standing()) if found.state else []
    view.done(
        f"plan {short_id(idle.plan_id)} of {moment(idle.started or idle.at)} stopped before anything of it was"
        " committed, so nothing of it has to be taken back"
    )
    if older:
        view.note(
            f"to take back the plan before it, {short_id(older[-1].plan_id)}: faberdb rollback {environment.name}"
            " --steps 1"
        )


def _take_back(
    workspace: Workspace,
    chosen: Environment,
    made: Made,
    view: View,
    *,
    dry_run: bool,
    asked: bool,
    which: str = "",
    fresh: bool = False,
) -> None:
    """Show the plan of a rollback, ask unless that was done, and carry it out. fresh: it was made a moment ago, so what
    it says of live rows still holds."""
    if made.note:
        view.note(made.note)
    view.plan(made.plan)
    if fresh:
        refuse_to_stop_half_way(made.plan)
    for what in passed_over(made.plan, hazard_rules(chosen)):
        view.note(f"a rule that does not stop a rollback, which is always open: {what}")
    if dry_run:
        check_plan(workspace, chosen, made, view)
        view.note("a dry run: nothing was changed")
        return
    if not asked and not consent(f"Take this back on {chosen.name}?{which}"):
        raise ApprovalError("not taken back: there was no `yes`")
    apply_plan(workspace, chosen, made, view)


@contextmanager
def _counting(done: int, total: int, environment: str) -> Iterator[None]:
    """Say where Ctrl-C between several plans leaves them. Raises CutShortError."""
    try:
        yield
    except (KeyboardInterrupt, click.Abort):
        if not done:
            raise
        raise CutShortError(
            f"{done} of {total} plans {'is' if done == 1 else 'are'} taken back; the next was not begun",
            advice=f"see where it stands: faberdb status {environment}; to take back one more:"
            f" faberdb rollback {environment}",
        ) from None


def _announce(records: Sequence[Record], view: View) -> None:
    """What is going to be taken back, all of it, before the first of it is."""
    view.note(f"{len(records)} plans are to be taken back, the newest first, each by a plan of its own:")
    for number, record in enumerate(records, 1):
        changed = {d.address: d.after or d.before for d in record.differences}
        names = [renaming(old, new) for old, new in record.renames]
        names += [spoken(a) for a, obj in changed.items() if obj is None or obj.parent not in changed]
        more = f" and {len(names) - FEW} more" if len(names) > FEW else ""
        view.note(
            f"  {number}. {short_id(record.plan_id)}, applied {moment(record.applied_at)} by {record.holder}:"
            f" {counts(record.summary, done=True)}" + (f" ({', '.join(names[:FEW])}{more})" if names else "")
        )
    view.note("The plan for the first follows. Those for the others can only be made, and are shown, after it is done.")


@dataclass(frozen=True, slots=True)
class Stands:
    """found: the state with all that changed the database. note: what to say of whose that is. halted: the rollback
    that stopped part way last. purges: by the plans whose quarantine they destroyed. idle: the apply that was begun
    last, if nothing of it was committed."""

    found: Standing
    note: str
    halted: Made | None
    purges: Mapping[str, JournalEntry]
    idle: JournalEntry | None


def standing_of(workspace: Workspace, environment: Environment) -> Stands:
    """What a rollback begins from. Raises StoppedError where it is not known what changed the database, or where one
    that stopped part way cannot go on."""
    state, _ = workspace.state(environment)
    with workspace.session(environment) as session:
        live = workspace.extent.managed_objects(session.inspect().objects, environment)
        found = workspace.standing(environment, session, state, live)
        entries = session.journal()
        documents, purges = {entry.plan_id: entry.document for entry in entries}, purged(entries)
        note = another_database(state, session.identity(), environment)
        idle = without_effect(session.journal(all_begun=True), found, environment.name)
    if found.unclear:
        raise StoppedError(
            f"plan {found.unclear[-1][:8]} stopped part way on {environment.name}, and what it did cannot be told",
            advice=f"end it: {command_of(environment.name)}; nothing older can be taken back before",
        )
    last = found.state.applied[-1] if found.state and found.state.applied else None
    if found.state is None or last is None or last.kind != "rollback" or last.outcome != "stopped":
        return Stands(found, note, None, purges, idle)
    written = state is not None and any(record.plan_id == last.plan_id for record in state.applied)
    if written or last.plan_id not in documents:
        raise StoppedError(
            f"taking back plan {last.of_plan[:8]} stopped part way on {environment.name}",
            advice=f"plan from where things are now, and apply that: faberdb plan {environment.name}",
        )
    plan = from_json(documents[last.plan_id], f"journal of environment {environment.name}")
    giving = next((record.kept for record in found.state.applied if record.plan_id == plan.of_plan), ())
    return Stands(found, note, Made(plan, giving=giving, ends=True), purges, None)
