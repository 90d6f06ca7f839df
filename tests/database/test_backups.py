"""Backups with pg_dump on a real server: what they hold, that only whole ones are listed, and when one is verified."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tests.conftest import ProjectFolder
from tests.servers import Server, fetch, run_sql

SCHEMA = """
create type state as enum ('new', 'paid');
create table customer (id bigint generated always as identity primary key, email text unique, note text default 'x''y');
create table invoice (id int primary key, customer bigint references customer, state state, at date not null)
  partition by range (id);
create table invoice_low partition of invoice for values from (0) to (100);
create table "Odd Name" (a int check (a > 0), b int generated always as (a * 2) stored);
create view open_invoice as select * from invoice where state = 'new';
create materialized view per_state as select state, count(*) from invoice group by 1;
create function doubled(x int) returns int language sql as 'select x * 2';
comment on table customer is 'who pays';
grant select on customer to public;
insert into customer (email) select 'c' || n from generate_series(1, 50) n;
insert into invoice select n, n, 'new', '2026-01-01' from generate_series(1, 40) n;
insert into "Odd Name" values (1), (2);
select lo_create(0);
"""
SECRET = "hunter2-is-a-secret"


@pytest.fixture
def conninfo(newest: Server) -> Iterator[str]:
    with newest.database() as made:
        run_sql(made, SCHEMA)
        yield make_conninfo(made, password=SECRET)


@pytest.fixture
def shop(conninfo: str, project: Callable[..., ProjectFolder]) -> ProjectFolder:
    return project({"live": conninfo})


def told(out: str, type_: str) -> list[dict[str, Any]]:
    return [line for line in map(json.loads, out.splitlines()) if line["type"] == type_]


def backup(shop: ProjectFolder) -> Path:
    """Take one; returns its folder."""
    ran = shop.run("backup", "live", "--json")
    assert ran.code == 0, ran.err
    return Path(told(ran.out, "backup_complete")[0]["place"])


def secret_in(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file() and SECRET.encode() in file.read_bytes()]


def test_a_backup_is_taken_listed_and_verified(shop: ProjectFolder, conninfo: str) -> None:
    # PostgreSQL prints this check otherwise once it has read what it printed.
    run_sql(conninfo, "alter table customer add kind varchar(9) check (kind in ('a', 'b'))")
    folder = backup(shop)
    assert folder.parent == shop.root / ".faberdb" / "backups" / "live"
    assert (folder.stat().st_mode & 0o777, folder.parent.stat().st_mode & 0o777) == (0o700, 0o700)
    # The checksums are those that everybody has a program for.
    checked = subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=folder, capture_output=True, check=False)
    assert checked.returncode == 0, checked.stderr
    (found,) = told(shop.run("backups", "live", "--json").out, "backup")
    rows = {name: number for name, number in found["backup"]["rows"].items() if number}
    assert rows == {"large objects": 1, "public.customer": 50, "public.invoice_low": 40, 'public."Odd Name"': 2}
    assert (found["backup"]["id"], found["backup"]["verified"]) == (folder.name, None)
    assert "not verified" in shop.run("backups", "live").out

    ran = shop.run("backups", "verify", "live", folder.name[:11])
    assert ran.code == 0, ran.err
    assert f"Backup {folder.name} of live is verified: restored in" in ran.out
    other_words = "PostgreSQL prints this in other words after a restore: check public.customer.customer_kind_check in"
    assert f"{other_words} expression\n" in ran.err
    (found,) = told(shop.run("backups", "live", "--json").out, "backup")
    assert found["backup"]["verified"]["seconds"] >= 0
    assert secret_in(shop.root) == []


def test_a_damaged_backup_is_refused_before_anything_is_restored(shop: ProjectFolder) -> None:
    folder = backup(shop)
    assert shop.run("backups", "verify", "live").code == 0
    data = max((folder / "content" / "dump").glob("*.dat.gz"), key=lambda file: file.stat().st_size)
    whole = data.read_bytes()

    def refused(*words: str) -> None:
        ran = shop.run("backups", "verify", "live")
        assert ran.code == 8, ran.err
        for word in ("is damaged, so nothing is restored from it", *words):
            assert word in ran.err

    name = data.relative_to(folder).as_posix()
    data.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    refused(f"{name} is not what was written")
    assert "not verified" in shop.run("backups", "live").out, "what fails now is no longer called verified"
    data.write_bytes(whole[: len(whole) // 2])
    refused(f"{name} is not what was written")
    data.unlink()
    refused(f"{name} is missing")
    data.write_bytes(whole)
    (folder / "content" / "more").touch()
    refused("content/more was not there when the backup was taken")


def test_what_is_restored_has_to_be_what_was_there(shop: ProjectFolder) -> None:
    """Checksums are right here, and still the restore does not give what the backup says that it holds."""
    folder = backup(shop)
    said = json.loads((folder / "backup.json").read_text())
    said["rows"]["public.customer"] += 1
    said["fingerprint"] = "sha256:0"
    (folder / "backup.json").write_text(json.dumps(said))
    files = sorted(p.relative_to(folder) for p in folder.rglob("*") if p.is_file() and p.name != "SHA256SUMS")
    sums = subprocess.run(["sha256sum", *map(str, files)], cwd=folder, capture_output=True, check=True).stdout
    (folder / "SHA256SUMS").write_bytes(sums)
    ran = shop.run("backups", "verify", "live")
    assert ran.code == 8, ran.err
    assert "public.customer has 50 rows, not 51" in ran.err
    assert "the catalogue differs" in ran.err
    assert "not verified" in shop.run("backups", "live").out


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGINT])
def test_a_backup_that_was_interrupted_is_never_listed(
    ending: signal.Signals, shop: ProjectFolder, conninfo: str, cache: Path
) -> None:
    shelf = shop.root / ".faberdb" / "backups" / "live"
    settings = {**os.environ, **shop.env, "FABERDB_CACHE": str(cache)}
    with psycopg.connect(conninfo, autocommit=True) as other:
        other.execute("create table apart (a int)")
        other.execute("begin; lock table apart")
        command = [sys.executable, "-m", "faberdb", "backup", "live"]
        running = subprocess.Popen(command, cwd=shop.root, env=settings, stderr=subprocess.PIPE)
        wait = "select pid from pg_stat_activity where application_name = 'faberdb backup' and wait_event_type = 'Lock'"
        limit = time.monotonic() + 120
        while not fetch(conninfo, wait):
            assert running.poll() is None, running.stderr and running.stderr.read()
            assert time.monotonic() < limit
            time.sleep(0.02)
        commands = b""
        for process in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):
                commands += process.read_bytes()
        assert b"pg_dump" in commands
        assert SECRET.encode() not in commands
        assert secret_in(shop.root) == []
        running.send_signal(ending)
        _, said = running.communicate(timeout=120)
        if ending is signal.SIGKILL:
            assert list(shelf.glob("*.partial"))
        else:
            assert (running.returncode, b"no backup was taken" in said) == (130, True), said
            assert list(shelf.iterdir()) == []
            assert fetch(conninfo, wait) == [], "its programs have ended too"
        assert told(shop.run("backups", "live", "--json").out, "backup") == []
    ran = shop.run("backups", "verify", "live")
    assert (ran.code, "there is no backup of live" in ran.err) == (1, True)
    folder = backup(shop)
    assert [path.name for path in shelf.iterdir()] == [folder.name]


def test_the_database_of_the_connection_is_the_one_that_is_backed_up(shop: ProjectFolder, conninfo: str) -> None:
    """Whatever the variables of libpq say in the shell that faberdb was started from."""
    shop.env.update({"PGDATABASE": "template1", "PGUSER": "nobody", "PGOPTIONS": "-c search_path=nowhere"})
    folder = backup(shop)
    said = json.loads((folder / "backup.json").read_text())
    assert said["database"]["name"] == conninfo_to_dict(conninfo)["dbname"]
    assert said["rows"]["public.customer"] == 50
