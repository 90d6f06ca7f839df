"""`faberdb health [ENV]`: what is good, amiss or unknown about a database and its server, and what helps."""

from __future__ import annotations

from dataclasses import replace

import click

from faberdb.cli.checking_health import health_of
from faberdb.cli.options import shown, view_of, workspace_of
from faberdb.cli.workspace import environment_named
from faberdb.errors import ExitCode
from faberdb.model import HealthVerdict


@click.command("health")
@click.argument("environment", required=False)
@shown
@click.pass_context
def command(ctx: click.Context, environment: str | None, as_json: bool, no_color: bool, verbose: int) -> int:
    """Check the health of ENVIRONMENT, or of all of them, READ ONLY, and starting nothing: connection, version,
    privileges, replication, transactions, locks, leftovers, sequences, wraparound, dead rows, disk, backups. It
    ends with 1 where something is critical, else with 0; thresholds stand in `[health]` of faberdb.toml."""
    workspace = replace(workspace_of(ctx), only_looks=True)
    view = view_of(workspace, as_json=as_json, no_color=no_color, verbose=verbose)
    names = [environment] if environment else list(workspace.project.environments)
    critical = False
    for name in names:
        found = health_of(workspace, environment_named(workspace, name))
        critical |= any(finding.verdict is HealthVerdict.CRITICAL for finding in found)
        view.health(name, found)
    return int(ExitCode.ERROR if critical else ExitCode.OK)
