"""`purge` destroys what waits in quarantine, and nothing else; what was purged is never half taken back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ProjectFolder, Ran
from tests.servers import Server, fetch, rows, run_sql

Projects = Callable[..., ProjectFolder]
STATE = Path(".faberdb/state/live.json")
CUSTOMER = '[tables.customer]\nprimary_key = ["id"]\n[tables.customer.columns]\nid = "int"\n'
NAME = 'name = { type = "text", null = true }\n'
OLD = '[tables.old.columns]\nid = "int"\nmood = { type = "mood", null = true }\n[enums]\nmood = ["good", "bad"]\n'
FULL = CUSTOMER + NAME + OLD
ROWS = "insert into customer values (1, 'a'), (2, 'b'); insert into old values (1, 'good'), (2, null), (3, 'bad')"


@pytest.fixture
def conninfo(newest: Server) -> Iterator[str]:
    with newest.database() as made:
        yield made


def applied(folder: ProjectFolder, text: str) -> str:
    """Declare that and apply it; returns the id of the plan."""
    folder.declare(text)
    ran = folder.run("apply", "live", "--auto-approve")
    assert ran.code == 0, ran.err
    plan_id = json.loads((folder.root / STATE).read_text())["applied"][-1]["plan_id"]
    assert isinstance(plan_id, str)
    return plan_id


def dropped_twice(folder: ProjectFolder, conninfo: str) -> tuple[str, str]:
    """A project of which one plan dropped a table with its type, and another a column."""
    applied(folder, FULL)
    run_sql(conninfo, ROWS)
    return applied(folder, CUSTOMER + NAME), applied(folder, CUSTOMER)


def long_ago(conninfo: str, plan_id: str, days: int) -> None:
    run_sql(conninfo, f"update faberdb.plan set ended_at = now() - interval '{days} days' where plan_id = '{plan_id}'")


def kept(conninfo: str) -> list[str]:
    query = "select nspname || '.' || relname from pg_class c join pg_namespace n on n.oid = relnamespace"
    return [
        name
        for (name,) in fetch(conninfo, f"{query} where nspname ~ '^faberdb_quarantine' and relkind = 'r' order by 1")
    ]


def lines(ran: Ran, kind: str) -> list[dict[str, Any]]:
    assert ran.code == 0, ran.err
    return [line for line in map(json.loads, ran.out.splitlines()) if line["type"] == kind]


def test_what_is_old_goes_and_the_rest_comes_back(conninfo: str, project: Projects) -> None:
    folder = project({"live": conninfo})
    first, second = dropped_twice(folder, conninfo)
    long_ago(conninfo, first, 40)
    before = (kept(conninfo), rows(conninfo), (folder.root / STATE).read_bytes())
    assert len(before[0]) == 2
    tried = folder.run("purge", "live", "--older-than", "30d", "--dry-run", "--json")
    one, other = lines(tried, "purge_item")
    assert (one["goes"], one["quarantine"]["plan_id"], one["quarantine"]["rows"]) == (True, first, 3)
    assert {*one["quarantine"]["places"][0]["addresses"]} >= {"table:public.old"}
    assert one["quarantine"]["bytes"] > 0
    assert (other["goes"], other["quarantine"]["plan_id"], other["quarantine"]["rows"]) == (False, second, 2)
    assert (kept(conninfo), rows(conninfo), (folder.root / STATE).read_bytes()) == before
    asked = folder.run("purge", "live", "--older-than", "30d")
    assert (asked.code, "there is no terminal to ask on" in asked.err) == (5, True), asked
    run_sql(conninfo, "alter table customer add column by_hand int")
    done = folder.run("purge", "live", "--older-than", "30d", "--auto-approve")
    assert done.code == 0, done.err
    assert f"plan {first[:8]}" in done.out
    assert "3 rows" in done.out
    assert len(kept(conninfo)) == 1
    assert fetch(conninfo, "select count(*) from pg_type where typname = 'mood'") == [(0,)]
    assert folder.run("drift", "live", "--detailed-exitcode").code == 2, "a purge takes no drift for recorded"
    state = json.loads((folder.root / STATE).read_text())
    assert (state["applied"][-1]["kind"], state["applied"][-1]["purges"]) == ("purge", [first])
    assert [place["address"] for place in state["quarantine"]] == ["column:public.customer.name"]
    assert folder.run("rollback", "live", "--auto-approve").code == 0
    assert fetch(conninfo, "select id, name from customer order by 1") == [(1, "a"), (2, "b")]


def test_what_was_purged_is_not_taken_back_and_says_so(conninfo: str, project: Projects) -> None:
    folder = project({"live": conninfo})
    first, second = dropped_twice(folder, conninfo)
    assert folder.run("purge", "live", "--auto-approve").code == 0
    assert kept(conninfo) == []
    third = applied(folder, CUSTOMER.replace('id = "int"', 'id = "int"\nmore = "int"'))
    before = (rows(conninfo), (folder.root / STATE).read_bytes())
    (folder.root / STATE).unlink()  # the journal knows as well
    ran = folder.run("rollback", "live", "--steps", "3", "--auto-approve")
    assert ran.code == 9, ran
    assert f"plan {second[:8]} cannot be taken back: what it put in quarantine was purged 20" in ran.err
    assert "destroyed: column public.customer.name" in ran.err
    (folder.root / STATE).write_bytes(before[1])
    assert folder.run("rollback", "live", "--steps", "2", "--auto-approve").code == 9
    assert (rows(conninfo), (folder.root / STATE).read_bytes()) == before
    assert first != third
    assert folder.run("rollback", "live", "--auto-approve").code == 0, "what came later can be taken back"
    # The number of the place is free again, and is not that of the plan that had it first.
    again = applied(folder, CUSTOMER + OLD)
    last = applied(folder, CUSTOMER)
    (item,) = lines(folder.run("purge", "live", "--dry-run", "--json"), "purge_item")
    assert item["quarantine"]["plan_id"] == last
    assert again != last


def test_what_is_live_is_never_dropped_along(conninfo: str, project: Projects) -> None:
    folder = project({"live": conninfo})
    dropped_twice(folder, conninfo)
    (table,) = [name for name in kept(conninfo) if name.endswith(".old")]
    run_sql(conninfo, f"create view seen as select * from {table}")
    before = (kept(conninfo), rows(conninfo))
    ran = folder.run("purge", "live", "--auto-approve")
    assert (ran.code, f"view seen needs table {table}" in ran.err) == (9, True), ran.err
    assert (kept(conninfo), rows(conninfo)) == before
    run_sql(conninfo, "drop view seen")
    assert folder.run("purge", "live", "--auto-approve").code == 0
    assert kept(conninfo) == []


def test_a_protected_environment_has_a_backup_of_it(conninfo: str, project: Projects) -> None:
    folder = project({"live": conninfo})
    _, second = dropped_twice(folder, conninfo)
    with (folder.root / "faberdb.toml").open("a") as file:
        file.write('tls_exception = "a test"\nprotected = true\n')
    said = folder.run("status", "live")
    assert f"plan {second[:8]}: " in " ".join(said.out.split())
    assert "`faberdb purge live --dry-run`" in " ".join(said.out.split())
    ran = folder.run("purge", "live", "--auto-approve")
    assert ran.code == 0, ran.err
    record = json.loads((folder.root / STATE).read_text())["applied"][-1]
    taken = folder.root / ".faberdb" / "backups" / "live" / record["backup"] / "backup.json"
    assert '.old": 3' in taken.read_text()
    ran = folder.run("rollback", "live", "--auto-approve")
    assert (ran.code, f"faberdb restore live {record['backup']}" in ran.err) == (9, True), ran.err
    assert "Nothing to purge on live" in folder.run("purge", "live").out


def test_a_base_type_and_tables_that_need_each_other_go(conninfo: str, project: Projects) -> None:
    folder = project({"live": conninfo})
    both = (
        '[tables.a]\nprimary_key = ["id"]\n[tables.a.columns]\nid = "int"\nb = "int"\n'
        '[tables.a.foreign_keys.a_b_fkey]\ncolumns = ["b"]\nreferences = { table = "b", columns = ["id"] }\n'
        '[tables.b]\nprimary_key = ["id"]\n[tables.b.columns]\nid = { type = "int", identity = "always" }\na = "int"\n'
        '[tables.b.foreign_keys.b_a_fkey]\ncolumns = ["a"]\nreferences = { table = "a", columns = ["id"] }\n'
        '[range_types.span]\nsubtype = "int"\n[tables.c.columns]\nr = "span"\n'
        '[tables.p]\npartition_by = { method = "range", columns = ["id"] }\n[tables.p.columns]\nid = "int"\n'
        "[tables.p.partitions.p1]\nfrom = [0]\nto = [10]\n"
    )
    folder.declare(both)
    ran = folder.run("apply", "live", "--auto-approve")
    assert ran.code == 0, ran.err
    applied(folder, CUSTOMER)
    ran = folder.run("purge", "live", "--auto-approve", "-v")
    assert ran.code == 0, ran.err
    assert kept(conninfo) == []
    assert fetch(conninfo, "select count(*) from pg_namespace where nspname ~ '^faberdb_quarantine_'") == [(0,)]


def test_a_purge_that_has_to_wait_changes_nothing(conninfo: str, project: Projects) -> None:
    from psycopg import connect

    folder = project({"live": conninfo}, '[safety]\nlock_timeout = "100ms"\n')
    dropped_twice(folder, conninfo)
    before = (kept(conninfo), rows(conninfo))
    with connect(conninfo) as other:
        other.execute(f"select from {before[0][0]}")
        ran = folder.run("purge", "live", "--auto-approve")
        assert (ran.code, "in the way: " in ran.err) == (7, True), ran.err
    assert (kept(conninfo), rows(conninfo)) == before
    assert folder.run("rollback", "live", "--steps", "2", "--auto-approve").code == 0


def test_ages() -> None:
    from faberdb.model import InQuarantine, JournalEntry
    from faberdb.plan.quarantine import lots, older

    def entry(plan_id: str, number: int, kind: str, at: str, place: str, of: str = "") -> JournalEntry:
        document = {
            "kind": kind,
            "environment": "live",
            "of_plan": of,
            "kept": [{"address": "table:public.t", "place": place}] if place else [],
            "steps": [{"transaction": 1}],
        }
        return JournalEntry(plan_id, number, kind, "applied", "ann", at, json.dumps(document), frozenset({1}))

    now = datetime(2026, 12, 1, tzinfo=UTC)
    entries = [
        entry("a", 1, "apply", "2026-10-01T00:00:00+00:00", "faberdb_quarantine.q_1"),
        entry("b", 2, "apply", "2026-10-02T00:00:00+00:00", "faberdb_quarantine_2"),
        entry("c", 3, "rollback", "2026-11-30T00:00:00+00:00", "faberdb_quarantine_3", "b"),
    ]
    places = [InQuarantine(place, 1, 8192) for place in ("faberdb_quarantine.q_1", "faberdb_quarantine_2", "x_9")]
    found, unknown = lots(entries, places)
    assert [(lot.plan_id, lot.returns) for lot in found] == [("a", True), ("b", False)]
    assert [place.place for place in unknown] == ["x_9"]
    # What a rollback left over has been left over since then.
    assert [lot.plan_id for lot in older(found, now - timedelta(days=30))] == ["a"]
