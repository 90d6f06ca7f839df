"""`faberdb plan ENV`: what would change, proven, and saved on request."""

from __future__ import annotations

import click

from faberdb.cli import saved
from faberdb.cli.environment_rules import rules_of
from faberdb.cli.options import (
    check_data_option,
    exitcode_option,
    folder,
    max_risk_option,
    nothing_begun,
    shown,
    strict_option,
    view_of,
    workspace_of,
)
from faberdb.cli.planning import plan_environment, plan_towards
from faberdb.cli.workspace import environment_named
from faberdb.errors import ExitCode
from faberdb.model import Risk
from faberdb.policy.rules import irreversible, lapsed, refuse_risen, refuse_violations, violations

FORMS = "an environment, `sql:FOLDER`, `git:REVISION`"


@click.command("plan")
@click.argument("environment")
@click.option("--out", metavar="FILE", help="Save the plan, to be applied later as it is.")
@click.option("--full-proof", is_flag=True, help="Prove on a copy of the whole catalogue, not only of what is touched.")
@click.option(
    "--from", "source", metavar="SOURCE", help=f"What it is to become: {FORMS}; the schema files if not said."
)
@max_risk_option
@check_data_option
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
    max_risk: str,
    check: bool | None,
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
    limit = Risk[max_risk.upper()]
    if source:
        made = plan_towards(workspace, chosen, source, full=full_proof, limit=limit, check=check)
    else:
        made = plan_environment(workspace, chosen, full=full_proof, whole=bool(out), limit=limit, check=check)
    if made.note:
        view.note(made.note)
    if any(step.statement.risk > limit for step in made.plan.steps):
        view.plan(made.plan)
        refuse_risen(made.plan, limit)
    rules = rules_of(chosen, made.protected, made.plan, strict=strict, accepted=True)
    for sentence in lapsed(made.plan, rules):
        view.note(f"note: {sentence}")
    if out:
        from faberdb.plan.codec import to_json

        saved.write(folder(ctx) / out, to_json(made.plan))
    if not made.plan.applyable:
        view.no_changes(made.plan, saved=out)
        refuse_violations(made.plan, rules)
        return int(ExitCode.CHANGES if detailed_exitcode and made.plan.pending else ExitCode.OK)
    refused = any(violations(made.plan, rules))
    follows = f"faberdb apply {out}" if out else "" if source else f"faberdb apply {environment}"
    if follows and irreversible(made.plan):
        follows += " --accept-irreversible"
    if follows and not out and limit < Risk.DESTRUCTIVE:
        follows += f" --max-risk {max_risk}"
    view.plan(made.plan, saved=out, next_step="" if refused else follows)
    refuse_violations(made.plan, rules)
    return int(ExitCode.CHANGES if detailed_exitcode else ExitCode.OK)
