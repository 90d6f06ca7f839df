"""Many queries in one round trip, and those that a connection asks again and again kept planned on the server: planning
is most of what the queries of a catalogue take where there is little to find.

psycopg would prepare them as well, and gives up all it prepared at each DROP, ALTER and ROLLBACK that goes over the
connection, which on scratch lie between any two readings. What these queries read, the system's own catalogues, none of
that replaces.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from typing import Any

import psycopg


def ask(connection: psycopg.Connection[Any], queries: Sequence[str], before: Iterable[str] = ()) -> list[list[Any]]:
    """The rows of each query, all in one message: between any two, another busy thread of this program would keep the
    answer waiting. before: statements without rows that come first. Raises psycopg.Error."""
    statements = [*before, *queries]
    cursor = connection.execute("\n;\n".join(statements).encode())
    for _ in range(len(statements) - len(queries)):
        cursor.nextset()
    rows = []
    for _ in queries:
        rows.append(cursor.fetchall())
        cursor.nextset()
    return rows


class Prepared:
    """The queries that one connection has prepared."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        # A pooler may hand on a session of the server with what others prepared in it.
        self._called = f"faberdb_{secrets.token_hex(4)}"

    def ask(self, connection: psycopg.Connection[Any], queries: Sequence[str]) -> list[list[Any]]:
        """The same, of queries that are prepared when it is the first time."""
        new = [query for query in queries if query not in self._names]
        for query in new:
            self._names[query] = f"{self._called}_{len(self._names)}"
        preparing = [f"prepare {self._names[query]} as {query}" for query in new]
        return ask(connection, [f"execute {self._names[query]}" for query in queries], preparing)
