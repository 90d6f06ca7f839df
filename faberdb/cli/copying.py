"""Backups that are copies on the server of the database: named, marked, compared and let go of."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from faberdb import __version__
from faberdb.backups import record, sums
from faberdb.backups.shelf import PARTIAL, Shelf
from faberdb.cli.backup_means import compared
from faberdb.cli.comparing import refuse_unlike
from faberdb.cli.workspace import Workspace, environment_named, utc_now
from faberdb.config.project import Environment
from faberdb.errors import FaberError, UnfitBackupError
from faberdb.model import Backup, CopyProvider, Verified
from faberdb.plan.fingerprint import fingerprint
from faberdb.views.view import View

NOTE = "copy.json"
"""File of a backup that names its copy, from before that is begun: what is left half way is found by it."""
SIGN = "faberdb: backup {}"
"""What the comment of a copy begins with."""


@contextmanager
def server_of(workspace: Workspace, environment: Environment, *, read_only: bool = False) -> Iterator[Any]:
    """The server of an environment's database, as the engine's provider shows it. Raises DatabaseError, ConfigError."""
    label, conninfo = f"environment {environment.name}", workspace.conninfo(environment)
    with workspace.provider.exchange(conninfo, label, read_only=read_only) as server:
        yield server


def fill_copy(
    folder: Path,
    workspace: Workspace,
    environment: Environment,
    maker: CopyProvider,
    view: View,
    reason: str,
    session: Any | None,
) -> Backup:
    """Make a copy of the database, and tell what it is: what is known of it is read from the copy itself. session: one
    that is connected to the database already. Raises RefusedError, DatabaseError."""
    began, now, backup_id = time.monotonic(), utc_now(), folder.name.removesuffix(PARTIAL)
    with server_of(workspace, environment) as server:
        maker.ready(server, session)
        short = server.name.encode()[:30].decode(errors="ignore")
        name, sign = f"{short}_backup_{backup_id}", SIGN.format(backup_id)
        note = {"provider": workspace.project.backup.provider, "database": name, "system": server.system()}
        sums.written(folder / NOTE, json.dumps(note).encode() + b"\n")
        sums.settle(folder)
        with workspace.session(environment) as look, workspace.provider.frozen(look) as frozen:
            character, needs, size = frozen.character(), frozen.needs(), frozen.size()
            identity, version = look.identity(), look.server_version
        view.progress(f"copying database {server.name} as {name}", 1, 2)
        maker.copy(server, session, name, character["owner"])
        server.mark(name, f"{sign} of environment {environment.name}, being taken")
        view.progress(f"reading the catalogue and counting the rows of {name}", 2, 2)
        with maker.opened(server, name) as copy:
            copy.asked = copy.service = None
            objects = compared(maker, copy.inspect().objects)
            rows = workspace.provider.rows_of(copy)
        server.mark(name, f"{sign} of environment {environment.name}; faberdb backups {environment.name} lists it")
        kept_as = {"database": name, "oid": server.number(name), "system": server.system()}
        copied = server.size(name)
    sums.written(folder / "catalogue.json", record.objects_to_json(objects))
    return Backup(
        id=backup_id,
        environment=environment.name,
        provider=workspace.project.backup.provider,
        taken_at=now.isoformat(),
        seconds=round(time.monotonic() - began, 1),
        faberdb=__version__,
        holder=workspace.holder,
        reason=reason,
        server_version=version,
        size=copied,
        database_size=size,
        fingerprint=fingerprint(objects),
        database=identity,
        rows=rows,
        character=character,
        needs=needs,
        kept_as=kept_as,
    )


def require_copy(server: Any, backup: Backup) -> str:
    """The database that a backup is a copy in. Raises UnfitBackupError where it is not there any more."""
    kept = backup.kept_as or {}
    name, system = str(kept.get("database", "")), server.system()
    other = f"faberdb backups {backup.environment} lists them"
    if system and kept.get("system") and system != kept["system"]:
        raise UnfitBackupError(
            f"backup {backup.id} is a copy on another server than environment {backup.environment} connects to",
            detail=(f"database {name} of system {kept['system']}; this is system {system}",),
            advice=f"nothing was changed; correct the connection, or use another backup: {other}",
        )
    if server.number(name) != kept.get("oid"):
        there = server.exists(name)
        raise UnfitBackupError(
            f"backup {backup.id} is gone: "
            + (
                f"database {name} is not the copy any more" if there else f"somebody dropped or renamed its copy {name}"
            ),
            advice=f"nothing was changed; use another backup: {other}",
        )
    return name


def looked_at(workspace: Workspace, shelf: Shelf, backup: Backup, maker: CopyProvider, view: View) -> Verified:
    """A copy must be there, and hold what it held at first. Raises UnfitBackupError, DatabaseError."""
    with server_of(workspace, environment_named(workspace, shelf.environment)) as server:
        name = require_copy(server, backup)
        view.progress(f"reading the catalogue and counting the rows of {name}", 1, 1)
        with maker.opened(server, name) as copy:
            refuse_unlike(workspace, shelf, backup, copy, view)
    return Verified(utc_now().isoformat(), None, "the server of its database", __version__)


def clearing(workspace: Workspace, environment: Environment, view: View) -> Callable[[Path], bool]:
    """Takes away the copy that a folder of backups names, and says whether it is gone; of a folder that names none,
    nothing has to be taken away."""

    def clear(folder: Path) -> bool:
        try:
            found_note = json.loads((folder / NOTE).read_bytes())
            name, system = str(found_note["database"]), found_note.get("system")
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return True
        try:
            with server_of(workspace, environment) as server:
                here = server.system()
                if system and here and system != here:
                    view.note(
                        f"the copy {name} of a backup that is none any more is on another server (system {system}), and"
                        f" stays there: drop it by hand, then remove {folder.as_posix()}"
                    )
                    return False
                found, sign = server.marked(name), SIGN.format(folder.name.partition(".")[0])
                if not server.exists(name):
                    return True
                # One that was killed between its making and its comment has none yet.
                if found.startswith(sign) or (not found and folder.name.endswith(PARTIAL)):
                    server.drop(name)
                else:
                    view.note(f"database {name} stays: it does not bear the comment `{sign}` of a backup's copy")
        except FaberError as error:
            view.note(f"the copy {name} of a backup that is none any more stays, until the next one: {error.message}")
            return False
        return True

    return clear
