"""How large relations of the live database are: files as they are now, rows as its statistics have them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import psycopg

PATIENCE = 1
"""Seconds to wait for who keeps a file from being measured; nobody is worth more for what is only an estimate."""

# The number of rows at the last ANALYZE or VACUUM is scaled to the size of now, as the server's planner does it. Where
# there was none, what was inserted and deleted since the statistics began is all that tells.
_SIZES = """
select n, pg_table_size(c.oid)::bigint, pg_indexes_size(c.oid)::bigint,
       case when c.reltuples > 0 and c.relpages > 0
            then c.reltuples * pg_relation_size(c.oid) / current_setting('block_size')::float8 / c.relpages
            else nullif(pg_stat_get_live_tuples(c.oid), 0) end
  from unnest(%s::text[]) n
  join pg_class c on c.oid = to_regclass(n) and c.relkind in ('r', 'm', 'i')
"""


class Size(NamedTuple):
    """Of a table, with its long values, or of an index. rows: about how many; None where nothing tells. indexes: bytes
    of all indexes of a table."""

    bytes: int
    indexes: int = 0
    rows: int | None = None


@contextmanager
def asking(connection: psycopg.Connection[Any]) -> Iterator[psycopg.Cursor[Any]]:
    """A transaction for questions that wait for nobody for long, sent to the server together. Raises psycopg.Error."""
    with connection.pipeline(), connection.transaction():
        connection.execute(f"set local lock_timeout = '{PATIENCE}s'".encode())
        yield connection.cursor()


def sizes(connection: psycopg.Connection[Any], names: Iterable[str]) -> dict[str, Size]:
    """The relations of these names, as SQL spells them, that are there and have files. Raises psycopg.Error."""
    listed = sorted(names)
    if not listed:
        return {}
    with asking(connection) as cursor:
        rows = cursor.execute(_SIZES, (listed,)).fetchall()
    return {name: Size(table, indexes, None if count is None else round(count)) for name, table, indexes, count in rows}
