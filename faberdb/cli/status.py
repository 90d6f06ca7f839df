"""`faberdb status [ENV]`: where each environment stands, and what an interrupted run left."""

from __future__ import annotations

import click

from faberdb.cli.identity import another_database
from faberdb.cli.options import shown, view_of, workspace_of
from faberdb.cli.workspace import Workspace, environment_named
from faberdb.config.project import Environment
from faberdb.errors import ExitCode, FaberError
from faberdb.plan.fingerprint import fingerprint
from faberdb.plan.standing import Standing
from faberdb.plan.state import State
from faberdb.views.view import StatusRow
from faberdb.views.words import several


@click.command("status")
@click.argument("environment", required=False)
@shown
@click.pass_context
def command(ctx: click.Context, environment: str | None, as_json: bool, no_color: bool, verbose: int) -> int:
    """Show where ENVIRONMENT stands, or all of them. Changes nothing, and starts nothing."""
    workspace = workspace_of(ctx)
    view = view_of(workspace, as_json=as_json, no_color=no_color, verbose=verbose)
    names = [environment] if environment else list(workspace.project.environments)
    view.status([_row(workspace, environment_named(workspace, name)) for name in names])
    return int(ExitCode.OK)


def _row(workspace: Workspace, environment: Environment) -> StatusRow:
    state, _ = workspace.state(environment)
    row = StatusRow(environment=environment.name, hosting=environment.hosting)
    stored = _with_state(row, state)
    if environment.embedded and not workspace.provider.embedded_running(workspace.folder(environment)):
        return _with(stored, database="not running; any command that needs it starts it")
    try:
        with workspace.session(environment) as session:
            objects = workspace.managed_objects(session.inspect().objects, environment)
            identity = session.identity()
            database = f"{identity['name']}, PostgreSQL {session.connection.info.server_version // 10000}"
            found = workspace.standing(environment, session, state, objects)
            quarantine = session.quarantine_summary()
    except FaberError as error:
        return _with(stored, database=error.message)
    url = workspace.conninfo(environment) if environment.embedded else ""
    return _with(
        _with_state(row, found.state),
        database=database,
        standing=_standing(found, fingerprint(objects), environment.name),
        note=another_database(state, identity, environment),
        quarantine=quarantine,
        url=url,
    )


def _with_state(row: StatusRow, state: State | None) -> StatusRow:
    if state is None:
        return _with(row, state="none")
    last = state.applied[-1] if state.applied else None
    count = len(state.standing())
    text = f"serial {state.serial}, {count} {several('plan', count)} applied"
    return _with(
        row, state=text, last=f"{last.applied_at} {last.kind} {last.plan_id[:8]} by {last.holder}" if last else ""
    )


def _standing(found: Standing, now: str, name: str) -> str:
    state = found.state
    last = state.applied[-1] if state and state.applied else None
    stopped = [*found.unclear[-1:], *([last.plan_id] if last and last.outcome == "stopped" else [])]
    if stopped and last and last.plan_id == stopped[0] and last.kind == "rollback":
        return (
            f"interrupted: taking back plan {last.of_plan[:8]}; `faberdb rollback {name}` goes on with it,"
            f" `faberdb plan {name}` plans from where things are"
        )
    if stopped:
        return (
            f"interrupted: plan {stopped[0][:8]}; apply the same plan again, or `faberdb rollback {name}`,"
            f" or `faberdb plan {name}`"
        )
    if state is None:
        return "never planned or imported"
    return "in step" if state.fingerprint == now else f"drifted: `faberdb drift {name}` shows how"


def _with(row: StatusRow, **values: str) -> StatusRow:
    from dataclasses import replace

    return replace(row, **values)
