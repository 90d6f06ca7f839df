"""Whether a database is what was backed up: its catalogue, and how many rows each table has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from faberdb.backups import record
from faberdb.backups.shelf import Shelf
from faberdb.cli.backup_means import backup_provider, compared
from faberdb.cli.workspace import Workspace
from faberdb.errors import UnfitBackupError
from faberdb.model import Address, Backup, Kind, Object
from faberdb.plan.fingerprint import fingerprint
from faberdb.prove.normal import texts_only
from faberdb.views.view import View

SHOWN = 8
"""How many differences are named."""


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
