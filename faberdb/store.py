"""What a state store must answer; `faberdb_state` and third parties fill it behind the entry point `faberdb.state`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class StateStore(Protocol):
    """Keeps one opaque document per environment; knows nothing of what is in it.

    A version names the content that was read, and a token the lock that was taken; both are texts that only the store
    understands. Every method raises StateError where the store cannot be reached, read or written, or where the name
    of the environment could not be one, and has then changed nothing.
    """

    def get(self, environment: str) -> tuple[bytes, str] | None:
        """The document and its version; None where there is none. Changes nothing, not even a folder."""
        ...

    def put(self, environment: str, data: bytes, expected: str | None) -> str:
        """Replace the version `expected` (None: there must be no document yet) and return the new version.

        Raises StateError where another version is there now: whoever lost the lock can never overwrite what was
        written since.
        """
        ...

    def lock(self, environment: str, holder: Mapping[str, Any]) -> str:
        """Take the environment's lock, or raise LockedError at once, naming who holds it, since when and where.

        holder: what others are told (`who`, `operation`); the store adds `host`, `pid` and `since` where they are
        missing. The lock ends with `unlock`, or with the process.
        """
        ...

    def unlock(self, environment: str, token: str) -> None:
        """Give back a lock that `lock` of this same store returned `token` for; StateError for any other token."""
        ...

    def list(self) -> tuple[str, ...]:
        """The environments that have a document, by name."""
        ...
