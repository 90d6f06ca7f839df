"""What commands say besides the plan itself: no word too many, none that is not so, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.conftest import ProjectFolder, Ran
from tests.servers import Server

CUSTOMER = """\
schema = "public"

[tables.customer]
{}
[tables.customer.columns]
id    = "bigint"
email = "text"
"""
LISTED = "partition_by = 'LIST (email)'\n"


@pytest.fixture
def shop(newest: Server, project: Callable[..., ProjectFolder]) -> Iterator[tuple[ProjectFolder, str]]:
    with newest.database() as conninfo:
        folder = project({"live": conninfo})
        folder.declare(CUSTOMER.format(""))
        assert folder.run("apply", "live", "--auto-approve").code == 0
        yield folder, conninfo


def configure(folder: ProjectFolder, text: str) -> None:
    config = folder.root / "faberdb.toml"
    config.write_text(config.read_text() + text)


def test_settings_without_effect_are_told(shop: tuple[ProjectFolder, str]) -> None:
    folder, _ = shop
    configure(folder, '\n[integration]\nlogs_plugin = "x"\n')
    for command in (("validate",), ("plan", "live"), ("status",)):
        ran = folder.run(*command)
        assert (ran.code, "sets what has no effect in this version: integration.logs_plugin" in ran.err) == (0, True)


def test_a_project_that_is_begun_and_not_imported_says_so(tmp_path: Path, run: Callable[..., Ran]) -> None:
    ran = run("init", "--from", "live", cwd=tmp_path, env={"LIVE_DATABASE_URL": "host=127.0.0.1 port=1"})
    assert ran.code == 1, ran
    assert "the project is begun, its database is not imported yet; then: faberdb import live" in ran.err
    assert (tmp_path / "faberdb.toml").exists()


def test_a_step_that_is_tried_again_is_told_once(shop: tuple[ProjectFolder, str]) -> None:
    folder, conninfo = shop
    folder.declare(CUSTOMER.format("") + 'phone = { type = "text", null = true }\n')
    configure(folder, '\n[safety]\nlock_timeout = "100ms"\nlock_retry_for = "1s"\n')
    with psycopg.connect(conninfo) as blocker:
        blocker.execute("lock table customer in access share mode")
        ran = folder.run("apply", "live", "--auto-approve")
        blocker.rollback()
    assert (ran.code, ran.err.count("[1/1] create")) == (7, 1), ran
    assert ran.err.count("[1/1] waits") > 1, ran


def test_renames_are_told_by_name_before_they_are_taken_back(shop: tuple[ProjectFolder, str]) -> None:
    folder, _ = shop
    folder.declare(CUSTOMER.format("").replace('email = "text"', 'mail = { type = "text", renamed_from = "email" }'))
    assert folder.run("apply", "live", "--auto-approve").code == 0
    ran = folder.run("rollback", "live", "--steps", "2", "--dry-run")
    assert ran.code == 0, ran
    assert "1 renamed (column public.customer.email renamed to public.customer.mail" in ran.err
    assert "()" not in ran.err


def test_what_is_forgotten_goes_the_way_of_its_table(shop: tuple[ProjectFolder, str]) -> None:
    folder, conninfo = shop
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("create index by_hand on customer (email)")
    assert folder.run("import", "live").code == 0
    config = folder.root / "faberdb.toml"
    config.write_text(
        config.read_text().replace('name = "shop"\n', 'name = "shop"\nforget = ["index:public.customer.by_hand"]\n')
    )
    folder.declare(CUSTOMER.format(""))
    assert "left as it is: index public.customer.by_hand" in folder.run("plan", "live").out
    folder.declare(CUSTOMER.format(LISTED))
    ran = folder.run("plan", "live")
    assert ran.code == 0, ran.err
    assert "is made anew with what it is a part of: index public.customer.by_hand" in ran.out, ran.out


def test_the_proof_names_no_folder_of_this_machine(shop: tuple[ProjectFolder, str]) -> None:
    folder, _ = shop
    configure(folder, '\n[shadow]\nserver = "embedded"\n')
    folder.declare(CUSTOMER.format("") + 'phone = { type = "text", null = true }\n')
    proof = next(line for line in folder.run("plan", "live").out.splitlines() if line.startswith("Proven"))
    assert "scratch cluster" in proof
    assert "/" not in proof
