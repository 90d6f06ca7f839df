"""Taking a backup: what the command `backup` does, and what apply and rollback do before their first step."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from faberdb import __version__
from faberdb.backups import record, sums
from faberdb.backups.retention import outdated
from faberdb.backups.shelf import Shelf
from faberdb.cli.backup_means import backup_provider, compared, job_of, jobs_here, shelf_of
from faberdb.cli.copying import clearing, fill_copy, server_of
from faberdb.cli.time_left import told_to
from faberdb.cli.verifying import verify
from faberdb.cli.workspace import Workspace, utc_now
from faberdb.config.project import Environment
from faberdb.errors import BackupError, FaberError
from faberdb.model import Backup, BackupProvider, CopyProvider, Job, Risk
from faberdb.plan.document import Plan
from faberdb.plan.fingerprint import fingerprint
from faberdb.views.view import View
from faberdb.views.words import short_id


def take_backup(
    workspace: Workspace,
    environment: Environment,
    view: View,
    *,
    reason: str,
    jobs: int | None = None,
    session: Any | None = None,
) -> Backup:
    """Take a backup, verify it where [backup] verify says so, and only then let go of those that are too old. An
    interrupted one leaves nothing that could be taken for a backup. session: one that is on the database already, and
    has to stay there.

    Raises BackupError, LockedError, DatabaseError, RefusedError, UnfitBackupError.
    """
    shelf, clear = shelf_of(workspace, environment), clearing(workspace, environment, view)
    with shelf.locked(alone=True):
        now = utc_now()
        backup_id = f"{now:%Y%m%d-%H%M%S}-{uuid.uuid4().hex[:4]}"
        maker = backup_provider(workspace.project.backup.provider)

        def fill(folder: Path) -> Backup:
            if isinstance(maker, CopyProvider):
                return fill_copy(folder, workspace, environment, maker, view, reason, session)
            return _fill(folder, workspace, environment, maker, view, reason, jobs)

        backup = shelf.take(backup_id, fill, clear)
        verified = None
        if workspace.project.backup.verify:
            verified = verify(workspace, shelf, backup, view, jobs)
        view.backed_up(backup, verified, shelf.place(backup).as_posix())
        _prune(workspace, shelf, view, clear)
    return backup


def backup_wanted(workspace: Workspace, environment: Environment, plan: Plan) -> bool:
    """Whether a backup has to be taken before a plan is carried out."""
    destructive = workspace.project.backup.backup_before_destructive_ops and plan.risk is Risk.DESTRUCTIVE
    return environment.protected or environment.backup_before_migrate or destructive


def backup_before(workspace: Workspace, environment: Environment, plan: Plan, view: View, session: Any) -> Backup:
    """The backup that a plan may not begin without. session: the one that is going to carry it out. Raises what
    `take_backup` does, and says that nothing was done."""
    verb = {"rollback": "rollback of", "purge": "purge"}.get(plan.kind, "plan")
    what = f"{verb} {short_id(plan.of_plan if plan.kind == 'rollback' else plan.plan_id)}"
    return backup_before_any(workspace, environment, what, view, session)


def backup_before_any(workspace: Workspace, environment: Environment, what: str, view: View, session: Any) -> Backup:
    """The same before something that is no plan. what: that, in words."""
    reason = f"before {what}"
    view.note(f"Taking a backup of {environment.name} {reason}")
    try:
        return take_backup(workspace, environment, view, reason=reason, session=session)
    except FaberError as error:
        raise type(error)(
            f"nothing was changed, since the backup {reason} failed: {error.message}",
            where=error.where,
            detail=error.detail,
            advice=error.advice,
        ) from error


def try_backup(workspace: Workspace, environment: Environment, view: View) -> None:
    """See that a backup could be taken, and say where it would be; nothing is written. Raises DatabaseError,
    RefusedError."""
    name = workspace.project.backup.provider
    maker = backup_provider(name)
    if isinstance(maker, CopyProvider):
        with server_of(workspace, environment, read_only=True) as server:
            maker.ready(server, None)
    else:
        with workspace.session(environment) as session:
            maker.ready(session.version, job_of(workspace))
    folder = shelf_of(workspace, environment).folder.as_posix()
    view.note(f"would take a backup of {environment.name} with {name}, in {folder}")


def _fill(
    folder: Path,
    workspace: Workspace,
    environment: Environment,
    maker: BackupProvider,
    view: View,
    reason: str,
    jobs: int | None,
) -> Backup:
    """Write the files of a backup, and tell what it is."""
    began, now = time.monotonic(), utc_now()
    content = folder / "content"
    content.mkdir(mode=0o700)
    with workspace.session(environment) as session:
        maker.ready(session.version, job_of(workspace, jobs))
        with workspace.provider.frozen(session) as frozen:
            objects = frozen.catalogue().objects
            job = job_of(workspace, jobs, told_to(view, frozen.sizes(), jobs_here(jobs)))
            character, needs, size = frozen.character(), frozen.needs(), frozen.size()
            rows = _written(maker, frozen, content, job)
            identity, version = session.identity(), session.server_version
    sums.written(folder / "catalogue.json", record.objects_to_json(compared(maker, objects)))
    return Backup(
        id=folder.name.removesuffix(".partial"),
        environment=environment.name,
        provider=workspace.project.backup.provider,
        taken_at=now.isoformat(),
        seconds=round(time.monotonic() - began, 1),
        faberdb=__version__,
        holder=workspace.holder,
        reason=reason,
        server_version=version,
        size=sum(file.stat().st_size for file in content.rglob("*") if file.is_file()),
        database_size=size,
        fingerprint=fingerprint(compared(maker, objects)),
        database=identity,
        rows=rows,
        character=character,
        needs=needs,
    )


def _written(maker: BackupProvider, frozen: Any, content: Path, job: Job) -> dict[str, int]:
    """Write the snapshot, and meanwhile count the rows that it sees."""
    with ThreadPoolExecutor(1) as beside:
        counting = beside.submit(frozen.rows)
        try:
            maker.take(frozen.session, frozen.snapshot, content, job)
            rows: dict[str, int] = counting.result()
        except BaseException:
            frozen.session.cancel()
            raise
    return rows


def _prune(workspace: Workspace, shelf: Shelf, view: View, clear: Callable[[Path], bool]) -> None:
    """Let go of what is too old. The backup that was just taken is there, so a failure here is no failure of it."""
    found, _ = shelf.backups()
    verified = {backup.id for backup in found if shelf.verified(backup)}
    for backup in outdated(found, verified, workspace.project.backup.retention_days, utc_now()):
        try:
            shelf.remove(backup, clear)
        except BackupError as error:
            view.note(f"an old backup stays: {error}")
        else:
            view.note(f"removed backup {backup.id}, older than [backup] retention_days")
