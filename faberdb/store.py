"""What the engine asks of a state store. Stores are found through the entry points of the group `faberdb.state`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class StateStore(Protocol):
    """Documents by environment name, or that of an environment's journal (`model.JOURNAL_ENDING`); a version token with
    each, so that nobody overwrites what they have not read."""

    def get(self, environment: str) -> tuple[bytes, str] | None:
        """The document and its version; None where there is none."""
        ...

    def place(self, environment: str) -> str:
        """Where people find the document."""
        ...

    def former(self, environment: str) -> tuple[bytes, str] | None:
        """The document before the one that is there, and the command that puts it back; None where none was kept."""
        ...

    def put(self, environment: str, data: bytes, expected: str | None) -> str:
        """Replace the version `expected` (None: there must be none) and return the new one. Raises StateError."""
        ...

    def lock(self, environment: str, holder: Mapping[str, Any]) -> str:
        """Take the environment's lock. Raises LockedError naming its holder."""
        ...

    def unlock(self, environment: str, token: str) -> None:
        """Give the lock back."""
        ...

    def list(self) -> list[str]:
        """Names of the environments that have a state; what ends with `model.JOURNAL_ENDING` is none."""
        ...
