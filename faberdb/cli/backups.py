"""`faberdb backups ENV`: what backups there are; `faberdb backups verify ENV [ID]`: that one can be restored."""

from __future__ import annotations

from collections.abc import Sequence

import click

from faberdb.cli.backup_means import shelf_of
from faberdb.cli.copying import require_copy, server_of
from faberdb.cli.options import jobs_option, shown, view_of, workspace_of
from faberdb.cli.verifying import verify
from faberdb.cli.workspace import Workspace, environment_named
from faberdb.config.project import Environment
from faberdb.errors import ExitCode, FaberError, UnfitBackupError
from faberdb.model import Backup
from faberdb.views.view import View


@click.command("backups")
@click.argument("words", nargs=-1, required=True, metavar="ENVIRONMENT | verify ENVIRONMENT [ID]")
@jobs_option
@shown
@click.pass_context
def command(
    ctx: click.Context, words: tuple[str, ...], jobs: int | None, as_json: bool, no_color: bool, verbose: int
) -> int:
    """List the backups of ENVIRONMENT, the newest first. With `verify`, restore one on a throwaway server (the newest,
    or the one whose id begins with ID) and compare: only then is it called verified."""
    workspace = workspace_of(ctx)
    verifying = words[0] == "verify" and len(words) > 1
    environment, *more = words[1:] if verifying else words
    if len(more) > (1 if verifying else 0):
        raise click.UsageError(f"Got unexpected extra argument ({more[-1]})", ctx)
    view = view_of(workspace, as_json=as_json, no_color=no_color, verbose=verbose)
    chosen = environment_named(workspace, environment)
    shelf = shelf_of(workspace, chosen)
    if verifying:
        with shelf.locked(alone=False):
            backup = shelf.find(more[0] if more else None)
            view.verified(backup, verify(workspace, shelf, backup, view, jobs))
        return int(ExitCode.OK)
    found, broken = shelf.backups()
    for sentence in broken:
        view.note(sentence)
    view.backups(environment, [(backup, shelf.verified(backup)) for backup in reversed(found)])
    _of_server(workspace, chosen, found, view)
    return int(ExitCode.OK)


def _of_server(workspace: Workspace, environment: Environment, found: Sequence[Backup], view: View) -> None:
    """What only the server knows: the databases that restores have put aside, and copies that are gone. The list is
    what the folder holds, whether the server can be asked or not; nothing is started for it."""
    if environment.embedded and not workspace.provider.embedded_running(workspace.folder(environment)):
        return
    try:
        with server_of(workspace, environment, read_only=True) as server:
            for backup in found:
                if backup.kept_as:
                    try:
                        require_copy(server, backup)
                    except UnfitBackupError as error:
                        view.note(error.message)
            view.kept_databases(environment.name, server.former())
    except FaberError as error:
        view.note(f"what is kept on the server could not be looked at: {error.message}")
