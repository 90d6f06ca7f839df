"""What the server says of its work while it does it, in messages of the level DEBUG1: that it verifies or rewrites a
table, or that a constraint proves what it would have had to look for.

They are in English whatever lc_messages is, since they are not translated (src/backend/commands/tablecmds.c,
catalog/index.c).
"""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import psycopg
from psycopg.errors import Diagnostic

from faberdb_providers.postgres.pattern import pattern

_OF_WORK = pattern(
    r"rewriting table |verifying table |building index |existing constraints on column "
    r"|(?:updated )?partition constraint for "
)
_TABLE = pattern(r'(?:on |rewriting |verifying |for )(?:default )?(?:table|column|partition) "([^".]+)')
_NUMBERED = pattern(r"\bpg_(?:toast|temp)_[0-9]+")
"""Names in which a number of the scratch server stands."""


class Remarks:
    """Hears them for the length of a `with`."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._heard: list[str] = []

    def __enter__(self) -> Self:
        self._connection.add_notice_handler(self._hear)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.remove_notice_handler(self._hear)

    def ask(self) -> None:
        """Have them sent to the end of the transaction."""
        self._connection.execute("set local client_min_messages = debug1")

    def take(self, known: Callable[[str], bool]) -> tuple[str, ...]:
        """What was said since the last time of tables that are known by their name, each thing once."""
        heard, self._heard = dict.fromkeys(self._heard), []
        return tuple(words for words in heard if (table := _TABLE.search(words)) and known(table[1]))

    def _hear(self, notice: Diagnostic) -> None:
        words = notice.message_primary or ""
        if _OF_WORK.match(words) and not _NUMBERED.search(words):
            self._heard.append(words)
