"""Everything that has an owner keeps it while what it stands on changes, on every server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import psycopg
import pytest

from faberdb.prove.planner import Planner
from faberdb_providers.postgres.provider import provider
from tests.migration import opened
from tests.servers import Server, run_sql

BASE = """
create table t (id int primary key, a %s); alter table t owner to g_owner;
create view v as select * from t; alter view v owner to g_owner;
create materialized view mv as select * from t; alter materialized view mv owner to g_owner;
create sequence s; alter sequence s owner to g_owner;
create function f(a int) returns int language sql as 'select 1'; alter function f(int) owner to g_owner;
create procedure p(a int) language sql as 'select 1'; alter procedure p(int) owner to g_owner;
create aggregate ag(int) (sfunc = int4pl, stype = int); alter aggregate ag(int) owner to g_owner;
create type en as enum ('a'); alter type en owner to g_owner;
create type co as (a int); alter type co owner to g_owner;
create domain do1 as int check (value > 0); alter domain do1 owner to g_owner;
create type ra as range (subtype = float8); alter type ra owner to g_owner;
create collation cl from "C"; alter collation cl owner to g_owner;
create conversion cv for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8; alter conversion cv owner to g_owner;
create operator === (leftarg = int, rightarg = int, function = int4eq);
alter operator === (int, int) owner to g_owner;
create operator family ofa using btree; alter operator family ofa using btree owner to g_owner;
create operator class oc for type int using btree family ofa
 as operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >, function 1 btint4cmp(int, int);
alter operator class oc using btree owner to g_owner;
create text search dictionary td (template = simple); alter text search dictionary td owner to g_owner;
create text search configuration tc (copy = simple); alter text search configuration tc owner to g_owner;
create statistics st on id, a from t; alter statistics st owner to g_owner;
create foreign data wrapper fw; alter foreign data wrapper fw owner to g_owner;
create server sv foreign data wrapper fw; alter server sv owner to g_owner;
create foreign table ft (a int) server sv; alter foreign table ft owner to g_owner;
create publication pu for table t; alter publication pu owner to g_owner;
create schema sc authorization g_owner; create table sc.x (id serial); alter table sc.x owner to g_owner;
create function evf() returns event_trigger language plpgsql as 'begin end';
create event trigger et on ddl_command_end when tag in ('CREATE EXTENSION')
 execute function evf();
alter event trigger et owner to g_owner;
alter schema public owner to g_owner;
"""


@pytest.fixture
def owned(server: Server) -> Iterator[Server]:
    """A server with a superuser, who alone may own wrappers and event triggers."""
    with psycopg.connect(server.cluster.conninfo("template1"), autocommit=True) as keeper:
        with suppress(psycopg.errors.DuplicateObject):
            keeper.execute("create role g_owner superuser")
        yield server
        keeper.execute("drop role g_owner")


def test_a_type_changes_under_what_is_owned(owned: Server) -> None:
    with owned.database() as here, owned.database() as there:
        run_sql(here, BASE % "text")
        run_sql(there, BASE % "varchar(10)")
        at_first, wanted = owned.dump(here), owned.dump(there)
        assert at_first.count("OWNER TO g_owner") == 28
        with opened(here, read_only=False) as session, opened(there) as other:
            target = dict(other.inspect().objects)
            planner = Planner(provider, session.inspect(), owned.scratch, number=1)
            proposal = planner.towards(target)
            session.prepare_bookkeeping()
            assert session.run_all(proposal.steps) is None
            assert owned.dump(here) == wanted
            assert not Planner(provider, session.inspect(), owned.scratch, number=9).towards(target).steps
            assert session.run_all(proposal.rollback) is None
            assert owned.dump(here) == at_first
