"""Restoring a backup, for `restore` and `rollback --to`: beside the database, compared there, and put in its place by a
rename. The database that was there stays, under another name."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any

from faberdb.backups.shelf import Shelf
from faberdb.cli.backup_means import backup_provider, job_of, jobs_here, shelf_of
from faberdb.cli.comparing import refuse_unlike
from faberdb.cli.copying import require_copy, server_of
from faberdb.cli.options import consent
from faberdb.cli.restored_state import write_restored_state
from faberdb.cli.time_left import told_to
from faberdb.cli.workspace import Workspace, utc_now
from faberdb.config.project import Environment
from faberdb.errors import ApprovalError, CutShortError, FaberError, RefusedError
from faberdb.model import Backup, CopyProvider
from faberdb.views.backups import contents
from faberdb.views.purge import age
from faberdb.views.view import View
from faberdb.views.words import moment, plural

SHOWN = 5
"""So many of the plans that a restore undoes are named."""
FILLING, FILLED = "faberdb: being restored from backup {}", "faberdb: restored from backup {}, and verified"
"""The comment of a database beside: whose it is, and whether all is in it."""


def restore(
    workspace: Workspace,
    environment: Environment,
    beginning: str,
    view: View,
    *,
    jobs: int | None = None,
    auto_approve: bool = False,
    dry_run: bool = False,
) -> None:
    """Put the backup whose id begins so in the place of an environment's database, which is kept.

    Raises BackupError, UnfitBackupError, RefusedError, ApprovalError, LockedError, CutShortError, DatabaseError.
    """
    shelf = shelf_of(workspace, environment)
    with shelf.locked(alone=False), server_of(workspace, environment, read_only=dry_run) as exchange:
        backup = shelf.find(beginning)
        shelf.check(backup)
        _refuse_unfit(backup, exchange)
        new, old = _names(exchange.name, backup)
        stays = f", which stays as {old}" if exchange.exists(exchange.name) else ", which is not there"
        view.note(
            f"Backup {backup.id} of {moment(backup.taken_at)} ({contents(backup)}) is restored beside as database"
            f" {new}, compared, and takes the place of {exchange.name}{stays}"
        )
        view.note(_since(workspace, environment, backup))
        if dry_run:
            view.note("a dry run: nothing was changed")
            return
        if not auto_approve and not consent(f"Put it in the place of the database of {environment.name}?"):
            raise ApprovalError("not restored: there was no `yes`")
        token = workspace.store.lock(environment.name, {"who": workspace.holder, "operation": "restore"})
        try:
            _restore(workspace, environment, shelf, backup, exchange, new, old, view, jobs)
        finally:
            workspace.store.unlock(environment.name, token)


def _since(workspace: Workspace, environment: Environment, backup: Backup) -> str:
    """What the database will not have any more: who agrees to that has to know it before."""
    state, _ = workspace.state(environment)
    taken = datetime.fromisoformat(backup.taken_at)
    younger = [record for record in state.applied if datetime.fromisoformat(record.applied_at) > taken] if state else []
    old = age(backup.taken_at, utc_now())
    said = "It was taken just now" if old == "just now" else f"It is {old} old"
    said += ": what was written since stays only in the database that is put aside"
    if not younger:
        return said
    ids = ", ".join(record.plan_id[:8] for record in younger[-SHOWN:])
    more = f" and {len(younger) - SHOWN} before" if len(younger) > SHOWN else ""
    return f"{said}, and {plural(len(younger), 'plan')} carried out since ({ids}{more}) will not have been"


def _refuse_unfit(backup: Backup, exchange: Any) -> None:
    """Raises RefusedError where the server could not hold the backup as it was, or this role not put it there,
    UnfitBackupError where it is a copy that is gone."""
    if exchange.version != backup.major:
        raise RefusedError(
            f"backup {backup.id} is of PostgreSQL {backup.major}, and this server is {exchange.version}: it would"
            " not be the same database",
            advice="restore it by hand (pg_restore reads the folder content/dump of the backup); nothing was changed",
        )
    exchange.refuse_without_rights()
    if backup.kept_as:
        require_copy(exchange, backup)


def _names(name: str, backup: Backup) -> tuple[str, str]:
    """What the database beside is called, and what the one that was there is called afterwards. The server takes 63
    bytes."""
    short = name.encode()[:30].decode(errors="ignore")
    return f"{short}_restored_{backup.id}", f"{short}_before_{utc_now():%Y%m%d_%H%M%S}"


def _restore(
    workspace: Workspace,
    environment: Environment,
    shelf: Shelf,
    backup: Backup,
    exchange: Any,
    new: str,
    old: str,
    view: View,
    jobs: int | None,
) -> None:
    """Fill the database beside, and put it in its place. Raises RefusedError where it has to wait there."""
    try:
        _beside(workspace, shelf, backup, exchange, new, view, jobs)
        there = exchange.exists(exchange.name)
        again = f"faberdb restore {environment.name} {backup.id}"
        quoted = '"' + new.replace('"', '""') + '"'
        exchange.swap(
            new,
            old,
            backup.character,
            "the restored database waits beside, complete and verified. Stop what uses the other and run the same"
            f" command again, which then only renames: {again}. To give it up: DROP DATABASE {quoted}",
            backup=backup.id,
            at=utc_now().isoformat(),
        )
    except KeyboardInterrupt:
        raise CutShortError(f"the database of {environment.name} is as it was; nothing took its place") from None
    view.done(f"Restored {environment.name} from backup {backup.id}: database {exchange.name} is as it was backed up.")
    if there:
        view.note(
            f"The database that was there is kept as {old}. Once nobody misses it:"
            f" faberdb restore {environment.name} --drop-kept"
        )
    write_restored_state(workspace, environment, backup, view)


def _beside(
    workspace: Workspace, shelf: Shelf, backup: Backup, exchange: Any, new: str, view: View, jobs: int | None
) -> None:
    """The database beside, filled and compared; what an earlier run has filled is compared once more and no more."""
    filling, filled = FILLING.format(backup.id), FILLED.format(backup.id)
    tables = {name: number for name, number in backup.rows.items() if name != "large objects"}
    job = job_of(workspace, jobs, told_to(view, tables, jobs_here(jobs)))
    if exchange.exists(new):
        mark = exchange.marked(new)
        if mark == filled:
            _compare(workspace, shelf, backup, exchange, new, view)
            return
        if mark != filling:
            raise RefusedError(
                f"there is a database {new} already, and it is none that a restore has begun",
                advice="rename or drop it; nothing was changed",
            )
        exchange.drop(new)  # a restore that was killed left it
    maker = backup_provider(backup.provider)
    if not isinstance(maker, CopyProvider):
        maker.ready(backup.major, job)
    try:
        if isinstance(maker, CopyProvider):
            view.progress(f"copying the backup as {new}; it took {backup.seconds:.1f} s to take", 1, 2)
            maker.give_back(exchange, require_copy(exchange, backup), new, backup.character, filling)
            view.progress(f"reading the catalogue and counting the rows of {new}", 2, 2)
        else:
            exchange.make(new, backup.character, filling)
            with exchange.session(new) as session:
                maker.restore(shelf.place(backup) / "content", session, backup.major, job)
        _compare(workspace, shelf, backup, exchange, new, view)
        exchange.mark(new, filled)
    except BaseException:
        with suppress(FaberError):  # what went wrong first is what is told; the next restore drops what is left
            exchange.drop(new)
        raise


def _compare(workspace: Workspace, shelf: Shelf, backup: Backup, exchange: Any, new: str, view: View) -> None:
    """The database beside must be what was backed up. Raises UnfitBackupError."""
    with exchange.session(new) as session:
        refuse_unlike(workspace, shelf, backup, session, view)
