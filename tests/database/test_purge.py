"""`purge` destroys what waits in quarantine, and nothing else; what was purged is never half taken back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from psycopg import connect

from tests.conftest import ProjectFolder, Ran
from tests.servers import Server, fetch, rows, run_sql

Projects = Callable[..., ProjectFolder]
STATE = Path(".faberdb/state/live.json")
CUSTOMER = '[tables.customer]\nprimary_key = ["id"]\n[tables.customer.columns]\nid = "int"\n'
NAME = 'name = { type = "text", null = true }\n'
OLD = '[tables.old.columns]\nid = "int"\nmood = { type = "mood", null = true }\n[enums]\nmood = ["good", "bad"]\n'
FULL = CUSTOMER + NAME + OLD
TOGETHER = """
[tables.a]
primary_key = ["id"]
[tables.a.columns]
id = "int"
b = "int"
r = { type = "span", null = true }
g = { type = "grade", null = true }
[tables.a.foreign_keys.a_b_fkey]
columns = ["b"]
references = { table = "b", columns = ["id"] }
[tables.b]
primary_key = ["id"]
[tables.b.columns]
id = { type = "int", identity = "always" }
a = "int"
[tables.b.foreign_keys.b_a_fkey]
columns = ["a"]
references = { table = "a", columns = ["id"] }
[range_types.span]
subtype = "int"
[tables.whole]
partition_by = "range (id)"
[tables.whole.columns]
id = "int"
[tables.part]
partition_of = "whole"
bound = "FOR VALUES FROM (0) TO (10)"
[base_types.grade]
input = "grade_in"
output = "grade_out"
internallength = 4
passedbyvalue = true
[functions."grade_in(cstring)"]
returns = "grade"
language = "internal"
body = "int4in"
volatility = "immutable"
strict = true
[functions."grade_out(grade)"]
returns = "cstring"
language = "internal"
body = "int4out"
volatility = "immutable"
strict = true
"""
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


def test_what_is_old_goes_and_is_not_taken_back_and_the_rest_is(conninfo: str, project: Projects) -> None:
    folder = project({"live": conninfo})
    applied(folder, FULL)
    run_sql(conninfo, ROWS)
    first, second = applied(folder, CUSTOMER + NAME), applied(folder, CUSTOMER)
    long_ago(conninfo, first, 40)
    before = (kept(conninfo), rows(conninfo), (folder.root / STATE).read_bytes())
    assert len(before[0]) == 2
    tried = folder.run("purge", "live", "--older-than", "30d", "--dry-run", "--json")
    one, other = lines(tried, "purge_item")
    assert (one["goes"], one["quarantine"]["plan_id"], one["quarantine"]["rows"]) == (True, first, 3)
    assert [p["addresses"] for p in one["quarantine"]["places"]] == [["enum:public.mood"], ["table:public.old"]]
    assert one["quarantine"]["bytes"] > 0
    assert (other["goes"], other["quarantine"]["plan_id"], other["quarantine"]["rows"]) == (False, second, 2)
    asked = folder.run("purge", "live", "--older-than", "30d")
    assert (asked.code, "there is no terminal to ask on" in asked.err) == (5, True), asked
    assert (kept(conninfo), rows(conninfo), (folder.root / STATE).read_bytes()) == before
    run_sql(conninfo, "alter table customer add column by_hand int")
    done = folder.run("purge", "live", "--older-than", "30d", "--auto-approve")
    assert done.code == 0, done.err
    assert f"plan {first[:8]}" in done.out
    assert "3 rows" in done.out
    assert len(kept(conninfo)) == 1
    assert fetch(conninfo, "select count(*) from pg_type where typname = 'mood'") == [(0,)]
    assert folder.run("drift", "live", "--detailed-exitcode").code == 2, "a purge takes no drift for recorded"
    run_sql(conninfo, "alter table customer drop column by_hand")
    state = json.loads((folder.root / STATE).read_text())
    assert (state["applied"][-1]["kind"], state["applied"][-1]["purges"]) == ("purge", [first])
    assert [place["address"] for place in state["quarantine"]] == ["column:public.customer.name"]
    refused = folder.run("rollback", "live", "--steps", "2", "--auto-approve")
    assert refused.code == 9, refused
    assert f"plan {first[:8]} cannot be taken back: what it put in quarantine was purged 20" in refused.err
    assert "destroyed: enum public.mood, table public.old" in refused.err
    assert len(kept(conninfo)) == 1, "not even the one that could be taken back was"
    assert folder.run("rollback", "live", "--auto-approve").code == 0
    assert fetch(conninfo, "select id, name from customer order by 1") == [(1, "a"), (2, "b")]
    (folder.root / STATE).unlink()
    assert folder.run("rollback", "live", "--auto-approve").code == 9, "the journal knows as well"


def test_a_protected_environment_has_a_backup_of_it(conninfo: str, project: Projects) -> None:
    folder = project({"live": conninfo})
    applied(folder, FULL)
    run_sql(conninfo, ROWS)
    plan_id = applied(folder, CUSTOMER + NAME)
    with (folder.root / "faberdb.toml").open("a") as file:
        file.write('tls_exception = "a test"\nprotected = true\n')
    said = " ".join(folder.run("status", "live").out.split())
    assert f"(plan {plan_id[:8]}: " in said
    assert "`faberdb purge live --dry-run`" in said
    ran = folder.run("purge", "live", "--auto-approve")
    assert ran.code == 0, ran.err
    record = json.loads((folder.root / STATE).read_text())["applied"][-1]
    taken = folder.root / ".faberdb" / "backups" / "live" / record["backup"] / "backup.json"
    assert '.old": 3' in taken.read_text()
    ran = folder.run("rollback", "live", "--auto-approve")
    assert (ran.code, f"faberdb restore live {record['backup']}" in ran.err) == (9, True), ran.err
    assert "Nothing to purge on live" in folder.run("purge", "live").out


def test_all_that_hangs_together_goes_and_nothing_that_is_live(conninfo: str, project: Projects) -> None:
    folder = project({"live": conninfo}, '[safety]\nlock_timeout = "20ms"\nlock_retry_for = "1s"\n')
    applied(folder, CUSTOMER + TOGETHER)
    applied(folder, CUSTOMER)
    (table,) = [name for name in kept(conninfo) if name.endswith(".a")]
    run_sql(conninfo, f"create view seen as select * from {table}")
    before = (kept(conninfo), rows(conninfo))
    ran = folder.run("purge", "live", "--auto-approve")
    assert (ran.code, f"view seen needs table {table}" in ran.err) == (9, True), ran.err
    ((whole,),) = fetch(conninfo, "select oid::regclass::text from pg_class where relname = 'whole'")
    run_sql(conninfo, f"drop view seen; create table attached partition of {whole} for values from (50) to (60)")
    ran = folder.run("purge", "live", "--auto-approve")
    assert (ran.code, f"table attached needs table {whole}" in ran.err) == (9, True), ran.err
    run_sql(conninfo, "drop table attached")
    with connect(conninfo) as other:
        other.execute(f"select from {table}")
        ran = folder.run("purge", "live", "--auto-approve")
        assert (ran.code, "a step waited too long for others" in ran.err) == (7, True), ran.err
        assert "Then: faberdb purge live" in ran.err
    assert (kept(conninfo), rows(conninfo)) == before
    ran = folder.run("purge", "live", "--auto-approve")
    assert ran.code == 0, ran.err
    query = (
        "select count(*) from pg_depend where refclassid = 'pg_namespace'::regclass and refobjid in (select oid from"
    )
    assert fetch(conninfo, f"{query} pg_namespace where nspname ~ '^faberdb_quarantine')") == [(0,)]
    assert fetch(conninfo, "select count(*) from pg_namespace where nspname ~ '^faberdb_quarantine_'") == [(0,)]


def test_what_others_put_there_stays(conninfo: str, project: Projects) -> None:
    folder = project({"live": conninfo, "other": conninfo})
    odd = "'Odd \"Näme'"
    applied(folder, f'{FULL}[tables.{odd}.columns]\nid = "int"\n')
    plan_id = applied(folder, CUSTOMER + NAME)
    ran = folder.run("purge", "other", "--auto-approve")
    assert ran.code == 0, ran.err
    assert f"plan {plan_id[:8]} stays: it is of environment live" in ran.err
    state = folder.root / STATE
    written = state.read_text()
    others = {"lineage": "of another project", "applied": json.loads(written)["applied"][:1]}
    state.write_text(json.dumps({**json.loads(written), **others}))
    ran = folder.run("purge", "live", "--auto-approve")
    assert (ran.code, "stays: the state of live does not know it" in ran.err) == (0, True), ran
    state.write_text(written)
    tables = kept(conninfo)
    assert [name.partition(".")[2] for name in tables] == ['Odd "Näme', "old"]
    schema = tables[1].partition(".")[0]
    run_sql(conninfo, f"create table {schema}.rescued as select 1 as id")
    ran = folder.run("purge", "live", "--auto-approve")
    assert (ran.code, f"somebody put table {schema}.rescued there by hand" in ran.err) == (0, True), ran
    assert kept(conninfo) == [*tables, f"{schema}.rescued"]
    run_sql(conninfo, f"alter table {schema}.rescued set schema public")
    ran = folder.run("purge", "live", "--auto-approve")
    assert (ran.code, kept(conninfo)) == (0, []), ran


def test_what_no_rollback_brings_back_is_told_and_one_plan_is_purged_alone(conninfo: str, project: Projects) -> None:
    folder = project({"live": conninfo})
    applied(folder, FULL)
    run_sql(conninfo, ROWS)
    first, second = applied(folder, CUSTOMER + NAME), applied(folder, CUSTOMER)
    applied(folder, CUSTOMER + '[tables.made.columns]\nid = "int"\n')
    run_sql(conninfo, "insert into made values (7)")
    back = folder.run("rollback", "live", "--auto-approve")
    assert back.code == 0, back.err
    back_id = json.loads((folder.root / STATE).read_text())["applied"][-1]["plan_id"]
    (made,) = [name for name in kept(conninfo) if name.endswith(".made")]
    told = f"in quarantine, and given back by no command: 1 thing of rollback {back_id[:8]}, "
    (line,) = [line for line in back.err.splitlines() if line.startswith("in quarantine")]
    assert line.startswith(told)
    assert f"(table public.made in {made.partition('.')[0]})" in line
    said = " ".join(folder.run("status", "live").out.split())
    assert re.search(rf"plan {back_id[:8]}: [^,;]*, just now, and no rollback brings it back\)", said), said
    assert said.count("no rollback brings") == 1
    both = folder.run("purge", "live", "--plan", back_id[:6], "--older-than", "1d", "--auto-approve")
    assert (both.code, "--plan and --older-than say two different things" in both.err) == (1, True), both
    none = folder.run("purge", "live", "--plan", "zz", "--auto-approve")
    assert (none.code, "no plan that has something in quarantine on live begins with zz" in none.err) == (1, True)
    assert len(kept(conninfo)) == 3
    command = line.partition("; to destroy it: faberdb ")[2].split()
    assert folder.run(*command, "--auto-approve").code == 0
    assert [name.rpartition(".")[2] for name in kept(conninfo)] == ["q_3", "old"]
    done = folder.run("purge", "live", "--plan", second[:8], "--auto-approve")
    assert (done.code, "nor is what was applied before" in done.out) == (0, True), done
    assert [name.rpartition(".")[2] for name in kept(conninfo)] == ["old"]
    (row,) = lines(folder.run("status", "live", "--json"), "status")
    found = [(plan["plan_id"], plan["returns"]) for plan in row["data"]["quarantine"]["plans"]]
    assert found == [(first, False)], "rollbacks end at the plan that was purged"


def test_a_purge_that_was_killed_leaves_the_way_back() -> None:
    from faberdb.model import JournalEntry
    from faberdb_providers.postgres import holding_on

    place, at = "faberdb_quarantine_1", "2026-11-01T00:00:00+00:00"
    document = json.dumps({"environment": "live", "kept": [{"place": place}]})
    purge = json.dumps({"environment": "live", "purges": ["a"]})
    filled = JournalEntry("a", 1, "apply", "applied", "ann", at, document, frozenset({1}))
    killed = JournalEntry("b", 2, "purge", "running", "ann", at, purge, frozenset())
    assert "faberdb rollback live" in holding_on._way_back(place, [filled, killed])
    ended = JournalEntry("b", 2, "purge", "running", "ann", at, purge, frozenset({1}))
    assert holding_on._way_back(place, [filled, ended]) == ""


def test_ages() -> None:
    from faberdb.model import InQuarantine, JournalEntry
    from faberdb.plan.quarantine import lots, older

    def entry(plan_id: str, number: int, kind: str, at: str, place: str, of: str = "") -> JournalEntry:
        document = {
            "kind": kind,
            "environment": "live",
            "from": {"lineage": ""},
            "renames": [],
            "of_plan": of,
            "kept": [{"address": "table:public.t", "place": place}] if place else [],
            "steps": [{"transaction": 1}],
        }
        return JournalEntry(plan_id, number, kind, "applied", "ann", at, json.dumps(document), frozenset({1}))

    now = datetime(2026, 12, 1, tzinfo=UTC)
    entries = [
        entry("z", 0, "apply", "2026-09-01T00:00:00+00:00", "faberdb_quarantine_2"),  # whose place was purged
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
    # Once it is purged, a place of the same name is of a plan that another environment's journal knows.
    purge: dict[str, Any] = {"kind": "purge", "environment": "live", "purges": ["b"], "of_plan": ""}
    purge |= {"steps": [{"transaction": 1}], "from": {"lineage": ""}, "renames": [], "kept": []}
    gone = JournalEntry("p", 4, "purge", "applied", "ann", "2026-12-01", json.dumps(purge), frozenset({1}))
    found, unknown = lots([*entries, gone], places)
    assert [lot.plan_id for lot in found] == ["a"]
    assert [place.place for place in unknown] == ["faberdb_quarantine_2", "x_9"]
