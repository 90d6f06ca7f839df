"""`faberdb purge ENV`: destroy what waits in quarantine, by a plan of its own. The only command that loses rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import click

from faberdb.cli.applying import apply_plan, check_plan
from faberdb.cli.environment_rules import refuse_unsupported
from faberdb.cli.identity import another_database
from faberdb.cli.made import Made, heading_of
from faberdb.cli.options import approve_option, consent, dry_run_option, nothing_begun, shown, view_of, workspace_of
from faberdb.cli.purging import places, refuse_needed
from faberdb.cli.status import stopped_plan
from faberdb.cli.workspace import Workspace, environment_named, utc_now
from faberdb.config.project import Environment
from faberdb.errors import ApprovalError, ConfigError, ExitCode, StaleError, StoppedError
from faberdb.plan.document import Plan
from faberdb.plan.fingerprint import fingerprint
from faberdb.plan.make import unchanged_plan
from faberdb.plan.quarantine import Lot, lots, of_others, older
from faberdb.plan.state import State
from faberdb.policy.windows import refuse_outside
from faberdb.views.words import short_id

FEW = 5
"""How many of the things are named that keep a plan's quarantine from being purged."""
UNITS = {"h": "hours", "d": "days", "w": "weeks"}


def _age(ctx: click.Context, param: click.Parameter, value: str | None) -> timedelta | None:
    """`12h`, `30d`, `4w` as a length of time."""
    if value is None:
        return None
    found = re.fullmatch(r"([0-9]{1,5})([hdw])", value)
    if found is None:
        raise click.BadParameter(f"{value} is no age; write hours, days or weeks: 12h, 30d, 4w", ctx, param)
    return timedelta(**{UNITS[found[2]]: int(found[1])})


@click.command("purge")
@click.argument("environment")
@click.option(
    "--older-than",
    callback=_age,
    metavar="AGE",
    default=None,
    help="Only what has been there so long: 12h, 30d, 4w.",
)
@click.option(
    "--plan",
    "chosen_plan",
    metavar="ID",
    default=None,
    help="Only what this plan put there: its id, or the beginning of it.",
)
@approve_option
@dry_run_option
@shown
@click.pass_context
@nothing_begun
def command(
    ctx: click.Context,
    environment: str,
    older_than: timedelta | None,
    chosen_plan: str | None,
    auto_approve: bool,
    dry_run: bool,
    as_json: bool,
    no_color: bool,
    verbose: int,
) -> int:
    """Destroy what waits in quarantine on ENVIRONMENT: it is shown first, and no rollback brings it back afterwards."""
    workspace = workspace_of(ctx)
    view = view_of(workspace, as_json=as_json, no_color=no_color, verbose=verbose)
    if chosen_plan is not None and older_than is not None:
        raise ConfigError("--plan and --older-than say two different things", advice="give one of them")
    chosen = environment_named(workspace, environment)
    if not dry_run:
        refuse_unsupported(workspace, chosen)
    state, _ = workspace.state(chosen)
    now = utc_now()
    with workspace.session(chosen) as session:
        known = _refuse_in_doubt(workspace, chosen, session, state)
        found, unknown = lots(session.journal(), workspace.provider.in_quarantine(session, counted=True))
        stays = _staying(found, environment, known)
        going = [lot for lot in found if lot.plan_id not in stays]
        going = going if older_than is None else older(going, now - older_than)
        if chosen_plan is not None:
            plan_id = _only(found, chosen_plan, environment)
            going = [lot for lot in going if lot.plan_id == plan_id]
        plan = _plan(workspace, chosen, session, state, going)
        refuse_needed(workspace, session, going, found)
    for place in unknown:
        view.note(f"{place.place} stays: the journal does not know the plan that it is of")
    for plan_id, why in stays.items():
        view.note(f"what is in quarantine of plan {short_id(plan_id)} stays: {why}")
    view.purge(plan, going, [lot for lot in found if lot not in going], now)
    if not plan.applyable:
        return int(ExitCode.OK)
    again = f"faberdb purge {environment}" + (f" --older-than {_written(older_than)}" if older_than else "")
    again += f" --plan {short_id(going[0].plan_id)}" if chosen_plan is not None else ""
    made = Made(plan, again=again)
    if dry_run:
        check_plan(workspace, chosen, made, view)
        view.note("a dry run: nothing was changed")
        return int(ExitCode.OK)
    refuse_outside(chosen.name, chosen.windows, now)
    if not auto_approve and not consent(f"Destroy this on {environment}, for good?"):
        raise ApprovalError("not purged: there was no `yes`")
    apply_plan(workspace, chosen, made, view)
    return int(ExitCode.OK)


def _only(found: Sequence[Lot], beginning: str, environment: str) -> str:
    """The id of the plan that is meant. Raises ConfigError where none or several of those that have something in
    quarantine begin so."""
    if not beginning:
        raise ConfigError("--plan needs the id of a plan, or its beginning")
    meant = [lot.plan_id for lot in found if lot.plan_id.startswith(beginning)]
    if len(meant) != 1:
        there = ", ".join(short_id(lot.plan_id) for lot in found)
        raise ConfigError(
            f"{'more than one plan' if meant else 'no plan'} that has something in quarantine on {environment} begins"
            f" with {beginning}",
            advice=f"plans: {', '.join(meant) or there or 'none'}; what each has there is listed by:"
            f" faberdb purge {environment} --dry-run",
        )
    return meant[0]


def _written(age: timedelta) -> str:
    hours = int(age.total_seconds()) // 3600
    return f"{hours}h" if hours % 24 else f"{hours // 24}d"


def _staying(found: Sequence[Lot], environment: str, state: State | None) -> dict[str, str]:
    """By plan, why what it put in quarantine is not destroyed, however old it is."""
    stays = of_others(found, environment, state)
    for lot in found:
        if lot.strange and lot.plan_id not in stays:
            more = f" and {len(lot.strange) - FEW} more" if len(lot.strange) > FEW else ""
            stays[lot.plan_id] = (
                f"somebody put {', '.join(lot.strange[:FEW])}{more} there by hand: move that to another"
                " schema, or drop it"
            )
    return stays


def _refuse_in_doubt(workspace: Workspace, environment: Environment, session: Any, state: State | None) -> State | None:
    """The state with what the journal knows beyond it. Raises StaleError where it was written for another database,
    StoppedError where a plan stopped part way, whose way back may need what is in quarantine."""
    if note := another_database(state, session.identity(), environment):
        raise StaleError(
            f"what is in quarantine in this database is not that of {environment.name}, as its state knows it",
            detail=(note,),
            advice="nothing was changed; what is destroyed by mistake does not come back",
        )
    standing = workspace.standing(environment, session, state, {})
    if stopped := stopped_plan(standing):
        raise StoppedError(
            f"plan {stopped[:8]} stopped part way on {environment.name}: its way back may need what is in quarantine",
            advice=f"end it first; see how: faberdb status {environment.name}. Nothing was changed",
        )
    return standing.state


def _plan(
    workspace: Workspace, environment: Environment, session: Any, state: State | None, going: Sequence[Lot]
) -> Plan:
    """The plan that destroys these, and changes nothing that is live."""
    live = workspace.extent.managed_objects(session.inspect().objects, environment)
    heading = heading_of(environment, session, state, kind="purge")
    steps = workspace.provider.purge_steps(session, places(going)) if going else ()
    return unchanged_plan(heading, fingerprint(live), ())._replace(
        steps=steps, purges=tuple(lot.plan_id for lot in going)
    )
