"""A column of a domain that has a default or constraints is filled before the domain counts: the server would fill it
with that default, or refuse that it has no value yet."""

from __future__ import annotations

import pytest

from tests.migration import Migration, declare
from tests.servers import Server, fetch, rows, run_sql

DOMAINS = """
create domain tag as int default 0 constraint positive check (value > 0) constraint there check (value is not null);
create domain label as tag;
create domain word as varchar(20) collate "C" not null;
"""
DECLARED = """
[domains.tag]
type = "int"
default = "0"
[domains.tag.checks]
positive = "value > 0"
there = "value is not null"
[domains.label]
type = "tag"
[domains.word]
type = "varchar(20)"
collation = '"C"'
not_null = true
[tables.page.columns]
id = "int"
[tables.page.primary_key]
columns = ["id"]
"""


def test_dropped_and_back(server: Server) -> None:
    columns = "x tag, y label, z word collate \"C\", w word[], v word default 'v'"
    with server.database() as live:
        run_sql(live, f"{DOMAINS} create table page (id int primary key, {columns});")
        run_sql(live, "insert into page values (1, 5, 6, 'z', '{a}', 'q'), (2, 7, 8, 'zz', null, 'r')")
        start = server.dump(live), rows(live)
        migration = Migration(server.scratch())
        plan = migration.plan(live, declare({"public.toml": DECLARED}))
        migration.apply(live, plan)
        migration.apply(live, migration.plan_back(live, plan))
        assert (server.dump(live), rows(live)) == start


@pytest.mark.parametrize("type_", ["tag", "label"])
def test_new_and_filled(server: Server, type_: str) -> None:
    column = f"x = {{ type = '{type_}', null = true, backfill = 'id * 10' }}"
    with server.database() as live:
        run_sql(live, f"{DOMAINS} create table page (id int primary key); insert into page values (1), (2)")
        declared = declare({"public.toml": DECLARED.replace('id = "int"', f'id = "int"\n{column}')})
        migration = Migration(server.scratch())
        migration.apply(live, migration.plan(live, declared))
        assert fetch(live, "select id, x from page order by id") == [(1, 10), (2, 20)]
        assert not migration.plan(live, declared).steps
