"""`faberdb restore ENV ID`: beside the database, verified there, and put in its place by a rename. The database that
was there stays, under another name."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import click

from faberdb.backups.shelf import Shelf
from faberdb.cli.backup_means import backup_provider, job_of, shelf_of
from faberdb.cli.options import approve_option, consent, dry_run_option, jobs_option, shown, view_of, workspace_of
from faberdb.cli.restored_state import write_restored_state
from faberdb.cli.verifying import refuse_unlike
from faberdb.cli.workspace import Workspace, environment_named, utc_now
from faberdb.config.project import Environment
from faberdb.errors import ApprovalError, CutShortError, ExitCode, FaberError, RefusedError
from faberdb.model import Backup
from faberdb.views.backups import contents
from faberdb.views.view import View
from faberdb.views.words import moment

FILLING, FILLED = "faberdb: being restored from backup {}", "faberdb: restored from backup {}, and verified"
"""The comment of a database beside: whose it is, and whether all is in it."""


@click.command("restore")
@click.argument("environment")
@click.argument("backup_id", metavar="ID")
@jobs_option
@approve_option
@dry_run_option
@shown
@click.pass_context
def command(
    ctx: click.Context,
    environment: str,
    backup_id: str,
    jobs: int | None,
    auto_approve: bool,
    dry_run: bool,
    as_json: bool,
    no_color: bool,
    verbose: int,
) -> int:
    """Put the backup whose id begins with ID in the place of the database of ENVIRONMENT. It is restored beside and
    compared with what was backed up, then both are renamed; the database that was there is kept."""
    workspace = workspace_of(ctx)
    view = view_of(workspace, as_json=as_json, no_color=no_color, verbose=verbose)
    chosen = environment_named(workspace, environment)
    shelf = shelf_of(workspace, chosen)
    label = f"environment {environment}"
    with shelf.locked(alone=False), workspace.provider.exchange(workspace.conninfo(chosen), label) as exchange:
        backup = shelf.find(backup_id)
        shelf.check(backup)
        _refuse_unfit(backup, exchange)
        new, old = _names(exchange.name, backup)
        stays = f", which stays as {old}" if exchange.exists(exchange.name) else ", which is not there"
        view.note(
            f"Backup {backup.id} of {moment(backup.taken_at)} ({contents(backup)}) is restored beside as database"
            f" {new}, compared, and takes the place of {exchange.name}{stays}"
        )
        if dry_run:
            view.note("a dry run: nothing was changed")
            return int(ExitCode.OK)
        if not auto_approve and not consent(f"Put it in the place of the database of {environment}?"):
            raise ApprovalError("not restored: there was no `yes`")
        token = workspace.store.lock(environment, {"who": workspace.holder, "operation": "restore"})
        try:
            _restore(workspace, chosen, shelf, backup, exchange, new, old, view, jobs)
        finally:
            workspace.store.unlock(environment, token)
    return int(ExitCode.OK)


def _refuse_unfit(backup: Backup, exchange: Any) -> None:
    """Raises RefusedError where the server could not hold the backup as it was, or this role not put it there."""
    if exchange.version != backup.major:
        raise RefusedError(
            f"backup {backup.id} is of PostgreSQL {backup.major}, and this server is {exchange.version}: it would"
            " not be the same database",
            advice="restore it by hand (pg_restore reads the folder content/dump of the backup); nothing was changed",
        )
    exchange.refuse_without_rights()


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
        exchange.swap(
            new,
            old,
            backup.character,
            "the restored database waits beside, complete and verified. Stop what uses the other and run the same"
            f' command again, which then only renames: {again}. To give it up: DROP DATABASE "{new}"',
        )
    except KeyboardInterrupt:
        raise CutShortError(f"the database of {environment.name} is as it was; nothing took its place") from None
    view.done(f"Restored {environment.name} from backup {backup.id}: database {exchange.name} is as it was backed up.")
    if there:
        view.note(f'The database that was there is kept as {old}. Once nobody misses it: DROP DATABASE "{old}"')
    write_restored_state(workspace, environment, view)


def _beside(
    workspace: Workspace, shelf: Shelf, backup: Backup, exchange: Any, new: str, view: View, jobs: int | None
) -> None:
    """The database beside, filled and compared; what an earlier run has filled is compared once more and no more."""
    filling, filled = FILLING.format(backup.id), FILLED.format(backup.id)
    tables = sum(name != "large objects" for name in backup.rows)
    job = job_of(workspace, lambda text, number: view.progress(text, number, tables), jobs)
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
    maker.ready(backup.major, job)
    try:
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
