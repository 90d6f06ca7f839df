"""What stands around a database and is none of faberdb's: event triggers, default privileges, subscribers, poolers,
prepared transactions, roles that may little. An apply does its work among them, or says which is in the way and what
helps, with nothing changed."""

from __future__ import annotations

import json
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from faberdb_providers.postgres.servers import scratch
from tests.apart import own_database
from tests.conftest import INSTALLED, ProjectFolder, Ran
from tests.database.own_servers import eventually
from tests.database.test_rows_others_act_on import LOGGED, LOGGED_AFTER
from tests.servers import Server, fetch, rows, run_sql

BOOK = "[tables.book]\nprimary_key = ['id']\n[tables.book.columns]\nid = 'int'\n"
TITLE = "title = { type = 'text', null = true }\n"
SHELF = "[tables.shelf.columns]\nid = 'int'\n"
NOTE = "note = { type = 'text', null = true }\n"
GUIDE = Path(__file__).parents[2] / "docs/guide/troubleshooting.md"
Project = Callable[..., ProjectFolder]


def fine(folder: ProjectFolder, *args: str) -> str:
    ran = folder.run(*args)
    assert ran.code == 0, ran.out + ran.err
    return " ".join((ran.out + ran.err).split())


def refused(ran: Ran, code: int, *words: str) -> str:
    said = " ".join((ran.err + ran.out).split())
    assert ran.code == code, said
    for word in words:
        assert word in said, said
    return said


def ours(conninfo: str) -> list[str]:
    """The schemas that faberdb has made for itself."""
    return [
        name for (name,) in fetch(conninfo, "select nspname from pg_namespace where nspname ~ '^faberdb' order by 1")
    ]


def test_an_event_trigger_logs_an_apply_and_its_rollback(newest: Server, project: Project) -> None:
    with newest.database() as conninfo:
        run_sql(conninfo, "create table book (id int primary key, title text); insert into book values (1, 'a')")
        run_sql(conninfo, LOGGED)
        run_sql(conninfo, "insert into ddl_log (tag) values ('by hand')")
        before = newest.dump(conninfo)
        # The servers of these tests have them off, since scratch servers do.
        folder = project({"live": make_conninfo(conninfo, options="-c event_triggers=on")})
        folder.declare(BOOK + SHELF + LOGGED_AFTER)
        assert "event trigger log_all runs public.log_ddl() on ddl_command_end" in fine(folder, "plan", "live")
        fine(folder, "apply", "live", "--auto-approve")
        tags = [tag for (tag,) in fetch(conninfo, "select tag from ddl_log order by id")]
        assert tags[0] == "by hand"
        assert {"CREATE TABLE", "ALTER TABLE"} <= set(tags)
        run_sql(conninfo, "insert into ddl_log (tag) values ('by hand, since')")
        fine(folder, "rollback", "live", "--auto-approve")
        since = [tag for (tag,) in fetch(conninfo, "select tag from ddl_log order by id")]
        assert since[: len(tags) + 1] == [*tags, "by hand, since"]
        assert len(since) > len(tags) + 1
        assert newest.dump(conninfo) == before
        assert fetch(conninfo, "select * from book") == [(1, "a")]


OPENED = """
select s.nspname::text from pg_namespace s where s.nspname ~ '^faberdb'
   and (has_schema_privilege('anybody', s.oid, 'USAGE') or has_schema_privilege('anybody', s.oid, 'CREATE'))
 union all
select c.oid::regclass::text from pg_class c
 where c.relnamespace in (to_regnamespace('faberdb'), to_regnamespace('faberdb_quarantine')) and c.relkind in ('r', 'S')
   and case c.relkind when 'S' then has_sequence_privilege('anybody', c.oid, 'SELECT, UPDATE, USAGE')
       else has_table_privilege('anybody', c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER') end
"""


def test_default_privileges_let_nobody_in(cache: Path, project: Project) -> None:
    """Those of the role that applies, to a role and to everybody. test_roles has what is granted in the project."""
    with own_database(INSTALLED[max(INSTALLED)], cache) as (server, conninfo):
        run_sql(
            conninfo,
            "create role anybody; create table book (id int primary key, title text); insert into book values (1, 'a')",
        )
        for what in ("schemas", "tables", "sequences"):
            run_sql(conninfo, f"alter default privileges grant all on {what} to anybody, public")
        folder = project({"live": conninfo})
        fine(folder, "import", "live")
        before = server.dump(conninfo)
        file = folder.root / "schemas/public.toml"
        left = "\n".join(line for line in file.read_text().splitlines() if not line.startswith("title"))
        assert left != file.read_text().rstrip("\n")
        folder.declare(left)
        fine(folder, "apply", "live", "--auto-approve")
        kept = "select count(*) > 0 from pg_class where relnamespace = 'faberdb_quarantine'::regnamespace"
        assert fetch(conninfo, kept) == [(True,)]
        assert fetch(conninfo, OPENED) == []
        fine(folder, "rollback", "live", "--auto-approve")
        assert fetch(conninfo, OPENED) == []
        assert (server.dump(conninfo), fetch(conninfo, "select * from book")) == (before, [(1, "a")])


@pytest.fixture
def followed(cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Server, str, str]]:
    """A database all tables of which another one subscribes to, and that one."""
    for name, value in (("wal_level", "logical"), ("max_wal_senders", "4"), ("max_logical_replication_workers", "4")):
        monkeypatch.setitem(scratch._SETTINGS, name, value)
    with own_database(INSTALLED[max(INSTALLED)], cache) as (server, live):
        reader = server.new_database()
        run_sql(live, "create table book (id int primary key); create publication p for all tables")
        run_sql(live, "select pg_create_logical_replication_slot('s', 'pgoutput')")
        run_sql(reader, "create table book (id int primary key)")
        run_sql(
            reader,
            f"create subscription s connection '{live}' publication p"
            " with (create_slot = false, slot_name = 's', copy_data = false)",
        )
        try:
            assert arrives(live, reader, 1)
            yield server, live, reader
        finally:
            run_sql(reader, "alter subscription s disable")
            run_sql(reader, "alter subscription s set (slot_name = none)")
            run_sql(reader, "drop subscription s")


def arrives(live: str, reader: str, number: int) -> bool:
    """Whether a new row gets to the subscriber, which needs all rows before it to have done so."""
    run_sql(live, f"insert into book values ({number})")
    return eventually(lambda: (number,) in fetch(reader, "select id from book"))


NOTED = "[tables.book]\ncomment = 'read'\n"


def by_tables(live: str, reader: str, folder: ProjectFolder) -> None:
    found = re.search(r"```sql\n(create schema if not exists faberdb;.*?)```", GUIDE.read_text(), re.DOTALL)
    assert found is not None
    run_sql(reader, "".join(line for line in found[1].splitlines(keepends=True) if not line.startswith("insert")))
    run_sql(live, found[1])


def by_schema(live: str, reader: str, folder: ProjectFolder) -> None:
    run_sql(live, "begin; drop publication p; create publication p for tables in schema public; commit")
    file = folder.root / "schemas/public.toml"
    file.write_text(file.read_text().replace("all_tables = true", "[publications.p.schemas.public]"))


def beside_the_state(live: str, reader: str, folder: ProjectFolder) -> None:
    file = folder.root / "faberdb.toml"
    file.write_text(file.read_text() + '\n[state]\njournal = "state"\n')


@pytest.mark.parametrize("way", [by_tables, by_schema, beside_the_state])
def test_each_way_out_keeps_a_subscriber_going(
    followed: tuple[Server, str, str], project: Project, way: Callable[[str, str, ProjectFolder], None]
) -> None:
    server, live, reader = followed
    folder = project({"live": live})
    folder.declare(f"{BOOK.replace('[tables.book]', NOTED.strip())}[publications.p]\nall_tables = true\n")
    before = server.dump(live)
    for command in (("apply", "live", "--dry-run"), ("apply", "live", "--auto-approve")):
        refused(
            folder.run(*command),
            9,
            "publication p of environment live is FOR ALL TABLES and somebody follows it",
            "make these tables on each subscriber and here before",
            "publish FOR TABLES IN SCHEMA",
            'journal = "state" in [state]',
        )
    assert (server.dump(live), ours(live)) == (before, [])
    way(live, reader, folder)
    fine(folder, "apply", "live", "--auto-approve")
    assert arrives(live, reader, 2)
    fine(folder, "rollback", "live", "--auto-approve")
    assert arrives(live, reader, 3)
    if way is beside_the_state:
        assert ours(live) == []
    assert "COMMENT ON TABLE" not in server.dump(live)


PGBOUNCER = shutil.which("pgbouncer", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"]))


@contextmanager
def pooler(conninfo: str, mode: str) -> Iterator[str]:
    """PgBouncer before the server of a database; yields how to connect through it."""
    assert PGBOUNCER is not None
    there = conninfo_to_dict(conninfo)
    home = Path(tempfile.mkdtemp(prefix="fdb-pool-"))
    (home / "users").write_text('"postgres" ""\n')
    (home / "ini").write_text(
        f"[databases]\n* = host={there['host']} port={there['port']}\n[pgbouncer]\nlisten_addr =\nlisten_port = 6432\n"
        f"unix_socket_dir = {home}\nauth_type = trust\nauth_file = {home}/users\npool_mode = {mode}\n"
        f"default_pool_size = 8\nlogfile = {home}/log\n"
    )
    command = [PGBOUNCER, "-q", str(home / "ini")]
    if os.geteuid() == 0:  # as which it does not run
        owner = Path(str(there["host"])).stat().st_uid
        for path in (home, *home.iterdir()):
            os.chown(path, owner, -1)
        command[1:1] = ["-u", pwd.getpwuid(owner).pw_name]
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, home)
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        stack.callback(running.wait, 10)
        stack.callback(running.kill)
        assert eventually(lambda: (home / ".s.PGSQL.6432").exists()), (home / "log").read_text()
        yield make_conninfo(host=str(home), port=6432, user="postgres", dbname=str(there["dbname"]))


@pytest.fixture
def pooled(newest: Server) -> Iterator[str]:
    if PGBOUNCER is None:
        pytest.skip("there is no pgbouncer on this machine (Debian: apt-get install pgbouncer)")
    with newest.database() as conninfo:
        run_sql(conninfo, "create table book (id int primary key, title text); insert into book values (1, 'a')")
        yield conninfo


def test_a_pooler_in_transaction_mode_is_named_and_nothing_is_left_in_its_sessions(
    pooled: str, newest: Server, project: Project
) -> None:
    with pooler(pooled, "transaction") as through, ExitStack() as stack:
        run_sql(through, "select")
        folder = project({"live": through})
        folder.declare(BOOK + SHELF)
        before = newest.dump(pooled), rows(pooled)
        for command in (("plan", "live"), ("apply", "live", "--auto-approve")):
            refused(
                folder.run(*command),
                1,
                "a pooler in transaction mode stands before environment live",
                "connect to the server itself, or to a pool in session mode",
            )
        assert (newest.dump(pooled), rows(pooled), ours(pooled)) == (*before, [])
        settings = set()
        for _ in range(3):  # in transactions at the same time, so that each has a session of its own
            client = stack.enter_context(psycopg.connect(through))
            found = client.execute(
                "select current_setting('default_transaction_read_only'), current_setting('statement_timeout'),"
                " current_setting('lock_timeout')"
            )
            settings.update(found.fetchall())
        assert settings == {("off", "0", "0")}
        folder.env["LIVE_URL"] = pooled  # what the message says
        fine(folder, "apply", "live", "--auto-approve")


def test_a_pool_in_session_mode_is_as_good_as_the_server(pooled: str, newest: Server, project: Project) -> None:
    with pooler(pooled, "session") as through:
        folder = project({"live": through})
        folder.declare(BOOK + SHELF)
        before = newest.dump(pooled), rows(pooled)
        fine(folder, "apply", "live", "--auto-approve")
        assert "shelf" in newest.dump(pooled)
        fine(folder, "rollback", "live", "--auto-approve")
        assert (newest.dump(pooled), rows(pooled)) == before


def test_a_prepared_transaction_in_the_way_of_a_rollback_is_named(
    cache: Path, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the way of an apply: test_two_phase."""
    monkeypatch.setitem(scratch._SETTINGS, "max_prepared_transactions", "2")
    with own_database(INSTALLED[max(INSTALLED)], cache) as (server, conninfo):
        run_sql(conninfo, "create table book (id int primary key, title text); insert into book values (1, 'a')")
        folder = project({"live": conninfo}, '[safety]\nlock_timeout = "300ms"\nlock_retry_for = "1s"\n')
        folder.declare(BOOK)
        fine(folder, "apply", "live", "--auto-approve")
        before = server.dump(conninfo), rows(conninfo)
        with psycopg.connect(conninfo) as other:
            other.execute("insert into book values (2)")
            other.execute("prepare transaction 'left'")
        refused(
            folder.run("rollback", "live", "--auto-approve"),
            7,
            "prepared transaction 'left' of role postgres locks public.book",
            "COMMIT PREPARED 'left' or ROLLBACK PREPARED 'left'",
        )
        assert (server.dump(conninfo), rows(conninfo)) == before
        run_sql(conninfo, "commit prepared 'left'")
        fine(folder, "rollback", "live", "--auto-approve")
        assert fetch(conninfo, "select * from book order by id") == [(1, "a"), (2, None)]


def test_a_role_that_may_make_no_schemas_keeps_its_journal_beside_the_state(cache: Path, project: Project) -> None:
    with own_database(INSTALLED[max(INSTALLED)], cache) as (server, conninfo):
        run_sql(conninfo, "create role helper login; grant create on schema public to helper")
        folder = project({"live": make_conninfo(conninfo, user="helper")})
        fine(folder, "import", "live")
        folder.declare(SHELF, "more.toml")
        before = server.dump(conninfo)
        where = "role helper may make no schemas in environment live, so the journal is beside the state:"
        assert where in fine(folder, "apply", "live", "--dry-run")
        assert where in fine(folder, "apply", "live", "--auto-approve")
        assert "shelf" in server.dump(conninfo)
        said = fine(folder, "status", "live")
        assert where in said
        assert "as recorded" in said
        folder.declare(SHELF + NOTE, "more.toml")
        fine(folder, "apply", "live", "--auto-approve")
        run_sql(conninfo, "insert into shelf values (1, 'a')")

        # What would be kept has no place there: told before anything is changed, with both ways.
        folder.declare(SHELF, "more.toml")
        noted = beside(folder)
        said = refused(
            folder.run("apply", "live", "--auto-approve"),
            9,
            "is kept in quarantine",
            'on_drop = "drop" in [safety]',
            "nothing was changed",
        )
        assert (ours(conninfo), beside(folder), fetch(conninfo, "select * from shelf")) == ([], noted, [(1, "a")])
        run_sql(conninfo, "delete from shelf")
        refused(folder.run("rollback", "live", "--auto-approve"), 9, "is kept in quarantine")
        found = re.search(r"GRANT CREATE ON DATABASE \S+ TO helper", said)
        assert found is not None, said
        run_sql(conninfo, found[0])  # the journal is in the database from now on; what was noted counts
        fine(folder, "rollback", "live", "--auto-approve", "--steps", "2")
        assert (server.dump(conninfo), beside(folder)) == (before, noted)
        assert "as recorded" in fine(folder, "status", "live")
        # Once they are there, it takes no such right any more.
        run_sql(conninfo, found[0].replace("GRANT", "REVOKE").replace(" TO ", " FROM "))
        folder.declare(SHELF + NOTE, "more.toml")
        fine(folder, "apply", "live", "--auto-approve")
        folder.declare(SHELF + NOTE + "[schemas]\nattic = {}\n", "more.toml")
        refused(
            folder.run("apply", "live", "--auto-approve"), 9, "schemas are made, attic, which takes CREATE", found[0]
        )


def beside(folder: ProjectFolder) -> list[dict[str, Any]]:
    """The plans in the journal beside the state. Whoever takes the lock writes a new token there, wherever they note
    theirs."""
    return list(json.loads((folder.root / ".faberdb/state/live.journal.json").read_bytes())["plans"])
