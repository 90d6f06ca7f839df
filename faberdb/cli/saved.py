"""A saved plan: the file that `plan --out` writes, and that `show` and `apply` read."""

from __future__ import annotations

from pathlib import Path

from faberdb.declare.source import nearest
from faberdb.errors import FaberError


def write(file: Path, text: str) -> None:
    """The file appears whole or not at all. Raises FaberError."""
    aside = file.with_name(file.name + ".part")
    try:
        aside.write_text(text, "utf-8")
        aside.replace(file)
    except OSError as error:
        raise FaberError(
            "the plan cannot be saved",
            where=str(file),
            detail=(error.strerror or str(error),),
            advice="choose another FILE",
        ) from None


def read(file: Path) -> str:
    """The text of the file. Raises FaberError."""
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = (error.strerror or str(error)) if isinstance(error, OSError) else "not UTF-8 text"
        if isinstance(error, FileNotFoundError):
            why += nearest(file.name, beside(file, file.name))
        raise FaberError(
            "the plan cannot be read",
            where=str(file),
            detail=(why,),
            advice="write one: faberdb plan ENV --out plan.json",
        ) from None


def beside(file: Path, name: str) -> list[str]:
    """What could have been meant instead of `name`: the JSON files in the folder of `file`, called as it is."""
    folder = Path(name).parent
    try:
        return sorted(str(folder / found.name) for found in file.parent.glob("*.json"))
    except OSError:
        return []
