"""`faberdb apply PLAN.json` carries out a saved plan; `faberdb apply ENV` plans, asks, and carries that out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from faberdb.cli.applying import apply_plan
from faberdb.cli.options import approve_option, consent, dry_run_option, shown, strict_option, view_of, workspace_of
from faberdb.cli.planning import Made, plan_environment, rules_of
from faberdb.cli.workspace import environment_named
from faberdb.errors import ExitCode, FaberError
from faberdb.plan.codec import from_json
from faberdb.policy.rules import refuse_violations


@click.command("apply")
@click.argument("plan", metavar="PLAN|ENVIRONMENT")
@strict_option
@approve_option
@dry_run_option
@shown
@click.pass_context
def command(
    ctx: click.Context,
    plan: str,
    strict: bool,
    auto_approve: bool,
    dry_run: bool,
    as_json: bool,
    no_color: bool,
    verbose: int,
) -> int:
    """Carry out a saved PLAN as it is, or plan ENVIRONMENT, ask, and carry that out."""
    workspace = workspace_of(ctx)
    view = view_of(workspace, as_json=as_json, no_color=no_color, verbose=verbose)
    saved = plan.endswith(".json") or Path(plan).is_file()
    made = _saved(plan) if saved else plan_environment(workspace, environment_named(workspace, plan))
    environment = environment_named(workspace, made.plan.environment)
    state, _ = workspace.state(environment)
    made = replace(made, protected=state.protected if state else frozenset(), strict=strict)
    if not made.plan.applyable:
        view.no_changes(made.plan)
        return int(ExitCode.OK)
    if dry_run or not saved:
        view.plan(made.plan)
    refuse_violations(made.plan, rules_of(environment, made.protected, made.plan, strict=strict))
    if dry_run:
        view.note("a dry run: nothing was changed")
        return int(ExitCode.OK)
    if not (saved or auto_approve or environment.auto_migrate) and not consent(f"Apply this to {environment.name}?"):
        view.note("not applied: there was no `yes`")
        return int(ExitCode.ERROR)
    apply_plan(workspace, environment, made, view)
    return int(ExitCode.OK)


def _saved(name: str) -> Made:
    try:
        text = Path(name).read_text()
    except OSError as error:
        raise FaberError(
            "the plan cannot be read",
            where=name,
            detail=(error.strerror or str(error),),
            advice="write one: faberdb plan ENV --out plan.json",
        ) from None
    return Made(from_json(text, name))
