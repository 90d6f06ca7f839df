"""Made-up rows that something of the user's acts on besides: that takes away no more of what is proven than it must."""

from __future__ import annotations

import pytest

from faberdb.errors import ProofError
from faberdb.plan.codec import from_json, to_json
from faberdb.views.words import proof
from faberdb_providers.postgres.kinds.column import type_change
from tests.database.test_carried_rows import BOOK, book, carried, planned
from tests.servers import Server

TOUCHED = """
create table audit (id int generated always as identity primary key, what text, gone int);
create function touch() returns trigger language plpgsql as
    'begin new.at = now(); insert into public.audit (what) values (tg_op); return new; end';
create table loan (id int primary key, until text, at timestamptz);
create trigger loan_touch before update on loan for each row execute function touch();
"""
TOUCHED_AFTER = """
[functions."touch()"]
returns = 'trigger'
language = 'plpgsql'
body = 'begin new.at = now(); insert into public.audit (what) values (tg_op); return new; end'
[tables.audit]
primary_key = ['id']
[tables.audit.columns]
id = { type = 'int', identity = 'always' }
what = { type = 'text', null = true }
[tables.loan]
primary_key = ['id']
[tables.loan.columns]
id = 'int'
until = { type = 'text', backfill = "'never'" }
at = { type = 'timestamptz', null = true }
[tables.loan.triggers.loan_touch]
when = 'before'
events = ['update']
for_each = 'row'
execute = 'touch'
"""
WIDER = book("title = { type = 'text', null = true }\npages = { type = 'bigint', null = true }") + TOUCHED_AFTER
ALONE = "create table book (id int primary key, title text, pages int);"


def test_only_the_tables_that_triggers_act_on_are_counted(newest: Server) -> None:
    plan = planned(newest, ALONE + TOUCHED, WIDER)
    rows = carried(plan)
    assert (rows.tables, rows.forward, rows.backward) == (3, True, True)
    assert rows.counted == ("public.audit", "public.loan")
    assert "(in 2 tables only their number, since triggers change them)" in proof(plan)
    assert from_json(to_json(plan), "plan.json").proof == plan.proof


def test_a_broken_cast_beside_them_never_reaches_a_plan(newest: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type_change, "cast_of", lambda before, after, work: f"NULL::{after.attributes['type']}")
    with pytest.raises(ProofError) as refused:
        planned(newest, ALONE + TOUCHED, WIDER)
    assert "table public.book: column pages has other values in 5 of 6 rows" in refused.value.detail


LOGGED = """
create table ddl_log (id int generated always as identity primary key, tag text);
create function log_ddl() returns event_trigger language plpgsql as
    'begin insert into public.ddl_log (tag) values (tg_tag); end';
create event trigger log_all on ddl_command_end execute function log_ddl();
"""
LOGGED_AFTER = """
[tables.ddl_log]
primary_key = ['id']
[tables.ddl_log.columns]
id = { type = 'int', identity = 'always' }
tag = { type = 'text', null = true }
[functions."log_ddl()"]
returns = 'event_trigger'
language = 'plpgsql'
body = 'begin insert into public.ddl_log (tag) values (tg_tag); end'
[event_triggers.log_all]
event = 'ddl_command_end'
execute = 'public.log_ddl()'
"""


def test_a_log_of_statements_stops_no_plan(server: Server) -> None:
    """Event triggers fire for each statement of the plan; their rows are none that it should have left alone."""
    rows = carried(planned(server, BOOK + LOGGED, book("title = { type = 'text', null = true }") + LOGGED_AFTER))
    assert (rows.forward, rows.backward, rows.not_filled) == (True, True, {})
