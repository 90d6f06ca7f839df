"""Backups in words."""

from __future__ import annotations

from collections.abc import Sequence

from faberdb.model import Backup, Verified
from faberdb.views import words
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
        f"Backup {backup.id} of {backup.environment} is verified: restored in {verified.seconds:.1f} s"
        f" on {verified.on}, {contents(backup)}, catalogue and numbers of rows as they were"
    )


def write_list(page: Page, environment: str, found: Sequence[Listed]) -> None:
    """The backups of an environment."""
    if not found:
        page.line(f"There is no backup of {environment}. Take one: faberdb backup {environment}")
    for backup, verified in found:
        page.line(
            (backup.id, "bold"), f"  {words.moment(backup.taken_at)}  {contents(backup)}, in {backup.seconds:.1f} s"
        )
        said = f"PostgreSQL {words.version(backup.server_version)}, {backup.provider}, {backup.reason}"
        page.line((said, "dim"), indent=4)
        if verified:
            when = words.moment(verified.at)
            page.line((f"verified {when}, restored in {verified.seconds:.1f} s", "green"), indent=4)
        else:
            page.line(("not verified", "yellow"), indent=4)
