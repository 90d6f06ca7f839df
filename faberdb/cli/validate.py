"""`faberdb validate`: faberdb.toml and the schema files, checked without a database."""

from __future__ import annotations

import click

from faberdb.cli.known_hazards import refuse_unknown
from faberdb.cli.options import color_option, json_option, view_of, workspace_of
from faberdb.errors import ExitCode


@click.command("validate")
@json_option
@color_option
@click.pass_context
def command(ctx: click.Context, as_json: bool, no_color: bool) -> int:
    """Check faberdb.toml and the schema files. What only a server can tell, `faberdb plan` checks."""
    from faberdb.cli.left_out import refuse_left_out
    from faberdb.declare.load import load
    from faberdb.views.words import plural

    workspace = workspace_of(ctx)
    view = view_of(workspace, as_json=as_json, no_color=no_color)
    for environment in workspace.project.environments.values():
        refuse_unknown(environment.hazards, lambda: workspace.provider.hazards)
    declaration = load(workspace.project.schemas, workspace.provider.kinds, workspace.project.search_path)
    refuse_left_out(workspace, declaration.objects)
    objects, files = len(declaration.objects), len(declaration.files)
    what = f"{plural(objects, 'object')} declared"
    view.done(f"{workspace.project.file} and {plural(files, 'schema file')} are valid: {what}")
    return int(ExitCode.OK)
