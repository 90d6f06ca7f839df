"""Backups that are copies on the same server: taken while nobody is connected, closed, compared, and given back."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from faberdb.errors import RefusedError
from faberdb_providers.postgres.whole.exchange import exchange
from tests.conftest import ProjectFolder
from tests.database.test_backups import SCHEMA, backup, told
from tests.servers import Server, fetch, rows, run_sql

OWNER = "copied_owner"
TEMPLATE = '[backup]\nprovider = "template"\n'
DATABASES = "select datname from pg_database where datname like 'copied%' order by 1"


@pytest.fixture
def conninfo(newest: Server) -> Iterator[str]:
    """A database of its own name; all that came of it is dropped in the end."""
    keeper = newest.cluster.conninfo("template1")
    run_sql(keeper, f"create role {OWNER} createdb login; create role reader login")
    run_sql(keeper, f"create database copied owner {OWNER}")
    made = make_conninfo(keeper, dbname="copied")
    run_sql(make_conninfo(made, user=OWNER), SCHEMA)
    run_sql(made, "comment on database copied is 'mine'; alter database copied set work_mem = '7MB'")
    yield made
    for (name,) in fetch(keeper, DATABASES):
        newest.drop_database(make_conninfo(keeper, dbname=name))
    run_sql(keeper, f"drop role {OWNER}, reader")


@pytest.fixture
def shop(conninfo: str, project: Callable[..., ProjectFolder]) -> ProjectFolder:
    """It connects as the owner of the database, who is no superuser."""
    return project({"live": make_conninfo(conninfo, user=OWNER)}, TEMPLATE)


def test_a_copy_is_taken_compared_and_put_in_its_place(newest: Server, shop: ProjectFolder, conninfo: str) -> None:
    keeper, like = newest.cluster.conninfo("template1"), "select datdba::regrole::text, datacl::text from pg_database"
    of = f"{like} where datname = 'copied'"
    whole = newest.dump(conninfo), rows(conninfo), fetch(conninfo, of)
    with psycopg.connect(conninfo, application_name="till"):
        for more in ([], ["--dry-run"]):
            ran = shop.run("backup", "live", *more)
            assert ran.code == 9, ran.out
            assert "database copied is in use, and can only be copied while nobody is connected" in ran.err
            assert "(till), server process" in ran.err
    assert (fetch(keeper, DATABASES), shop.run("backup", "live", "--dry-run").code) == ([("copied",)], 0)
    assert "There is no backup" in shop.run("backups", "live").out

    taken = backup(shop)
    copy = f"copied_backup_{taken.name}"
    found = told(shop.run("backups", "live", "--json").out, "backup")[0]["backup"]
    assert found["kept_as"]["database"] == copy
    assert {name: n for name, n in found["rows"].items() if n}["public.customer"] == 50
    facts = "select datallowconn, datistemplate, shobj_description(oid, 'pg_database') from pg_database"
    ((allowed, template, comment),) = fetch(keeper, f"{facts} where datname = '{copy}'")
    assert (allowed, template) == (False, False), (
        "nobody writes to it, and nobody may copy what only the owner may read"
    )
    assert comment == f"faberdb: backup {taken.name} of environment live; faberdb backups live lists it"
    ran = shop.run("backups", "verify", "live")
    assert ran.code == 0, ran.err
    assert f"Backup {taken.name} of live is verified: looked at where it lies" in ran.out
    assert fetch(keeper, f"{facts} where datname = '{copy}'") == [(False, False, comment)], "closed again"

    run_sql(conninfo, "drop table invoice cascade; update customer set note = 'lost'")
    spoilt = newest.dump(conninfo), rows(conninfo)
    ran = shop.run("rollback", "live", "--to", taken.name[:15], "--auto-approve")
    assert ran.code == 0, ran.err
    assert (newest.dump(conninfo), rows(conninfo), fetch(conninfo, of)) == whole
    (kept,) = [name for (name,) in fetch(keeper, DATABASES) if "_before_" in name]
    old = make_conninfo(conninfo, dbname=kept)
    assert (newest.dump(old), rows(old)) == spoilt

    for command in ("backups", "status"):
        assert f"database {kept} (" in shop.run(command, "live").out
    (said,) = told(shop.run("backups", "live", "--json").out, "kept_database")
    assert (said["database"]["backup"], said["database"]["size"] > 0) == (taken.name, True)
    assert shop.run("restore", "live", "--drop-kept", "--dry-run").code == 0
    ran = shop.run("restore", "live", "--drop-kept")
    assert (ran.code, f"To be dropped for good: database {kept} (" in ran.err) == (5, True)
    with psycopg.connect(old):
        ran = shop.run("restore", "live", "--drop-kept", "--auto-approve")
        assert (ran.code, f"database {kept} is in use, so it stays" in ran.err) == (9, True)
    ran = shop.run("restore", "live", taken.name, "--drop-kept", "--auto-approve")
    assert ran.code == 0, ran.err
    assert fetch(keeper, DATABASES) == [("copied",), (copy,)]
    ran = shop.run("restore", "live", "--drop-kept", "--auto-approve")
    assert (ran.code, "no database is kept that was the one of live" in ran.err) == (1, True)


def test_a_copy_that_is_not_what_it_was_is_said(newest: Server, shop: ProjectFolder, conninfo: str) -> None:
    taken, keeper = backup(shop), newest.cluster.conninfo("template1")
    copy = f"copied_backup_{taken.name}"
    run_sql(keeper, f'alter database "{copy}" allow_connections true')
    run_sql(make_conninfo(keeper, dbname=copy), "delete from invoice where id = 1")
    ran = shop.run("backups", "verify", "live")
    assert (ran.code, "public.invoice_low has 39 rows, not 40" in ran.err) == (8, True), ran.err
    before = rows(conninfo)
    assert shop.run("restore", "live", taken.name, "--auto-approve").code == 8
    assert (rows(conninfo), fetch(keeper, DATABASES)) == (before, [("copied",), (copy,)])
    said, document = taken / "backup.json", json.loads((taken / "backup.json").read_text())
    elsewhere = json.dumps({**document, "kept_as": {**document["kept_as"], "system": "1"}})
    said.write_text(elsewhere)
    assert "is a copy on another server than environment live connects to" in shop.run("backups", "live").err
    said.write_bytes(json.dumps(document, indent=1).encode() + b"\n")
    run_sql(keeper, f'drop database "{copy}"')
    for command in (("backups", "verify", "live"), ("restore", "live", taken.name, "--auto-approve")):
        ran = shop.run(*command)
        assert (ran.code, f"somebody dropped or renamed its copy {copy}" in ran.err) == (8, True), ran.err
    assert f"somebody dropped or renamed its copy {copy}" in shop.run("backups", "live").err


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGINT])
def test_a_copy_that_was_interrupted_is_never_listed_and_goes(
    ending: signal.Signals, newest: Server, shop: ProjectFolder, conninfo: str, cache: Path
) -> None:
    keeper, shelf = newest.cluster.conninfo("template1"), shop.root / ".faberdb" / "backups" / "live"
    settings = {**os.environ, **shop.env, "FABERDB_CACHE": str(cache)}
    with psycopg.connect(keeper, autocommit=True) as other:
        other.execute("begin; lock table pg_shdescription in share row exclusive mode")
        running = subprocess.Popen([sys.executable, "-m", "faberdb", "backup", "live"], cwd=shop.root, env=settings)
        limit = time.monotonic() + 60
        while len(fetch(keeper, DATABASES)) < 2:
            assert running.poll() is None
            assert time.monotonic() < limit
            time.sleep(0.02)
        running.send_signal(ending)
        time.sleep(0.5)
        other.execute("rollback")  # to drop a database waits for that too
        running.wait(60)
    if ending is signal.SIGKILL:
        assert len(list(shelf.glob("*.partial"))) == 1
    else:
        assert (running.returncode, list(shelf.iterdir()), fetch(keeper, DATABASES)) == (130, [], [("copied",)])
    assert "There is no backup" in shop.run("backups", "live").out
    taken = backup(shop)
    assert [path.name for path in shelf.iterdir()] == [taken.name]
    assert fetch(keeper, DATABASES) == [("copied",), (f"copied_backup_{taken.name}",)]


def test_an_apply_has_its_copy_and_an_old_one_goes(
    newest: Server, conninfo: str, project: Callable[..., ProjectFolder]
) -> None:
    more = f"backup_before_migrate = true\n{TEMPLATE}retention_days = 7\nverify = true\n"
    shop, keeper = project({"live": make_conninfo(conninfo, user=OWNER)}, more), newest.cluster.conninfo("template1")
    assert shop.run("import", "live").code == 0
    file = next((shop.root / "schemas").glob("**/*.toml"))
    file.write_text(file.read_text() + '\n[tables.more.columns]\na = "int"\n')
    ran = shop.run("apply", "live", "--auto-approve")
    assert ran.code == 0, ran.err
    ((_,), (first,)) = fetch(keeper, DATABASES)
    shelf = shop.root / ".faberdb" / "backups" / "live"
    (folder,) = [path for path in shelf.iterdir() if path.is_dir()]
    said = folder / "backup.json"
    document = json.loads(said.read_text())
    said.write_text(json.dumps({**document, "taken_at": "2020-01-01T00:00:00+00:00"}))
    (folder / "verified.json").unlink()

    unknown = shop.run("rollback", "live", "--to", "2031")
    assert (unknown.code, "and no backup" in unknown.err, "faberdb backups live" in unknown.err) == (1, True, True)
    state = shop.root / ".faberdb" / "state" / "live.json"
    as_it_was = state.read_text()
    (record,) = json.loads(as_it_was)["applied"]
    state.write_text(as_it_was.replace(record["plan_id"], f"20{record['plan_id'][2:]}"))
    both = shop.run("rollback", "live", "--to", "20", "--auto-approve")
    assert (both.code, "the id of a plan and of a backup of live" in both.err) == (1, True), both.err
    state.write_text(as_it_was)

    ran = shop.run("rollback", "live", "--auto-approve")
    assert ran.code == 0, ran.err
    assert f"removed backup {folder.name}" in ran.err
    left = [name for (name,) in fetch(keeper, DATABASES)]
    assert (len(left), first in left) == (2, False), left


def test_a_kept_database_that_is_in_use_again_is_not_kept(newest: Server) -> None:
    keeper = newest.cluster.conninfo("template1")
    run_sql(keeper, "create database copied")
    run_sql(keeper, "create database copied_new")
    kept, other = "copied_before_20261201_120000", "copied_before_20261201_130000"
    try:
        with exchange(make_conninfo(keeper, dbname="copied"), "environment live") as server:
            like = {"comment": None}
            server.swap("copied_new", kept, like, "", backup="20261201-120000-abcd", at="2026-12-01T12:00:00+00:00")
            assert [one.name for one in server.former()] == [kept]
            run_sql(keeper, "create role copied_by_nobody login")
            weak = make_conninfo(keeper, dbname="copied", user="copied_by_nobody")
            with exchange(weak, "environment live") as theirs, pytest.raises(RefusedError) as refused:
                theirs.drop_former(kept)
            assert refused.value.advice == "connect as its owner, or as a superuser"
            # The restore was a mistake: by hand, everything goes back to its place, and the comment goes along.
            run_sql(keeper, f"alter database copied rename to {other}")
            run_sql(keeper, f"alter database {kept} rename to copied")
            assert server.former() == []
            run_sql(keeper, "alter database copied rename to copied_till")
            assert server.former() == []
    finally:
        for (name,) in fetch(keeper, DATABASES):
            newest.drop_database(make_conninfo(keeper, dbname=name))
        run_sql(keeper, "drop role if exists copied_by_nobody")


def test_a_copy_on_another_server_is_not_forgotten(shop: ProjectFolder) -> None:
    left = shop.root / ".faberdb" / "backups" / "live" / "20261101-120000-abcd.going"
    left.mkdir(parents=True)
    note = {"provider": "template", "database": "copied_backup_20261101-120000-abcd", "system": "1"}
    (left / "copy.json").write_text(json.dumps(note))
    ran = shop.run("backup", "live")
    assert ran.code == 0, ran.err
    assert "is on another server (system 1), and stays there" in " ".join(ran.err.split())
    assert left.is_dir()


def test_a_restore_carries_over_the_journal_beside_the_state(
    newest: Server, conninfo: str, project: Callable[..., ProjectFolder]
) -> None:
    shop = project({"live": make_conninfo(conninfo, user=OWNER)}, TEMPLATE + '[state]\njournal = "state"\n')
    assert shop.run("import", "live").code == 0
    before = newest.dump(conninfo)
    shelf = '[tables.shelf.columns]\nid = "int"\n'
    shop.declare(shelf, "more.toml")
    assert shop.run("apply", "live", "--auto-approve").code == 0
    taken = backup(shop)
    shop.declare(shelf + 'late = "int"\n', "more.toml")
    assert shop.run("apply", "live", "--auto-approve").code == 0
    ran = shop.run("restore", "live", taken.name, "--auto-approve")
    assert ran.code == 0, ran.err
    assert "and 1 plan carried out since (" in ran.err, "said before the `yes`"
    assert "1 applied plan is younger than the backup" in ran.err
    assert "as recorded" in shop.run("status", "live").out
    ran = shop.run("rollback", "live", "--auto-approve")
    assert ran.code == 0, ran.err
    assert newest.dump(conninfo) == before
