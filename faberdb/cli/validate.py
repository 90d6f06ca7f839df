"""`faberdb validate`: faberdb.toml and the schema files, checked without a database."""

from __future__ import annotations

import click

from faberdb.cli.options import idle, workspace_of
from faberdb.errors import ExitCode


@click.command("validate")
@click.pass_context
def command(ctx: click.Context) -> int:
    """Check faberdb.toml and the schema files. What only a server can tell, `faberdb plan` checks."""
    from faberdb.declare.load import load
    from faberdb.views.words import plural

    workspace = workspace_of(ctx)
    declaration = load(workspace.project.schemas, workspace.provider.kinds, workspace.project.search_path)
    objects, files = len(declaration.objects), len(declaration.files)
    what = f"{plural(objects, 'object')} declared"
    click.echo(f"{workspace.project.file} and {plural(files, 'schema file')} are valid: {what}")
    if workspace.project.idle:
        click.echo(idle(workspace), err=True)
    return int(ExitCode.OK)
