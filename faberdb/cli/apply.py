"""`faberdb apply PLAN.json` carries out a saved plan; `faberdb apply ENV` plans, asks, and carries that out."""

from __future__ import annotations

from pathlib import Path

import click

from faberdb.cli import saved
from faberdb.cli.applying import check_plan, check_unchanged
from faberdb.cli.environment_rules import refuse_unsupported, rules_of
from faberdb.cli.identity import refuse_unasked
from faberdb.cli.made import Made
from faberdb.cli.options import (
    accept_option,
    approve_option,
    check_data_option,
    consent,
    dry_run_option,
    folder,
    max_risk_option,
    nothing_begun,
    shown,
    strict_option,
    view_of,
    workspace_of,
)
from faberdb.cli.planning import plan_environment
from faberdb.cli.resuming import resumed
from faberdb.cli.taking_back import apply_or_take_back
from faberdb.cli.workspace import Workspace, environment_named, utc_now
from faberdb.declare.source import nearest
from faberdb.errors import ApprovalError, ConfigError, ExitCode
from faberdb.model import Risk
from faberdb.plan.codec import from_json
from faberdb.policy.live_rows import refuse_to_stop_half_way
from faberdb.policy.rules import lapsed, refuse_risen, refuse_violations
from faberdb.policy.windows import refuse_outside


@click.command("apply")
@click.argument("plan", metavar="PLAN|ENVIRONMENT")
@max_risk_option
@check_data_option
@strict_option
@accept_option
@click.option("--resume", is_flag=True, help="Go on with the plan that stopped part way on ENVIRONMENT.")
@approve_option
@dry_run_option
@shown
@click.pass_context
@nothing_begun
def command(
    ctx: click.Context,
    plan: str,
    resume: bool,
    max_risk: str,
    check: bool | None,
    strict: bool,
    accepted: bool,
    auto_approve: bool,
    dry_run: bool,
    as_json: bool,
    no_color: bool,
    verbose: int,
) -> int:
    """Carry out a saved PLAN as it is, or plan ENVIRONMENT, ask, and carry that out. One that stopped part way goes on
    where it stopped: give the same PLAN again, or --resume."""
    workspace = workspace_of(ctx)
    view = view_of(workspace, as_json=as_json, no_color=no_color, verbose=verbose)
    file = folder(ctx) / plan
    is_saved = plan.endswith(".json") or file.is_file()
    if not is_saved and plan not in workspace.project.environments:
        raise _neither(workspace, plan, file)
    if is_saved or resume:
        _as_it_is(ctx, max_risk, check)
    if not is_saved and not dry_run:
        refuse_unsupported(workspace, environment_named(workspace, plan))
    if is_saved and resume:
        raise click.UsageError(f"{plan} goes on where it stopped by itself: give --resume with an environment.", ctx)
    if is_saved:
        made = Made(from_json(saved.read(file), plan), file=plan)
    elif resume:
        made = resumed(workspace, environment_named(workspace, plan))
    else:
        limit = Risk[max_risk.upper()]
        made = plan_environment(workspace, environment_named(workspace, plan), limit=limit, check=check)
    if made.note:
        view.note(made.note)
    environment = environment_named(workspace, made.plan.environment)
    state, _ = workspace.state(environment)
    if auto_approve and not (is_saved or resume or environment.auto_migrate):
        refuse_unasked(state, made.plan.database, environment)
    made = made._replace(protected=state.protected if state else frozenset(), strict=strict, accepted=accepted)
    if not made.plan.applyable:
        if is_saved:  # the others were made a moment ago
            check_unchanged(workspace, environment, made, view)
        view.no_changes(made.plan)
        return int(ExitCode.OK)
    if dry_run or not is_saved:
        view.plan(made.plan)
    refuse_risen(made.plan, Risk[max_risk.upper()])
    rules = rules_of(environment, made.protected, made.plan, strict=strict, accepted=accepted)
    for sentence in lapsed(made.plan, rules):
        view.note(f"note: {sentence}")
    if dry_run:
        check_plan(workspace, environment, made, view)
        view.note("a dry run: nothing was changed")
        return int(ExitCode.OK)
    refuse_violations(made.plan, rules)
    if not (is_saved or resume):  # before anybody is asked; a saved plan may be one to go on with, so that comes later
        refuse_outside(environment.name, environment.windows, utc_now())
        refuse_to_stop_half_way(made.plan)
    otherwise = "" if resume else "apply a saved plan (faberdb plan ENV --out plan.json)"
    question = f"Go on with this on {environment.name}?" if resume else f"Apply this to {environment.name}?"
    if not (is_saved or auto_approve or environment.auto_migrate) and not consent(question, otherwise):
        raise ApprovalError("not applied: there was no `yes`")
    apply_or_take_back(workspace, environment, made, view)
    return int(ExitCode.OK)


def _as_it_is(ctx: click.Context, max_risk: str, check: bool | None) -> None:
    """Raises what tells that a plan which is there already is carried out as it is."""
    if check is not None:
        raise click.UsageError("A saved plan is carried out as it is: give --check-data when it is made.", ctx)
    if max_risk != Risk.DESTRUCTIVE.word:
        raise ConfigError(
            "a saved plan is applied as it is", advice="use --max-risk with faberdb plan, or apply the environment"
        )


def _neither(workspace: Workspace, name: str, file: Path) -> ConfigError:
    """The error for what is no environment and no saved plan, with what is called nearly so."""
    there = [*workspace.project.environments, *saved.beside(file, name)]
    return ConfigError(
        f"there is no environment `{name}`, and no such file{nearest(name, there)}",
        where=workspace.project.file.as_posix(),
        advice="name a saved plan (faberdb plan ENV --out plan.json), or an environment; a new one is added as"
        " [environments.NAME]",
    )
