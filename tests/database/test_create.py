"""`create` makes a database only if something can be made in it, and says before what it would do; `rollback` says how
far back it goes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from faberdb.cli import create
from faberdb.cli.workspace import Workspace
from faberdb.views import make_view
from tests.conftest import ProjectFolder
from tests.servers import Server

CUSTOMER = """\
schema = "public"

[tables.customer]
primary_key = ["id"]

[tables.customer.columns]
id    = "bigint"
email = "text"
"""

NAME = "not there yet"


@pytest.fixture
def folder(newest: Server, project: Callable[..., ProjectFolder]) -> Iterator[ProjectFolder]:
    """A project whose database is missing."""
    keeper = newest.cluster.conninfo("template1")
    made = project({"live": make_conninfo(keeper, dbname=NAME)})
    made.declare(CUSTOMER)
    yield made
    with psycopg.connect(keeper, autocommit=True) as connection:
        connection.execute(f'drop database if exists "{NAME}" with (force)'.encode())


def there(folder: ProjectFolder) -> bool:
    with psycopg.connect(make_conninfo(folder.env["LIVE_URL"], dbname="template1")) as connection:
        return bool(connection.execute("select from pg_database where datname = %s", (NAME,)).fetchall())


def tables(folder: ProjectFolder) -> list[str]:
    with psycopg.connect(folder.env["LIVE_URL"]) as connection:
        return [name for (name,) in connection.execute("select tablename from pg_tables where schemaname = 'public'")]


def set_more(folder: ProjectFolder, text: str) -> None:
    file = folder.root / "faberdb.toml"
    file.write_text(file.read_text() + text)


def test_a_database_that_is_missing_is_said_to_be_made_by_create(folder: ProjectFolder) -> None:
    said = f'there is no database "{NAME}" on the server of environment live'
    ran = folder.run("plan", "live")
    assert (ran.code, said in ran.err, "help: make it: faberdb create live" in ran.err) == (1, True, True), ran
    ran = folder.run("status", "live")
    assert (ran.code, said in " ".join(ran.out.split())) == (0, True), ran


def test_a_dry_run_shows_the_plan_and_makes_nothing(folder: ProjectFolder) -> None:
    ran = folder.run("create", "live", "--dry-run")
    assert ran.code == 0, ran.err
    assert "+ table public.customer" in ran.out
    assert f"database {NAME}" in ran.out
    assert "template1" not in ran.out + ran.err
    assert f"would create database {NAME}" in ran.err
    assert not there(folder)
    assert folder.run("create", "live").code == 0
    assert tables(folder) == ["customer"]


def test_a_role_that_may_not_make_databases_is_told_who_can_help(folder: ProjectFolder) -> None:
    keeper = make_conninfo(folder.env["LIVE_URL"], dbname="template1")
    with psycopg.connect(keeper, autocommit=True) as connection:
        connection.execute("create role maker login")
        try:
            folder.env["LIVE_URL"] = make_conninfo(folder.env["LIVE_URL"], user="maker")
            ran = folder.run("create", "live")
        finally:
            connection.execute("drop role maker")
            folder.env["LIVE_URL"] = make_conninfo(keeper, dbname=NAME)
    assert ran.code == 1, ran
    assert f'cannot create database "{NAME}" of environment live' in ran.err
    assert f'help: let a superuser run: ALTER ROLE maker CREATEDB; or: CREATE DATABASE "{NAME}" OWNER maker' in ran.err
    assert not there(folder)


def test_nothing_of_a_first_create_can_hurt(folder: ProjectFolder) -> None:
    folder.declare(
        CUSTOMER
        + """
[tables.customer.indexes]
customer_email_idx = ["email"]

[tables.invoice]
primary_key = ["id"]

[tables.invoice.columns]
id       = "bigint"
customer = "bigint"

[tables.invoice.foreign_keys.invoice_customer_fkey]
columns    = ["customer"]
references = { table = "customer", columns = ["id"] }
"""
    )
    ran = folder.run("create", "live", "--dry-run")
    assert "Risk: safe." in ran.out
    assert "Hazards" not in ran.out


def test_a_role_that_is_missing_leaves_no_database_behind(folder: ProjectFolder) -> None:
    folder.declare(CUSTOMER.replace("primary_key", 'grants = { nobody_here = ["select"] }\nprimary_key'))
    ran = folder.run("create", "live")
    assert (ran.code, "nobody_here" in ran.err) == (1, True), ran
    assert f"created database {NAME}" in ran.err
    assert f"dropped database {NAME} again" in ran.err
    assert not there(folder)


def test_a_rule_that_is_broken_leaves_no_database_behind(folder: ProjectFolder) -> None:
    folder.declare(
        CUSTOMER
        + '\n[functions."f()"]\nreturns = "int"\nlanguage = "sql"\nbody = "select 1"\nsecurity_definer = true\n'
    )
    set_more(folder, '\n[safety]\nmax_risk = "safe"\n')
    ran = folder.run("create", "live")
    assert ran.code == 9, ran
    assert not there(folder)


def test_a_database_that_was_there_is_not_dropped(folder: ProjectFolder) -> None:
    assert folder.run("create", "live").code == 0
    folder.declare(CUSTOMER + '\n[views]\nv = "select nothing"\n')
    ran = folder.run("create", "live")
    assert (ran.code, "dropped" in ran.err) == (1, False), ran
    assert tables(folder) == ["customer"]


def test_what_is_not_supported_is_refused_before_anything_is_done(folder: ProjectFolder) -> None:
    assert folder.run("create", "live").code == 0
    set_more(folder, '\n[alerts]\nurls_env = "ALERTS"\n')
    for arguments in (("create", "live"), ("rollback", "live"), ("apply", "live")):
        ran = folder.run(*arguments)
        assert (ran.code, "alerts.urls_env" in ran.err, ran.out) == (9, True, ""), ran
    dry = folder.run("rollback", "live", "--dry-run")
    assert (dry.code, "alerts.urls_env" in dry.err) == (9, True), dry
    assert "- table public.customer" in dry.out


def test_several_plans_that_are_taken_back_are_all_named_first(folder: ProjectFolder) -> None:
    assert folder.run("create", "live").code == 0
    folder.declare(CUSTOMER + '\n[views]\nemails = "select email from customer"\n')
    assert folder.run("apply", "live", "--auto-approve").code == 0
    asked = folder.run("rollback", "live", "--steps", "2")
    assert asked.code == 5, asked
    assert "there is no terminal to ask on" in asked.err
    for ran in (asked, folder.run("rollback", "live", "--steps", "2", "--auto-approve")):
        assert "2 plans are to be taken back, the newest first" in ran.err
        assert re.search(r"1\. .* 1 created \(view public.emails\)", ran.err), ran.err
        assert re.search(r"2\. .* created \(table public.customer\)", ran.err), ran.err
    assert ran.code == 0, ran.err
    assert "- view public.emails" in ran.out
    assert "- table public.customer" in ran.out
    assert tables(folder) == []


def test_a_database_that_somebody_has_used_meanwhile_stays(
    folder: ProjectFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LIVE_URL", folder.env["LIVE_URL"])
    workspace = Workspace.find(folder.root)
    environment, view = workspace.project.environment("live"), make_view(json=False, color=False, verbose=0)
    for work, stays in (("create table important (id int)", True), ("select 1", False)):
        with suppress(KeyboardInterrupt), create._database(workspace, environment, view):
            with psycopg.connect(folder.env["LIVE_URL"], autocommit=True) as other:
                other.execute(work.encode())
            raise KeyboardInterrupt
        assert there(folder) is stays
        assert ("stays" in capsys.readouterr().err) is stays
        with psycopg.connect(make_conninfo(folder.env["LIVE_URL"], dbname="template1"), autocommit=True) as keeper:
            keeper.execute(f'drop database if exists "{NAME}"'.encode())
