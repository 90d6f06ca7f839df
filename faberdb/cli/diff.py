"""`faberdb diff A B`: in what two databases, or declarations, differ, by object."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

import click

from faberdb.cli.idle_grants import without_owners
from faberdb.cli.options import exitcode_option, shown, view_of, workspace_of
from faberdb.cli.sources import FORMS, Desired, desired
from faberdb.cli.workspace import Workspace, environment_named
from faberdb.config.project import Environment
from faberdb.diff.changes import diff
from faberdb.errors import ConfigError, ExitCode
from faberdb.model import Address, Change, Object
from faberdb.prove.canonicalise import canonicalise
from faberdb.prove.normal import settle, suspects


@click.command("diff")
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@exitcode_option
@shown
@click.pass_context
def command(
    ctx: click.Context,
    first: str,
    second: str,
    detailed_exitcode: bool,
    as_json: bool,
    no_color: bool,
    verbose: int,
) -> int:
    """Show what would have to change for A to become like B. Each is an environment, sql:FOLDER, git:REVISION or
    `declared`, the schema files; at least one must be an environment."""
    workspace = workspace_of(ctx)
    view = view_of(workspace, as_json=as_json, no_color=no_color, verbose=verbose)
    named = [name for name in (first, second) if name in workspace.project.environments]
    if not named:
        raise ConfigError(
            "neither of the two is an environment, so there is no server to ask",
            advice=f"give an environment and {FORMS}",
        )
    with ExitStack() as stack:
        changes = compare(workspace, workspace.project.environment(named[0]), first, second, stack)
    view.differences(first, second, changes)
    return int(ExitCode.CHANGES if changes and detailed_exitcode else ExitCode.OK)


def compare(workspace: Workspace, environment: Environment, first: str, second: str, stack: ExitStack) -> list[Change]:
    """What would have to change for the first source to become like the second, by address. environment: whose server
    says what declarations mean. Raises FaberError."""
    session = stack.enter_context(workspace.session(environment_named(workspace, environment.name)))
    scratch = stack.enter_context(workspace.scratch(environment, session))
    kinds = {kind.name: kind for kind in workspace.provider.kinds}
    sides = [
        _canonical(workspace, environment, desired(workspace, environment, source, scratch), kinds, session, scratch)
        for source in (first, second)
    ]
    left, right = sides
    changes = diff(left, right, kinds)
    if doubtful := suspects(changes, kinds):
        for address in settle(doubtful, left, right, kinds, scratch):
            right[address] = left[address]
        changes = diff(left, right, kinds)
    platform = workspace.provider.platform
    return [c for a, c in sorted(changes.items()) if not c.follows and not platform(a)]


def _canonical(
    workspace: Workspace,
    environment: Environment,
    wanted: Desired,
    kinds: Mapping[str, Any],
    session: Any,
    scratch: Any,
) -> dict[Address, Object]:
    if wanted.canonical is not None:
        return dict(wanted.canonical)
    meant = workspace.extent.here(wanted.declared, environment, session)
    meant, _ = without_owners(workspace, session, meant, session.inspect().objects)
    complete = workspace.provider.complete(meant)
    declared = workspace.extent.managed_objects(complete, environment)
    scratch.prepare_for(declared)
    return dict(canonicalise(declared, {}, {}, kinds, f"postgresql {session.version}", scratch).objects)
