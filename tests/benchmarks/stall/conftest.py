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
from tests.benchmarks.stall.values import digests, gone
from tests.conftest import ProjectFolder
from tests.servers import Server, run_sql

FEW = 1_000


@dataclass(frozen=True)
class Wanted:
    """Where a change is to lead. dump: what pg_dump says there. lost_values: of which columns the values are to go."""

    conninfo: str
    dump: str
    lost_values: tuple[str, ...]


@dataclass(frozen=True)
class Ground:
    """few, filled: databases of the declaration before any change, with few rows and with all."""

    server: Server
    few: str
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

    @contextmanager
    def wanted(self, change: Change) -> Iterator[Wanted]:
        """A database in which the naive statements ran, gone afterwards."""
        with self.copy(self.few, "as_wanted") as conninfo:
            values = digests(conninfo)
            for statement in change.naive:
                run_sql(conninfo, statement)
            yield Wanted(conninfo, self.server.dump(conninfo), gone(values, digests(conninfo)))


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
        few, filled = newest.new_database(), newest.new_database()
        for conninfo, number in ((few, FEW), (filled, accounts)):
            run_sql(conninfo, plain)
            run_sql(conninfo, FILL % {"rows": number})
            run_sql(conninfo, "vacuum analyze")
        return Ground(newest, few, filled)

    return made
