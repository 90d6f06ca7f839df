"""Queries that a connection asks again and again, kept planned on the server: planning is most of what the queries of a
catalogue take where there is little to find.

psycopg would prepare them as well, and gives up all it prepared at each DROP, ALTER and ROLLBACK that goes over the
connection, which on scratch lie between any two readings. What these queries read, the system's own catalogues, none of
that replaces.
"""

from __future__ import annotations

from typing import Any, LiteralString

import psycopg


class Prepared:
    """The queries that one connection has prepared."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def execute(self, connection: psycopg.Connection[Any], text: LiteralString | str) -> psycopg.Cursor[Any]:
        """Run a query, prepared when it is the first time. Raises psycopg.Error."""
        name = self._names.get(text)
        if name is None:
            name = self._names[text] = f"faberdb_{len(self._names)}"
            connection.execute(f"prepare {name} as {text}".encode())
        return connection.execute(f"execute {name}".encode())
