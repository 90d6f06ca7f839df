"""A statement that writes many rows, run in parts, each of them committed together with how far it came.

A part is a range of the primary key, which an index finds at the same speed however large the table is, or of the
table's file where there is no key. It is as large as can be written within a moment, as others wait for the rows of a
part until it is committed.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg

from faberdb_providers.postgres.names import literal

if TYPE_CHECKING:
    from faberdb.model import Batches, Limits, Step
    from faberdb_providers.postgres.connection import Connection

MOMENT = 0.05
"""Seconds that a part may take: so long, and for a lock before that, others may wait for one of its rows."""
FIRST, FEWEST, MOST = 500, 20, 20_000
"""Rows of the first part, and of any."""
PAGES = 16
"""Pages of the first part where there is no key."""
REST = 0.5
"""What is waited after a part, in parts of what it took: the server has other work too."""
LAG = 10.0
"""Seconds that a standby may be behind; until it is not any more, no part is begun."""
MANY = 100_000
"""Rows that are counted at most."""
LOOK = 1.0
"""Seconds between two looks at what is behind."""

_LAG = (
    "select coalesce(max(extract(epoch from replay_lag)), 0)::float8 from pg_stat_replication"
    " where replay_lsn is not null"
)

Mark = tuple[str, ...]
"""Where a part ends: the values of its key, as text, or the number of a page."""


@dataclass(frozen=True)
class Doing:
    """mark: where a run before this one came to; None where there was none. note: writes that down, in the transaction
    of the part. go_on: asked before each part; what it raises ends the run. told: after each, how many rows are looked
    at, of about how many."""

    mark: Mark | None
    note: Callable[[Mark], None]
    go_on: Callable[[], None]
    told: Callable[[int, int], None]


def run(session: Connection, step: Step, batches: Batches, limits: Limits, doing: Doing) -> None:
    """Raises psycopg.Error, where a part waits too long for a lock once all of `limits.patience` is over; and what
    `doing` raises."""
    mark, left = doing.mark, None
    while True:
        _once(session, step, batches, limits, doing, mark)
        # An UPDATE of somebody else's can put a row where this has been already: another key, a page with room.
        before, left, mark = left, _left(session, batches), None
        if not left or left == before:
            return


def _left(session: Connection, batches: Batches) -> int:
    """How many rows there still are to be written; of many, that there are many."""
    ((count,),) = session.query(
        f"select count(*) from (select from {batches.table} where {batches.condition} limit {MANY}) l"
    )
    return int(count)


def _once(session: Connection, step: Step, batches: Batches, limits: Limits, doing: Doing, mark: Mark | None) -> None:
    """Go through the table, from a mark on."""
    ranges = _Keys(session, batches) if batches.key else _Pages(session, batches)
    size, seen, looked, since = ranges.first, 0, 0.0, time.monotonic()
    total = ranges.total()
    while True:
        doing.go_on()
        if time.monotonic() - looked > LOOK:
            _keep_up(session, limits, doing)
            looked = time.monotonic()
        began = time.monotonic()
        try:
            with session.transaction():
                _limit(session, limits)
                end, count = ranges.after(mark, size)
                if end is None:
                    return
                session.execute_one(f"{step.statement.sql} AND {ranges.between(mark, end)}{batches.ending}")
                doing.note(end)
        except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
            if time.monotonic() - since > limits.patience:
                raise
            size = max(ranges.fewest, size // 2)
            time.sleep(random.uniform(0.5, 1.5) * limits.lock)  # noqa: S311 - no secret
            continue
        mark, seen, since = end, seen + count, time.monotonic()
        took = since - began
        doing.told(seen, max(total, seen))
        size = min(ranges.most, max(ranges.fewest, round(size * min(2.0, MOMENT / max(took, 0.001)))))
        time.sleep(min(took * REST, LOOK))


def _limit(session: Connection, limits: Limits) -> None:
    milliseconds = max(1, round(limits.lock * 1000))
    session.execute(
        f"set local lock_timeout = {milliseconds}; set local statement_timeout = 0; set local row_security = off"
    )


def _keep_up(session: Connection, limits: Limits, doing: Doing) -> None:
    """Wait for standbys that are behind, as long as for locks: one can be meant to stay behind."""
    until = time.monotonic() + limits.patience
    while session.query(_LAG)[0][0] > LAG and time.monotonic() < until:
        time.sleep(LOOK)
        doing.go_on()


class _Keys:
    """Ranges of the primary key."""

    first, fewest, most = FIRST, FEWEST, MOST

    def __init__(self, session: Connection, batches: Batches) -> None:
        self._session, self._table, self._key = session, batches.table, ", ".join(batches.key)
        self._texts = ", ".join(f"{column}::text as c{number}" for number, column in enumerate(batches.key))

    def total(self) -> int:
        """About how many rows there are."""
        return _rows(self._session, self._table)

    def after(self, mark: Mark | None, size: int) -> tuple[Mark | None, int]:
        """Where a range of so many rows ends, and how many it has; None where no row is left."""
        beyond = f" where ({self._key}) > {_values(mark)}" if mark else ""
        found = self._session.query(
            # Under names of our own, whatever the columns are called.
            f"select * from (select {self._texts}, row_number() over (order by {self._key}) as n from"
            f" (select {self._key} from {self._table}{beyond} order by {self._key} limit {size}) k) r"
            " order by r.n desc limit 1"
        )
        return (tuple(found[0][:-1]), int(found[0][-1])) if found else (None, 0)

    def between(self, mark: Mark | None, end: Mark) -> str:
        """The condition on rows of a range."""
        upto = f"({self._key}) <= {_values(end)}"
        return f"({self._key}) > {_values(mark)} AND {upto}" if mark else upto


class _Pages:
    """Ranges of the file, a mark being the first page that is not looked at yet, until the end that there is by
    then."""

    first, fewest, most = PAGES, 1, MOST // 20

    def __init__(self, session: Connection, batches: Batches) -> None:
        self._session, self._table = session, batches.table

    def total(self) -> int:
        return _rows(self._session, self._table)

    def after(self, mark: Mark | None, size: int) -> tuple[Mark | None, int]:
        ((pages, rows),) = self._session.query(
            "select pg_relation_size(c.oid) / current_setting('block_size')::int, greatest(c.reltuples, 0) /"
            " greatest(c.relpages, 1) from pg_class c where c.oid = %s::regclass",
            self._table,
        )
        begin = int(mark[0]) if mark else 0
        return ((str(begin + size),), round(rows * size)) if begin < pages else (None, 0)

    def between(self, mark: Mark | None, end: Mark) -> str:
        begin = mark[0] if mark else "0"
        return f"ctid >= '({begin},0)'::tid AND ctid < '({end[0]},0)'::tid"


def _values(mark: Sequence[str]) -> str:
    return f"({', '.join(literal(value).strip() for value in mark)})"


def _rows(session: Connection, table: str) -> int:
    ((count,),) = session.query("select greatest(reltuples, 0)::bigint from pg_class where oid = %s::regclass", table)
    return int(count)
