"""What of SQL files is not run on scratch, and what the server refuses there only because it is scratch."""

from __future__ import annotations

import re
from collections.abc import Iterator

import psycopg

from faberdb.model import Hazard
from faberdb_providers.postgres.connection import Connection
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.pattern import pattern
from faberdb_providers.postgres.refusal import closed_off
from faberdb_providers.postgres.statements.shape import Shape

_DROPS = {
    "drops_database": "a database is gone with all its rows, and no rollback brings it back",
    "drops_tablespace": "a tablespace of the server is gone: what is in it, of whichever database, is not known here",
}
"""By the form of a statement, what it does to the whole server."""
_FORMS = {
    "copies_in": "rows that stand in a file change no structure",
    "copies_out": "rows that are only read change no structure",
    "reaches_out": "it reaches out of the database, which is not tried out",
    **dict.fromkeys(_DROPS, "it drops what belongs to the whole server, which is not tried out"),
}
"""Why statements of a form are not run."""
_EXTENSION = pattern(r"create\s+extension\s+(?:if\s+not\s+exists\s+)?\"?([\w-]+)", re.IGNORECASE)
_WITHOUT_HANDLER = "GetFdwRoutineByServerId"
"""The function of the server that finds that a wrapper has none; its words may be of any language."""
FENCED = "it reaches another server through a foreign table, which is not tried out"
_ELSEWHERE = "it names another database than the one that it is tried out on"


def why_left_out(shape: Shape, sql: str, session: Connection) -> str:
    """Why a statement is not to be run; empty where it is."""
    why = next((why for form, why in _FORMS.items() if shape.is_(form)), "")
    return why or _lacking(sql, session)


def _lacking(sql: str, session: Connection) -> str:
    """Why an extension cannot be installed here, which says nothing of the real server."""
    named = _EXTENSION.match(sql)
    if named is None or session.query("select from pg_available_extensions where name = %s", named[1]):
        return ""
    return f"the scratch server does not have the extension {named[1]}; FABERDB_PG_BIN can name one that does"


def hazards_left_out(shape: Shape) -> Iterator[Hazard]:
    """What is to be said of a statement all the same that is not run."""
    yield from (Hazard(codes.DATABASE_DROPPED, what) for form, what in _DROPS.items() if shape.is_(form))


def of_scratch(shape: Shape, error: psycopg.Error) -> str:
    """Why the server refuses a statement that the real one may take; empty where that is not to be known."""
    if closed_off(error) or (error.sqlstate == "55000" and error.diag.source_function == _WITHOUT_HANDLER):
        return FENCED
    named = isinstance(error, psycopg.errors.InvalidCatalogName)
    reindexed = isinstance(error, psycopg.errors.FeatureNotSupported) and shape.is_("reindexes")
    return _ELSEWHERE if shape.is_("of_database") and (named or reindexed) else ""
