"""The databases that restores have put aside: each says in its comment whose place it had, and until when, and has the
name that the restore gave it. One that somebody has renamed is in use again, or going to be: a comment goes along."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from faberdb.model import FormerDatabase
from faberdb_providers.postgres.names import ident
from faberdb_providers.postgres.pattern import pattern

_SIGN = "faberdb: kept of {} since "
_REST = pattern(r"(\S+), when backup (\S+) took its place")
_NAME = pattern(r".*_before_\d{8}_\d{6}\Z", re.DOTALL)
_ASIDE = """
select datname, shobj_description(oid, 'pg_database'),
       case when has_database_privilege(oid, 'CONNECT') then pg_database_size(oid) end
  from pg_database where starts_with(shobj_description(oid, 'pg_database'), %s) order by 2, 1
"""


def mark(name: str, at: str, backup: str, comment: str) -> str:
    """The comment of a database that was called `name` until then. comment: what it had, which is kept below."""
    return f"{_SIGN.format(ident(name))}{at}, when backup {backup} took its place" + (f"\n{comment}" if comment else "")


def former(query: Callable[..., list[tuple[Any, ...]]], name: str) -> list[FormerDatabase]:
    """Those that had this name, the oldest first; never the one that has it now. Raises psycopg.Error."""
    sign, found = _SIGN.format(ident(name)), []
    for database, comment, size in query(_ASIDE, sign):
        rest = _REST.match(comment.removeprefix(sign))
        if rest and database != name and _NAME.match(database):
            found.append(FormerDatabase(database, rest[1], rest[2], size))
    return found
