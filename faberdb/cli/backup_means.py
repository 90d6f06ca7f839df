"""With what backups are taken, verified and restored: who does it, where they are kept, how the work is done."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from faberdb import plugins
from faberdb.backups.shelf import Shelf
from faberdb.cli.workspace import Workspace
from faberdb.config.project import Environment
from faberdb.model import Address, BackupProvider, CopyProvider, Job, Object

MOST_JOBS = 4
"""How many jobs work at once, if nothing is said and the machine has as many processors."""


def backup_provider(name: str) -> BackupProvider | CopyProvider:
    """What takes and restores backups of this sort. Raises ConfigError."""
    found: BackupProvider | CopyProvider = plugins.load("faberdb.backups", name, "[backup] provider")
    return found


def shelf_of(workspace: Workspace, environment: Environment) -> Shelf:
    """Where the backups of an environment are kept."""
    return Shelf(workspace.project.backup.directory, environment.name)


def jobs_here(jobs: int | None) -> int:
    """How many tables are worked on at once. jobs: what was asked for."""
    return jobs or min(MOST_JOBS, os.cpu_count() or 1)


def job_of(
    workspace: Workspace,
    jobs: int | None = None,
    told: Callable[[str, str, int], None] = lambda verb, table, number: None,
) -> Job:
    """How work on backups is done on this machine."""
    here = workspace.surroundings
    path = os.pathsep.join(map(str, here.path))
    pg_bin = str(here.pg_bin) if here.pg_bin else None
    return Job(pg_bin, path, here.variables, jobs_here(jobs), told)


def compared(maker: BackupProvider | CopyProvider, objects: Mapping[Address, Object]) -> dict[Address, Object]:
    """The objects that a restore gives back as they were."""
    return {address: obj for address, obj in objects.items() if maker.comes_back(address)}
