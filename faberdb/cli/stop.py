"""`faberdb stop ENV`: stop the embedded PostgreSQL of an environment; its data stays."""

from __future__ import annotations

from contextlib import suppress

import click

from faberdb.cli.options import shown, view_of, workspace_of
from faberdb.cli.workspace import Workspace, environment_named
from faberdb.config.project import Environment
from faberdb.errors import ConfigError, DatabaseError, ExitCode, LockedError


@click.command("stop")
@click.argument("environment")
@shown
@click.pass_context
def command(ctx: click.Context, environment: str, as_json: bool, no_color: bool, verbose: int) -> int:
    """Stop the embedded PostgreSQL of ENVIRONMENT. Its data stays; the next command starts it again.

    Refused while an apply runs on it.
    """
    workspace = workspace_of(ctx)
    view = view_of(workspace, as_json=as_json, no_color=no_color, verbose=verbose)
    chosen = environment_named(workspace, environment)
    if not chosen.embedded:
        raise ConfigError(f"{environment} is not embedded, so faberdb does not run its server")
    _refuse_at_work(workspace, chosen)
    stopped = workspace.provider.stop_embedded(workspace.folder(chosen))
    view.done(f"{environment} is stopped" if stopped else f"{environment} was not running")
    return int(ExitCode.OK)


def _refuse_at_work(workspace: Workspace, environment: Environment) -> None:
    """An apply that runs is not cut off. Raises LockedError naming whose it is."""
    if not workspace.provider.embedded_running(workspace.folder(environment)):
        return
    found = None
    with suppress(DatabaseError), workspace.session(environment) as session:  # what does not answer can be stopped
        found = session.under_way()
    if found:
        since = f", since {found.since}" if found.since else ""
        raise LockedError(
            f"{environment.name} is being changed by {found.who}{since}: it is not stopped",
            advice=f"wait until that has ended (faberdb status {environment.name} says how far it is), or interrupt it"
            " where it runs",
        )
