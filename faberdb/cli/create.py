"""`faberdb create ENV`: the database of an environment on any server, then its schema, in one command."""

from __future__ import annotations

import click

from faberdb.cli.applying import apply_plan
from faberdb.cli.options import approve_option, consent, dry_run_option, shown, view_of, workspace_of
from faberdb.cli.planning import plan_environment, refuse_unsupported
from faberdb.cli.workspace import environment_named
from faberdb.errors import ExitCode
from faberdb.model import Action


@click.command("create")
@click.argument("environment")
@approve_option
@dry_run_option
@shown
@click.pass_context
def command(
    ctx: click.Context,
    environment: str,
    auto_approve: bool,
    dry_run: bool,
    as_json: bool,
    no_color: bool,
    verbose: int,
) -> int:
    """Make the database of ENVIRONMENT where it is missing, and bring it to the declared schema. Where something is
    there already that would be changed or dropped, it asks."""
    workspace = workspace_of(ctx)
    view = view_of(workspace, as_json=as_json, no_color=no_color, verbose=verbose)
    chosen = environment_named(workspace, environment)
    refuse_unsupported(workspace, chosen)
    if not chosen.embedded:
        made_database = workspace.provider.create_database(workspace.conninfo(chosen), chosen.name, dry_run=dry_run)
        if made_database:
            view.note(f"{'would create' if dry_run else 'created'} database {made_database}")
            if dry_run:
                return int(ExitCode.OK)
    made = plan_environment(workspace, chosen)
    if not made.plan.applyable:
        view.no_changes(made.plan)
        return int(ExitCode.OK)
    view.plan(made.plan)
    if dry_run:
        view.note("a dry run: nothing was changed")
        return int(ExitCode.OK)
    only_new = all(change.action is Action.CREATE for change in made.plan.changes) and not made.plan.renames
    if not (only_new or auto_approve or chosen.auto_migrate) and not consent(f"Apply this to {chosen.name}?"):
        view.note("not applied: there was no `yes`")
        return int(ExitCode.ERROR)
    apply_plan(workspace, chosen, made, view)
    return int(ExitCode.OK)
