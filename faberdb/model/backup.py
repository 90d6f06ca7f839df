"""Backups: what is known of one, and what those who take and restore them must answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from faberdb.model.address import Address


@dataclass(frozen=True, slots=True)
class Backup:
    """A finished backup, as it says of itself; it never changes.

    taken_at: when its snapshot was, in UTC. seconds: how long it took. size: bytes of its files; database_size: of the
    database. database: its identity, as in plans. fingerprint, rows: the catalogue and the rows of each table, both as
    the very snapshot had them that the files were written from. character: what the database itself is like, beside
    what is in it. needs: what a server must have for it. reason: what it was taken for. kept_as: where it is no files
    but a copy on the server, the `database` that this is, its `oid`, and the `system` identifier of the server.
    """

    id: str
    environment: str
    provider: str
    taken_at: str
    seconds: float
    faberdb: str
    holder: str
    reason: str
    server_version: int
    size: int
    database_size: int
    fingerprint: str
    database: Mapping[str, Any]
    rows: Mapping[str, int]
    character: Mapping[str, Any] = field(repr=False)
    needs: Mapping[str, Any] = field(repr=False)
    kept_as: Mapping[str, Any] | None = None

    @property
    def major(self) -> int:
        """The major version of the server it was taken from."""
        return self.server_version // 10000


@dataclass(frozen=True, slots=True)
class Verified:
    """A restore that gave back what was backed up. on: the server it was restored to; seconds: what it took, without
    the looking afterwards; None of a copy that was looked at where it lies."""

    at: str
    seconds: float | None
    on: str
    faberdb: str


@dataclass(frozen=True, slots=True)
class FormerDatabase:
    """A database that a restore has put aside, and that is kept until somebody drops it. since: in UTC; backup: id of
    what took its place; size: in bytes, None where this role may not know it."""

    name: str
    since: str
    backup: str
    size: int | None


@dataclass(frozen=True, slots=True)
class Job:
    """How the work is to be done. bin_setting, path: where programs are looked for, as PATH is written. variables: of
    the process, of which a program gets the few that it needs. jobs: how many may work at once. told: of progress,
    what is done now with which table, and the how manieth that is; other threads may call it."""

    bin_setting: str | None
    path: str
    variables: Mapping[str, str] = field(repr=False)
    jobs: int
    told: Callable[[str, str, int], None]


class BackupProvider(Protocol):
    """A way to back up and restore. Providers are found through the entry points of the group `faberdb.backups`.

    A session is one of the database engine's, on the database that the work is about. What is written lies in the one
    folder that is handed over, which is empty at first; the engine checksums it and keeps it.
    """

    def ready(self, major: int, job: Job) -> None:
        """Raises DatabaseError where something is missing that the work needs."""
        ...

    def take(self, session: Any, snapshot: str, into: Path, job: Job) -> None:
        """Write what the snapshot, held by the session, sees. Another thread uses the session meanwhile.
        Raises DatabaseError."""
        ...

    def restore(self, source: Path, session: Any, major: int, job: Job) -> None:
        """Fill the empty database of the session; major: of the server the backup was taken from.
        Raises DatabaseError."""
        ...

    def comes_back(self, address: Address) -> bool:
        """Whether a restore gives this object back as it was, so that it can be compared."""
        ...


@runtime_checkable
class CopyProvider(Protocol):
    """A way to keep a backup as a copy of the database on its own server, found through the same entry points. The
    engine names and marks the copy, compares it, and keeps beside it what was true of it.

    A server is what the database engine's `exchange` gives, on whose database the work is. A session, where there is
    one, is connected to that very database, and does not count among those who use it.
    """

    def ready(self, server: Any, session: Any | None) -> None:
        """Raises RefusedError naming what is in the way of a copy, DatabaseError."""
        ...

    def copy(self, server: Any, session: Any | None, name: str, owner: str) -> None:
        """Make the copy, closed to everybody from its first moment on. Raises RefusedError, DatabaseError, with nothing
        left behind."""
        ...

    def opened(self, server: Any, name: str) -> AbstractContextManager[Any]:
        """A session that only reads, on a copy that stays closed to all others. Raises LockedError, DatabaseError."""
        ...

    def give_back(self, server: Any, name: str, new: str, like: Mapping[str, Any], mark: str) -> None:
        """Make a database of this character out of a copy, which stays. mark: its comment. Raises RefusedError,
        DatabaseError."""
        ...

    def comes_back(self, address: Address) -> bool:
        """Whether a restore gives this object back as it was, so that it can be compared."""
        ...
