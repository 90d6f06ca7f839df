"""Whether anything that a database can hold is left out: every system catalogue of every major is accounted for, and
what is not managed is listed."""

from __future__ import annotations

from pathlib import Path

from faberdb_providers.postgres.coverage import DEPENDENCIES, ELSEWHERE, KINDS_OF, LISTED, OWNERSHIPS
from faberdb_providers.postgres.kinds import KINDS
from tests.migration import opened
from tests.servers import Server, fetch, run_sql

CATALOGUES = """
select relname from pg_class where relnamespace = 'pg_catalog'::regnamespace and relkind = 'r' order by 1
"""
NOT_MANAGED = (
    "create type shell",
    "select lo_create(0), lo_create(0)",
    "do $$ begin execute format('alter database %I set work_mem = ''5MB''', current_database()); end $$",
)


def test_every_catalogue_is_accounted_for(server: Server) -> None:
    with server.database() as conninfo:
        there = {name for (name,) in fetch(conninfo, CATALOGUES)}
    assert there <= KINDS_OF.keys() | LISTED.keys() | ELSEWHERE.keys()


# Everything of a kind that any test makes, so that a type of dependency that a major brings shows here.
BACKGROUND = Path(__file__).parent / "background"


def test_every_type_of_dependency_is_accounted_for(server: Server) -> None:
    with server.database() as conninfo:
        run_sql(conninfo, (BACKGROUND / "types.sql").read_text() + (BACKGROUND / "hanging.sql").read_text())
        run_sql(conninfo, "create table dep (id int); create index on dep (id)")
        run_sql(conninfo, "alter index dep_id_idx depends on extension plpgsql")
        depend = {letter for (letter,) in fetch(conninfo, "select distinct deptype::text from pg_depend")}
        shared = {letter for (letter,) in fetch(conninfo, "select distinct deptype::text from pg_shdepend")}
    assert "x" in depend <= DEPENDENCIES.keys()
    assert shared <= OWNERSHIPS.keys()


def test_every_kind_is_read_from_somewhere() -> None:
    read = {kind for kinds in KINDS_OF.values() for kind in kinds}
    assert {kind.name for kind in KINDS} - read <= {
        "grant",
        "owner",
        "privilege",
    }  # which are in columns of many catalogues


def test_what_is_not_managed_is_listed(server: Server) -> None:
    with server.database() as conninfo:
        for statement in NOT_MANAGED:
            run_sql(conninfo, statement)
        with opened(conninfo) as session:
            unmanaged = session.inspect().unmanaged
    listed = {(item.what, item.name) for item in unmanaged}
    assert ("type", "public.shell") in listed
    assert [item.reason for item in unmanaged if item.what == "type"] == [
        "the shell of a type that nobody has made yet"
    ]
    assert ("large objects", "2") in listed
    assert ("setting of the database", "work_mem") in listed
    assert not [name for _, name in listed if "secret" in name]
