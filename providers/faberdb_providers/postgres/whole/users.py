"""Who uses a database, so that it can neither be renamed nor copied."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

SHOWN = 5
"""How many of them are named."""

# The server itself ends what cleans up, which is nobody's; all others keep a database as it is. What sort of process it
# is, a role may not see of other roles' sessions.
_SESSIONS = """
select format('%%s%%s, server process %%s', usename, coalesce(' (' || nullif(application_name, '') || ')', ''), pid)
  from pg_stat_activity where datname = %s and usename is not null and not pid = any(%s::int[]) order by backend_start
"""
_PREPARED = """
select format('prepared transaction %%L of %%s', gid, owner) from pg_prepared_xacts where database = %s
 order by prepared
"""


def users_of(query: Callable[..., list[tuple[Any, ...]]], name: str, but: Collection[int] = ()) -> list[str]:
    """The sessions and prepared transactions of a database, in words. but: server processes that do not count.
    Raises psycopg.Error."""
    found = [who for (who,) in query(_SESSIONS, name, list(but))]
    return found + [who for (who,) in query(_PREPARED, name)]


def first_of(who: list[str]) -> tuple[str, ...]:
    """The first few of them, and how many more there are."""
    return (*who[:SHOWN], *((f"and {len(who) - SHOWN} more",) if len(who) > SHOWN else ()))
