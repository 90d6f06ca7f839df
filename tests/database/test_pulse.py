"""The pulse of a catalogue changes with every change of it, and only a look is lost where it changes without one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conftest import ProjectFolder
from tests.migration import opened
from tests.servers import Server, run_sql

BEGIN = """
create table t (a int, b text default 'x');
create index i on t (a);
create view v as select a from t;
create function f() returns int language sql as 'select 1';
create type e as enum ('a');
insert into t values (1, 'one'), (2, 'two');
"""
CHANGES = (
    "alter table t add c int",
    "alter table t alter a set not null",
    "alter table t alter b set default 'y'",
    "alter table t alter b set statistics 10",
    "alter table t set (fillfactor = 70)",
    "alter table t set (toast.autovacuum_enabled = off)",
    "alter table t enable row level security",
    "create policy p on t using (true)",
    "alter table t add check (a > 0)",
    "create or replace view v as select a from t where a > 1",
    "create or replace function f() returns int language sql as 'select 2'",
    "alter function f() volatile",
    "alter type e add value 'b'",
    "comment on table t is 'x'",
    "grant select on t to public",
    "grant select on pg_catalog.pg_authid to public",
    "grant execute on function pg_catalog.pg_read_file(text) to public",
    "revoke usage on type pg_catalog.int4 from public",
    "grant select (rolname) on pg_catalog.pg_authid to public",
    "alter index i rename to j",
    "drop view v",
    "do $$ begin execute format('alter database %I set work_mem = ''5MB''', current_database()); end $$",
)


def pulse(conninfo: str) -> str:
    with opened(conninfo) as session:
        return session.pulse()


def test_every_change_is_felt(server: Server) -> None:
    with server.database() as conninfo:
        run_sql(conninfo, BEGIN)
        seen = [pulse(conninfo)]
        for change in CHANGES:
            run_sql(conninfo, change)
            seen.append(pulse(conninfo))
    assert len(set(seen)) == len(seen)


@pytest.mark.parametrize("work", ["insert into t values (3, 'three')", "analyze t", "vacuum t", "checkpoint"])
def test_work_is_not_felt(newest: Server, work: str) -> None:
    with newest.database() as conninfo:
        run_sql(conninfo, BEGIN)
        before = pulse(conninfo)
        run_sql(conninfo, work)
        assert pulse(conninfo) == before


def test_a_plan_sees_what_was_changed_since_there_was_nothing_to_do(
    newest: Server, project: Callable[..., ProjectFolder]
) -> None:
    with newest.database() as conninfo:
        run_sql(conninfo, BEGIN)
        folder = project({"dev": conninfo})
        assert folder.run("import", "dev").code == 0
        for _ in range(3):  # read, remembered, felt
            assert folder.run("plan", "dev", "--detailed-exitcode").code == 0
        run_sql(conninfo, "alter table t alter b set default 'z'")
        assert folder.run("plan", "dev", "--detailed-exitcode").code == 2
        run_sql(conninfo, "alter table t alter b set default 'x'")
        assert folder.run("plan", "dev", "--detailed-exitcode").code == 0
        assert folder.run("plan", "dev", "--detailed-exitcode").code == 0
        (folder.root / "faberdb.toml").write_text(
            (folder.root / "faberdb.toml").read_text().replace("[database]", 'exclude = ["public.t"]\n\n[database]', 1)
        )
        excluded = folder.run("plan", "dev")
        assert (excluded.code, "leaves it out" in excluded.err) == (1, True), excluded
