"""The JSON Schemas beside the project, where the `#:schema` lines of its files point editors to."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

FIRST = "declaration.schema.json"
"""The one that schema files name."""


def put_json_schemas(folder: Path) -> None:
    """Write them, over those that another release has written. They only serve editors, so a folder that cannot be
    written is no reason to stop."""
    from importlib.resources import files

    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        for source in files("faberdb_schemas").iterdir():
            if source.name.endswith(".schema.json"):
                (folder / source.name).write_text(source.read_text("utf-8"), "utf-8")


def restore_json_schemas(folder: Path) -> None:
    """Put them back where they are missing: the folder is in nobody's git, so a new clone has none."""
    if not (folder / FIRST).exists():
        put_json_schemas(folder)
