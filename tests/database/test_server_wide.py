"""Roles and memberships: what is asked for, what is left alone, and what others on the server are spared."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from psycopg.conninfo import make_conninfo

from faberdb.model import Step
from faberdb_providers.postgres.target import Target
from tests.apart import everything, folders, own_database, scratch_like
from tests.conftest import INSTALLED, ProjectFolder
from tests.migration import Migration, declare, opened
from tests.servers import Server, fetch, run_sql

ROLES = "select rolname from pg_roles where oid >= 16384 order by 1"
SHOP = "[roles.shop]\nlogin = true\n[roles.shop.member_of]\nreader = {}\n[roles.reader]\n"


@pytest.fixture
def own(cache: Path) -> Iterator[tuple[Server, str]]:
    """A server that nobody else uses, and a database on it."""
    with own_database(INSTALLED[max(INSTALLED)], cache) as found:
        yield found


@pytest.fixture
def shop(own: tuple[Server, str], project: Callable[..., ProjectFolder]) -> ProjectFolder:
    """A project that asks for some roles."""
    folder = project({"dev": own[1]})
    _ask(folder, '"role:shop*", "role:reader"')
    return folder


def _ask(folder: ProjectFolder, what: str) -> None:
    file = folder.root / "faberdb.toml"
    kept = [line for line in file.read_text().splitlines() if not line.startswith("server_objects")]
    asked = [f"server_objects = [{what}]"] if what else []
    file.write_text("\n".join([kept[0], *asked, *kept[1:]]) + "\n")


def _fine(folder: ProjectFolder, *args: str) -> str:
    ran = folder.run(*args)
    assert ran.code == 0, ran.out + ran.err
    return ran.out


def _refused(folder: ProjectFolder, *args: str) -> str:
    ran = folder.run(*args)
    assert ran.code not in (0, 2), ran.out
    return ran.err


def _names(conninfo: str) -> list[str]:
    return [name for (name,) in fetch(conninfo, ROLES)]


def test_an_ordinary_project_sees_nothing_of_the_server(newest: Server) -> None:
    with newest.database() as conninfo, opened(conninfo) as session:
        run_sql(conninfo, "create role sees_nothing; comment on role sees_nothing is 'x'")
        try:
            snapshot = session.snapshot()
            assert not any("pg_auth_members" in text or "pg_shdescription" in text for text in snapshot._texts)
            assert not any(o.address.kind == "role" for o in snapshot.catalogue().objects.values())
            assert not any(item.what in ("role", "roles") for item in snapshot.catalogue().unmanaged)
        finally:
            run_sql(conninfo, "drop role sees_nothing")


def test_a_role_has_to_be_asked_for(own: tuple[Server, str], project: Callable[..., ProjectFolder]) -> None:
    folder = project({"dev": own[1]})
    folder.declare(SHOP)
    said = _refused(folder, "plan", "dev")
    assert "public.toml:1:" in said
    assert 'add `server_objects = ["role:shop"]` to [project] in ' in said
    assert _names(own[1]) == []


def test_what_nobody_declared_stays_and_what_was_declared_goes(own: tuple[Server, str], shop: ProjectFolder) -> None:
    conninfo = own[1]
    run_sql(conninfo, "create role shop_of_others login; create role passer_by")
    shop.declare(SHOP)
    out = _fine(shop, "apply", "dev", "--auto-approve")
    assert "role shop_of_others" in out
    assert "roles 1" in out
    assert "of the whole server, and never declared here" in out
    assert "No changes" in _fine(shop, "plan", "dev", "--strict")
    shop.declare("[roles.reader]\n")
    _fine(shop, "apply", "dev", "--auto-approve")
    assert _names(conninfo) == ["passer_by", "reader", "shop_of_others"]
    _fine(shop, "rollback", "dev", "--auto-approve")
    assert _names(conninfo) == ["passer_by", "reader", "shop", "shop_of_others"]
    assert fetch(conninfo, "select rolcanlogin, rolpassword is null from pg_authid where rolname = 'shop'") == [
        (True, True)
    ]
    # A way back forgets nothing of what was declared.
    shop.declare("")
    assert "3 to drop" in _fine(shop, "plan", "dev")


def test_what_is_no_longer_asked_for_stays(own: tuple[Server, str], shop: ProjectFolder) -> None:
    shop.declare(SHOP)
    _fine(shop, "apply", "dev", "--auto-approve")
    _ask(shop, "")
    shop.declare("")
    assert "No changes" in _fine(shop, "plan", "dev")
    assert "No drift" in _fine(shop, "drift", "dev")
    assert _names(own[1]) == ["reader", "shop"]


def test_a_protected_role_is_not_dropped(shop: ProjectFolder) -> None:
    shop.declare("[roles.shop]\nprotect = true\n")
    _fine(shop, "apply", "dev", "--auto-approve")
    shop.declare("")
    ran = shop.run("apply", "dev", "--auto-approve")
    assert ran.code == 9, ran.out + ran.err


def test_drift_and_import(own: tuple[Server, str], shop: ProjectFolder) -> None:
    conninfo = own[1]
    run_sql(
        conninfo,
        "create role reader createdb; create role shop login password 'hush' connection limit 3; grant reader to shop;"
        " alter role shop set statement_timeout to '5s'; comment on role shop is 'The shop';"
        " create table t (id int); alter table t owner to shop; create role passer_by; grant reader to passer_by",
    )
    for role in ("shop", "passer_by"):
        setting = f"alter role {role} in database %I set work_mem to ''5MB''"
        run_sql(conninfo, f"do $$ begin execute format('{setting}', current_database()); end $$")
    _fine(shop, "import", "dev")
    text = (shop.root / "schemas/public.toml").read_text()
    assert 'database_settings = { work_mem = "5MB" }' in text
    listed = _fine(shop, "plan", "dev")
    assert "work_mem for passer_by" in listed
    assert "work_mem for shop" not in listed
    assert "passer_by" not in text
    assert "hush" not in text
    assert "[roles.shop]" in text
    assert 'settings = { statement_timeout = "5s" }' in text
    assert "No changes" in _fine(shop, "plan", "dev")
    _fine(shop, "import", "dev")
    assert (shop.root / "schemas/public.toml").read_text() == text
    run_sql(conninfo, "alter role shop connection limit 4; comment on role reader is 'Reads'")
    ran = shop.run("drift", "dev", "--detailed-exitcode")
    assert ran.code == 2
    assert "connection limit: 3 → 4" in ran.out
    _fine(shop, "apply", "dev", "--auto-approve")
    assert fetch(conninfo, "select rolconnlimit, rolpassword is null from pg_authid where rolname = 'shop'") == [
        (3, False)
    ]


def test_a_role_that_others_need_is_not_dropped(own: tuple[Server, str], shop: ProjectFolder) -> None:
    server, conninfo = own
    shop.declare(SHOP)
    _fine(shop, "apply", "dev", "--auto-approve")
    other = server.new_database()
    run_sql(other, "create table theirs (id int); alter table theirs owner to shop; create role guest")
    run_sql(conninfo, "grant reader to guest")
    run_sql(
        other,
        "do $$ begin execute format('alter role reader in database %I set work_mem = 99', current_database()); end $$",
    )
    shop.declare("")
    said = _refused(shop, "plan", "dev")
    assert "role shop owns or may use 1 things in the database " in said
    assert "REASSIGN OWNED BY shop TO ...; DROP OWNED BY shop" in said
    assert "role reader has settings in the database " in said
    assert "RESET ALL" in said
    assert "role reader has members that are not managed here: guest" in said
    run_sql(conninfo, "create table kept (id int); alter table kept owner to shop; revoke reader from guest")
    run_sql(other, "alter table theirs owner to postgres")
    shop.declare("[tables.kept.columns]\nid = { type = 'int', null = true }\n")
    assert "owner:table.public.kept needs role:shop" in _refused(shop, "plan", "dev")


def test_a_role_that_something_in_quarantine_is_of_is_not_dropped(shop: ProjectFolder) -> None:
    shop.declare(SHOP + "[tables.gone]\nowner = 'shop'\n[tables.gone.columns]\nid = 'int'\n")
    _fine(shop, "apply", "dev", "--auto-approve")
    shop.declare(SHOP)
    _fine(shop, "apply", "dev", "--auto-approve")
    shop.declare("")
    said = _refused(shop, "plan", "dev")
    assert "table faberdb_quarantine_1.gone needs role shop, which the plan drops" in said
    assert "DROP TABLE faberdb_quarantine_1.gone;" in said


def test_a_password_that_ceased_to_be_valid_does_not_come_back(own: tuple[Server, str], shop: ProjectFolder) -> None:
    conninfo = own[1]
    run_sql(conninfo, "create role reader login valid until '-infinity'")
    _fine(shop, "import", "dev")
    file = shop.root / "schemas/public.toml"
    assert 'valid_until = "-infinity"' in file.read_text()
    file.write_text(file.read_text().replace('"-infinity"', '"2030-01-01"'))
    _fine(shop, "apply", "dev", "--auto-approve")
    _fine(shop, "rollback", "dev", "--auto-approve")
    assert fetch(conninfo, "select rolvaliduntil::text from pg_roles where rolname = 'reader'") == [("-infinity",)]


def test_what_a_role_has_of_the_server_itself(own: tuple[Server, str], shop: ProjectFolder) -> None:
    conninfo = own[1]
    _ask(shop, '"role:shop", "parameter_privilege:work_mem"')
    shop.declare('[roles.shop]\n[parameter_privileges]\n"work_mem to shop" = ["set"]\n')
    _fine(shop, "apply", "dev", "--auto-approve")
    run_sql(conninfo, "grant set on parameter wal_compression to shop; create role guest")
    run_sql(conninfo, "create database theirs owner shop")
    _fine(shop, "import", "dev")
    assert "wal_compression" not in (shop.root / "schemas/public.toml").read_text()
    shop.declare("")
    said = _refused(shop, "plan", "dev")
    assert "role shop owns the database theirs" in said
    assert "REVOKE ALL ON PARAMETER wal_compression FROM shop" in said
    assert "work_mem" not in said
    run_sql(conninfo, "alter database theirs owner to guest")
    run_sql(conninfo, "revoke all on parameter wal_compression from shop")
    _fine(shop, "apply", "dev", "--auto-approve")
    assert _names(conninfo) == ["guest"]
    _fine(shop, "rollback", "dev", "--auto-approve")
    assert "as recorded" in _fine(shop, "status", "dev")


def test_a_role_in_use_since_the_plan_was_made(own: tuple[Server, str], shop: ProjectFolder) -> None:
    server, conninfo = own
    shop.declare("[roles.shop]\nlogin = true\n")
    _fine(shop, "apply", "dev", "--auto-approve")
    shop.declare("")
    _fine(shop, "plan", "dev", "--out", "plan.json")
    other = server.new_database()
    run_sql(other, "create table theirs (id int); alter table theirs owner to shop")
    ran = shop.run("apply", "plan.json")
    assert ran.code == 7, ran.out + ran.err
    assert "2BP01" in ran.err
    assert "objects = 1, listed_in = 'pg_class'" in ran.err
    assert _names(conninfo) == ["shop"]


def test_a_server_that_others_share_is_no_scratch_server(own: tuple[Server, str], shop: ProjectFolder) -> None:
    shop.declare(SHOP)
    file = shop.root / "faberdb.toml"
    file.write_text(file.read_text() + '\n[shadow]\nserver = "target"\n')
    said = _refused(shop, "plan", "dev")
    assert "roles and tablespaces cannot be tried out there: they are shared with all its databases" in said
    assert _names(own[1]) == []


def test_roles_have_other_names_elsewhere(own: tuple[Server, str], shop: ProjectFolder) -> None:
    file = shop.root / "faberdb.toml"
    file.write_text(file.read_text() + '\n[environments.dev.roles]\nshop = "dev_shop"\nreader = "dev_reader"\n')
    shop.declare(
        SHOP + '[tables.t]\nowner = "shop"\ngrants = { reader = ["select"] }\n[tables.t.columns]\nid = "int"\n'
    )
    _fine(shop, "apply", "dev", "--auto-approve")
    assert _names(own[1]) == ["dev_reader", "dev_shop"]
    assert "No changes" in _fine(shop, "plan", "dev")
    _fine(shop, "import", "dev")
    text = (shop.root / "schemas/public.toml").read_text()
    assert "dev_" not in text
    assert "No changes" in _fine(shop, "plan", "dev")


SPACE = '[tablespaces.shop_fast]\nlocation = "/tmp/faberdb-{}"\n'
TABLE = '[tables.t]\ntablespace = "shop_fast"\n[tables.t.columns]\nid = "int"\n'
SPACES = "select spcname from pg_tablespace where oid >= 16384"


def test_a_tablespace_comes_and_goes(own: tuple[Server, str], shop: ProjectFolder) -> None:
    server, conninfo = own
    text = SPACE.format("comes-and-goes")
    _ask(shop, '"tablespace:shop_*"')
    with folders(server, text):
        shop.declare(text + TABLE)
        _fine(shop, "apply", "dev", "--auto-approve")
        assert "No changes" in _fine(shop, "plan", "dev", "--strict")
        _fine(shop, "import", "dev")
        assert "No changes" in _fine(shop, "plan", "dev")
        other = server.new_database()
        run_sql(other, "create table theirs (id int) tablespace shop_fast")
        shop.declare(TABLE.replace('tablespace = "shop_fast"', ""))
        said = _refused(shop, "plan", "dev")
        assert "tablespace shop_fast holds something of the database " in said
        run_sql(other, "drop table theirs")
        run_sql(other, "checkpoint")
        shop.declare(text.replace("goes", "stays") + TABLE)
        said = _refused(shop, "plan", "dev")
        assert "is in /tmp/faberdb-comes-and-goes, and no statement moves it to /tmp/faberdb-comes-and-stays" in said
        shop.declare(text)
        _fine(shop, "apply", "dev", "--auto-approve")
        shop.declare("")
        said = _refused(shop, "plan", "dev")
        assert "in tablespace shop_fast waits in quarantine: faberdb_quarantine" in said
        _fine(shop, "rollback", "dev", "--auto-approve")
        _fine(shop, "rollback", "dev", "--auto-approve")
        assert fetch(conninfo, SPACES) == []


def test_killed_between_a_tablespace_and_its_note_in_the_journal(
    own: tuple[Server, str], cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot be in a transaction is done or not; the server is asked which, and the plan goes on."""
    server, conninfo = own
    text = SPACE.format("killed-between")
    noted = Target._journal

    def lost(self: Target, plan_id: str, steps: Sequence[Step], outcome: str) -> None:
        if outcome == "done" and steps[0].statement.outside:
            raise SystemExit  # as far as the server sees, a kill
        noted(self, plan_id, steps, outcome)

    with folders(server, text), scratch_like(server, conninfo, cache) as scratch:
        migration = Migration(scratch, asked=everything)
        plan = migration.plan(conninfo, declare({"public.toml": text + TABLE}))
        with monkeypatch.context() as patched:
            patched.setattr(Target, "_journal", lost)
            with pytest.raises(SystemExit):
                migration.apply(conninfo, plan)
        assert fetch(conninfo, SPACES) == [("shop_fast",)]
        migration.apply(conninfo, plan)
        assert not migration.plan(conninfo, declare({"public.toml": text + TABLE})).steps


def test_made_by_a_role_that_is_no_superuser(own: tuple[Server, str], shop: ProjectFolder) -> None:
    """From 16 on it is given the right to manage what it makes, which is nobody's declaration."""
    conninfo = own[1]
    run_sql(
        conninfo,
        "create role deployer login createrole; do $$ begin execute format('alter database %I owner to"
        " deployer', current_database()); end $$; alter schema public owner to deployer",
    )
    shop.env["DEV_URL"] = make_conninfo(conninfo, user="deployer")
    shop.declare(SHOP)
    _fine(shop, "apply", "dev", "--auto-approve")
    assert "No changes" in _fine(shop, "plan", "dev")
    shop.declare('[roles.shop]\nlogin = true\nvalid_until = "2031-01-01"\n')
    _fine(shop, "apply", "dev", "--auto-approve")
    assert "No changes" in _fine(shop, "plan", "dev")
    assert _names(conninfo) == ["deployer", "shop"]
    _fine(shop, "rollback", "dev", "--auto-approve")
    assert _names(conninfo) == ["deployer", "reader", "shop"]
