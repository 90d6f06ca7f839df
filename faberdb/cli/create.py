"""`faberdb create ENV`: the database of an environment on any server, then its schema, in one command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import click

from faberdb.cli.environment_rules import refuse_unsupported, rules_of
from faberdb.cli.options import approve_option, consent, dry_run_option, nothing_begun, shown, view_of, workspace_of
from faberdb.cli.planning import plan_environment
from faberdb.cli.taking_back import apply_or_take_back
from faberdb.cli.workspace import Workspace, environment_named, utc_now
from faberdb.config.project import Environment
from faberdb.errors import ApprovalError, ExitCode, FaberError, NoDatabaseError
from faberdb.model import Action
from faberdb.policy.rules import refuse_violations
from faberdb.policy.windows import refuse_outside
from faberdb.views.view import View


@click.command("create")
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
    """Make the database of ENVIRONMENT where it is missing, and bring it to the declared schema. Where something is
    there already that would be changed or dropped, it asks."""
    workspace = replace(workspace_of(ctx), makes=True)
    view = view_of(workspace, as_json=as_json, no_color=no_color, verbose=verbose)
    chosen = environment_named(workspace, environment)
    if dry_run:
        _try(workspace, chosen, view)
        return int(ExitCode.OK)
    refuse_unsupported(workspace, chosen)
    with _database(workspace, chosen, view):
        made = plan_environment(workspace, chosen)
        if made.note:
            view.note(made.note)
        if not made.plan.applyable:
            view.no_changes(made.plan)
            return int(ExitCode.OK)
        view.plan(made.plan)
        refuse_violations(made.plan, rules_of(chosen, made.protected, made.plan, strict=False, accepted=False))
        refuse_outside(chosen.name, chosen.windows, utc_now())
        only_new = all(change.action is Action.CREATE for change in made.plan.changes) and not made.plan.renames
        if not (only_new or auto_approve or chosen.auto_migrate) and not consent(f"Apply this to {chosen.name}?"):
            raise ApprovalError("not applied: there was no `yes`")
    apply_or_take_back(workspace, chosen, made, view)
    return int(ExitCode.OK)


@contextmanager
def _database(workspace: Workspace, environment: Environment, view: View) -> Iterator[None]:
    """The environment's database, made where it is missing; if what follows fails, it is as missing as before."""
    workspace.declaration()  # what cannot even be read is said before anything is made
    conninfo, label = workspace.conninfo(environment), f"environment {environment.name}"
    name = "" if environment.embedded else workspace.provider.create_database(conninfo, label)
    if not name:
        yield
        return
    view.note(f"created database {name}")
    empty = _pulse(workspace, environment)
    try:
        yield
    except BaseException:
        try:
            if _pulse(workspace, environment) != empty:
                view.note(f"database {name} was made and stays, since somebody has been at work in it meanwhile")
            else:
                workspace.provider.drop_database(conninfo, label)
                view.note(f"dropped database {name} again, since nothing was made in it")
        except FaberError as error:
            view.note(f"database {name} was made and stays: {error}")
        raise


def _pulse(workspace: Workspace, environment: Environment) -> str:
    with workspace.session(environment) as session:
        return str(session.pulse())


def _try(workspace: Workspace, environment: Environment, view: View) -> None:
    """Show the plan; where there is no database yet, against one that is as empty as it will be."""
    missing = ""
    try:
        with workspace.session(environment):
            pass
    except NoDatabaseError:
        conninfo, missing = workspace.provider.empty_like(workspace.conninfo(environment))
        workspace = replace(workspace, standing_in={environment.name: conninfo})
        view.note(f"would create database {missing}")
    plan = plan_environment(workspace, environment).plan
    if missing:
        plan = plan._replace(database={**plan.database, "name": missing})
    if plan.applyable:
        view.plan(plan)
    else:
        view.no_changes(plan)
    view.note("a dry run: nothing was changed")
