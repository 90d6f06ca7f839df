"""What a managed service brings is its own: not planned, not imported, listed with that reason. The service is played
by roles of its names on a server of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tests.apart import own_database
from tests.conftest import INSTALLED, ProjectFolder
from tests.servers import fetch, run_sql

SERVICE = """
create role rdsadmin superuser;
create role rds_superuser;
create role rds_iam;
create role master login createdb createrole in role rds_superuser;
create role app login in role rds_iam;
"""
# As the service does, which is older than the database, and later.
BROUGHT = """
set role rdsadmin;
create schema rds_tools;
create table rds_tools.heartbeat (id int primary key, at timestamptz default now());
create function rds_tools.beat() returns event_trigger language plpgsql as 'begin end';
create event trigger rds_watch on ddl_command_end execute function rds_tools.beat();
create table public.rds_configuration (name text);
grant select on public.rds_configuration to app;
alter default privileges in schema public grant select on tables to rds_superuser;
reset role;
"""
OWN = """
alter database {name} owner to master;
grant connect on database {name} to rds_superuser;
set role master;
create table public.customer (id bigint primary key, name text);
grant select on public.customer to rds_superuser, app;
create view public.names as select name from public.customer;
grant select on public.names to rds_superuser;
reset role;
"""


@pytest.fixture
def hosted(cache: Path, project: Callable[..., ProjectFolder]) -> Iterator[tuple[ProjectFolder, str]]:
    with own_database(INSTALLED[max(INSTALLED)], cache) as (server, keeper):
        run_sql(keeper, SERVICE)
        run_sql(server.cluster.conninfo("template1"), "set role rdsadmin; create extension if not exists vector")
        name = "shop"
        run_sql(keeper, f"create database {name} template template1")
        conninfo = make_conninfo(keeper, dbname=name)
        with psycopg.connect(conninfo, autocommit=True) as connection:
            connection.execute("alter schema public owner to pg_database_owner")
        run_sql(conninfo, BROUGHT)
        run_sql(conninfo, OWN.format(name=name))
        assert conninfo_to_dict(conninfo)["dbname"] == name
        folder = project({"live": conninfo})
        file = folder.root / "faberdb.toml"
        text = file.read_text().replace('hosting = "server"', 'hosting = "aws-rds"')
        file.write_text(text.replace('name = "shop"', 'name = "shop"\nserver_objects = ["role:*"]', 1))
        yield folder, conninfo


def _fine(folder: ProjectFolder, *args: str) -> str:
    ran = folder.run(*args, timeout=120)
    assert ran.code == 0, ran
    return ran.out


def test_it_is_neither_imported_nor_planned(hosted: tuple[ProjectFolder, str]) -> None:
    folder, conninfo = hosted
    before = fetch(conninfo, "select relname, relacl::text from pg_class where relowner = 'rdsadmin'::regrole")
    _fine(folder, "import", "live")
    written = "\n".join(file.read_text() for file in (folder.root / "schemas").rglob("*.toml"))
    assert "rds" not in written
    assert "vector" not in written
    assert "[tables.customer" in written
    assert "[roles.app]" in written
    out = " ".join(_fine(folder, "plan", "live", "--strict", "--full-proof", "-v").split())
    assert "No changes" in out
    for name in ("rds_tools", "rds_watch", "rds_configuration", "extension vector", "role rdsadmin", "rds_superuser"):
        assert name in out
    assert "of the service that hosts the database" in out
    file = folder.root / "schemas" / "public.toml"
    columns = "[tables.customer.columns]\n"
    text = file.read_text().replace(columns, f'{columns}extra = {{ type = "int", null = true }}\n')
    file.write_text(text.replace("SELECT name", "SELECT id, name"))  # which makes the view anew
    saved = _fine(folder, "plan", "live", "--out", "plan.json", "-v")
    planned = saved.partition("nmanaged")[0]
    assert not [name for name in ("rds_tools", "rds_configuration", "rdsadmin", "rds_iam") if name in planned]
    assert "GRANT SELECT ON TABLE public.names TO rds_superuser" in planned
    _fine(folder, "apply", "plan.json")
    assert "No changes" in _fine(folder, "plan", "live")
    assert "No drift" in _fine(folder, "drift", "live")
    after = fetch(conninfo, "select relname, relacl::text from pg_class where relowner = 'rdsadmin'::regrole")
    assert after == before
    granted = "select count(*) from pg_class where relacl::text ~ 'rds_superuser=r/'"
    assert fetch(conninfo, granted) == [(2,)]
    _fine(folder, "rollback", "live", "--auto-approve")
    assert fetch(conninfo, granted) == [(2,)]


def test_what_is_declared_by_name_is_managed(hosted: tuple[ProjectFolder, str]) -> None:
    folder, conninfo = hosted
    _fine(folder, "import", "live")
    file = folder.root / "schemas" / "public.toml"
    file.write_text(
        file.read_text()
        .replace("[tables.customer]", '[tables.customer]\ngrants = { app = ["select"], rds_superuser = ["all"] }', 1)
        .replace('grants = { app = ["select"] }', "", 1)
    )
    (folder.root / "schemas" / "more.toml").write_text('[tables.rds_configuration.columns]\nname = "text"\n')
    out = _fine(folder, "plan", "live", "-v")
    assert "GRANT" in out
    assert "rds_superuser" in out.partition("nmanaged")[0]
    assert "rds_configuration" in out.partition("nmanaged")[0]
    _fine(folder, "apply", "live", "--auto-approve")
    assert "No changes" in _fine(folder, "plan", "live")
    granted = "select has_table_privilege('rds_superuser', 'customer', 'delete')"
    assert fetch(conninfo, granted) == [(True,)]


def test_elsewhere_such_names_are_names(hosted: tuple[ProjectFolder, str]) -> None:
    folder, _ = hosted
    file = folder.root / "faberdb.toml"
    file.write_text(file.read_text().replace("aws-rds", "server"))
    _fine(folder, "import", "live")
    assert "[roles.rds_iam]" in (folder.root / "schemas" / "public.toml").read_text()
