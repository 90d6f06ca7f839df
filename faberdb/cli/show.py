"""`faberdb show PLAN.json`: a saved plan, for people and for programs."""

from __future__ import annotations

import sys
from collections.abc import Mapping

import click

from faberdb.cli import saved
from faberdb.cli.options import folder
from faberdb.errors import ExitCode
from faberdb.plan.codec import from_json
from faberdb.views import make_view


@click.command("show")
@click.argument("plan", metavar="PLAN")
@click.option("--json", "as_json", is_flag=True, help="The plan document as it is.")
@click.option("--sql", "as_sql", is_flag=True, help="An SQL script that psql can run.")
@click.option("--markdown", "as_markdown", is_flag=True, help="For a pull request.")
@click.option("--rollback", is_flag=True, help="With --sql: the way back.")
@click.option("--no-color", is_flag=True, help="Without colours.")
@click.option("-v", "--verbose", count=True, help="Show the SQL of each step.")
@click.pass_context
def command(
    ctx: click.Context,
    plan: str,
    as_json: bool,
    as_sql: bool,
    as_markdown: bool,
    rollback: bool,
    no_color: bool,
    verbose: int,
) -> int:
    """Show a saved PLAN without touching any database."""
    _refuse_contradictions(ctx, {"--json": as_json, "--sql": as_sql, "--markdown": as_markdown}, rollback=rollback)
    text = saved.read(folder(ctx) / plan)
    document = from_json(text, plan)
    if as_json:
        click.echo(text, nl=False)
    elif as_sql:
        from faberdb.views.sql import plan_sql

        click.echo(plan_sql(document, rollback=rollback), nl=False)
    elif as_markdown:
        from faberdb.views.markdown import plan_markdown

        click.echo(plan_markdown(document), nl=False)
    else:
        view = make_view(json=False, color=not no_color and sys.stdout.isatty(), verbose=verbose)
        if document.applyable:
            view.plan(document, next_step=f"faberdb apply {plan}")
        else:
            view.no_changes(document)
    return int(ExitCode.OK)


def _refuse_contradictions(ctx: click.Context, forms: Mapping[str, bool], *, rollback: bool) -> None:
    """Raises click.UsageError where one option would be left out of account without a word."""
    wanted = [name for name, given in forms.items() if given]
    if len(wanted) > 1:
        raise click.UsageError(f"{' and '.join(wanted)} are different forms of the plan: give one of them.", ctx)
    if rollback and wanted != ["--sql"]:
        raise click.UsageError("--rollback says which way --sql writes: give it with --sql.", ctx)
