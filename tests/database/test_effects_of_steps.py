"""What the steps of a plan are measured to do, as it stands in the plan."""

from __future__ import annotations

import json

import pytest

from faberdb.model import Effects, Lock
from faberdb.plan.codec import to_json
from tests.migration import Migration, declare
from tests.servers import Server, run_sql

BEFORE = "create table book (id int primary key, pages int); create table loan (id int primary key, book int);"
AFTER = """
[tables.book.columns]
id = "int"
pages = { type = "bigint", null = true }
[tables.book.primary_key]
columns = ["id"]
[tables.book.checks]
book_pages_check = "pages > 0"
[tables.loan.columns]
id = "int"
book = { type = "int", null = true }
[tables.loan.primary_key]
columns = ["id"]
[tables.loan.foreign_keys.loan_book_fkey]
columns = ["book"]
references = { table = "book", columns = ["id"] }
"""


def measured(server: Server, before: str, after: str) -> dict[str, Effects | None]:
    with server.database() as live:
        run_sql(live, before)
        plan = Migration(server.scratch()).plan(live, declare({"public.toml": after}))
    found = {step.statement.sql: step.effects for step in plan.steps}
    written = {step["sql"]: step for step in json.loads(to_json(plan))["steps"]}
    for sql, effects in found.items():
        assert effects is not None
        locks = [{"mode": lock.mode, "relation": lock.relation} for lock in effects.locks]
        assert (written[sql]["locks"], written[sql]["rewrites"]) == (locks, list(effects.rewrites))
    return found


def test_each_step_says_what_it_locks_rewrites_and_reads(server: Server) -> None:
    found = measured(server, BEFORE, AFTER)
    (widened,) = [effects for sql, effects in found.items() if "TYPE bigint" in sql]
    assert widened is not None
    assert Lock("table public.book", "ACCESS EXCLUSIVE") in widened.locks
    assert widened.rewrites == ("index public.book_pkey", "table public.book")
    assert "table public.book" in widened.scans
    assert 'rewriting table "book"' in widened.remarks
    (referring,) = [effects for sql, effects in found.items() if "FOREIGN KEY" in sql]
    assert referring is not None
    assert Lock("table public.loan", "SHARE ROW EXCLUSIVE") in referring.locks


def test_the_server_says_where_it_need_not_look(newest: Server) -> None:
    """A check that is there already proves what NOT NULL asks for."""
    before = "create table book (id int primary key, pages int, constraint known check (pages is not null));"
    after = "[tables.book]\nprimary_key = ['id']\n[tables.book.columns]\nid = 'int'\npages = 'int'\n"
    found = measured(newest, before, after + "[tables.book.checks]\nknown = 'pages is not null'\n")
    ((effects,)) = found.values()
    assert effects is not None
    assert effects.scans == ()
    assert effects.remarks == (
        'existing constraints on column "book.pages" are sufficient to prove that it does not contain nulls',
    )


def test_a_lock_stands_with_the_step_that_took_it(newest: Server) -> None:
    found = measured(newest, BEFORE, AFTER)
    on_book = [
        sql
        for sql, effects in found.items()
        for lock in (effects.locks if effects else ())
        if lock.relation == "table public.book"
    ]
    assert len(on_book) == 1


def test_what_a_plan_makes_is_nobody_elses_concern(newest: Server) -> None:
    found = measured(newest, "", AFTER)
    assert set(found.values()) == {Effects()}


def test_after_a_rename_the_transaction_is_still_the_same(newest: Server) -> None:
    """Its locks are not told twice, and under the name that others know."""
    after = "[tables.volume]\nrenamed_from = 'book'\nprimary_key = ['id']\n[tables.volume.columns]\nid = 'int'\n"
    found = measured(newest, BEFORE, after + "pages = { type = 'bigint', null = true }\n")
    locks = [lock for effects in found.values() if effects for lock in effects.locks]
    assert [lock for lock in locks if lock.relation.startswith("table public.")].count(
        Lock("table public.book", "ACCESS EXCLUSIVE")
    ) == 1
    assert not [lock for lock in locks if "volume" in lock.relation]


FAR = """
create table loan (id int, year int, primary key (id, year)) partition by range (year);
create table loan_2024 partition of loan for values from (2024) to (2025);
create table fine (id int primary key, loan int, year int, foreign key (loan, year) references loan);
create type state as enum ('new', 'lent', 'lost');
create table copy (id int primary key, state state, shelf text);
create index copy_shelf_idx on copy (shelf);
"""
FURTHER = FAR.replace(", 'lent'", "") + "create table loan_2025 partition of loan for values from (2025) to (2026);"


def test_a_copy_of_what_changes_shows_what_a_whole_one_does(newest: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """The keys that refer to a table that gets a partition, the other indexes of a table whose column is rewritten."""
    monkeypatch.setattr("faberdb.prove.planner.FULL_UP_TO", 0)
    with newest.database() as live, newest.database() as wanted:
        run_sql(live, FAR)
        run_sql(wanted, FURTHER)
        plans = [Migration(newest.scratch(), full=full).plan_towards(live, wanted) for full in (False, True)]
    assert [plan.proof.scope for plan in plans if plan.proof] == ["closure", "full"]
    part, whole = ([(step.statement.sql, step.effects) for step in plan.steps] for plan in plans)
    assert part == whole
    assert any(Lock("table public.fine", "SHARE ROW EXCLUSIVE") in e.locks for _, e in part if e)
    assert any("index public.copy_shelf_idx" in e.rewrites for _, e in part if e)
