"""`faberdb status [ENV]`: where each environment stands, and what an interrupted run left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import replace
from typing import Any

import click

from faberdb.cli.half_way import ways_to_end
from faberdb.cli.identity import another_database
from faberdb.cli.options import shown, view_of, workspace_of
from faberdb.cli.resuming import command_of
from faberdb.cli.workspace import Workspace, environment_named, utc_now
from faberdb.config.project import Environment
from faberdb.errors import ExitCode, FaberError, LockedError
from faberdb.model import Address, FormerDatabase, Object, UnderWay
from faberdb.plan.codec import from_json
from faberdb.plan.document import Plan
from faberdb.plan.fingerprint import fingerprint
from faberdb.plan.quarantine import lots
from faberdb.plan.standing import Standing
from faberdb.plan.state import State
from faberdb.views.backups import kept_aside
from faberdb.views.purge import age
from faberdb.views.view import LastPlan, Quarantined, QuarantinedPlan, StatusRow
from faberdb.views.words import several
from faberdb.views.words import size as size_of

FEW = 3
"""How many of what is pending are named."""


CHECKED = {
    "": "",
    "passed": ", its checks passed",
    "failed": ", and a check failed after it: take it back (faberdb rollback), or correct what it found",
    "unfinished": ", its checks are not finished, or were cut off",
}


@click.command("status")
@click.argument("environment", required=False)
@shown
@click.pass_context
def command(ctx: click.Context, environment: str | None, as_json: bool, no_color: bool, verbose: int) -> int:
    """Show where ENVIRONMENT stands, or all of them. Changes nothing, and starts nothing."""
    workspace = replace(workspace_of(ctx), only_looks=True)
    view = view_of(workspace, as_json=as_json, no_color=no_color, verbose=verbose)
    names = [environment] if environment else list(workspace.project.environments)
    view.status([_row(workspace, environment_named(workspace, name)) for name in names])
    return int(ExitCode.OK)


def _row(workspace: Workspace, environment: Environment) -> StatusRow:
    state, _ = workspace.state(environment)
    row = StatusRow(environment=environment.name, hosting=environment.hosting)
    stored = _with_state(row, state)
    if environment.embedded and not workspace.provider.embedded_running(workspace.folder(environment)):
        return _as(replace(stored, database="not running; any command that needs it starts it"), "not_running")
    try:
        with workspace.session(environment) as session:
            identity = session.identity()
            database = f"{identity['name']}, PostgreSQL {session.connection.info.server_version // 10000}"
            # First of all, because an apply may hold locks that the catalogue cannot be read under.
            if at_work := session.under_way():
                running = _at_work(at_work, environment.name)
                return _as(replace(stored, database=database, standing=running), "running")
            objects = workspace.extent.managed_objects(session.inspect().objects, environment)
            found = workspace.standing(environment, session, state, objects)
            waits, quarantine = _quarantine(workspace, session, environment.name)
            kept = tuple(workspace.provider.former(session))
            journal = session.journal_beside()
    except FaberError as error:
        return replace(stored, database=_why(error))
    url = workspace.conninfo(environment) if environment.embedded else ""
    word, standing, as_recorded = _standing(found, state is not None, objects, environment.name)
    row = _with_state(row, found.state)
    return replace(
        row,
        data=replace(row.data, standing=word, quarantine=waits, kept_databases=kept),
        database=database,
        standing=standing,
        as_recorded=as_recorded,
        note=another_database(state, identity, environment),
        quarantine=quarantine,
        kept=_kept(kept, environment.name),
        journal=journal,
        url=url,
    )


def _kept(found: Sequence[FormerDatabase], name: str) -> str:
    """The databases that restores have put aside."""
    if not found:
        return ""
    more = f" and {len(found) - FEW} more" if len(found) > FEW else ""
    return f"{'; '.join(map(kept_aside, found[:FEW]))}{more}; to drop: faberdb restore {name} --drop-kept"


def _quarantine(workspace: Workspace, session: Any, environment: str) -> tuple[Quarantined, str]:
    """What waits in quarantine, by plan, with the command that releases it."""
    things, size, said = session.quarantine_summary()
    places = workspace.provider.in_quarantine(session) if things else []
    found, _ = lots(session.journal(), places) if places else ([], [])
    left = sum(lot.things > 0 and not lot.returns for lot in found[FEW:])
    plans = tuple(QuarantinedPlan(lot.plan_id, lot.since, lot.returns, lot.things, lot.bytes) for lot in found)
    if found:
        now = utc_now()
        each = [
            f"plan {lot.plan_id[:8]}: {size_of(lot.bytes)}, {age(lot.since, now)}"
            + ("" if lot.returns or not lot.things else ", and no rollback brings it back")
            for lot in found[:FEW]
        ]
        beyond = f", {left} of which no rollback brings back" if left else ""
        each += [f"and {len(found) - FEW} more{beyond}"] if len(found) > FEW else []
        said = f"{said} ({'; '.join(each)}); `faberdb purge {environment} --dry-run` says what a purge would destroy"
    return Quarantined(things, size, plans), said


def _as(row: StatusRow, standing: str) -> StatusRow:
    return replace(row, data=replace(row.data, standing=standing))


def _why(error: FaberError) -> str:
    """Why a database cannot be looked at. Who holds a lock is in the message, and there the server's words add
    nothing."""
    if isinstance(error, LockedError) or not error.detail:
        return error.message
    return f"{error.message}: {error.detail[0].splitlines()[0]}"


def _at_work(found: UnderWay, name: str) -> str:
    """An apply that runs right now, and how far it has come, as the journal tells: within a transaction it cannot be
    known from outside."""
    verb, place = "an apply", ""
    if found.plan_id:
        place = f", plan {found.plan_id[:8]}"
        with suppress(FaberError):
            plan = from_json(found.document, f"journal of environment {name}")
            verb = verb if plan.kind == "apply" else f"a {plan.kind}"
            place = f", {_place(plan, found.done)} of plan {found.plan_id[:8]}"
    since = f" since {found.since} ({found.age})" if found.since else ""
    return f"{verb} by {found.who} is running{since}{place}"


def _place(plan: Plan, done: Set[int]) -> str:
    total = len(plan.steps)
    left = [number for number, step in enumerate(plan.steps, 1) if step.transaction not in done]
    if not left:
        return f"all {total} steps done, reading the database again"
    first = plan.steps[left[0] - 1].transaction
    last = max(number for number, step in enumerate(plan.steps, 1) if step.transaction == first)
    if last == left[0]:
        return f"step {last} of {total}"
    return f"steps {left[0]} to {last} (one transaction) of {total}"


def _with_state(row: StatusRow, state: State | None) -> StatusRow:
    if state is None:
        return replace(row, state="none")
    last = state.applied[-1] if state.applied else None
    count = len(state.standing())
    applied = f"{count} {several('plan', count)} applied"
    data = replace(
        row.data,
        serial=state.serial,
        plans_applied=count,
        pending=len(state.pending),
        last=LastPlan(last.plan_id, last.applied_at, last.kind, last.holder, last.checks) if last else None,
    )
    return replace(
        row,
        data=data,
        state=f"serial {state.serial}, {applied}" if state.serial else f"none; {applied}, as the journal tells",
        last=f"{last.applied_at} {last.kind} {last.plan_id[:8]} by {last.holder}{CHECKED[last.checks]}" if last else "",
        pending=_pending(state),
    )


def _pending(state: State) -> str:
    """What the last plan held back; the first few by name."""
    count = len(state.pending)
    if not count:
        return ""
    named = ", ".join(item.address.spoken for item in state.pending[:FEW])
    more = f" and {count - FEW} more" if count > FEW else ""
    return f"{count} {several('change', count)} held back as too risky: {named}{more}"


def _standing(found: Standing, stored: bool, live: Mapping[Address, Object], name: str) -> tuple[str, str, bool | None]:
    """Where it stands in a word; what was compared and with what result; and whether the live database is as the state
    recorded it, None where there is nothing to compare with. stored: whether there is a state, and not only a journal.
    """
    state = found.state
    if stopped := stopped_plan(found):
        return "interrupted", interrupted(stopped, found, live, name), None
    if not stored:
        return (
            "nothing_recorded",
            f"nothing recorded: `faberdb import {name}` records what is there and writes it as schema files,"
            f" `faberdb plan {name}` shows what the schema files would change",
            None,
        )
    assert state is not None
    if state.fingerprint == fingerprint(live):
        return "as_recorded", f"as recorded (schema files are not looked at: faberdb plan {name})", True
    return "drifted", f"drifted from what was recorded: `faberdb drift {name}` shows how", False


def stopped_plan(found: Standing) -> str:
    """The id of the plan that stopped part way and was not ended since; empty where none did."""
    last = found.state.applied[-1] if found.state and found.state.applied else None
    return (*found.unclear[-1:], *([last.plan_id] if last and last.outcome == "stopped" else []), "")[0]


def interrupted(plan_id: str, found: Standing, live: Mapping[Address, Object], name: str) -> str:
    """That a plan stopped part way, and the commands that go on or back. live: the managed catalogue."""
    last = found.state.applied[-1] if found.state and found.state.applied else None
    if last and last.plan_id == plan_id and last.kind == "rollback":
        said = f"interrupted: taking back plan {last.of_plan[:8]}; `faberdb rollback {name}` goes on with it"
    else:
        on = "" if found.halted and not found.halted.goes_on(live) else f"`{command_of(name)}` goes on, "
        said = f"interrupted: plan {plan_id[:8]}; {on}`faberdb rollback {name}` goes back"
    halted = found.halted
    if halted is not None and ways_to_end(halted, live, name):
        return f"{said} (in the middle of what only it can end, so no plan is made before)"
    return f"{said}, `faberdb plan {name}` plans from where things are"
