"""What statements do to others, as it is measured while their transaction is open: the locks, rewrites and scans of
many statements on every major. A plan says of each of its steps what was measured like this."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from faberdb.model import Effects, Lock
from faberdb_providers.postgres.measuring import tripwire
from faberdb_providers.postgres.measuring.meter import Meter
from faberdb_providers.postgres.session import Session
from tests.database.measured import LIBRARY, Case, listed
from tests.database.measured_column_types import COLUMN_TYPES
from tests.database.measured_columns import COLUMNS
from tests.database.measured_constraints import CONSTRAINTS
from tests.database.measured_others import PARTITIONS, TYPES, VIEWS
from tests.database.measured_tables import INDEXES, TABLES
from tests.migration import opened
from tests.servers import Server, run_sql

CASES = (*COLUMNS, *COLUMN_TYPES, *CONSTRAINTS, *TABLES, *INDEXES, *PARTITIONS, *VIEWS, *TYPES)

# These commit as they go. Each name, its locks and scans; what is made or built anew meanwhile is nobody's yet.
ON_THEIR_WAY = (
    Case(
        "an index without a lock on writers",
        "create index concurrently book_author_idx on book (author_id)",
        "book: SHARE UPDATE EXCLUSIVE",
        scans="book",
    ),
    Case(
        "a unique index without a lock on writers",
        "create unique index concurrently one_shelf on book (shelf)",
        "book: SHARE UPDATE EXCLUSIVE",
        scans="book",
    ),
    Case(
        "an index is dropped without a lock on writers",
        "drop index concurrently book_shelf_idx",
        "book, book_shelf_idx: SHARE UPDATE EXCLUSIVE",
    ),
    Case(
        "an index is built anew without a lock on writers",
        "reindex index concurrently book_shelf_idx",
        "book, book_shelf_idx: SHARE UPDATE EXCLUSIVE",
        scans="book",
    ),
    # Its second half waits for the partition, and whoever comes to that meanwhile waits behind it.
    Case(
        "a partition leaves without a lock on the others",
        "alter table loan detach partition loan_2024 concurrently",
        "loan: SHARE UPDATE EXCLUSIVE, loan_2024: ACCESS EXCLUSIVE",
        since=14,
    ),
)

EVERY = (*CASES, *ON_THEIR_WAY)

ALL_SORTS = """
create schema archive;
create table archive.letter (id int primary key, words text);
create table archive.volume (id int primary key) partition by range (id);
create view archive.list as select id from archive.letter;
create materialized view archive.print as select id from archive.letter;
create sequence archive.number;
create foreign data wrapper nobody;
create server elsewhere foreign data wrapper nobody;
create foreign table archive.borrowed (id int) server elsewhere;
"""


@dataclass(frozen=True)
class Library:
    """A database with the library in it, to which nobody is connected, and a session on a copy of it."""

    server: Server
    conninfo: str
    session: Session

    @contextmanager
    def after(self, setup: str) -> Iterator[Session]:
        """A session on a library to which this was done. That is one of its own, because locks that the setup took
        would be held already if it were part of the transaction that is measured."""
        if not setup:
            yield self.session
            return
        with copied(self.server, self.conninfo, "prepared") as conninfo:
            run_sql(conninfo, setup)
            with opened(conninfo, read_only=False) as session:
                yield session


@contextmanager
def copied(server: Server, conninfo: str, suffix: str) -> Iterator[str]:
    """A copy of a database, gone afterwards."""
    template = conninfo_to_dict(conninfo)["dbname"]
    copy = f"{template}_{suffix}"
    run_sql(server.cluster.conninfo("template1"), f"create database {copy} template {template}")
    try:
        yield make_conninfo(conninfo, dbname=copy)
    finally:
        server.drop_database(make_conninfo(conninfo, dbname=copy))


@pytest.fixture(scope="module")
def library(server: Server) -> Iterator[Library]:
    """A library for all cases of a server; none of them leaves anything behind."""
    with server.database() as conninfo:
        run_sql(conninfo, LIBRARY)
        with copied(server, conninfo, "as_built") as copy, opened(copy, read_only=False) as session:
            yield Library(server, conninfo, session)


def measured(session: Session, statement: str, time_zone: str = "UTC") -> Effects:
    """What a statement does, without doing it for good."""
    with session.connection.transaction(force_rollback=True):
        session.execute(f"set local time zone '{time_zone}'")
        meter = Meter(session.query)
        meter.begin()
        session.execute(statement)
        return meter.read()


def name_of(label: str) -> str:
    """What a case calls a relation: by its name alone, and what is stored apart for a table as `long values of` it."""
    name = label.rpartition(" ")[2].removeprefix("public.")
    return f"long values of {name}" if label.startswith("long values of ") else name


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_a_statement_does_to_others(library: Library, case: Case) -> None:
    if case.refused or library.server.major < case.since:
        with pytest.raises(psycopg.Error, match=case.refused or None), library.after(case.setup) as session:
            measured(session, case.statement)
        return
    with library.after(case.setup) as session:
        effects = measured(session, case.statement, case.time_zone)
    assert {name_of(lock.relation): lock.mode for lock in effects.locks} == case.expected_locks()
    assert sorted(map(name_of, effects.rewrites)) == sorted(listed(case.rewrites))
    assert sorted(map(name_of, effects.scans)) == sorted(listed(case.scans))


@pytest.mark.parametrize("case", ON_THEIR_WAY, ids=lambda case: case.name)
def test_what_a_statement_does_that_commits_as_it_goes(library: Library, case: Case) -> None:
    if library.server.major < case.since:
        pytest.skip(f"PostgreSQL {library.server.major} does not know it")
    with pytest.raises(psycopg.errors.ActiveSqlTransaction):
        measured(library.session, case.statement)
    with (
        copied(library.server, library.conninfo, "on_the_way") as conninfo,
        opened(conninfo, read_only=False) as session,
    ):
        effects = tripwire.measure(session.connection, lambda: session.execute(case.statement))
    assert {name_of(lock.relation): lock.mode for lock in effects.locks} == case.expected_locks()
    assert effects.rewrites == ()
    assert sorted(map(name_of, effects.scans)) == sorted(listed(case.scans))


def test_relations_are_called_what_people_call_them(library: Library) -> None:
    with library.after(ALL_SORTS) as session:
        effects = measured(session, "drop schema archive cascade")
    called = (
        "foreign table archive.borrowed",
        "index archive.letter_pkey",
        "index archive.volume_pkey",
        "materialized view archive.print",
        "sequence archive.number",
        "table archive.letter",
        "table archive.volume",
        "view archive.list",
    )
    assert effects == Effects(tuple(Lock(label, "ACCESS EXCLUSIVE") for label in called))


def test_each_case_has_a_name_of_its_own() -> None:
    names = [case.name for case in CASES]
    assert len(set(names)) == len(names)
