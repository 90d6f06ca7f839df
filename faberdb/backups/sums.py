"""Checksums of all that a backup consists of, in the form that `sha256sum -c` reads as well."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from faberdb.errors import UnfitBackupError

NAME = "SHA256SUMS"
SHOWN = 5


def write(folder: Path) -> str:
    """Put every file of the folder onto the disk, with the checksums of all of them beside them; returns the digest of
    these. Raises OSError."""
    lines = []
    for file in _files(folder):
        with file.open("rb") as content:
            os.fsync(content.fileno())
            lines.append(f"{hashlib.file_digest(content, 'sha256').hexdigest()}  {file.relative_to(folder).as_posix()}")
    text = "".join(f"{line}\n" for line in lines).encode()
    written(folder / NAME, text)
    for place in (path for path in folder.rglob("*") if path.is_dir()):
        settle(place)
    settle(folder)
    return hashlib.sha256(text).hexdigest()


def check(folder: Path) -> str:
    """Every file is there, none is new, and all are what they were; returns the digest of the checksums.
    Raises UnfitBackupError naming those that are not."""
    try:
        text = (folder / NAME).read_bytes()
        wanted = dict(line.split("  ", 1)[::-1] for line in text.decode().splitlines())
        found = {file.relative_to(folder).as_posix(): file for file in _files(folder)}
        wrong = [f"{name} is missing" for name in wanted.keys() - found.keys()]
        wrong += [f"{name} was not there when the backup was taken" for name in found.keys() - wanted.keys()]
        for name in wanted.keys() & found.keys():
            with found[name].open("rb") as content:
                if hashlib.file_digest(content, "sha256").hexdigest() != wanted[name]:
                    wrong.append(f"{name} is not what was written")
    except (OSError, ValueError) as error:
        wrong = [f"{NAME} or a file cannot be read: {error}"]
    if wrong or not wanted:
        more = (f"and {len(wrong) - SHOWN} more",) if len(wrong) > SHOWN else ()
        raise UnfitBackupError(
            f"backup {folder.name} is damaged, so nothing is restored from it",
            where=str(folder),
            detail=(*sorted(wrong)[:SHOWN], *more) or (f"{NAME} names no file",),
            advice=f"nothing was changed; use another one: faberdb backups {folder.parent.name} lists them",
        )
    return hashlib.sha256(text).hexdigest()


def digest(folder: Path) -> str:
    """The digest of the checksums themselves; empty where there are none."""
    try:
        return hashlib.sha256((folder / NAME).read_bytes()).hexdigest()
    except OSError:
        return ""


def written(file: Path, text: bytes) -> None:
    """Write a file that is on the disk before this returns. Raises OSError."""
    with file.open("wb") as content:
        content.write(text)
        content.flush()
        os.fsync(content.fileno())


def settle(folder: Path) -> None:
    """Put the names in a folder onto the disk. Raises OSError."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _files(folder: Path) -> Iterator[Path]:
    """All files of a backup but the checksums themselves and what is found out about it later."""
    later = {folder / NAME, folder / "verified.json"}
    return (path for path in sorted(folder.rglob("*")) if not path.is_dir() and path not in later)
