"""Real PostgreSQL servers for tests, and the two judges of a migration: an order-free dump and an order-free digest."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from faberdb.model import Catalogue
from faberdb_providers.postgres.servers.binaries import EMBEDDED, Binaries, find
from faberdb_providers.postgres.servers.scratch import ScratchCluster
from faberdb_providers.postgres.session import Session
from faberdb_providers.postgres.shadow import ScratchServer, drop_database, scratch_session


def installed() -> dict[int, Binaries]:
    """One PostgreSQL of each major on this machine that has pg_dump beside it; the embedded one, given the choice."""
    found = find(os.environ.get("FABERDB_PG_BIN"), os.environ.get("PATH", ""))
    usable = [b for b in found if (b.bin / "pg_dump").exists()]
    usable.sort(key=lambda b: b.source != EMBEDDED)
    first: dict[int, Binaries] = {}
    for binaries in usable:
        first.setdefault(binaries.major, binaries)
    return dict(sorted(first.items()))


@dataclass
class Server:
    """A running throwaway cluster with its own major's programs."""

    binaries: Binaries
    cluster: ScratchCluster
    _beginning: Catalogue | None = field(default=None, init=False, repr=False)
    """What an empty database holds, which is the same in each of them."""

    @property
    def major(self) -> int:
        return self.binaries.major

    def new_database(self) -> str:
        """The conninfo of an empty database."""
        return self.cluster.new_database()

    def drop_database(self, conninfo: str) -> None:
        name = str(conninfo_to_dict(conninfo)["dbname"])
        template = self.cluster.conninfo("template1")
        with closing(Session.open(template, "the cluster under test", read_only=False)) as keeper:
            drop_database(keeper, template, name)

    @contextmanager
    def database(self) -> Iterator[str]:
        """An empty database that is gone afterwards."""
        conninfo = self.new_database()
        try:
            yield conninfo
        finally:
            self.drop_database(conninfo)

    def scratch(self) -> ScratchServer:
        """This cluster as the scratch server of a planner. What it hands out is dropped after use, so that hundreds of
        plans fit on the disk."""

        @contextmanager
        def fresh() -> Iterator[Session]:
            with self.database() as conninfo, scratch_session(conninfo) as session, closing(session):
                session.beginning = self._beginning = self._beginning or session.inspect()
                yield session

        return ScratchServer(f"a scratch cluster of PostgreSQL {self.major}", fresh)

    def dump(self, conninfo: str) -> str:
        """pg_dump of the structure, with everything sorted whose order says nothing."""
        return sorted_dump(pg_dump(self.binaries, conninfo))


def pg_dump(binaries: Binaries, conninfo: str) -> str:
    """The structure of a database, less what faberdb keeps there for itself."""
    command = [str(binaries.bin / "pg_dump"), "--schema-only", "-N", "faberdb", "-N", "faberdb_*", "-d", conninfo]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout


_ENTRY = re.compile(r"^--\n-- (?:Name|Data for Name): .*\n--\n", re.M)
# What pg_dump prints between entries depends on their order; \restrict bears a new random key in each dump.
_NOISE = re.compile(r"^(?:SET default_|SELECT pg_catalog\.set_config|\\(?:un)?restrict )")


_COLUMNS = re.compile(
    r"(CREATE STATISTICS .*? ON |ALTER PUBLICATION .*? ADD TABLE ONLY [^()]* \()([^()]*)(\).*| FROM .*)\Z", re.S
)


def sorted_dump(text: str) -> str:
    """One entry for each object, sorted, and the lines of each CREATE TABLE sorted: the order of columns is no
    difference in tables."""
    _, *entries = _ENTRY.split(text.partition("-- PostgreSQL database dump complete")[0])
    clean = []
    for entry in entries:
        lines = [line for line in entry.strip().split("\n") if not _NOISE.match(line)]
        body = "\n".join(lines).strip().removesuffix("--").strip()
        if body.startswith(("CREATE TABLE", "CREATE UNLOGGED TABLE", "CREATE FOREIGN TABLE")):
            body = _sorted_table(body)
        elif all(line.startswith(("GRANT ", "REVOKE ")) for line in body.split("\n") if line):
            # The order of an access control list is the order in which it was given.
            body = "\n".join(sorted(filter(None, body.split("\n"))))
        elif match := _COLUMNS.match(body):
            # In the order that the table has its columns in, whatever order they were given in.
            body = f"{match[1]}{', '.join(sorted(match[2].split(', ')))}{match[3]}"
        clean.append(body)
    return "\n\n".join(sorted(filter(None, clean))) + "\n"


def _sorted_table(body: str) -> str:
    head, *rest = body.split("\n")
    end = next((n for n, line in enumerate(rest) if line.startswith(")")), len(rest))
    # What follows is a statement a line, for columns in the order they stand in (SET STATISTICS).
    after = sorted(rest[end:], key=lambda line: line if line.startswith("ALTER TABLE ") else "")
    return "\n".join([head, *sorted(line.removesuffix(",") for line in rest[:end]), *after])


USER_TABLES = """
select n.nspname, c.relname, array_agg(a.attname::text order by a.attname)
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated <> 'v'
 where c.relkind = 'r' and n.nspname !~ '^(pg_|information_schema$|faberdb(_|$))'
 group by 1, 2 order by 1, 2
"""


def rows(conninfo: str) -> dict[str, tuple[int, str]]:
    """For each table the number of its rows and a digest of them in which neither rows nor columns have an order."""
    found: dict[str, tuple[int, str]] = {}
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("set timezone = 'UTC'")
        for schema, table, columns in connection.execute(USER_TABLES).fetchall():
            names = sql.SQL(", ").join(sql.Identifier(c) for c in columns if c is not None)
            query = sql.SQL("select row({})::text from {}").format(names, sql.Identifier(schema, table))
            texts = sorted(text for (text,) in connection.execute(query).fetchall())
            found[f"{schema}.{table}"] = len(texts), hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]
    return found


def run_sql(conninfo: str, text: str) -> None:
    """Run SQL text as it stands."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(text.encode())


def run_file(server: Server, conninfo: str, file: Path) -> None:
    """Run a file with psql, one statement after the other: some of them, CREATE INDEX CONCURRENTLY for one, cannot be
    sent together."""
    command = [str(server.binaries.bin / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", conninfo, "-f", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    if done.returncode:
        raise RuntimeError(done.stderr)


def fetch(conninfo: str, text: str) -> list[tuple[Any, ...]]:
    """The rows of a query."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        return connection.execute(text.encode()).fetchall()


def shared_cache(base: Path) -> Path:
    """A cache for this run of the tests; its workers share it, so that each cluster is initialised once."""
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "faberdb-cache"
    folder.mkdir(exist_ok=True)
    return folder
