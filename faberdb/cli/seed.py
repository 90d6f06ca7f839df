"""`faberdb seed ENV`: bring the rows of the project's seed files into a database, those that are not there yet."""

from __future__ import annotations

import click

from faberdb.cli.backing_up import try_backup
from faberdb.cli.environment_rules import refuse_unsupported
from faberdb.cli.options import approve_option, consent, dry_run_option, nothing_begun, shown, view_of, workspace_of
from faberdb.cli.seeding import backup_of_seeds, looked_at, seeds_of, sow
from faberdb.cli.workspace import environment_named, utc_now
from faberdb.errors import ApprovalError, ExitCode
from faberdb.policy.windows import refuse_outside
from faberdb.views.words import plural


@click.command("seed")
@click.argument("environment")
@approve_option
@dry_run_option
@shown
@click.pass_context
@nothing_begun
def command(
    ctx: click.Context,
    environment: str,
    auto_approve: bool,
    dry_run: bool,
    as_json: bool,
    no_color: bool,
    verbose: int,
) -> int:
    """Bring the rows of the seed files into the database of ENVIRONMENT, in one transaction: those that are missing are
    inserted, those that differ are updated, all others stay."""
    workspace = workspace_of(ctx)
    view = view_of(workspace, as_json=as_json, no_color=no_color, verbose=verbose)
    chosen = environment_named(workspace, environment)
    refuse_unsupported(workspace, chosen)
    seeds = seeds_of(workspace)
    found, statements = looked_at(workspace, chosen, seeds)
    view.seeds(chosen.name, found, done=False)
    if not statements and not any(count.changes for count in found):
        return int(ExitCode.OK)
    if statements:
        files = ", ".join(script.file for script in seeds.scripts)
        view.note(
            f"Besides, {plural(statements, 'statement')} of {files}: what they change is not known before they run"
        )
    refuse_outside(chosen.name, chosen.windows, utc_now())
    if dry_run:
        if backup_of_seeds(chosen):
            try_backup(workspace, chosen, view)
        view.note("a dry run: nothing was changed")
        return int(ExitCode.OK)
    if not (auto_approve or chosen.auto_migrate) and not consent(f"Seed {chosen.name}?"):
        raise ApprovalError("not seeded: there was no `yes`")
    sow(workspace, chosen, seeds, view)
    return int(ExitCode.OK)
