"""Where the backups of one environment are kept: a folder for each. What is being written is called `<id>.partial`, and
gets its name only when it is whole and on the disk; so what bears the name of a backup is one, whatever happened."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from faberdb.backups import record, sums
from faberdb.errors import BackupError, LockedError
from faberdb.model import Backup, Verified

PARTIAL = ".partial"
_GOING = ".going"
_ID = re.compile(r"\d{8}-\d{6}-[0-9a-f]{4}\Z")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}\Z")
Clear = Callable[[Path], bool]


class Shelf:
    """The backups of an environment. directory: that of all environments."""

    def __init__(self, directory: Path, environment: str) -> None:
        if not _NAME.match(environment):
            raise BackupError(
                f"backups of environment `{environment}` cannot be kept: its name is not fit for a folder",
                advice="use letters, digits, `_`, `-` and `.` in the names of environments",
            )
        self.environment, self.folder = environment, directory / environment
        self._directory = directory

    @contextmanager
    def locked(self, *, alone: bool) -> Iterator[None]:
        """Keep others off: all of them, or only those who want it alone. The kernel gives it back with the process.
        Raises LockedError, BackupError."""
        with _explained("the folder of backups cannot be used", self.folder):
            if not alone and not self.folder.is_dir():
                yield
                return
            self._make()
            handle = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            try:
                fcntl.flock(handle, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
            except BlockingIOError:
                raise LockedError(
                    f"somebody is taking, verifying or restoring a backup of {self.environment}",
                    where=str(self.folder),
                    advice="wait until that has ended, then run the same command again",
                ) from None
            yield
        finally:
            os.close(handle)

    def take(self, backup_id: str, fill: Callable[[Path], Backup], clear: Clear = lambda folder: True) -> Backup:
        """Make a backup: `fill` writes its files and tells what it is. clear: takes away what a backup has elsewhere
        than in its folder, and says whether that is gone; else the folder stays, as no backup, to be tried again. Call
        it with the lock alone, so that what others left unfinished is known to be abandoned. Raises BackupError, and
        what `fill` raises."""
        with _explained("a backup cannot be written", self.folder):
            for left in (*self.folder.glob(f"*{PARTIAL}"), *self.folder.glob(f"*{_GOING}")):
                if clear(left):
                    shutil.rmtree(left)
            partial = self.folder / f"{backup_id}{PARTIAL}"
            partial.mkdir(mode=0o700)
        try:
            backup = fill(partial)
            with _explained("a backup cannot be written", partial):
                sums.written(partial / "backup.json", record.to_json(backup))
                sums.write(partial)
                partial.rename(self.folder / backup_id)
                sums.settle(self.folder)
        except BaseException:
            if clear(partial):
                shutil.rmtree(partial, ignore_errors=True)
            raise
        return backup

    def backups(self) -> tuple[list[Backup], list[str]]:
        """All that are finished, oldest first, and why others that were cannot be read. Raises BackupError."""
        found, broken = [], []
        for folder in self._finished():
            try:
                found.append(self._read(folder))
            except BackupError as error:
                broken.append(str(error))
        return found, broken

    def find(self, beginning: str | None) -> Backup:
        """The backup whose id begins so; the newest, where nothing is said. Raises BackupError."""
        ids = [folder.name for folder in self._finished()]
        found = [name for name in ids if name.startswith(beginning)] if beginning else ids[-1:]
        if len(found) == 1:
            return self._read(self.folder / found[0])
        if not ids:
            raise BackupError(
                f"there is no backup of {self.environment}",
                where=str(self.folder),
                advice=f"take one: faberdb backup {self.environment}",
            )
        raise BackupError(
            f"{'more than one' if found else 'no'} backup of {self.environment} begins with {beginning}",
            advice=f"see what there is: faberdb backups {self.environment}",
        )

    def ids(self, beginning: str) -> list[str]:
        """Those that begin so. Raises BackupError."""
        return [folder.name for folder in self._finished() if folder.name.startswith(beginning)]

    def place(self, backup: Backup) -> Path:
        """The folder of its files."""
        return self.folder / backup.id

    def check(self, backup: Backup) -> str:
        """Its files are what they were; returns the digest of their checksums. Raises UnfitBackupError."""
        return sums.check(self.place(backup))

    def verified(self, backup: Backup) -> Verified | None:
        """Whether it was verified as it is now."""
        file = self.place(backup) / "verified.json"
        with suppress(OSError, BackupError):
            found, of = record.verified_from_json(file.read_bytes(), str(file))
            return found if of == sums.digest(self.place(backup)) else None
        return None

    def note(self, backup: Backup, verified: Verified | None) -> None:
        """Write down that it was verified, or that it no longer is. Raises BackupError."""
        folder = self.place(backup)
        with _explained("what was found out about a backup cannot be written", folder):
            if verified is None:
                (folder / "verified.json").unlink(missing_ok=True)
                return
            aside = self.folder / f".{backup.id}.verified"
            sums.written(aside, record.verified_to_json(verified, sums.digest(folder)))
            aside.replace(folder / "verified.json")
            sums.settle(folder)

    def remove(self, backup: Backup, clear: Clear = lambda folder: True) -> None:
        """Take a backup away; from the first moment on it is none. clear: as for `take`. Raises BackupError."""
        with _explained("a backup cannot be removed", self.place(backup)):
            going = self.folder / f"{backup.id}{_GOING}"
            self.place(backup).rename(going)
            if clear(going):
                shutil.rmtree(going)

    def _finished(self) -> list[Path]:
        with _explained("the folder of backups cannot be read", self.folder):
            if not self.folder.is_dir():
                return []
            return sorted(path for path in self.folder.iterdir() if _ID.match(path.name) and path.is_dir())

    def _read(self, folder: Path) -> Backup:
        file = folder / "backup.json"
        with _explained("a backup cannot be read", folder):
            return record.from_json(file.read_bytes(), str(file))

    def _make(self) -> None:
        # Rows are nobody else's business, and have no place in a repository.
        if not self._directory.is_dir():
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            (self._directory / ".gitignore").write_text("*\n", "utf-8")
        self.folder.mkdir(mode=0o700, exist_ok=True)


@contextmanager
def _explained(what: str, where: Path) -> Iterator[None]:
    """Say what the operating system refuses as a BackupError."""
    try:
        yield
    except OSError as error:
        raise BackupError(what, where=str(where), detail=(error.strerror or str(error),)) from error
