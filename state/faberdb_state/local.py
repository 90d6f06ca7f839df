"""State in a folder of the local machine: get, compare-and-put, lock, unlock, list; nothing else.

For an environment `dev` the folder holds `dev.json`, the version before it as `dev.json.backup`, and `dev.lock`; where
its journal is not in the database, also `dev.journal.json`, which is a document like any other but no environment. All
locks are flock's: the kernel frees them when the process ends, however it ends.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import secrets
import shlex
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from faberdb.errors import LockedError, StateError
from faberdb.model import JOURNAL_ENDING

PATIENCE = 10.0
"""Seconds to wait for another writer, who needs milliseconds."""

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}\Z")
_GUARD = ".guard"
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}


def store(folder: Path) -> LocalStore:
    """The store that keeps its files in `folder`, which is made by the first write."""
    return LocalStore(folder)


class LocalStore:
    """`faberdb.store.StateStore` over a folder. A version is the SHA-256 of the content."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._held: dict[str, tuple[str, int]] = {}

    def get(self, environment: str) -> tuple[bytes, str] | None:
        """The document and its version; None where there is none. Raises StateError where it cannot be read."""
        file = self._file(environment)
        with _explained(f"the state of environment `{environment}` cannot be read", file):
            try:
                data = file.read_bytes()
            except FileNotFoundError:
                return None
        if not data:
            former = self.former(environment)
            raise StateError(
                f"the state of environment `{environment}` is empty; its content was lost",
                where=str(file),
                advice=f"if it is right, put the version before it back: {former[1]}"
                if former
                else f"remove the file and run `faberdb import {environment}`",
            )
        return data, _version(data)

    def place(self, environment: str) -> str:
        """Where people find the document."""
        return str(self._file(environment))

    def former(self, environment: str) -> tuple[bytes, str] | None:
        """The document before the one that is there, and the command that puts it back; None where none was kept."""
        file = self._file(environment)
        backup = _beside(file, ".backup")
        try:
            return backup.read_bytes(), f"cp {shlex.quote(str(backup))} {shlex.quote(str(file))}"
        except OSError:
            return None

    def put(self, environment: str, data: bytes, expected: str | None) -> str:
        """Replace the version `expected` (None: none may be there) and return the new one.

        Raises StateError where another version is there, or where writing fails; what was there then stays.
        """
        file = self._file(environment)
        if not data:
            raise ValueError("a state is never empty")
        with _explained(f"the state of environment `{environment}` cannot be written", file), self._guard():
            found = self.get(environment)
            version = found[1] if found else None
            if version != expected:
                raise _overtaken(environment, file, there=found is not None)
            contents = {_beside(file, ".backup"): found[0]} if found else {}
            self._replace({**contents, file: data}, like=file)
        return _version(data)

    def lock(self, environment: str, holder: Mapping[str, Any]) -> str:
        """Take the lock and say in its file who holds it; returns the token for `unlock`.

        Raises LockedError where somebody else holds it, StateError where the file cannot be written.
        """
        file = self._lock_file(environment)
        told = {
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "since": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        text = json.dumps({**told, **holder}, sort_keys=True, default=str)
        with _explained(f"the state of environment `{environment}` cannot be locked", file):
            self.folder.mkdir(parents=True, exist_ok=True)
            handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
            try:
                self._take(environment, file, handle)
                os.ftruncate(handle, 0)
                _write(handle, text.encode())
            except BaseException:
                os.close(handle)
                raise
        token = secrets.token_hex(16)
        self._held[environment] = token, handle
        return token

    def unlock(self, environment: str, token: str) -> None:
        """Give the lock back. Raises StateError where this store does not hold it under this token."""
        file = self._lock_file(environment)
        held = self._held.get(environment)
        if held is None or held[0] != token:
            raise StateError(
                f"the lock on the state of environment `{environment}` is not held under this token", where=str(file)
            )
        del self._held[environment]
        with suppress(OSError):  # the name in the file only informs; closing is what frees
            os.ftruncate(held[1], 0)
        os.close(held[1])

    def list(self) -> list[str]:
        """The environments that have a document, by name. Raises StateError where the folder cannot be read."""
        with _explained("the states cannot be listed", self.folder):
            try:
                names = [file.name for file in self.folder.iterdir()]
            except FileNotFoundError:
                return []
        names = [name.removesuffix(".json") for name in names if name.endswith(".json")]
        return sorted(name for name in names if _NAME.match(name) and not name.endswith(JOURNAL_ENDING))

    def _file(self, environment: str) -> Path:
        return self.folder / f"{_checked(environment, self.folder)}.json"

    def _lock_file(self, environment: str) -> Path:
        return self.folder / f"{_checked(environment, self.folder)}.lock"

    def _take(self, environment: str, file: Path, handle: int) -> None:
        """Try until the file says the same twice: a holder may be just about to come, to go, or to write its name."""
        said = None
        for _ in range(50):
            if _flock(handle, file):
                return
            now = _holder(file)
            if now is not None and now == said:
                break
            said = now
            time.sleep(0.02)
        raise _locked(environment, file, said or {})

    @contextmanager
    def _guard(self) -> Iterator[None]:
        """Writers one at a time: between the comparison and the rename nobody else may write."""
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / _GUARD
        handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            deadline = time.monotonic() + PATIENCE
            while not _flock(handle, file):
                if time.monotonic() > deadline:
                    raise StateError(
                        f"another process has been writing here for more than {PATIENCE:g} s; nothing was written",
                        where=str(file),
                        advice=f"see which process holds the file (fuser {file}); end it if it hangs, then try again",
                    )
                time.sleep(0.01)
            yield
        finally:
            os.close(handle)

    def _replace(self, contents: Mapping[Path, bytes], *, like: Path) -> None:
        """Write all aside, onto the disk, then rename one after the other: what cannot be written changes nothing, and
        after a crash at any moment each file is the old or the new one.

        The names aside are fixed, so that what a killed process left is written over by the next.
        """
        try:
            for file, data in contents.items():
                _write_aside(_beside(file, ".new"), data, like)
            for file in contents:
                _beside(file, ".new").replace(file)
        except BaseException:
            for file in contents:
                with suppress(OSError):
                    _beside(file, ".new").unlink()
            raise
        _sync_folder(self.folder)


def _checked(environment: str, folder: Path) -> str:
    if not _NAME.match(environment):
        raise StateError(
            f"`{environment}` cannot name a state",
            where=str(folder),
            advice="name the environment with letters, digits, `_`, `-` and `.`, not beginning with `.` or `-`",
        )
    return environment


def _version(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _beside(file: Path, ending: str) -> Path:
    return file.with_name(file.name + ending)


def _write(handle: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(handle, rest) :]


def _write_aside(file: Path, data: bytes, like: Path) -> None:
    """A file that is on the disk when this returns, with the mode of `like` where that is there."""
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666)
    try:
        with suppress(FileNotFoundError):
            os.fchmod(handle, like.stat().st_mode & 0o777)
        _write(handle, data)
        os.fsync(handle)
    finally:
        os.close(handle)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _flock(handle: int, file: Path) -> bool:
    """Whether the lock could be had at once."""
    try:
        import fcntl
    except ImportError as error:
        raise StateError(
            "this system has no flock, which the local state store needs",
            where=str(file),
            advice='choose another backend in faberdb.toml: [state] backend = "postgres"',
        ) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(file: Path) -> dict[str, Any] | None:
    """What the lock file says, None while it says nothing or only half."""
    try:
        found = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _locked(environment: str, file: Path, holder: Mapping[str, Any]) -> LockedError:
    labels = {"operation": "by `faberdb {}`", "who": "of {}", "host": "on {}", "pid": "process {}", "since": "since {}"}
    said = ", ".join(form.format(holder[key]) for key, form in labels.items() if holder.get(key))
    return LockedError(
        f"the state of environment `{environment}` is locked {said or 'by somebody who has not said who'}",
        where=str(file),
        advice="wait until it has ended and try again; the lock goes with its process, so nothing has to be unlocked",
    )


def _overtaken(environment: str, file: Path, *, there: bool) -> StateError:
    what = "was written by somebody else since it was read" if there else "is gone since it was read"
    return StateError(
        f"the state of environment `{environment}` {what}; nothing was written",
        where=str(file),
        advice=f"run `faberdb status {environment}` to see what was done, then plan again",
    )


@contextmanager
def _explained(message: str, file: Path) -> Iterator[None]:
    """Turns what the system refuses into a StateError with its words and what helps."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            cause, advice = "there is no room", "make room on that file system, then try again"
        elif error.errno in _FORBIDDEN:
            cause, advice = "this user may not", "give this user the right to read and write there, or run as another"
        else:
            cause, advice = "the system refuses", "see what is there; [state] path in faberdb.toml names the folder"
        raise StateError(
            f"{message}: {cause}",
            where=str(error.filename or file),
            advice=advice,
            detail=(error.strerror or str(error),),
        ) from error
