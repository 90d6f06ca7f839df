"""A restore gives back structure and rows exactly, beside first; what was there is kept, and nothing is forced."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tests.conftest import ProjectFolder
from tests.database.test_backups import SCHEMA, backup
from tests.servers import Server, fetch, rows, run_sql

OWNER = "restored_owner"


@pytest.fixture
def conninfo(newest: Server) -> Iterator[str]:
    """A database of its own name, which a restore may rename; all that came of it is dropped in the end."""
    keeper = newest.cluster.conninfo("template1")
    run_sql(keeper, f"create role {OWNER} createdb login")
    run_sql(keeper, f"create database restored owner {OWNER}")
    made = make_conninfo(keeper, dbname="restored")
    run_sql(make_conninfo(made, user=OWNER), SCHEMA)
    run_sql(made, "comment on database restored is 'mine'")
    run_sql(made, "alter database restored set work_mem = '7MB'; revoke connect on database restored from public")
    yield made
    for (name,) in fetch(keeper, "select datname from pg_database where datname like 'restored%'"):
        newest.drop_database(make_conninfo(keeper, dbname=name))
    run_sql(keeper, f"drop role {OWNER}")


@pytest.fixture
def shop(conninfo: str, project: Callable[..., ProjectFolder]) -> ProjectFolder:
    """It connects as the owner of the database, who is no superuser."""
    return project({"live": make_conninfo(conninfo, user=OWNER)})


DATABASES = "select datname from pg_database where datname like 'restored%' order by 1"
LIKE = """
select datdba::regrole::text, datacl::text, shobj_description(oid, 'pg_database'),
       (select setconfig from pg_db_role_setting s where s.setdatabase = oid)
  from pg_database where datname = current_database()
"""


def test_what_was_lost_comes_back_and_what_was_there_is_kept(
    newest: Server, shop: ProjectFolder, conninfo: str
) -> None:
    assert shop.run("import", "live").code == 0
    whole = newest.dump(conninfo), rows(conninfo), fetch(conninfo, LIKE)
    taken = backup(shop).name
    run_sql(conninfo, "drop table invoice cascade; update customer set note = 'lost'")
    spoilt = newest.dump(conninfo), rows(conninfo)

    refused = shop.run("restore", "live", taken)
    assert (refused.code, "there is no terminal to ask on" in refused.err) == (5, True)
    assert "pass --auto-approve; nothing was changed" in refused.err
    assert "It was taken just now: what was written since stays only in the database that is put aside" in refused.err
    drift = " ".join(shop.run("drift", "live").out.split())
    assert "a plan makes it anew without them. Backups that may have them: faberdb backups live" in drift
    assert shop.run("restore", "live", taken, "--dry-run").code == 0
    with psycopg.connect(conninfo):
        ran = shop.run("restore", "live", taken, "--auto-approve")
    assert ran.code == 9, ran.err
    assert "database restored is in use, so it keeps its place" in ran.err
    assert "server process" in ran.err
    assert (newest.dump(conninfo), rows(conninfo)) == spoilt
    beside = f"restored_restored_{taken}"
    assert fetch(conninfo, DATABASES) == [("restored",), (beside,)]
    oid = f"select oid from pg_database where datname = '{beside}'"
    ((waiting,),) = fetch(conninfo, oid)

    ran = shop.run("restore", "live", taken[:15], "--auto-approve")
    assert ran.code == 0, ran.err
    assert (newest.dump(conninfo), rows(conninfo), fetch(conninfo, LIKE)) == whole
    assert fetch(conninfo, "select oid from pg_database where datname = 'restored'") == [(waiting,)], "only renamed"
    (kept,) = [name for (name,) in fetch(conninfo, DATABASES) if name != "restored"]
    assert f"which stays as {kept}" in ran.err
    assert f"kept as {kept}" in ran.err
    old = make_conninfo(conninfo, dbname=kept)
    assert (newest.dump(old), rows(old)) == spoilt
    status = shop.run("status", "live")
    assert "as recorded" in status.out, status.out


def test_a_database_that_is_gone_is_made_again(newest: Server, shop: ProjectFolder, conninfo: str) -> None:
    whole = newest.dump(conninfo), rows(conninfo), fetch(conninfo, LIKE)
    taken = backup(shop).name
    newest.drop_database(conninfo)
    # What a restore that was killed left behind is no database that anybody fills on.
    keeper = newest.cluster.conninfo("template1")
    beside = f"restored_restored_{taken}"
    run_sql(keeper, f'create database "{beside}" owner {OWNER}')
    ran = shop.run("restore", "live", taken, "--auto-approve")
    assert (ran.code, "none that a restore has begun" in ran.err) == (9, True)
    run_sql(keeper, f"comment on database \"{beside}\" is 'faberdb: being restored from backup {taken}'")
    ran = shop.run("restore", "live", taken, "--auto-approve")
    assert ran.code == 0, ran.err
    assert "takes the place of restored, which is not there" in ran.err
    assert (newest.dump(conninfo), rows(conninfo), fetch(conninfo, LIKE)) == whole
    assert fetch(keeper, DATABASES) == [("restored",)]


def test_a_damaged_backup_and_a_role_without_rights_change_nothing(
    newest: Server, shop: ProjectFolder, conninfo: str
) -> None:
    folder = backup(shop)
    run_sql(newest.cluster.conninfo("template1"), f"alter role {OWNER} nocreatedb")
    ran = shop.run("restore", "live", folder.name, "--auto-approve")
    assert ran.code == 9, ran.err
    assert f"let a superuser run: ALTER ROLE {OWNER} CREATEDB" in ran.err
    max((folder / "content" / "dump").iterdir(), key=lambda file: file.stat().st_size).write_bytes(b"")
    ran = shop.run("restore", "live", folder.name, "--auto-approve")
    assert (ran.code, "is damaged, so nothing is restored from it" in ran.err) == (8, True)
    assert fetch(conninfo, DATABASES) == [(conninfo_to_dict(conninfo)["dbname"],)]
