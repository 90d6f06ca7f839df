"""A state that was written for another database than the one behind the variable now: looking says so, and what would
take back the other's past is refused."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from tests.conftest import ProjectFolder
from tests.servers import Server

CUSTOMER = 'schema = "public"\n\n[tables.customer.columns]\nid = "bigint"\n'
NOTE = "The state of live was written for another database"


@dataclass(frozen=True)
class Two:
    """A project that was applied twice to one database, and another one that stands behind its variable now."""

    server: Server
    folder: ProjectFolder
    first: str
    second: str


@pytest.fixture
def two(newest: Server, project: Callable[..., ProjectFolder]) -> Iterator[Two]:
    with newest.database() as first, newest.database() as second:
        folder = project({"live": first})
        for text in (CUSTOMER, CUSTOMER + 'email = "text"\n'):
            folder.declare(text)
            assert folder.run("apply", "live", "--auto-approve").code == 0
        assert NOTE not in folder.run("plan", "live").err
        yield Two(newest, replace(folder, env={"LIVE_URL": second}), first, second)


def test_looking_says_that_it_is_another(two: Two) -> None:
    name = str(conninfo_to_dict(two.first)["dbname"])
    for command in ("plan", "plan", "drift"):
        ran = two.folder.run(command, "live")
        assert (ran.code, NOTE in ran.err, name in ran.err) == (0, True, True), ran
        assert "LIVE_URL names it by mistake" in ran.err
    assert NOTE in two.folder.run("status", "live").out


def test_what_the_other_was_given_is_not_taken_back(two: Two) -> None:
    before = two.server.dump(two.second)
    ran = two.folder.run("rollback", "live", "--auto-approve")
    assert ran.code == 3, ran
    assert "knows nothing of plan" in ran.err
    assert "help:" in ran.err
    assert two.server.dump(two.second) == before


def test_nothing_is_applied_to_another_one_unasked(two: Two) -> None:
    before = two.server.dump(two.second)
    ran = two.folder.run("apply", "live", "--auto-approve")
    assert (ran.code, NOTE in ran.err) == (3, True), ran
    assert "faberdb plan live --out plan.json" in ran.err
    assert two.server.dump(two.second) == before
    assert NOTE in two.folder.run("drift", "live").err, "the state is as it was"


def test_it_is_noted_with_the_next_record(two: Two) -> None:
    assert NOTE in two.folder.run("plan", "live", "--out", "plan.json").err
    assert two.folder.run("apply", "plan.json").code == 0
    for command in ("plan", "drift"):
        assert NOTE not in two.folder.run(command, "live").err
    # That plan was applied here; those before it were not.
    assert two.folder.run("rollback", "live", "--steps", "2", "--auto-approve").code == 3
    assert two.folder.run("rollback", "live", "--auto-approve").code == 0


def test_import_notes_it_though_nothing_else_is_different(two: Two) -> None:
    with psycopg.connect(two.second, autocommit=True) as connection:
        connection.execute("create table customer (id bigint not null, email text not null)")
    assert NOTE in two.folder.run("plan", "live").err
    assert two.folder.run("import", "live").code == 0
    assert NOTE not in two.folder.run("plan", "live").err


def test_a_renamed_database_is_the_same(two: Two) -> None:
    old, new = str(conninfo_to_dict(two.first)["dbname"]), "renamed_shop"
    template = two.server.cluster.conninfo("template1")
    with psycopg.connect(template, autocommit=True) as connection:
        connection.execute(f"alter database {old} rename to {new}".encode())
        try:
            folder = replace(two.folder, env={"LIVE_URL": two.server.cluster.conninfo(new)})
            assert NOTE not in folder.run("plan", "live").err
        finally:
            connection.execute(f"alter database {new} rename to {old}".encode())


def test_a_restored_database_takes_back_what_its_journal_knows(two: Two) -> None:
    restored(two)
    ran = two.folder.run("rollback", "live", "--auto-approve")
    assert (ran.code, NOTE in ran.err) == (0, True), ran
    assert "email" not in two.server.dump(two.second)


def restored(two: Two) -> None:
    """All of the first database in the second, the journal included."""
    programs = two.server.binaries.bin
    dump = subprocess.run([programs / "pg_dump", "-d", two.first], capture_output=True, check=True)
    command = [str(programs / "psql"), "-qX", "-v", "ON_ERROR_STOP=1", "-d", two.second]
    subprocess.run(command, input=dump.stdout, capture_output=True, check=True)


def test_import_cannot_tell_edits_by_it(two: Two) -> None:
    with psycopg.connect(two.second) as connection:
        connection.execute("create table customer (id bigint not null, by_hand text)")
    two.folder.declare(CUSTOMER + 'phone = "text"\n')
    ran = two.folder.run("import", "live")
    assert ran.code == 0, ran
    assert "by_hand" in (two.folder.root / "schemas/public.toml").read_text()
