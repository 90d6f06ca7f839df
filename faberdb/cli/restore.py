"""`faberdb restore ENV ID`: beside the database, verified there, and put in its place by a rename. The database that
was there stays, under another name, until `faberdb restore ENV --drop-kept`."""

from __future__ import annotations

import click

from faberdb.cli.kept_databases import drop_kept
from faberdb.cli.options import approve_option, dry_run_option, jobs_option, shown, view_of, workspace_of
from faberdb.cli.restoring import restore
from faberdb.cli.workspace import environment_named
from faberdb.errors import ExitCode


@click.command("restore")
@click.argument("environment")
@click.argument("backup_id", metavar="ID", required=False)
@click.option(
    "--drop-kept",
    "drop_kept_ones",
    is_flag=True,
    help="Restore nothing, but drop the databases that earlier restores have put aside; with ID only the one that made"
    " room for this backup.",
)
@jobs_option
@approve_option
@dry_run_option
@shown
@click.pass_context
def command(
    ctx: click.Context,
    environment: str,
    backup_id: str | None,
    drop_kept_ones: bool,
    jobs: int | None,
    auto_approve: bool,
    dry_run: bool,
    as_json: bool,
    no_color: bool,
    verbose: int,
) -> int:
    """Put the backup whose id begins with ID in the place of the database of ENVIRONMENT. It is restored beside and
    compared with what was backed up, then both are renamed; the database that was there is kept."""
    workspace = workspace_of(ctx)
    view = view_of(workspace, as_json=as_json, no_color=no_color, verbose=verbose)
    chosen = environment_named(workspace, environment)
    if drop_kept_ones:
        drop_kept(workspace, chosen, backup_id, view, auto_approve=auto_approve, dry_run=dry_run)
    elif backup_id is None:
        raise click.UsageError(f"Missing argument 'ID'. See what there is: faberdb backups {environment}", ctx)
    else:
        restore(workspace, chosen, backup_id, view, jobs=jobs, auto_approve=auto_approve, dry_run=dry_run)
    return int(ExitCode.OK)
