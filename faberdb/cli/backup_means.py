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


def job_of(workspace: Workspace, told: Callable[[str, int], None], jobs: int | None = None) -> Job:
    """How work on backups is done on this machine."""
    here = workspace.surroundings
    path = os.pathsep.join(map(str, here.path))
    pg_bin = str(here.pg_bin) if here.pg_bin else None
    return Job(pg_bin, path, here.variables, jobs or min(MOST_JOBS, os.cpu_count() or 1), told)


def compared(maker: BackupProvider | CopyProvider, objects: Mapping[Address, Object]) -> dict[Address, Object]:
    """The objects that a restore gives back as they were."""
    return {address: obj for address, obj in objects.items() if maker.comes_back(address)}
