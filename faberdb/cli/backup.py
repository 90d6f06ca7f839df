"""`faberdb backup ENV`: take a backup of an environment's database."""

from __future__ import annotations

import click

from faberdb.cli.backing_up import take_backup, try_backup
from faberdb.cli.options import dry_run_option, jobs_option, shown, view_of, workspace_of
from faberdb.cli.workspace import environment_named
from faberdb.errors import CutShortError, ExitCode


@click.command("backup")
@click.argument("environment")
@jobs_option
@dry_run_option
@shown
@click.pass_context
def command(
    ctx: click.Context, environment: str, jobs: int | None, dry_run: bool, as_json: bool, no_color: bool, verbose: int
) -> int:
    """Take a backup of the database of ENVIRONMENT, while it is in use; with [backup] verify it is restored on scratch
    at once."""
    workspace = workspace_of(ctx)
    view = view_of(workspace, as_json=as_json, no_color=no_color, verbose=verbose)
    chosen = environment_named(workspace, environment)
    if dry_run:
        try_backup(workspace, chosen, view)
        view.note("a dry run: nothing was written")
        return int(ExitCode.OK)
    try:
        take_backup(workspace, chosen, view, reason="asked for", jobs=jobs)
    except KeyboardInterrupt:
        raise CutShortError("no backup was taken; what was written of it is removed again") from None
    return int(ExitCode.OK)
