"""Made-up rows never come to another server, and where none can be had, or none can be read, the plan says why."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from faberdb.model import Samples
from faberdb_providers.postgres.sample import rows as sample_rows
from faberdb_providers.postgres.sample.rows import SampleRows
from faberdb_providers.postgres.session import Session
from faberdb_providers.postgres.shadow import ScratchServer, scratch_session
from tests.database.test_carried_rows import ALL, BOOK, PAGES, TITLE, book, carried, planned
from tests.migration import Migration, declare
from tests.servers import Server, fetch, run_sql

WIDER = book(ALL.replace("'int'", "'bigint'"))
SHORTER = book("\n".join((TITLE, PAGES)))

NOWHERE = """
create foreign data wrapper nowhere;
create server other foreign data wrapper nowhere;
create table orders (id int, pages int);
create foreign table orders_old () inherits (orders) server other;
"""
NOWHERE_AFTER = """
[foreign_data_wrappers.nowhere]
[foreign_servers.other]
wrapper = 'nowhere'
[tables.orders.columns]
id = { type = 'int', null = true }
pages = { type = 'int', null = true }
[tables.orders.checks]
orders_pages_check = 'pages > -5'
[foreign_tables.orders_old]
inherits = ['orders']
server = 'other'
"""


def test_no_statement_about_rows_reaches_a_foreign_child(server: Server) -> None:
    """Its wrapper has no handler: whatever reached it would fail, and no table would have any rows."""
    rows = carried(planned(server, BOOK + NOWHERE, WIDER + NOWHERE_AFTER))
    assert rows.not_filled == {"public.orders": "statements that change it reach foreign table public.orders_old too"}
    assert (rows.tables, rows.forward, rows.backward) == (1, True, True)


def elsewhere(remote: str, tables: str) -> tuple[str, str]:
    """A foreign server on another database, in SQL and as it is declared."""
    at = conninfo_to_dict(remote)
    options = {"host": at["host"], "port": at["port"], "dbname": at["dbname"]}
    said = ", ".join(f"{key} '{value}'" for key, value in options.items())
    declared = ", ".join(f"{key} = '{value}'" for key, value in options.items())
    before = (
        "create extension postgres_fdw;"
        f" create server other foreign data wrapper postgres_fdw options ({said});"
        f" create user mapping for public server other options (\"user\" '{at['user']}'); {tables}"
    )
    after = (
        "[extensions.postgres_fdw]\n[foreign_servers.other]\nwrapper = 'postgres_fdw'\n"
        f"options = {{ {declared} }}\n[foreign_servers.other.user_mappings.public]\n"
        f"options = {{ user = '{at['user']}' }}\n"
    )
    return before, after


@pytest.fixture
def remote(server: Server) -> Iterator[str]:
    with server.database() as conninfo:
        run_sql(conninfo, "create table archive (id int, pages int); insert into archive values (1, 1), (2, null)")
        if not fetch(conninfo, "select from pg_available_extensions where name = 'postgres_fdw'"):
            pytest.skip(f"PostgreSQL {server.major} of this machine offers no postgres_fdw; postgresql-contrib has it")
        yield conninfo


def test_rows_on_another_server_stay(server: Server, remote: str) -> None:
    child = "create foreign table orders_old () inherits (orders) server other options (table_name 'archive')"
    before, after = elsewhere(remote, "create table orders (id int, pages int);" + child)
    after += NOWHERE_AFTER.partition("wrapper = 'nowhere'")[2] + "options = { table_name = 'archive' }\n"
    rows = carried(planned(server, before, after))
    assert rows.not_filled == {"public.orders": "statements that change it reach foreign table public.orders_old too"}
    assert fetch(remote, "select * from archive order by id") == [(1, 1), (2, None)]


PARTED = """
[tables.orders]
partition_by = 'range (id)'
[tables.orders.columns]
id = { type = 'int', null = true }
pages = { type = 'int', null = true }
[tables.orders_new]
partition_of = 'orders'
bound = 'DEFAULT'
[foreign_tables.orders_old]
partition_of = 'orders'
bound = 'FOR VALUES FROM (1) TO (3)'
server = 'other'
options = { table_name = 'archive' }
"""


def test_no_row_is_moved_to_another_server(server: Server, remote: str) -> None:
    """The table becomes a partitioned one, and its rows go where the bounds send them."""
    before, after = elsewhere(remote, "create table orders (id int, pages int)")
    rows = carried(planned(server, before, after + PARTED))
    assert rows.not_filled == {"public.orders": "rows could come to foreign table public.orders_old"}
    assert fetch(remote, "select * from archive order by id") == [(1, 1), (2, None)]


VIEWS = """
create materialized view setting as select current_setting('app.tenant') as tenant with no data;
create materialized view narrow as select id, 100 / (pages - 1) as share from shelf;
"""
VIEWS_AFTER = """
[materialized_views.setting]
query = "select current_setting('app.tenant') as tenant"
unpopulated = true
[materialized_views.narrow]
query = 'select id, 100 / (pages - 1) as share from shelf'
[tables.shelf]
primary_key = ['id']
[tables.shelf.columns]
id = 'int'
pages = { type = 'int', null = true }
"""


def test_a_view_that_cannot_be_made_takes_rows_from_what_it_reads_only(newest: Server) -> None:
    shelf = "create table shelf (id int primary key, pages int, gone int);"
    rows = carried(planned(newest, BOOK + shelf + VIEWS, WIDER + VIEWS_AFTER))
    said = "materialized view public.narrow takes no value that was tried, only rows without one"
    assert (rows.thinned, rows.not_filled) == ({"public.shelf": said}, {})
    assert (rows.tables, rows.forward, rows.backward) == (2, True, True)


def test_where_no_row_was_tried_nothing_is_shown(newest: Server) -> None:
    before = "create table odd (id int primary key check (id * 7 = 1000000), gone int)"
    after = "[tables.odd]\nprimary_key = ['id']\n[tables.odd.columns]\nid = 'int'\n[tables.odd.checks]\n"
    rows = carried(planned(newest, before, after + "odd_id_check = 'id * 7 = 1000000'"))
    assert (rows.tables, rows.forward, rows.backward) == (0, False, False)
    assert rows.not_filled == {"public.odd": "constraint odd_id_check refuses every row that was tried"}


def fails(*args: Any) -> Samples:
    raise psycopg.errors.FdwUnableToEstablishConnection("no")


def is_gone(*args: Any) -> Samples:
    raise psycopg.OperationalError("the connection is closed")


def test_rows_that_cannot_be_read_are_said(newest: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for broken, said in ((fails, "SQLSTATE HV00N"), (is_gone, "the connection is gone")):
        monkeypatch.setattr(sample_rows, "read", broken)
        rows = carried(planned(newest, BOOK, SHORTER))
        assert rows.not_filled == {"public.book": f"the scratch server does not let rows be read ({said})"}
        assert (rows.tables, rows.forward, rows.backward) == (0, False, False)


def test_tables_that_cannot_be_looked_at_are_said(newest: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample_rows, "tables", is_gone)
    rows = carried(planned(newest, BOOK, SHORTER))
    why = "the scratch server does not let rows be made (the connection is gone)"
    assert (rows.not_filled, rows.forward) == ({"public.book": why}, False)


def test_what_earlier_runs_left_and_cannot_be_taken_away_is_said(
    newest: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = SampleRows.clear

    def clear(self: SampleRows) -> None:
        monkeypatch.setattr(Session, "execute", is_gone)
        sound(self)
        monkeypatch.undo()

    monkeypatch.setattr(SampleRows, "clear", clear)
    rows = carried(planned(newest, BOOK, SHORTER))
    assert rows.not_filled == {"public.book": "the scratch server does not let rows be made (the connection is gone)"}


GUARDED = """
create table guarded (id int primary key, owner text, gone int);
alter table guarded enable row level security, force row level security;
create policy seen on guarded for select using (owner = 'nobody');
create policy made on guarded for insert with check (true);
alter table guarded owner to plain;
"""
GUARDED_AFTER = """
[tables.guarded]
primary_key = ['id']
owner = 'plain'
row_security = true
force_row_security = {forced}
[tables.guarded.columns]
id = 'int'
owner = {{ type = 'text', null = true }}
[tables.guarded.policies.seen]
command = 'select'
using = "owner = 'nobody'"
[tables.guarded.policies.made]
command = 'insert'
check = 'true'
"""


@pytest.fixture
def plain(newest: Server) -> Iterator[ScratchServer]:
    """The server, where scratch databases are not a superuser's."""
    template = newest.cluster.conninfo("template1")
    run_sql(template, "create role plain login")

    @contextmanager
    def fresh() -> Iterator[Session]:
        with newest.database() as conninfo:
            run_sql(conninfo, f"alter database {conninfo_to_dict(conninfo)['dbname']} owner to plain")
            with scratch_session(make_conninfo(conninfo, user="plain")) as session, closing(session):
                yield session

    yield ScratchServer("a server of somebody else's", fresh)
    run_sql(template, "drop role plain")


@pytest.mark.parametrize("forced", ["true", "false"])
def test_rows_that_row_security_hides_are_said(newest: Server, plain: ScratchServer, forced: str) -> None:
    with newest.database() as live:
        run_sql(live, GUARDED)
        plan = Migration(plain).plan(live, declare({"public.toml": GUARDED_AFTER.format(forced=forced)}))
    rows = carried(plan)
    assert rows.not_filled == {"public.guarded": "row security hides its rows on the scratch server"}
    assert (rows.tables, rows.forward, rows.backward) == (0, False, False)
