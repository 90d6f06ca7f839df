"""Privileges and default privileges on real servers: migrated, taken back, written as TOML and read again; pg_dump
is the judge."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from faberdb.declare.write import render
from faberdb.prove.planner import Planner
from faberdb.prove.proposal import Proposal
from faberdb_providers.postgres.provider import provider
from faberdb_providers.postgres.session import Session
from faberdb_providers.postgres.shadow import Need, open_scratch
from tests.migration import Migration, declare, opened
from tests.servers import Server, fetch, run_sql

ROLES = ("g_reader", "g_writer", "g_clerk", "g odd", "g_app")

BASE = """
create schema app;
create type app.mood as enum ('sad', 'happy');
create table app.t (id bigint generated always as identity primary key, a int, b text, m app.mood);
create sequence app.s;
create view app.v as select id, a from app.t;
create materialized view app.mv as select a from app.t;
"""

CASES = {
    "tables": (
        "grant select, insert on app.t to g_reader; grant all on app.t to g_writer",
        "grant select on app.t to g_reader with grant option; grant update on app.t to g_writer, public",
    ),
    "options": (
        "grant select, insert, update on app.t to g_reader with grant option",
        "grant select, insert on app.t to g_reader; grant insert on app.t to g_reader with grant option",
    ),
    "columns": (
        "grant select (a), update (b) on app.t to g_reader",
        "grant select (a, b) on app.t to g_reader; grant insert on app.t to g_reader;"
        " grant select (a) on app.v to public",
    ),
    "columns stay when the table's privilege goes": (
        "grant select on app.t to g_reader; grant select (a), update (a) on app.t to g_reader",
        "grant select (a), update (a) on app.t to g_reader",
    ),
    "columns stay when the table's privileges shrink": (
        "grant select, update on app.t to g_reader;"
        " grant select (a), update (b) on app.t to g_reader with grant option",
        "grant update on app.t to g_reader; grant select (a), update (b) on app.t to g_reader with grant option",
    ),
    "columns of a view": (
        "grant select (a) on app.v to g_reader",
        "grant select (id) on app.v to g_reader; grant select on app.v to g_writer",
    ),
    "types": ("revoke usage on type app.mood from public; grant usage on type app.mood to g_reader", ""),
    "sequences": (
        "grant usage on app.s to g_reader; grant select on sequence app.t_id_seq to g_reader",
        "grant all on app.s to public; grant usage on sequence app.t_id_seq to g_writer with grant option",
    ),
    "schemas": (
        "grant usage on schema app to g_reader; revoke all on schema public from public",
        'grant all on schema app to public, "g odd"; grant create on schema public to public, g_writer',
    ),
    "the owner": (
        "revoke insert, update on app.t from postgres; grant select (a) on app.t to postgres",
        "revoke all on app.t from postgres; revoke usage on schema app from postgres;"
        " revoke all on app.s from postgres; revoke all on type app.mood from postgres, public",
    ),
    "a chain": (
        "grant usage on schema app to g_clerk; grant select, update on app.t to g_clerk with grant option;"
        " set role g_clerk; grant select on app.t to g_reader; grant update on app.t to g_reader with grant option;"
        " reset role; grant select on app.t to g_reader",
        "grant usage on schema app to g_clerk; grant select on app.t to g_clerk with grant option;"
        " set role g_clerk; grant select on app.t to g_writer; reset role",
    ),
    "what is replaced keeps its privileges": (
        "grant select on app.mv to g_reader; grant select (a) on app.mv to g_writer",
        "drop materialized view app.mv; create materialized view app.mv as select b, a from app.t;"
        " grant select on app.mv to g_reader; grant select (a) on app.mv to g_writer",
    ),
    "a type change under a view": (
        "grant select (a) on app.v to g_reader; grant select on app.v to public; grant select (a) on app.t to g_clerk",
        "drop view app.v; drop materialized view app.mv; alter table app.t alter a type bigint;"
        " create view app.v as select id, a from app.t; create materialized view app.mv as select a from app.t;"
        " grant select (a) on app.v to g_reader; grant select on app.v to public; grant select (a) on app.t to g_clerk",
    ),
    "an enum is rebuilt": (
        "grant usage on type app.mood to g_reader; revoke all on type app.mood from public",
        "alter table app.t drop m; drop type app.mood; create type app.mood as enum ('happy', 'sad');"
        " alter table app.t add m app.mood; grant usage on type app.mood to g_reader;"
        " revoke all on type app.mood from public",
    ),
    "what is dropped": (
        "create table app.gone (a int, b int); grant all on app.gone to g_reader;"
        " grant select (a) on app.gone to g_clerk;"
        " alter table app.t add c int; grant select (c) on app.t to g_reader",
        "",
    ),
    "routines": (
        "create function app.f(a int, b text default 'x') returns int language sql as 'select 1';"
        " revoke all on function app.f(int, text) from public",
        "create function app.f(a int, b text default 'x') returns int language sql as 'select 1';"
        " revoke all on function app.f(int, text) from postgres;"
        " grant execute on function app.f(int, text) to g_reader;"
        " create procedure app.p(inout a int) language sql as 'select 1';"
        ' grant execute on procedure app.p to "g odd";'
        " create aggregate app.sum2(int) (sfunc = int4pl, stype = int);"
        " revoke all on function app.sum2(int) from public",
    ),
    "default privileges": (
        "alter default privileges in schema app grant select on tables to g_reader;"
        " alter default privileges revoke execute on functions from public;"
        ' alter default privileges for role g_app in schema app grant usage on sequences to "g odd"',
        "alter default privileges in schema app grant select, insert on tables to g_reader with grant option;"
        " alter default privileges grant usage on schemas to g_reader;"
        " alter default privileges for role g_app revoke select on tables from g_app",
    ),
    "a sequence goes with its table to who held something on it": (
        "create table app.n (id serial); alter table app.n owner to g_app; grant usage on app.n_id_seq to g_writer;"
        " create table app.i (id int generated always as identity); alter table app.i owner to g_app;"
        " grant usage on sequence app.i_id_seq to g_writer",
        "create table app.n (id serial); alter table app.n owner to g_writer;"
        " create table app.i (id int generated always as identity); alter table app.i owner to g_writer",
    ),
    "an identity becomes a sequence of its name": (
        "create table app.n (id int generated always as identity); alter table app.n owner to g_app;"
        " grant usage on sequence app.n_id_seq to g_reader",
        "create table app.n (id serial); alter table app.n owner to g_app; grant usage on app.n_id_seq to g_reader",
    ),
    "a table with a sequence and an owner made anew": (
        "create table app.n (id serial, d date); alter table app.n owner to g_app; grant usage on app.n_id_seq"
        " to g_reader",
        "create table app.n (id serial, d date) partition by range (d); alter table app.n owner to g_app;"
        " grant usage on app.n_id_seq to g_reader",
    ),
    "default privileges reach only what may have them": (
        "alter default privileges in schema app grant all on tables to g_reader, g_writer;"
        " alter default privileges grant all on sequences to g_reader;"
        " alter default privileges grant all on types to g_app",
        "create table app.n (id int generated by default as identity, x serial); create view app.nv as select 1 as one;"
        " create type app.ne as enum (); create sequence app.ns; create table app.n2 (id int);"
        " alter table app.t add n int generated by default as identity; create schema extra;"
        " grant select on app.n to g_writer;"
        " alter default privileges in schema app grant all on tables to g_reader, g_writer;"
        " alter default privileges grant all on sequences to g_reader;"
        " alter default privileges grant all on types to g_app",
    ),
    "default privileges arrive with tables": (
        "",
        "create table app.n (id int generated by default as identity); create sequence app.ns;"
        " grant update on app.n to g_reader;"
        " alter default privileges in schema app grant select on tables to g_reader, g_writer;"
        " alter default privileges grant all on sequences to g_reader",
    ),
}


@pytest.fixture
def planned(server: Server) -> Callable[[Session, Session], Proposal]:
    """The proven plan from one database to the form of another."""
    make_roles(server)

    def plan(here: Session, there: Session) -> Proposal:
        target = dict(there.inspect().objects)
        planner = Planner(provider, here.inspect(), server.scratch, number=here.quarantine_number())
        return planner.towards(target)

    return plan


def dump(server: Server, conninfo: str) -> list[str]:
    """The structure of a database, line by line: the order of an access control list says nothing, but who gave a
    privilege does."""
    lines, giver = [], ""
    for line in server.dump(conninfo).splitlines():
        if line.startswith(("SET SESSION AUTHORIZATION", "RESET SESSION AUTHORIZATION")):
            giver = line.removeprefix("RESET SESSION AUTHORIZATION;")
        else:
            lines.append(giver + line)
    return sorted(lines)


def make_roles(server: Server) -> None:
    with opened(server.cluster.conninfo("template1"), read_only=False) as session:
        session.mirror_roles(ROLES)


@pytest.mark.in_turn(2)
@pytest.mark.parametrize(("old", "new"), CASES.values(), ids=CASES)
def test_forth_and_back(server: Server, planned: Callable[[Session, Session], Proposal], old: str, new: str) -> None:
    with server.database() as here, server.database() as there:
        run_sql(here, BASE + old)
        run_sql(there, BASE + new)
        at_first, wanted = dump(server, here), dump(server, there)
        with opened(here, read_only=False) as session, opened(there) as other:
            proposal = planned(session, other)
            session.prepare_bookkeeping()
            assert session.run_all(proposal.steps) is None
            assert dump(server, here) == wanted
            assert not planned(session, other).steps
            assert session.run_all(proposal.rollback) is None
            assert dump(server, here) == at_first


DECLARABLE = [name for name in CASES if name not in ("routines",)]


@pytest.mark.in_turn(2)
@pytest.mark.parametrize("name", DECLARABLE)
@pytest.mark.parametrize("side", [0, 1])
def test_toml_says_it_all(newest: Server, name: str, side: int) -> None:
    make_roles(newest)
    with newest.database() as here, newest.database() as elsewhere:
        run_sql(here, BASE + CASES[name][side])
        with opened(here) as session:
            objects = session.inspect().objects
        files = render(objects.values(), provider.kinds)
        declared = declare(files)
        migration = Migration(newest.scratch())
        assert not migration.plan(here, declared).steps
        migration.apply(elsewhere, migration.plan(elsewhere, declared))
        assert dump(newest, elsewhere) == dump(newest, here)
        with opened(elsewhere) as session:
            again = render(session.inspect().objects.values(), provider.kinds)
        assert again == files


TOML = """
schema = "app"

[schemas.app]
grants = { g_reader = ["usage"] }

[tables.t]
grants = { g_reader = ["select"], g_writer = ["all"], "@owner" = ["all"] }

[tables.t.columns]
id = "int"
a = { type = "text", grants = { g_clerk = ["update with grant option"] } }

[enums]
mood = { values = ["sad"], grants = { public = ["usage"] } }

[views.v]
query = "select id from t"
column_comments = { id = "the number" }
column_grants = { id = { g_reader = ["select"] } }

[default_privileges]
"tables to g_reader" = ["select"]
'sequences in any schema of "g odd" to public' = ["usage"]
"""


def test_a_declaration(newest: Server) -> None:
    make_roles(newest)
    declared = declare({"app.toml": TOML})
    with newest.database() as here:
        migration = Migration(newest.scratch())
        migration.apply(here, migration.plan(here, declared))
        assert not migration.plan(here, declared).steps
        grants = fetch(here, "select relname, relacl::text from pg_class where relacl is not null and oid >= 16384")
        assert dict(grants)["t"] == "{postgres=arwdDxtm/postgres,g_reader=r/postgres,g_writer=arwdDxtm/postgres}"
        assert "the number" in newest.dump(here)
        less = declare({"app.toml": TOML.replace('g_reader = ["select"], g_writer', "g_writer")})
        steps = migration.plan(here, less).steps
        assert [(s.statement.sql, s.statement.risk.word) for s in steps] == [
            ("REVOKE SELECT ON TABLE app.t FROM g_reader", "dangerous")
        ]
        assert steps[0].statement.hazards


def test_roles_are_made_on_a_cluster_of_our_own(newest: Server, cache: Path) -> None:
    need = Need(
        newest.major,
        {},
        {},
        "host=/nowhere dbname=none",
        protected=True,
        roles=frozenset({"g_reader", "g other"}),
        bin_setting=str(newest.binaries.bin),
        cache=cache,
    )
    with open_scratch(need) as server, server.database() as session:
        assert server.owns_roles
        assert session.roles() >= {"g_reader", "g other"}
        assert session.query("select rolcanlogin from pg_roles where rolname = 'g other'") == [(False,)]
