"""The database that every change begins with."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tests.benchmarks.stall.classes import BASE, FILL, Change
from tests.conftest import ProjectFolder
from tests.servers import Server, run_sql


@dataclass(frozen=True)
class Ground:
    """empty, filled: databases of the declaration before any change, without rows and with them."""

    server: Server
    empty: str
    filled: str

    @contextmanager
    def copy(self, of: str, name: str = "at_work") -> Iterator[str]:
        """A database like one of them, gone afterwards."""
        keeper = make_conninfo(of, dbname="template1")
        run_sql(keeper, f"create database {name} template {conninfo_to_dict(of)['dbname']}")
        try:
            yield make_conninfo(of, dbname=name)
        finally:
            run_sql(keeper, f"drop database {name} with (force)")

    def expected(self, change: Change) -> str:
        """What pg_dump says of the database once the naive statements have run in it."""
        with self.copy(self.empty, "as_expected") as conninfo:
            for statement in change.naive:
                run_sql(conninfo, statement)
            return self.server.dump(conninfo)


@pytest.fixture
def ground(newest: Server, project: Callable[..., ProjectFolder]) -> Callable[[int], Ground]:
    """The databases with a number of accounts in the filled one. Neither knows that faberdb made the first of all."""

    def made(accounts: int) -> Ground:
        with newest.database() as first:
            folder = project({"live": first})
            folder.declare(BASE)
            ran = folder.run("create", "live", "--auto-approve")
            assert ran.code == 0, ran.err
            shutil.rmtree(folder.root)
            dump = [str(newest.binaries.bin / "pg_dump"), "--schema-only", "-N", "faberdb", "-d", first]
            text = subprocess.run(dump, capture_output=True, text=True, check=True).stdout
        plain = "\n".join(line for line in text.splitlines() if not line.startswith("\\"))
        empty, filled = newest.new_database(), newest.new_database()
        for conninfo in (empty, filled):
            run_sql(conninfo, plain)
        run_sql(filled, FILL % {"rows": accounts})
        run_sql(filled, "vacuum analyze")
        return Ground(newest, empty, filled)

    return made
