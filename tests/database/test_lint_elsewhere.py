"""What `faberdb lint` keeps within the scratch database: other servers, other databases, and what is not its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from psycopg.conninfo import conninfo_to_dict

from faberdb_providers.postgres import settings
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.provider import provider
from tests.conftest import INSTALLED
from tests.database.test_lint_statements import said, tried
from tests.migration import opened
from tests.servers import Server, fetch, run_sql


@dataclass(frozen=True)
class Pair:
    """A database with a foreign table, and the one that its rows are in."""

    here: str
    remote: str

    def rows(self) -> list[int]:
        return [number for (number,) in fetch(self.remote, "select id from orders order by id")]


@pytest.fixture
def pair(servers: Callable[[int], Server]) -> Iterator[Pair]:
    asked = "select from pg_available_extensions where name = 'postgres_fdw'"
    with_contrib = (m for m in INSTALLED if fetch(servers(m).cluster.conninfo("template1"), asked))
    major = next(with_contrib, None)
    if major is None:
        pytest.skip("no server of this machine offers postgres_fdw; postgresql-contrib has it")
    server = servers(major)
    with server.database() as remote, server.database() as here:
        at = conninfo_to_dict(remote)
        run_sql(remote, "create table orders (id int); insert into orders select generate_series(1, 3)")
        run_sql(
            here,
            "create table book (id int); create extension postgres_fdw; create server r foreign data wrapper"
            f" postgres_fdw options (host '{at['host']}', port '{at['port']}', dbname '{at['dbname']}');"
            f" create user mapping for current_user server r options (user '{at['user']}');"
            " create foreign table orders (id int) server r",
        )
        yield Pair(here, remote)


REACHING = [
    "delete from orders",
    "insert into orders values (4)",
    "reset all;\ndelete from orders",
    "discard all;\ntruncate orders",
    "do $$ begin delete from orders; end $$",
    "explain analyze delete from orders",
    "analyze orders",
    "select * from orders",
    "drop foreign table orders; drop server r cascade; drop extension postgres_fdw;\ncreate extension postgres_fdw;\n"
    "create server r foreign data wrapper postgres_fdw options (dbname 'nowhere');\n"
    "create foreign table orders (id int) server r;\nselect * from orders",
]


@pytest.mark.parametrize("text", REACHING)
def test_no_other_server_is_reached_through_a_foreign_table(pair: Pair, text: str) -> None:
    report = tried(pair.here, f"{text};\nalter table book drop id;")
    assert pair.rows() == [1, 2, 3]
    assert ["foreign table" in remark.text for remark in report.passed_over] == [True]
    assert codes.COLUMN_DROPPED in [f.code for f in report.findings]
    assert codes.REFUSED not in [f.code for f in report.findings]


@pytest.mark.parametrize("text", REACHING)
def test_no_other_server_is_reached_from_one_too_old_for_the_setting(
    pair: Pair, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "CLOSES", "no_such_setting")
    test_no_other_server_is_reached_through_a_foreign_table(pair, text)


def test_what_has_run_before_reaches_no_other_server_either(pair: Pair) -> None:
    with opened(pair.here, read_only=False) as session:
        failed = provider.run_script(session, "reset all;\n\ndelete from orders;")
    assert (failed and failed[0], pair.rows()) == (3, [1, 2, 3])


def test_what_the_transaction_did_before_a_foreign_table_stays(pair: Pair) -> None:
    text = "begin;\ncreate table shelf (id int);\ndelete from orders;\ncreate index on shelf (id);\ncommit;"
    report = tried(pair.here, f"{text}\nselect * from shelf;\ndrop table book;")
    assert said(report) == [("1.sql", 7, codes.TABLE_DROPPED)]
    assert ([remark.line for remark in report.passed_over], pair.rows()) == ([3], [1, 2, 3])


@pytest.mark.parametrize(
    "statement",
    [
        "grant connect on database shop to public",
        "revoke all on database shop from public",
        "alter database shop set timezone = 'UTC'",
        "alter database shop rename to store",
        "alter database shop set tablespace pg_default",
        "alter role current_user in database shop set jit = off",
        "reindex database shop",
    ],
)
def test_what_names_another_database_is_passed_over(newest: Server, statement: str) -> None:
    with newest.database() as conninfo:
        run_sql(conninfo, "create table book (id int)")
        report = tried(conninfo, f"{statement};\ndrop table book;")
    assert said(report) == [("1.sql", 2, codes.TABLE_DROPPED)]
    assert [remark.line for remark in report.passed_over] == [1]


def test_a_transaction_goes_on_after_what_names_another_database(newest: Server) -> None:
    text = "begin;\ncreate table shelf (id int);\ngrant connect on database shop to public;\ncommit;\ntable shelf;"
    with newest.database() as conninfo:
        report = tried(conninfo, text)
    assert (said(report), [remark.line for remark in report.passed_over]) == ([], [3])


def test_a_comment_on_another_database_ends_no_file(newest: Server) -> None:
    with newest.database() as conninfo:
        report = tried(conninfo, "comment on database shop is 'ours';\nselect 1;")
    assert (said(report), report.statements) == ([], 2)


def test_what_is_meant_for_another_database_is_passed_over(newest: Server) -> None:
    text = "\\i more.sql\nselect 1;\n\\connect other\nselect * from nowhere;\nselect 2;"
    with newest.database() as conninfo:
        report = tried(conninfo, text)
    assert (said(report), report.statements) == ([], 1)
    assert [remark.line for remark in report.passed_over] == [1, 3, 4]
    assert report.passed_over[-1].text == "2 statements were not looked at, since the file has gone to another database"


@pytest.mark.parametrize(
    "text",
    [
        "do $$ begin execute 'alter role nobody_there password ''hunter2'''; end $$",
        "do $$ begin execute 'create user mapping for current_user server no options (password ''hunter2'')'; end $$",
        "alter role current_user password to 'hunter2'",
        'create role "x" password $$hunter2$$ nonsense',
    ],
)
def test_no_password_is_in_what_the_server_says(newest: Server, text: str) -> None:
    with newest.database() as conninfo:
        report = tried(conninfo, text)
    assert said(report) == [("1.sql", 1, codes.REFUSED)]
    assert "hunter2" not in str(report)
    assert "SQL statement" not in str(report)
    assert "search_path" not in str(report)


def test_the_bounds_of_a_file_do_not_bound_how_it_is_looked_at(newest: Server) -> None:
    text = "set statement_timeout = '3ms'; set idle_in_transaction_session_timeout = '3ms';\nselect pg_sleep(0.01);\n"
    text += "begin;\nset local statement_timeout = '3ms';\nselect pg_sleep(0.01);\ndrop table book;\ncommit;"
    with newest.database() as conninfo:
        run_sql(conninfo, "create table book (id int)")
        report = tried(conninfo, text, settings={"lock_timeout": "1s", "statement_timeout": "1h"})
    assert said(report) == [("1.sql", 6, codes.TABLE_DROPPED)]
