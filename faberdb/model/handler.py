"""What a migration tool has run on a database, and what it still has to run: the protocol of the group
`faberdb.handlers`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Migration:
    """SQL that a tool has yet to run. text: what it runs of the file, on the lines on which it stands there.
    single_transaction: whether the tool puts it into one transaction."""

    file: Path
    text: str
    single_transaction: bool


class Handler(Protocol):
    """A migration tool whose migrations are SQL files. It is asked about files and rows, and reaches no database."""

    directory: str
    """Where its migrations usually lie, from the folder of the project."""
    table: str
    """Where it usually notes what it has run, with a schema in front where it always is in that one."""
    columns: tuple[str, ...]
    """What has to be known of that table."""

    def pending(self, folder: Path, rows: Sequence[tuple[Any, ...]]) -> list[Migration]:
        """What it would run next, in its order. rows: of its table, empty where there is none. Raises DeclarationError
        for files that cannot be read as its own, RefusedError where it would not run anything."""
        ...
