"""Prisma: a folder for each migration, in the order of their names, with one SQL file in each.

The history table may hold a name several times: an attempt that failed, was rolled back, and was made again
(Prisma docs, "Prisma Migrate", about the migrations table and `migrate resolve`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from faberdb.errors import RefusedError
from faberdb.model import Migration
from faberdb_providers.handlers.files import require_folder, text_of


class Prisma:
    directory = "prisma/migrations"
    table = "_prisma_migrations"
    columns = ("migration_name", "finished_at", "rolled_back_at")

    def pending(self, folder: Path, rows: Sequence[tuple[Any, ...]]) -> list[Migration]:
        """The folders that were not run to their end. Raises RefusedError where one failed and nobody said what became
        of it, since `prisma migrate deploy` then runs nothing."""
        require_folder(folder, "Prisma")
        failed = sorted(name for name, finished, back in rows if finished is None and back is None)
        if failed:
            raise RefusedError(
                f"Prisma runs nothing while migration {failed[0]} counts as failed",
                advice="say what became of it: prisma migrate resolve --applied or --rolled-back, with its name",
            )
        done = {name for name, finished, back in rows if finished is not None and back is None}
        files = sorted(folder.glob("*/migration.sql"))
        # A file goes to the server as one text, which is one transaction unless it says otherwise.
        return [Migration(file, text_of(file), True) for file in files if file.parent.name not in done]


handler = Prisma()
