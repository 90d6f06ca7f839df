"""dbmate: a file for each migration, known by the digits that its name begins with. Below `-- migrate:up` stands what
goes forward, below `-- migrate:down` what goes back (dbmate's README, "Creating Migrations")."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from faberdb.errors import DeclarationError
from faberdb.model import Migration
from faberdb_providers.handlers.files import require_folder, text_of

_NAME = re.compile(r"(\d+).*\.sql\Z")
_UP = re.compile(r"--\s*migrate:up(\s.*)?\Z")
_DOWN = re.compile(r"--\s*migrate:down(\s.*)?\Z")
_ALONE = re.compile(r"\btransaction:false\b")


class Dbmate:
    directory = "db/migrations"
    table = "schema_migrations"
    columns = ("version",)

    def pending(self, folder: Path, rows: Sequence[tuple[Any, ...]]) -> list[Migration]:
        """The files whose number was not noted, also those that are older than others that were."""
        require_folder(folder, "dbmate")
        done = {str(version) for (version,) in rows}
        files = [(found[1], file) for file in folder.iterdir() if (found := _NAME.match(file.name))]
        return [_forward(file) for version, file in sorted(files, key=lambda one: one[1].name) if version not in done]


def _forward(file: Path) -> Migration:
    """The part of a file that goes forward. Raises DeclarationError where there is none."""
    lines = text_of(file).splitlines()
    ups = [number for number, line in enumerate(lines) if _UP.match(line.strip())]
    if not ups:
        raise DeclarationError(
            "the file has no line `-- migrate:up`",
            where=str(file),
            advice="dbmate runs what stands below such a line; add it",
        )
    downs = [number for number, line in enumerate(lines) if _DOWN.match(line.strip()) and number > ups[0]]
    end = downs[0] if downs else len(lines)
    text = "\n" * (ups[0] + 1) + "\n".join(lines[ups[0] + 1 : end])
    return Migration(file, text, _ALONE.search(lines[ups[0]]) is None)


handler = Dbmate()
