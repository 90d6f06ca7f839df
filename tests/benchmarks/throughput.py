"""How fast a server of the wheel reads, rewrites, builds indexes, copies and updates: `python -m
tests.benchmarks.throughput [MEGABYTES]`, 256 if nothing is said.

The server has the settings that PostgreSQL comes with, fsync and all. What it prints is what the speeds of
`faberdb_providers.postgres.live.estimating` are rounded from; docs/decisions/0221-the-estimate.md says where that was.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from statistics import median

import psycopg

from faberdb_providers.postgres.databases import embedded_database
from faberdb_providers.postgres.servers import embedded

ROUNDS = 3
MB = 1024 * 1024
ROW = 160
"""Bytes that a row of the table takes, with all that goes with it."""
TABLE = """
create table entry as
select n::bigint as id, n as amount, now() - n * interval '1 second' as at, md5(n::text) as code,
       md5(n::text) || md5((n + 1)::text) as note
  from generate_series(1, {rows}) n;
"""


@contextmanager
def server() -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """A session on a new server of the wheel, which is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="faberdb-throughput-", dir="/var/tmp"))
    folder.chmod(0o711)
    try:
        conninfo = embedded_database(folder, "throughput", None, "", None)
        with psycopg.connect(conninfo, autocommit=True) as connection:
            yield connection
    finally:
        embedded.destroy(folder)
        shutil.rmtree(folder, ignore_errors=True)


def measure(connection: psycopg.Connection[tuple[object, ...]], megabytes: int) -> Iterator[tuple[str, float, float]]:
    """What was done, to how many MB, in how many seconds: the median of the rounds."""

    def run(sql: str) -> None:
        connection.execute(sql.encode())

    def megabytes_of(expression: str) -> float:
        row = connection.execute(f"select ({expression})::bigint".encode()).fetchone()
        assert row is not None
        return int(str(row[0])) / MB

    def rounds(*statements: str, undo: str = "select 1") -> float:
        found = []
        for _, statement in zip(range(ROUNDS), cycle(statements), strict=False):
            run("checkpoint")
            began = time.perf_counter()
            run(statement)
            found.append(time.perf_counter() - began)
            run(undo)
        return median(found)

    run(TABLE.format(rows=megabytes * MB // ROW))
    run("vacuum analyze entry")
    size = megabytes_of("pg_table_size('entry')")
    reading = rounds(
        "alter table entry add constraint positive check (amount > 0)",
        undo="alter table entry drop constraint positive",
    )
    yield "read, for a check", size, reading
    both_ways = [f"alter table entry alter amount type {type_}" for type_ in ("bigint", "integer")]
    yield "rewritten, for a type", size, rounds(*both_ways)
    yield "copied", size, rounds("create table other as select * from entry", undo="drop table other")
    for column in ("id", "code"):
        build, gone = f"create index entry_idx on entry ({column})", "drop index entry_idx"
        run(build)
        index = megabytes_of("pg_relation_size('entry_idx')")
        run(gone)
        yield f"index on {column}, less the reading", index, max(rounds(build, undo=gone) - reading, 0.001)
    run("alter table entry add primary key (id)")
    whole = megabytes_of("pg_table_size('entry') + pg_indexes_size('entry')")
    yield "updated, with a key", whole, rounds("update entry set amount = amount + 1", undo="vacuum full entry")


def main() -> None:
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 256
    load = os.getloadavg()[0]
    with server() as connection:
        print(f"PostgreSQL {connection.info.server_version / 10000:.4g}, {os.cpu_count()} processors, load {load:.1f}")
        print("\n| work | MB | seconds | MB/s |\n| --- | ---: | ---: | ---: |")
        for what, size, seconds in measure(connection, megabytes):
            print(f"| {what} | {size:.0f} | {seconds:.2f} | {size / seconds:.0f} |", flush=True)


if __name__ == "__main__":
    main()
