"""Backups in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from faberdb.model import Backup, Verified
from faberdb.views import words

if TYPE_CHECKING:
    from faberdb.model import FormerDatabase
    from faberdb.views.page import Page

Listed = tuple[Backup, Verified | None]


def contents(backup: Backup) -> str:
    """`12 tables, 3,400 rows, 1.2 MB`."""
    tables = words.plural(len(backup.rows) - ("large objects" in backup.rows), "table")
    return f"{tables}, {sum(backup.rows.values()):,} rows, {words.size(backup.size)}"


def taken(backup: Backup) -> str:
    """That a backup is finished, in a sentence."""
    return f"Backup {backup.id} of {backup.environment}, in {backup.seconds:.1f} s: {contents(backup)}"


def proven(backup: Backup, verified: Verified) -> str:
    """That a backup was verified, in a sentence."""
    return (
        f"Backup {backup.id} of {backup.environment} is verified: {in_what_way(verified)}"
        f" on {verified.on}, {contents(backup)}, catalogue and numbers of rows as they were"
    )


def in_what_way(verified: Verified) -> str:
    """In what way a backup was verified, with the time that a restore was measured to take."""
    return "looked at where it lies" if verified.seconds is None else f"restored in {verified.seconds:.1f} s"


def kept_aside(database: FormerDatabase) -> str:
    """A database that a restore has put aside."""
    size = "size unknown" if database.size is None else words.size(database.size)
    return f"database {database.name} ({size}), put aside {words.moment(database.since)} for backup {database.backup}"


def write_kept(page: Page, environment: str, found: Sequence[FormerDatabase]) -> None:
    """What restores have put aside, and how to drop it."""
    for database in found:
        page.line(("kept  ", "dim"), words.visible(kept_aside(database)))
    if found:
        page.line((f"Once nobody misses what is kept: faberdb restore {environment} --drop-kept", "dim"))


def write_list(page: Page, environment: str, found: Sequence[Listed]) -> None:
    """The backups of an environment."""
    if not found:
        page.line(f"There is no backup of {environment}. Take one: faberdb backup {environment}")
    for backup, verified in found:
        page.line(
            (backup.id, "bold"), f"  {words.moment(backup.taken_at)}  {contents(backup)}, in {backup.seconds:.1f} s"
        )
        said = f"PostgreSQL {words.version(backup.server_version)}, {backup.provider}, {backup.reason}"
        said += f", database {backup.kept_as['database']} on its server" if backup.kept_as else ""
        page.line((said, "dim"), indent=4)
        if verified:
            when = words.moment(verified.at)
            page.line((f"verified {when}, {in_what_way(verified)}", "green"), indent=4)
        else:
            page.line(("not verified", "yellow"), indent=4)
