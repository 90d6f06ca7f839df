"""`faberdb stop ENV`: stop the embedded PostgreSQL of an environment; its data stays."""

from __future__ import annotations

import click

from faberdb.cli.options import shown, view_of, workspace_of
from faberdb.cli.workspace import environment_named
from faberdb.errors import ConfigError, ExitCode


@click.command("stop")
@click.argument("environment")
@shown
@click.pass_context
def command(ctx: click.Context, environment: str, as_json: bool, no_color: bool, verbose: int) -> int:
    """Stop the embedded PostgreSQL of ENVIRONMENT. Its data stays; the next command starts it again."""
    workspace = workspace_of(ctx)
    view = view_of(workspace, as_json=as_json, no_color=no_color, verbose=verbose)
    chosen = environment_named(workspace, environment)
    if not chosen.embedded:
        raise ConfigError(f"{environment} is not embedded, so faberdb does not run its server")
    stopped = workspace.provider.stop_embedded(workspace.folder(chosen))
    view.done(f"{environment} is stopped" if stopped else f"{environment} was not running")
    return int(ExitCode.OK)
