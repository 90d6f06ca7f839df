"""`faberdb reset ENV`: a development database anew, from the schema files and the seeds."""

from __future__ import annotations

import click

from faberdb.cli.applying import apply_plan, check_plan
from faberdb.cli.environment_rules import refuse_unsupported, rules_of
from faberdb.cli.made import Made
from faberdb.cli.options import approve_option, consent, dry_run_option, nothing_begun, shown, view_of, workspace_of
from faberdb.cli.planning import plan_environment, plan_towards
from faberdb.cli.seeding import sow
from faberdb.cli.sources import Desired
from faberdb.cli.workspace import Workspace, environment_named, utc_now
from faberdb.config.project import Environment
from faberdb.declare.seeds import read_seeds
from faberdb.errors import ApprovalError, CutShortError, ExitCode, RefusedError
from faberdb.model import Risk, Seeds
from faberdb.policy.rules import refuse_violations
from faberdb.policy.windows import refuse_outside
from faberdb.views.view import View


@click.command("reset")
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
    """Destroy all that is managed in the database of ENVIRONMENT, rows and all, make it anew from the schema files, and
    seed it. Only for environments that nobody depends on: a protected one is refused, and there is no flag for that."""
    workspace = workspace_of(ctx)
    view = view_of(workspace, as_json=as_json, no_color=no_color, verbose=verbose)
    chosen = environment_named(workspace, environment)
    _refuse(chosen)
    refuse_unsupported(workspace, chosen)
    workspace.declaration()  # what cannot even be read is said before anything is destroyed
    folder = workspace.project.seeds
    seeds = read_seeds(folder) if folder.is_dir() else Seeds()
    made, database = _emptied(workspace, chosen)
    if made.plan.applyable:
        view.plan(made.plan)
    refuse_outside(chosen.name, chosen.windows, utc_now())
    if dry_run:
        if made.plan.applyable:
            check_plan(workspace, _free(chosen), made, view)
        view.note(f"Then {environment} would be made anew from the schema files{_and_seeds(seeds)}")
        view.note("a dry run: nothing was changed")
        return int(ExitCode.OK)
    question = f"Destroy all of this in database {database} of {environment}, rows and all, and make it anew?"
    if not auto_approve and not consent(question):
        raise ApprovalError("not reset: there was no `yes`")
    if made.plan.applyable:
        apply_plan(workspace, _free(chosen), made, view)
    try:
        _make_anew(workspace, chosen, view)
        if seeds.rows or seeds.scripts:
            sow(workspace, chosen, seeds, view)
    except KeyboardInterrupt:
        raise CutShortError(
            f"what was managed on {environment} is destroyed, and not all of it made anew",
            advice=f"run it again: faberdb reset {environment}",
        ) from None
    view.done(f"{environment} is as the schema files{' and the seeds' if seeds.rows or seeds.scripts else ''} say.")
    return int(ExitCode.OK)


def _refuse(environment: Environment) -> None:
    """Raises RefusedError for every environment that somebody may depend on."""
    if environment.protected:
        raise RefusedError(
            f"environment {environment.name} is protected, so it is never reset",
            advice="nothing was changed; what is declared is brought about by faberdb apply, and rows come back with"
            " faberdb rollback or faberdb restore",
        )
    if not (environment.embedded or environment.auto_migrate):
        raise RefusedError(
            f"environment {environment.name} is neither embedded nor has auto_migrate, so somebody may depend on it",
            advice=f"nothing was changed; if it is one for development, say so: auto_migrate = true in"
            f" [environments.{environment.name}]",
        )


def _free(environment: Environment) -> Environment:
    """The environment without rules for what a plan may destroy, and without quarantine: that is what a reset is
    for."""
    return environment._replace(on_drop="drop", max_risk=Risk.DESTRUCTIVE, hazards={})


def _emptied(workspace: Workspace, environment: Environment) -> tuple[Made, str]:
    """The plan that drops all that is managed, and the name of the database. Raises RefusedError for what is declared
    with `protect`."""
    with workspace.session(environment) as session:
        database = f"{session.identity()['name']} at {session.endpoint}"
    made = plan_towards(workspace, _free(environment), Desired(), check=False)
    made = made._replace(accepted=True, unchecked=True, again=f"faberdb reset {environment.name}")
    rules = rules_of(_free(environment), made.protected, made.plan, strict=False, accepted=True)
    refuse_violations(made.plan, rules)
    return made, database


def _make_anew(workspace: Workspace, environment: Environment, view: View) -> None:
    made = plan_environment(workspace, _free(environment))._replace(accepted=True, unchecked=True)
    if made.plan.applyable:
        apply_plan(workspace, _free(environment), made, view)


def _and_seeds(seeds: Seeds) -> str:
    if not (seeds.rows or seeds.scripts):
        return "; there are no seeds"
    return f" and seeded: {sum(len(part.rows) for part in seeds.rows)} rows, {len(seeds.scripts)} SQL files"
