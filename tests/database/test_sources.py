"""Other things a database may be asked to become: another environment, SQL files, a git revision; and comparing two."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import ProjectFolder
from tests.servers import Server, run_sql

SQL = """
create type mood as enum ('sad', 'happy');
create table customer (id bigint generated always as identity primary key, name text not null, mood mood default 'sad');
create index customer_name_idx on customer (lower(name));
create view names as select id, name from customer where name <> '';
comment on table customer is 'Who buys';
"""


@pytest.fixture
def databases(newest: Server) -> Iterator[tuple[str, str]]:
    with newest.database() as first, newest.database() as second:
        yield first, second


@pytest.fixture
def shop(databases: tuple[str, str], project: Callable[..., ProjectFolder]) -> ProjectFolder:
    """A project with an empty environment and one that holds something, and no schema files that matter."""
    run_sql(databases[1], SQL)
    return project(dict(zip(("live", "model"), databases, strict=True)))


def test_an_environment_becomes_like_another(shop: ProjectFolder, newest: Server, databases: tuple[str, str]) -> None:
    live, model = databases
    seen = shop.run("diff", "live", "model", "--detailed-exitcode")
    assert seen.code == 2
    assert "table public.customer" in seen.out
    empty = newest.dump(live)
    assert shop.run("plan", "live", "--from", "model", "--out", "plan.json").code == 0
    assert shop.run("apply", "plan.json").code == 0
    assert newest.dump(live) == newest.dump(model)
    assert shop.run("diff", "live", "model", "--detailed-exitcode").code == 0
    assert shop.run("plan", "live", "--from", "model", "--detailed-exitcode").code == 0
    assert shop.run("rollback", "live", "--auto-approve").code == 0
    assert newest.dump(live) == empty


def test_a_database_becomes_what_sql_files_say(shop: ProjectFolder, newest: Server, databases: tuple[str, str]) -> None:
    live, model = databases
    (shop.root / "sql").mkdir()
    (shop.root / "sql" / "1.sql").write_text(SQL.split(";", 1)[0] + ";\n")
    (shop.root / "sql" / "2.sql").write_text("\\restrict key\n" + SQL.split(";", 1)[1])
    assert shop.run("plan", "live", "--from", "sql:sql", "--out", "plan.json").code == 0
    assert shop.run("apply", "plan.json").code == 0
    assert newest.dump(live) == newest.dump(model)
    assert shop.run("diff", "sql:sql", "model", "--detailed-exitcode").code == 0


def test_sql_that_fails_is_named_by_file_and_line(shop: ProjectFolder) -> None:
    (shop.root / "wrong.sql").write_text("create table a (id int);\n\ncreate table b (id nothing);\n")
    failed = shop.run("plan", "live", "--from", "sql:wrong.sql")
    assert failed.code == 1
    assert "wrong.sql:3: PostgreSQL does not accept the SQL" in failed.err
    assert 'type "nothing" does not exist' in failed.err


def test_a_git_revision_of_the_schema_files(shop: ProjectFolder) -> None:
    def git(*args: str) -> None:
        identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"]
        subprocess.run(["git", *identity, *args], cwd=shop.root, check=True, capture_output=True)

    git("init")
    shop.declare('[tables.customer.columns]\nid = "bigint"\n')
    git("add", ".")
    git("commit", "-m", "first")
    shop.declare('[tables.customer.columns]\nid = "bigint"\nname = { type = "text", null = true }\n')
    assert shop.run("apply", "live", "--auto-approve").code == 0
    seen = shop.run("diff", "live", "git:HEAD", "--detailed-exitcode")
    assert (seen.code, "- column name" in seen.out) == (2, True), seen
    assert shop.run("diff", "live", "declared", "--detailed-exitcode").code == 0
    planned = shop.run("plan", "live", "--from", "git:HEAD", "--detailed-exitcode")
    assert (planned.code, "1 to drop" in planned.out) == (2, True), planned


def test_a_source_that_is_none(shop: ProjectFolder, tmp_path: Path) -> None:
    for source, words in (
        ("nowhere", "`nowhere` is nothing that a database could become"),
        ("git:nowhere", "git has no schema files in revision `nowhere`"),
        ("sql:nowhere", "there are no SQL files"),
    ):
        failed = shop.run("plan", "live", "--from", source)
        assert (failed.code, words in failed.err) == (1, True), failed
    failed = shop.run("diff", "declared", "git:HEAD")
    assert (failed.code, "neither of the two is an environment" in failed.err) == (1, True), failed
