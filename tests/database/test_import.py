"""What `import` writes of a database, held against the database itself: a plan after it has nothing to do."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conftest import ProjectFolder
from tests.servers import Server, run_sql

CASES = {
    "privileges on the schema that every database has": "grant create on schema public to public",
    "its comment": "comment on schema public is 'what everybody sees'",
    "both": "revoke usage on schema public from public; comment on schema public is 'nobody''s'",
    "a connection string that a function puts together": (
        "create function far(name text, ip text, pw text) returns text language plpgsql as $$ begin return"
        " 'dbname=shop user='||name||' hostaddr='||ip||' password='||pw; end $$"
    ),
}


@pytest.mark.parametrize("made", CASES.values(), ids=CASES)
def test_a_plan_after_it_is_empty(newest: Server, project: Callable[..., ProjectFolder], made: str) -> None:
    with newest.database() as conninfo:
        run_sql(conninfo, made)
        folder = project({"dev": conninfo})
        imported = folder.run("import", "dev")
        assert imported.code == 0, imported
        planned = folder.run("plan", "dev", "--detailed-exitcode")
        assert planned.code == 0, planned


def test_files_it_did_not_write_are_named(newest: Server, project: Callable[..., ProjectFolder]) -> None:
    with newest.database() as conninfo:
        run_sql(conninfo, "create schema shop; create table shop.customer (id bigint)")
        folder = project({"dev": conninfo})
        assert folder.run("import", "dev").code == 0
        run_sql(conninfo, "drop schema shop cascade")
        again = folder.run("import", "dev")
        assert again.code == 0, again
        assert "what is declared there stays declared: schemas/shop.toml" in again.out + again.err
        assert "to create" in folder.run("plan", "dev").out
