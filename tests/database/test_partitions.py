"""Partitions that a job makes: a declaration can leave them alone, and then nothing of faberdb touches them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from faberdb.model import Address
from tests.conftest import ProjectFolder
from tests.migration import Migration, build_directly, declare, there_and_back
from tests.servers import Server, fetch, run_sql

TABLE = """
[tables.event]
partition_by = "RANGE (at)"
children = "{children}"

[tables.event.columns]
id = "integer"
at = "date"
[tables.event.indexes]
event_at_idx = ["at"]

[tables.event_2020]
partition_of = "event"
bound = "FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')"
"""
NOTE = 'note = { type = "text", null = true }\n\n'
LIVE = """
create table event (id int not null, at date not null) partition by range (at);
create index event_at_idx on event (at);
create table event_2020 partition of event for values from ('2020-01-01') to ('2021-01-01');
create table event_2021 partition of event for values from ('2021-01-01') to ('2022-01-01') partition by list (id);
create table event_2021_1 partition of event_2021 (check (id = 1)) for values in (1);
create index by_hand on event_2021_1 (id, at);
comment on table event_2021 is 'made by a job';
insert into event values (1, '2020-03-03'), (1, '2021-03-03');
"""


def _text(children: str) -> str:
    return TABLE.format(children=children)


@pytest.mark.parametrize("children", ["template", "unmanaged"])
def test_a_declaration_leaves_partitions_to_a_job(
    children: str, server: Server, database: Callable[[], str], dump: Callable[[str], str]
) -> None:
    live = database()
    run_sql(live, LIVE)
    start = dump(live)
    migration = Migration(server.scratch())
    declared = declare({"public.toml": _text(children)})
    plan = migration.plan(live, declared)
    assert not plan.steps
    listed = {(u.name, u.reason) for u in plan.unmanaged if u.what == "table"}
    reason = "its table is declared with children = unmanaged"
    names = ("public.event_2021", "public.event_2021_1") if children == "unmanaged" else ()
    assert listed == {(name, reason) for name in names}
    # What the table gets, they get too, and lose again.
    wider = migration.plan(
        live, declare({"public.toml": _text(children).replace("[tables.event.ind", f"{NOTE}[tables.event.ind")})
    )
    assert {change.address for change in wider.changes} == {Address("column", ("public", "event", "note"))}
    migration.apply(live, wider)
    assert fetch(live, "select count(note) from event_2021_1") == [(0,)]
    migration.apply(live, migration.plan_back(live, wider))
    assert dump(live) == start


def test_undeclared_partitions_go_to_quarantine_and_come_back(
    server: Server, database: Callable[[], str], dump: Callable[[str], str]
) -> None:
    live = database()
    run_sql(live, LIVE)
    start = dump(live)
    migration = Migration(server.scratch())
    plan = migration.plan(live, declare({"public.toml": _text("declared")}))
    migration.apply(live, plan)
    assert fetch(live, "select id, at::text from event") == [(1, "2020-03-03")]
    migration.apply(live, migration.plan_back(live, plan))
    assert dump(live) == start
    assert fetch(live, "select count(*) from event") == [(2,)]


OWN_DEFAULT = """
[tables.event]
partition_by = "LIST (kind)"
columns.id = "bigint"
columns.kind = { type = "text", null = true }
columns.large = { type = "text", null = true, generated = "upper(kind)" }
[tables.event_a]
partition_of = "event"
bound = "FOR VALUES IN ('a')"
columns.kind = { inherited = true, default = "'a'" }
"""
DETACHED = """
[tables.event_a.columns]
id = "bigint"
kind = { type = "text", null = true, default = "%s" }
large = { type = "text", null = true, generated = "upper(kind)" }
"""


@pytest.mark.parametrize(
    "after",
    [
        OWN_DEFAULT + "[tables.event.checks]\nknown = \"kind <> ''\"\n",
        OWN_DEFAULT.partition("[tables.event_a]")[0] + DETACHED % "'a'::text",
        OWN_DEFAULT.partition("[tables.event_a]")[0] + DETACHED % "'b'::text",
    ],
    ids=["it stays", "detached", "detached, with another one"],
)
def test_a_partition_with_a_default_of_its_own(server: Server, after: str) -> None:
    """The server notes for the partition that the generated column needs the other: it is no need of the partition. The
    column that was only different there becomes its own, with its type."""
    with server.database() as live:
        build_directly(live, declare({"public.toml": OWN_DEFAULT}))
        run_sql(live, "insert into event (id, kind) values (1, 'a')")
        there_and_back(Migration(server.scratch()), server, live, after)


def test_what_a_partition_says_of_its_own_is_read_beside_what_is_above_it(
    server: Server, project: Callable[..., ProjectFolder]
) -> None:
    """All but the partition's column is known from the apply before, and no reason to build it; what that column says
    has a meaning only where its table gives a default."""
    with server.database() as conninfo:
        folder = project({"dev": conninfo})
        above = TABLE.format(children="declared").replace('"date"', '{ type = "date", default = "current_date" }')
        folder.declare('schema = "public"\n' + above)
        assert folder.run("apply", "dev", "--auto-approve").code == 0
        folder.declare(
            'schema = "public"\n'
            + above
            + "[tables.event_2020.columns]\nat = { inherited = true, no_default = true, statistics = 7 }\n"
        )
        applied = folder.run("apply", "dev", "--auto-approve")
        assert applied.code == 0, applied
        held = "select pg_get_expr(adbin, adrelid) from pg_attrdef where adrelid = 'public.event_2020'::regclass"
        assert fetch(conninfo, held) == []
        assert "No changes" in folder.run("plan", "dev").out
