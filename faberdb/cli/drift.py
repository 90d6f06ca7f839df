"""`faberdb drift ENV`: what was changed on the database since the state was written, by object."""

from __future__ import annotations

import click

from faberdb.cli.identity import another_database
from faberdb.cli.options import exitcode_option, shown, view_of, workspace_of
from faberdb.cli.status import interrupted, stopped_plan
from faberdb.cli.workspace import environment_named
from faberdb.diff.drift import drift, left_as_is
from faberdb.errors import ExitCode, StateError


@click.command("drift")
@click.argument("environment")
@exitcode_option
@shown
@click.pass_context
def command(
    ctx: click.Context, environment: str, detailed_exitcode: bool, as_json: bool, no_color: bool, verbose: int
) -> int:
    """Show what was changed on ENVIRONMENT behind faberdb's back, by object."""
    workspace = workspace_of(ctx)
    view = view_of(workspace, as_json=as_json, no_color=no_color, verbose=verbose)
    chosen = environment_named(workspace, environment)
    state, _ = workspace.state(chosen)
    if state is None:
        raise StateError(
            f"faberdb has no state of {environment} to hold it against",
            advice=f"write one: faberdb import {environment}, or apply a plan",
        )
    with workspace.session(chosen) as session:
        session.refuse_under_way()  # what an apply has come to so far is no drift, and no end of anything
        live = workspace.extent.managed_objects(session.inspect().objects, chosen)
        note = another_database(state, session.identity(), chosen)
        found = workspace.standing(chosen, session, state, live)
    if note:
        view.note(note)
    if stopped := stopped_plan(found):
        unclear = stopped in found.unclear
        view.note(
            f"{interrupted(stopped, found, live, environment)}. What it did"
            f" {'cannot be told from drift' if unclear else 'is known, and no drift'}"
        )
    kinds = {kind.name: kind for kind in workspace.provider.kinds}
    # With what the journal knows beyond the state: what a plan did that stopped part way is nobody else's doing.
    known = found.state or state
    changes = drift(workspace.extent.managed_objects(known.objects, chosen), live, kinds)
    left = left_as_is(changes, known.declared, live, kinds, workspace.extent.additive(chosen))
    view.drift(environment, changes, known.applied[-1].applied_at if known.applied else "", left)
    return int(ExitCode.CHANGES if changes and detailed_exitcode else ExitCode.OK)
