"""Whether a statement wrote to the system's own tables, which is how a structure changes, by whatever was called. It is
asked of the counters of the transaction, so it takes the same time however much there is in the catalogue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_COUNTED = """
select sum(pg_stat_get_xact_tuples_inserted(c.oid) + pg_stat_get_xact_tuples_updated(c.oid)
           + pg_stat_get_xact_tuples_deleted(c.oid))::bigint
  from pg_class c
 where c.relnamespace = 'pg_catalog'::regnamespace and c.relkind = 'r' and c.relname !~ '^pg_statistic(_ext_data)?$'
"""


def rows_written(query: Callable[[str], list[tuple[Any, ...]]]) -> int:
    """How many rows of them were written so far. The number grows within a transaction; it is to be compared only with
    another of the same one."""
    return int(query(_COUNTED)[0][0] or 0)
