"""Reading what migration tools have on disk."""

from __future__ import annotations

from pathlib import Path

from faberdb.errors import DeclarationError


def require_folder(folder: Path, tool: str) -> None:
    """Raises DeclarationError where there is no such folder."""
    if not folder.is_dir():
        raise DeclarationError(
            f"there is no folder with migrations of {tool}",
            where=str(folder),
            advice="name it in faberdb.toml: `directory` in [migrations]",
        )


def text_of(file: Path) -> str:
    """What a file holds. Raises DeclarationError where it cannot be read."""
    try:
        return file.read_text("utf-8")
    except (OSError, ValueError) as error:
        raise DeclarationError("the file cannot be read", where=str(file), detail=(str(error),)) from None
