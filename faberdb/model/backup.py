"""Backups: what is known of one, and what those who take and restore them must answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from faberdb.model.address import Address


@dataclass(frozen=True, slots=True)
class Backup:
    """A finished backup, as it says of itself; it never changes.

    taken_at: when its snapshot was, in UTC. seconds: how long it took. size: bytes of its files; database_size: of the
    database. database: its identity, as in plans. fingerprint, rows: the catalogue and the rows of each table, both as
    the very snapshot had them that the files were written from. character: what the database itself is like, beside
    what is in it. needs: what a server must have for it. reason: what it was taken for.
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

    @property
    def major(self) -> int:
        """The major version of the server it was taken from."""
        return self.server_version // 10000


@dataclass(frozen=True, slots=True)
class Verified:
    """A restore that gave back what was backed up. on: the server it was restored to; seconds: what it took, without
    the looking afterwards."""

    at: str
    seconds: float
    on: str
    faberdb: str


@dataclass(frozen=True, slots=True)
class Job:
    """How the work is to be done. bin_setting, path: where programs are looked for, as PATH is written. variables: of
    the process, of which a program gets the few that it needs. jobs: how many may work at once. told: of progress,
    what table is done and the how manieth that is; other threads may call it."""

    bin_setting: str | None
    path: str
    variables: Mapping[str, str] = field(repr=False)
    jobs: int
    told: Callable[[str, int], None]


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
