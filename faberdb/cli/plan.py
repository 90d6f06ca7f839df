"""`faberdb plan ENV`: what would change, proven, and saved on request."""

from __future__ import annotations

import click

from faberdb.cli import saved
from faberdb.cli.environment_rules import rules_of
from faberdb.cli.options import exitcode_option, folder, nothing_begun, shown, strict_option, view_of, workspace_of
from faberdb.cli.planning import plan_environment, plan_towards
from faberdb.cli.workspace import environment_named
from faberdb.errors import ExitCode
from faberdb.policy.rules import irreversible, refuse_violations, violations

FORMS = "an environment, `sql:FOLDER`, `git:REVISION`"


@click.command("plan")
@click.argument("environment")
@click.option("--out", metavar="FILE", help="Save the plan, to be applied later as it is.")
@click.option("--full-proof", is_flag=True, help="Prove on a copy of the whole catalogue, not only of what is touched.")
@click.option(
    "--from", "source", metavar="SOURCE", help=f"What it is to become: {FORMS}; the schema files if not said."
)
@strict_option
@exitcode_option
@shown
@click.pass_context
@nothing_begun
def command(
    ctx: click.Context,
    environment: str,
    out: str | None,
    full_proof: bool,
    source: str | None,
    strict: bool,
    detailed_exitcode: bool,
    as_json: bool,
    no_color: bool,
    verbose: int,
) -> int:
    """Show what would change in ENVIRONMENT, proven forward and back on a scratch server."""
    workspace = workspace_of(ctx)
    view = view_of(workspace, as_json=as_json, no_color=no_color, verbose=verbose)
    chosen = environment_named(workspace, environment)
    if source:
        made = plan_towards(workspace, chosen, source, full=full_proof)
    else:
        made = plan_environment(workspace, chosen, full=full_proof, whole=bool(out))
    if made.note:
        view.note(made.note)
    rules = rules_of(chosen, made.protected, made.plan, strict=strict, accepted=True)
    if out:
        from faberdb.plan.codec import to_json

        saved.write(folder(ctx) / out, to_json(made.plan))
    if not made.plan.applyable:
        view.no_changes(made.plan, saved=out)
        refuse_violations(made.plan, rules)
        return int(ExitCode.OK)
    refused = any(violations(made.plan, rules))
    follows = f"faberdb apply {out}" if out else "" if source else f"faberdb apply {environment}"
    if follows and irreversible(made.plan):
        follows += " --accept-irreversible"
    view.plan(made.plan, saved=out, next_step="" if refused else follows)
    refuse_violations(made.plan, rules)
    return int(ExitCode.CHANGES if detailed_exitcode else ExitCode.OK)
