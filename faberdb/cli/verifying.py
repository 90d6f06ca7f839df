"""Verifying a backup: it is restored to a throwaway server, and must give back the catalogue and the rows that were
there when it was taken. A copy is looked at where it lies."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager
from typing import Any

from faberdb import __version__
from faberdb.backups.shelf import Shelf
from faberdb.cli.backup_means import backup_provider, job_of, jobs_here
from faberdb.cli.comparing import refuse_unlike
from faberdb.cli.copying import looked_at
from faberdb.cli.time_left import told_to
from faberdb.cli.workspace import Workspace, utc_now
from faberdb.errors import FaberError, UnfitBackupError
from faberdb.model import Backup, BackupProvider, CopyProvider, Job, Verified
from faberdb.views.view import View


def verify(workspace: Workspace, shelf: Shelf, backup: Backup, view: View, jobs: int | None = None) -> Verified:
    """Restore a backup on scratch, or look at a copy, and compare; only then is it called verified, and no longer if it
    fails now.

    Raises UnfitBackupError, ScratchError, DatabaseError.
    """
    maker = backup_provider(backup.provider)
    try:
        shelf.check(backup)
        if isinstance(maker, CopyProvider):
            verified = looked_at(workspace, shelf, backup, maker, view)
        else:
            verified = _restored(workspace, shelf, backup, maker, view, jobs)
    except UnfitBackupError:
        shelf.note(backup, None)
        raise
    shelf.note(backup, verified)
    return verified


def _restored(
    workspace: Workspace, shelf: Shelf, backup: Backup, maker: BackupProvider, view: View, jobs: int | None
) -> Verified:
    tables = {name: number for name, number in backup.rows.items() if name != "large objects"}
    job = job_of(workspace, jobs, told_to(view, tables, jobs_here(jobs)))
    maker.ready(backup.major, job)
    with _scratch(workspace, backup, job) as server, server.database() as session:
        workspace.provider.clear_for(session, backup.character["owner"])
        began = time.monotonic()
        try:
            maker.restore(shelf.place(backup) / "content", session, backup.major, job)
        except FaberError as error:
            raise UnfitBackupError(
                f"backup {backup.id} could not be restored: {error.message}",
                where=str(shelf.place(backup)),
                detail=error.detail,
                advice="its files are what was written, so the cause is in the database it was taken from, or in the"
                " scratch server (an extension, a security label); nothing was changed",
            ) from error
        seconds = time.monotonic() - began
        refuse_unlike(workspace, shelf, backup, session, view)
    return Verified(utc_now().isoformat(), round(seconds, 1), server.description, __version__)


def _scratch(workspace: Workspace, backup: Backup, job: Job) -> AbstractContextManager[Any]:
    """A scratch server that can hold a backup, as the backup tells: its own server need not be there any more. Only a
    cluster of our own will do: rows are shown to no other server. Raises ScratchError."""
    need = workspace.provider.need(
        major=backup.major,
        installed=backup.needs["extensions"],
        new={},
        roles=frozenset(backup.needs["roles"]),
        superusers=frozenset(backup.needs["superusers"]),
        tablespaces=frozenset(backup.needs["tablespaces"]),
        target="",
        protected=True,
        bin_setting=job.bin_setting,
        path=job.path,
        cache=workspace.surroundings.cache,
        alone=True,
        room=backup.database_size * 3 // 2 + (256 << 20) if backup.database_size > 512 << 20 else 0,
    )
    opened: AbstractContextManager[Any] = workspace.provider.scratch(need)
    return opened
