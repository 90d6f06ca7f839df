"""Backups as copies on the same server: a database of its own, made by the server out of the live one, and closed."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

from faberdb.model import Address, CopyProvider
from faberdb_providers.postgres.session import Session
from faberdb_providers.postgres.whole import copies
from faberdb_providers.postgres.whole.exchange import Exchange

_STOP = (
    "stop what uses it (the application, poolers, subscriptions), then run the same command again; or take the backup"
    ' with `[backup] provider = "pg_dump"`, which disturbs nobody; nothing was changed'
)


class Template:
    """The copy that CREATE DATABASE makes of a database that is its template."""

    def ready(self, server: Exchange, session: Session | None) -> None:
        """Nobody else uses the database, and this role may copy it. Raises RefusedError."""
        server.refuse_without_rights()
        own = {session.connection.info.backend_pid} if session else set()
        copies.refuse_in_use(server, server.name, own, _STOP)

    def copy(self, server: Exchange, session: Session | None, name: str, owner: str) -> None:
        """Make the copy. Raises RefusedError, DatabaseError."""
        copies.copy(server, server.name, name, owner, closed=True, session=session, advice=_STOP)

    def opened(self, server: Exchange, name: str) -> AbstractContextManager[Session]:
        """A session that only reads, on a copy. Raises LockedError, DatabaseError."""
        return copies.opened(server, name)

    def give_back(self, server: Exchange, name: str, new: str, like: Mapping[str, Any], mark: str) -> None:
        """Copy the copy. Raises RefusedError, DatabaseError."""
        copies.given_back(server, name, new, like, mark)

    def comes_back(self, address: Address) -> bool:
        """A subscription is the server's, of one database of it, and no copy has it."""
        return "subscription" not in (address.kind, address.path[0])


provider: CopyProvider = Template()
