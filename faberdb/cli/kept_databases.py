"""The databases that restores have put aside: seen by `backups`, and dropped once somebody says so."""

from __future__ import annotations

from faberdb.cli.copying import server_of
from faberdb.cli.options import consent
from faberdb.cli.workspace import Workspace
from faberdb.config.project import Environment
from faberdb.errors import ApprovalError, BackupError, CutShortError, RefusedError
from faberdb.views.backups import kept_aside
from faberdb.views.view import View
from faberdb.views.words import plural


def drop_kept(
    workspace: Workspace,
    environment: Environment,
    beginning: str | None,
    view: View,
    *,
    auto_approve: bool,
    dry_run: bool,
) -> None:
    """Drop the databases that restores have put aside; only that which made room for the backup whose id begins so,
    where one is named. Raises BackupError, RefusedError, ApprovalError, CutShortError, DatabaseError."""
    name = environment.name
    with server_of(workspace, environment, read_only=dry_run) as server:
        found = [one for one in server.former() if one.backup.startswith(beginning or "")]
        if not found:
            made_room = f" and made room for a backup that begins with {beginning}" if beginning else ""
            raise BackupError(
                f"no database is kept that was the one of {name}{made_room}",
                advice=f"see what is kept: faberdb backups {name}",
            )
        if not server.exists(server.name):
            raise RefusedError(
                f"database {server.name} is not there, so nothing that was it before is dropped",
                detail=tuple(map(kept_aside, found)),
                advice=f"restore it first: faberdb restore {name} ID",
            )
        for one in found:
            view.note(f"To be dropped for good: {kept_aside(one)}")
        if dry_run:
            view.note("a dry run: nothing was changed")
            return
        if not auto_approve and not consent(f"Drop {plural(len(found), 'database')} that {name} had before?"):
            raise ApprovalError("nothing was dropped: there was no `yes`")
        token = workspace.store.lock(name, {"who": workspace.holder, "operation": "restore --drop-kept"})
        try:
            for number, one in enumerate(found):
                if one.name not in {still.name for still in server.former()}:  # renamed while people were asked
                    view.note(f"database {one.name} is not kept any more, so it is left alone")
                    continue
                try:
                    server.drop_former(one.name)
                except KeyboardInterrupt:
                    raise CutShortError(
                        f"{number} of {len(found)} databases were dropped", advice=f"see: faberdb backups {name}"
                    ) from None
                view.done(f"Dropped {kept_aside(one)}.")
        finally:
            workspace.store.unlock(name, token)
