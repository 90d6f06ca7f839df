"""Verifying a backup: it is restored to a throwaway server, and must give back the catalogue and the rows that were
there when it was taken."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

from faberdb import __version__
from faberdb.backups import record
from faberdb.backups.shelf import Shelf
from faberdb.cli.backup_means import backup_provider, compared, job_of
from faberdb.cli.workspace import Workspace, utc_now
from faberdb.errors import FaberError, UnfitBackupError
from faberdb.model import Address, Backup, Job, Kind, Object, Verified
from faberdb.plan.fingerprint import fingerprint
from faberdb.prove.normal import texts_only
from faberdb.views.view import View

SHOWN = 8
"""How many differences are named."""


def verify(workspace: Workspace, shelf: Shelf, backup: Backup, view: View, jobs: int | None = None) -> Verified:
    """Restore a backup on scratch and compare; only then is it called verified, and no longer if it fails now.

    Raises UnfitBackupError, ScratchError, DatabaseError.
    """
    try:
        shelf.check(backup)
        verified = _restored(workspace, shelf, backup, view, jobs)
    except UnfitBackupError:
        shelf.note(backup, None)
        raise
    shelf.note(backup, verified)
    return verified


def _restored(workspace: Workspace, shelf: Shelf, backup: Backup, view: View, jobs: int | None) -> Verified:
    maker = backup_provider(backup.provider)
    tables = sum(name != "large objects" for name in backup.rows)
    job = job_of(workspace, lambda text, number: view.progress(text, number, tables), jobs)
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


def refuse_unlike(workspace: Workspace, shelf: Shelf, backup: Backup, session: Any, view: View) -> None:
    """The session's database must be what was backed up. Raises UnfitBackupError naming what is not."""
    maker = backup_provider(backup.provider)
    session.asked = session.service = None
    objects = compared(maker, session.inspect().objects)
    rows = workspace.provider.rows_of(session)
    wrong = [
        f"{table} has {rows.get(table, 0):,} rows, not {backup.rows.get(table, 0):,}"
        for table in sorted(rows.keys() | backup.rows.keys())
        if rows.get(table) != backup.rows.get(table)
    ]
    if fingerprint(objects) != backup.fingerprint:
        file = shelf.place(backup) / "catalogue.json"
        wanted = record.objects_from_json(file.read_bytes(), str(file))
        wrong += _unlike(wanted, objects, {kind.name: kind for kind in workspace.provider.kinds}, view)
        wrong += [] if fingerprint(wanted) == backup.fingerprint else ["the catalogue differs"]
    if wrong:
        more = (f"and {len(wrong) - SHOWN} more",) if len(wrong) > SHOWN else ()
        raise UnfitBackupError(
            f"backup {backup.id}, restored, is not what was backed up",
            where=session.label,
            detail=(*wrong[:SHOWN], *more),
            advice="nothing was changed; take another backup, and verify that",
        )


def _unlike(
    wanted: Mapping[Address, Object], found: Mapping[Address, Object], kinds: Mapping[str, Kind], view: View
) -> list[str]:
    """What is different, in words. A dump holds texts as the server prints them, and for some its printer is no fixed
    point: where nothing else of an object differs, what it made of its own print is the same, and that is told."""
    lines: list[str] = []
    printed: list[str] = []
    for address in sorted(wanted.keys() | found.keys()):
        before, now = wanted.get(address), found.get(address)
        if before is None or now is None:
            lines.append(f"{address.spoken} {'is missing' if now is None else 'was not there'}")
        elif before.attributes != now.attributes:
            old, new = before.attributes, now.attributes
            names = ", ".join(sorted(key for key in {*old, *new} if old.get(key) != new.get(key)))
            alike = texts_only(before, now, kinds)
            (printed if alike else lines).append(f"{address.spoken} {'in' if alike else 'differs in'} {names}")
    if printed:
        more = f" and {len(printed) - SHOWN} more" if len(printed) > SHOWN else ""
        view.note(f"PostgreSQL prints this in other words after a restore: {'; '.join(printed[:SHOWN])}{more}")
    return lines
