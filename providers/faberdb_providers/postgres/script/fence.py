"""Keeps what files do to foreign tables from reaching another server: the copy has the options of the real one, and a
password may come from the machine.

https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-RESTRICT-NONSYSTEM-RELATION-KIND
"""

from __future__ import annotations

from faberdb_providers.postgres.connection import Connection
from faberdb_providers.postgres.names import ident
from faberdb_providers.postgres.settings import closed_off

_HANDLERS = "select fdwname from pg_foreign_data_wrapper where fdwhandler <> 0"


def restrict(session: Connection) -> bool:
    """Close the way for the session, which a file may have opened with RESET ALL, where the server knows how. Returns
    whether it does. Raises psycopg.Error."""
    return bool(session.query(closed_off()))


def put_up(session: Connection) -> None:
    """The same on every server: where it does not know the setting, each wrapper loses its handler. Raises
    psycopg.Error."""
    if restrict(session):
        return
    for (name,) in session.query(_HANDLERS):
        session.execute(f"alter foreign data wrapper {ident(name)} no handler")


def needed(session: Connection) -> bool:
    """Whether there is a way to another server. Raises psycopg.Error."""
    return bool(session.query("select from pg_foreign_data_wrapper limit 1"))
