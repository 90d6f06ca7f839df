"""Before an apply or a rollback a backup is taken where that is configured, and without it nothing is changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from tests.conftest import ProjectFolder
from tests.servers import Server, fetch, rows, run_sql

TABLE = """
[tables.customer]
primary_key = ["id"]

[tables.customer.columns]
id = "bigint"
"""
NAME = 'name = { type = "text", null = true }\n'


@pytest.fixture
def conninfo(newest: Server) -> Iterator[str]:
    with newest.database() as made:
        run_sql(made, "create table customer (id bigint primary key, name text); insert into customer values (1, 'a')")
        yield made


def backups(folder: ProjectFolder) -> list[str]:
    """What each was taken for, oldest first."""
    lines = [json.loads(line) for line in folder.run("backups", "live", "--json").out.splitlines()]
    return [line["backup"]["reason"] for line in lines if line["type"] == "backup"][::-1]


def test_a_protected_environment_gets_one_before_its_first_step(
    conninfo: str, project: Callable[..., ProjectFolder]
) -> None:
    folder = project({"live": conninfo}, 'tls_exception = "a test"\n[safety]\nprotected_environments = ["live"]\n')
    folder.declare(TABLE + NAME + 'more = { type = "int", null = true }\n')
    tried = folder.run("apply", "live", "--dry-run")
    assert (tried.code, "would take a backup of live" in tried.err, backups(folder)) == (0, True, [])
    ran = folder.run("apply", "live", "--auto-approve")
    assert ran.code == 0, ran.err
    (record,) = json.loads((folder.root / ".faberdb/state/live.json").read_text())["applied"]
    assert f"Backup {record['backup']} of live" in ran.out
    taken = folder.root / ".faberdb" / "backups" / "live" / record["backup"]
    assert '"public.customer": 1' in (taken / "backup.json").read_text()
    assert "column:public.customer.more" not in (taken / "catalogue.json").read_text(), "from before the first step"
    assert folder.run("rollback", "live", "--auto-approve").code == 0
    short = record["plan_id"][:8]
    assert backups(folder) == [f"before plan {short}", f"before rollback of {short}"]


def test_without_the_backup_nothing_is_changed(
    newest: Server, conninfo: str, project: Callable[..., ProjectFolder]
) -> None:
    more = 'backup_before_migrate = true\n[backup]\ndirectory = "faberdb.toml"\n'
    folder = project({"live": conninfo}, more)
    folder.declare(TABLE + NAME + 'more = { type = "int", null = true }\n')
    before = newest.dump(conninfo), rows(conninfo)
    ran = folder.run("apply", "live", "--auto-approve")
    assert ran.code == 1, ran.out
    assert "nothing was changed, since the backup before plan" in ran.err
    assert (newest.dump(conninfo), rows(conninfo)) == before
    assert fetch(conninfo, "select to_regnamespace('faberdb')") == [(None,)]
    assert not (folder.root / ".faberdb/state/live.json").exists()


def test_only_a_plan_that_removes_data_gets_one_where_that_is_asked_for(
    conninfo: str, project: Callable[..., ProjectFolder]
) -> None:
    folder = project({"live": conninfo}, "[backup]\nbackup_before_destructive_ops = true\nverify = true\n")
    folder.declare(TABLE + NAME + 'more = { type = "int", null = true }\n')
    assert folder.run("apply", "live", "--auto-approve").code == 0
    assert backups(folder) == []
    folder.declare(TABLE)
    ran = folder.run("apply", "live", "--auto-approve")
    assert ran.code == 0, ran.err
    assert len(backups(folder)) == 1
    assert "  verified: restored in" in ran.out, "[backup] verify"
