"""Drizzle: SQL files in the order of their journal. Only the newest entry that was run is compared: one with an older
time that came later, as from another branch, is never run."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from faberdb.errors import DeclarationError
from faberdb.model import Migration
from faberdb_providers.handlers.files import require_folder, text_of


class Drizzle:
    directory = "drizzle"
    table = "drizzle.__drizzle_migrations"
    columns = ("created_at",)

    def pending(self, folder: Path, rows: Sequence[tuple[Any, ...]]) -> list[Migration]:
        """The entries of the journal that are younger than all that was run."""
        require_folder(folder, "Drizzle")
        newest = max((int(when) for (when,) in rows if when is not None), default=-1)
        journal = folder / "meta" / "_journal.json"
        try:
            entries = [(int(entry["when"]), str(entry["tag"])) for entry in json.loads(text_of(journal))["entries"]]
        except (ValueError, KeyError, TypeError) as error:
            raise DeclarationError(
                "this is no journal of Drizzle's", where=str(journal), detail=(repr(error),)
            ) from None
        files = [folder / f"{tag}.sql" for when, tag in entries if when > newest]
        return [Migration(file, text_of(file), True) for file in files]


handler = Drizzle()
