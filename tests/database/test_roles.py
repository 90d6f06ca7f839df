"""Who owns what, whose privileges are whose affair, and what roles are called where."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tests.conftest import ProjectFolder
from tests.database.test_grants import make_roles
from tests.servers import Server, fetch, run_sql

OWNERS = "select relname, pg_get_userbyid(relowner) from pg_class where relnamespace = 'public'::regnamespace"
HELD = "select relname, relacl::text from pg_class where relname = 't'"


@pytest.fixture
def conninfo(newest: Server) -> Iterator[str]:
    """A database of the superuser postgres, on a server with some roles."""
    make_roles(newest)
    with newest.database() as found:
        yield found


def fine(folder: ProjectFolder, *args: str) -> str:
    ran = folder.run(*args)
    assert ran.code == 0, ran.out + ran.err
    return ran.out


def test_what_another_role_makes_is_its_own(conninfo: str, project: Callable[..., ProjectFolder]) -> None:
    run_sql(conninfo, "alter role g_app superuser login")
    folder = project({"dev": make_conninfo(conninfo, user="g_app")})
    folder.declare(
        '[tables.t.columns]\nid = "serial"\n\n[tables.u]\nowner = "postgres"\n[tables.u.columns]\nid = "int"\n'
    )
    fine(folder, "apply", "dev", "--auto-approve")
    assert dict(fetch(conninfo, OWNERS)) == {"t": "g_app", "t_id_seq": "g_app", "u": "postgres"}
    assert "No changes" in fine(folder, "plan", "dev")
    assert "as recorded" in fine(folder, "status", "dev")
    fine(folder, "import", "dev")
    text = (folder.root / "schemas/public.toml").read_text()
    assert text.count("owner = ") == 1
    assert 'owner = "g_app"' in text
    assert "No changes" in fine(folder, "plan", "dev")
    fine(folder, "rollback", "dev", "--auto-approve")
    assert fetch(conninfo, OWNERS) == []


def test_an_owner_that_nobody_declared_stays(conninfo: str, project: Callable[..., ProjectFolder]) -> None:
    run_sql(
        conninfo,
        "create table t (id int); create view v as select id from t; alter table t owner to g_app;"
        " alter view v owner to g_clerk; grant select on v to g_reader",
    )
    folder = project({"dev": conninfo})
    text = '[tables.t.columns]\nid = { type = "bigint", null = true }\n[views.v]\nquery = "select id from t"\n'
    folder.declare(text + 'grants = { g_reader = ["select"] }\n')
    fine(folder, "apply", "dev", "--auto-approve")
    assert dict(fetch(conninfo, OWNERS)) == {"t": "g_app", "v": "g_clerk"}
    assert "No changes" in fine(folder, "plan", "dev")


def test_a_scratch_role_that_may_not_give_things_away(conninfo: str, project: Callable[..., ProjectFolder]) -> None:
    run_sql(
        conninfo,
        "create role g_maker login createdb; create table t (id int); alter table t owner to g_app;"
        f" alter database {conninfo_to_dict(conninfo)['dbname']} owner to g_maker",
    )
    try:
        folder = project({"dev": make_conninfo(conninfo, user="g_maker")})
        file = folder.root / "faberdb.toml"
        file.write_text(file.read_text() + '\n[shadow]\nserver = "target"\n')
        folder.declare(
            '[tables.t.columns]\nid = { type = "int", null = true }\n'
            '[tables.u]\nowner = "g_maker"\n[tables.u.columns]\nid = "int"\n',
        )
        assert "Proven forward and back" in fine(folder, "apply", "dev", "--auto-approve")
        assert dict(fetch(conninfo, OWNERS)) == {"t": "g_app", "u": "g_maker"}
        assert "No changes" in fine(folder, "plan", "dev")
    finally:
        run_sql(conninfo, "reassign owned by g_maker to postgres; drop owned by g_maker; drop role g_maker")


def test_a_role_that_is_not_there(conninfo: str, project: Callable[..., ProjectFolder]) -> None:
    folder = project({"dev": conninfo})
    folder.declare('[tables.t]\nowner = "g_nobody"\n[tables.t.columns]\nid = "int"\n')
    ran = folder.run("plan", "dev")
    assert ran.code == 1
    for word in ("no role g_nobody", "owner:table.public.t", "schemas/public.toml", "[environments.NAME.roles]"):
        assert word in ran.err


ELSEWHERE = """
[environments.dev.roles]
reader = "g_reader"
app = "g_app"
"""
BY_OTHER_NAMES = """
[tables.t]
owner = "app"
grants = { reader = ["select"], g_clerk = ["select with grant option", "insert granted by app"] }
[tables.t.columns]
id = { type = "int", grants = { reader = ["update"] } }

[default_privileges]
"tables of app to reader" = ["select"]
"sequences to g_clerk" = ["usage"]
"""


def test_roles_have_other_names_elsewhere(conninfo: str, project: Callable[..., ProjectFolder]) -> None:
    folder = project({"dev": conninfo}, ELSEWHERE)
    folder.declare(BY_OTHER_NAMES.replace(', "insert granted by app"', ""))
    fine(folder, "apply", "dev", "--auto-approve")
    assert dict(fetch(conninfo, OWNERS)) == {"t": "g_app"}
    ((_, held),) = fetch(conninfo, HELD)
    assert held == "{g_app=arwdDxtm/g_app,g_clerk=r*/g_app,g_reader=r/g_app}"
    assert "No changes" in fine(folder, "plan", "dev")
    fine(folder, "import", "dev")
    text = (folder.root / "schemas/public.toml").read_text()
    assert "g_reader" not in text
    assert "g_app" not in text
    assert '"tables of app to reader"' in text
    assert "No changes" in fine(folder, "plan", "dev")
    run_sql(conninfo, "create role app; grant insert on t to app")
    try:
        ran = folder.run("import", "dev")
        assert ran.code == 1
        assert "the role app cannot be written, because the declaration calls g_app so" in ran.err
    finally:
        run_sql(conninfo, "drop owned by app; drop role app")


MODES = """
[project.grants]
g_clerk = "ignore"
g_writer = "additive"
"""


def test_privileges_of_somebody_else(conninfo: str, project: Callable[..., ProjectFolder]) -> None:
    run_sql(
        conninfo,
        "create table t (id int); create view v as select id from t;"
        " grant insert on t to g_clerk, g_reader, g_writer; grant select on v to g_clerk, g_writer, g_reader;"
        " alter default privileges grant select on tables to g_clerk",
    )
    folder = project({"dev": conninfo})
    file = folder.root / "faberdb.toml"
    file.write_text(file.read_text() + MODES)
    folder.declare(
        '[tables.t]\ngrants = { g_writer = ["select"] }\n[tables.t.columns]\nid = { type = "bigint", null = true }\n'
        '[tables.n.columns]\nid = "int"\n[views.v]\nquery = "select id from t"\n'
    )
    fine(folder, "apply", "dev", "--auto-approve")
    held = dict(fetch(conninfo, "select relname, relacl::text from pg_class where relname in ('t', 'v', 'n')"))
    assert held == {
        "t": "{postgres=arwdDxtm/postgres,g_clerk=a/postgres,g_writer=ar/postgres}",
        "v": "{postgres=arwdDxtm/postgres,g_clerk=r/postgres,g_writer=r/postgres}",
        "n": "{postgres=arwdDxtm/postgres,g_clerk=r/postgres}",
    }
    assert "No changes" in fine(folder, "plan", "dev")
    fine(folder, "import", "dev")
    assert "g_clerk" not in (folder.root / "schemas/public.toml").read_text()
    fine(folder, "rollback", "dev", "--auto-approve")
    held = dict(fetch(conninfo, "select relname, relacl::text from pg_class where relname in ('t', 'v', 'n')"))
    assert held["t"] == "{postgres=arwdDxtm/postgres,g_clerk=a/postgres,g_writer=a/postgres,g_reader=a/postgres}"


DEFAULTS = """
alter default privileges grant all on tables to g_reader, g_clerk, public;
alter default privileges grant all on sequences to g_reader, g_clerk, public;
alter default privileges grant all on schemas to g_reader, g_clerk with grant option;
create table gone (id int primary key, secret text); insert into gone values (1, 'of the table');
create table t (id int primary key, secret text); insert into t values (1, 'of the column')
"""
OURS = """
select 'schema', nspname, nspacl::text from pg_namespace, aclexplode(nspacl)
 where nspname ~ '^faberdb' and grantee <> nspowner
 union all
select 'relation', c.oid::regclass::text, relacl::text from pg_class c, aclexplode(relacl)
 where relnamespace in ('faberdb'::regnamespace, 'faberdb_quarantine'::regnamespace) and grantee <> relowner
"""
KEPT_PLACES = """
select oid::regclass::text from pg_class where relnamespace::regnamespace::text ~ '^faberdb' and relkind = 'r'
"""


def test_default_privileges_open_nothing_of_ours(conninfo: str, project: Callable[..., ProjectFolder]) -> None:
    """Neither the journal nor what is in quarantine; also not for whom the project ignores."""
    run_sql(conninfo, DEFAULTS)
    folder = project({"dev": conninfo}, '[project.grants]\ng_clerk = "ignore"\n')
    folder.declare(
        '[tables.t]\nprimary_key = ["id"]\ngrants = { g_reader = ["all"], public = ["all"] }\n'
        '[tables.t.columns]\nid = "int"\n[default_privileges]\n"tables to g_reader" = ["all"]\n'
        '"tables to public" = ["all"]\n"sequences to g_reader" = ["all"]\n"sequences to public" = ["all"]\n'
        '"schemas to g_reader" = ["all with grant option"]\n'
    )
    fine(folder, "apply", "dev", "--auto-approve")
    assert fetch(conninfo, OURS) == []
    names = fetch(conninfo, KEPT_PLACES)
    assert len(names) == 6
    for (name,) in names:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            run_sql(conninfo, f"set role g_reader; select * from {name}")
    # What was moved there has its privileges when it comes back.
    fine(folder, "rollback", "dev", "--auto-approve")
    assert fetch(conninfo, OURS) == []
    run_sql(conninfo, "set role g_reader; select * from gone")


def test_a_user_mapping_for_everybody_names_no_role(conninfo: str, project: Callable[..., ProjectFolder]) -> None:
    folder = project({"dev": conninfo})
    server = "[foreign_data_wrappers]\nw = {}\n[foreign_servers.s]\nwrapper = 'w'\n"
    folder.declare(f"{server}[foreign_servers.s.user_mappings.public]\n")
    planned = folder.run("plan", "dev")
    assert (planned.code, "user mapping public" in planned.out) == (0, True), planned
