"""`faberdb create ENV`: the database of an environment on any server, then its schema, in one command."""

from __future__ import annotations

import click

from faberdb.cli.applying import apply_plan
from faberdb.cli.options import dry_run_option, shown, view_of, workspace_of
from faberdb.cli.planning import plan_environment, refuse_unsupported
from faberdb.cli.workspace import environment_named
from faberdb.errors import ExitCode


@click.command("create")
@click.argument("environment")
@dry_run_option
@shown
@click.pass_context
def command(ctx: click.Context, environment: str, dry_run: bool, as_json: bool, no_color: bool, verbose: int) -> int:
    """Make the database of ENVIRONMENT where it is missing, and bring it to the declared schema."""
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
    apply_plan(workspace, chosen, made, view)
    return int(ExitCode.OK)
