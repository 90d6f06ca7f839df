"""What a plan says its steps will have to do, on tables that have some megabytes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from faberdb.model import Action, Address, Effects, Kept, Object, Statement, Step
from faberdb_providers.postgres.live.outlook import outlook
from faberdb_providers.postgres.live.sizes import sizes
from tests.conftest import ProjectFolder
from tests.servers import Server, run_sql

ENTRY = """
create table entry (id bigint primary key, amount int not null, code text not null, note text);
insert into entry select n, n, md5(n::text), md5(n::text) || md5((n + 1)::text) from generate_series(1, 120000) n;
create index entry_code_idx on entry (code);
create table country (code text primary key);
insert into country select n::text from generate_series(1, 200) n;
"""
DECLARED = """
schema = "public"
[tables.country]
primary_key = ["code"]
columns = { code = "text" }
[tables.entry]
primary_key = ["id"]
[tables.entry.columns]
id = "bigint"
amount = "int"
code = "text"
note = { type = "text", null = true }
[tables.entry.indexes]
entry_code_idx = ["code"]
"""
SMALL = DECLARED.replace('{ code = "text" }', '{ code = "varchar(9)" }')
WAYS = {
    "a wider type": (DECLARED.replace('amount = "int"', 'amount = "bigint"'), ["rewrites"]),
    "a narrower type": (DECLARED.replace('amount = "int"', 'amount = "smallint"'), ["copies from", "rewrites"]),
    "a dropped column": (DECLARED.replace('note = { type = "text", null = true }\n', ""), ["copies from"]),
    "an index": (DECLARED + 'entry_note_idx = ["note"]\n', ["builds an index over"]),
    "a key": (DECLARED + "[tables.entry.uniques]\nentry_key = ['amount']\n", ["builds an index over"]),
    "a check": (DECLARED + "[tables.entry.checks]\nentry_check = 'amount > 0'\n", ["reads"]),
    "a filled column": (
        DECLARED.replace("note =", 'more = { type = "text", backfill = "code" }\nnote ='),
        ["updates", "reads"],
    ),
    "a table made anew": (
        DECLARED.replace("[tables.entry]", '[tables.entry]\npartition_by = "RANGE (id)"')
        + "[tables.entry_all]\npartition_of = 'entry'\nbound = 'DEFAULT'\n",
        ["copies from"],
    ),
}


@pytest.fixture(scope="module")
def large(newest: Server) -> Iterator[str]:
    """A database that no test changes, with a table of some 17 MB."""
    with newest.database() as conninfo:
        run_sql(conninfo, ENTRY)
        run_sql(conninfo, "vacuum analyze entry")
        yield conninfo


def planned(folder: ProjectFolder, text: str) -> dict[str, Any]:
    folder.declare(text)
    ran = folder.run("plan", "live", "--out", "plan.json")
    assert ran.code == 0, ran.err
    document: dict[str, Any] = json.loads((folder.root / "plan.json").read_text())
    return document


@pytest.mark.parametrize("way", WAYS)
def test_each_step_says_what_it_has_to_do(large: str, project: Callable[..., ProjectFolder], way: str) -> None:
    text, works = WAYS[way]
    steps = planned(project({"live": large}), text)["steps"]
    found = [step["estimate"] for step in steps if "estimate" in step]
    assert [one["work"] for one in found] == works
    for one in found:
        assert one["of"] == ["table public.entry"]
        assert one["rows"] == 120000
        assert 15_000_000 < one["bytes"] < 20_000_000
        assert (one["disk"] == 0) == (one["work"] == "reads")


@pytest.mark.parametrize("way", ["a wider type", "a dropped column", "a filled column"])
def test_what_is_done_in_parts_is_counted_as_a_whole(
    large: str, project: Callable[..., ProjectFolder], way: str
) -> None:
    """Each part takes a moment, all of them as long as it takes to write all rows."""
    steps = planned(project({"live": large}, '[safety]\nonline = "always"\n'), WAYS[way][0])["steps"]
    (parts,) = [step["estimate"] for step in steps if "batches" in step]
    assert parts["work"] == ("copies from" if way == "a dropped column" else "updates")
    assert (parts["of"], parts["rows"]) == (["table public.entry"], 120000)
    assert min(parts["bytes"], parts["disk"]) > 15_000_000


def test_people_and_programs_are_told(large: str, project: Callable[..., ProjectFolder]) -> None:
    folder = project({"live": large})
    planned(folder, WAYS["a wider type"][0])
    phrase = re.compile(r"rewrites 1\d MB of table public\.entry, (under a second|about \d s), needs 3\d MB of disk")
    total = re.compile(r"Estimate: works on 1\d MB, .* on a small server, at least 3\d MB of disk besides\.")
    for command in (["plan", "live"], ["show", "plan.json"], ["show", "plan.json", "--markdown"]):
        said = " ".join(folder.run(*command).out.replace("\\", "").split())
        assert phrase.search(said), said
        assert total.search(said), said
    verbose = " ".join(folder.run("show", "plan.json", "-v").out.split())
    assert "(at 30 MB/s, and its indexes built at 40 MB/s)" in verbose
    lines = [json.loads(line) for line in folder.run("plan", "live", "--json").out.splitlines()]
    (change,) = [line["change"] for line in lines if line["type"] == "planned_change"]
    (summary,) = [line for line in lines if line["type"] == "plan_summary"]
    assert [one["work"] for one in change["estimates"]] == ["rewrites"]
    assert summary["estimate"]["disk"] == change["estimates"][0]["disk"]
    (said,) = [line["@message"] for line in lines if line["type"] == "note"]
    assert re.fullmatch(r"note: disk: the plan needs at least 3\d MB besides, .* \d+ .B are free right now .*", said)


def test_what_goes_to_quarantine_is_counted(large: str, project: Callable[..., ProjectFolder]) -> None:
    """A table by its files, with its indexes; a copy by the table it is of, and said to be an estimate."""
    folder = project({"live": large})
    assert "quarantine" not in planned(folder, WAYS["a wider type"][0])["summary"]
    assert "quarantine" not in folder.run("plan", "live").out
    only_country = DECLARED.partition("[tables.entry]")[0]
    moved = planned(folder, only_country)["summary"]["quarantine"]
    assert (moved["things"], moved["estimated_bytes"]) == (1, 0)
    assert 24_000_000 < moved["bytes"] < 36_000_000, "with both of its indexes"
    phrase = re.compile(r"\nTo quarantine: 1 thing, \d\d MB; rollback brings it back until a purge\.\n")
    assert phrase.search(folder.run("show", "plan.json").out)
    both = DECLARED.partition("[tables.country]")[0] + DECLARED.partition('columns = { code = "text" }\n')[2]
    copied = planned(folder, both.replace('note = { type = "text", null = true }\n', ""))["summary"]["quarantine"]
    assert copied["things"] == 2
    assert copied["bytes"] == copied["estimated_bytes"], "next to the copy, the small table is nothing"
    assert 15_000_000 < copied["bytes"] < 20_000_000
    phrase = re.compile(
        r"To quarantine: 2 things, 1\d MB; all of it is an estimate, for values that are copied; rollback brings"
    )
    for command in (["plan", "live"], ["show", "plan.json"], ["show", "plan.json", "--markdown"]):
        said = " ".join(folder.run(*command).out.replace("\\", "").split())
        assert phrase.search(said), said
    lines = [json.loads(line) for line in folder.run("plan", "live", "--json").out.splitlines()]
    (summary,) = [line for line in lines if line["type"] == "plan_summary"]
    assert summary["quarantine"] == copied
    small = planned(
        folder, DECLARED.partition("[tables.country]")[0] + "[tables.entry]" + DECLARED.partition("[tables.entry]")[2]
    )
    assert small["summary"]["quarantine"] == {"things": 1, "bytes": 0, "estimated_bytes": 0}
    phrase = re.compile("To quarantine: 1 thing, under 1 MB; rollback brings it back until a purge.")
    assert phrase.search(folder.run("show", "plan.json").out)


def test_of_what_is_small_nothing_is_said(large: str, project: Callable[..., ProjectFolder]) -> None:
    folder = project({"live": large})
    steps = planned(folder, SMALL)["steps"]
    assert any("table public.country" in step["scans"] for step in steps)
    assert not [step for step in steps if "estimate" in step]
    ran = folder.run("plan", "live")
    assert "Estimate" not in ran.out
    assert ran.err == ""


def test_what_is_rough_does_not_change_from_plan_to_plan(newest: Server, project: Callable[..., ProjectFolder]) -> None:
    """Nobody has counted the rows, and some are written in between."""
    with newest.database() as conninfo:
        run_sql(conninfo, ENTRY)
        folder = project({"live": conninfo})
        wanted = WAYS["a narrower type"][0]
        first = [step["estimate"] for step in planned(folder, wanted)["steps"] if "estimate" in step]
        run_sql(conninfo, "insert into entry select n, n, 'a', 'b' from generate_series(120001, 120040) n")
        second = [step["estimate"] for step in planned(folder, wanted)["steps"] if "estimate" in step]
    assert [one["rows"] for one in first] == [120000, 120000]
    assert first == second


def test_a_rollback_has_an_estimate_too(newest: Server, project: Callable[..., ProjectFolder]) -> None:
    with newest.database() as conninfo:
        run_sql(conninfo, ENTRY)
        folder = project({"live": conninfo})
        folder.declare(WAYS["a dropped column"][0])
        assert folder.run("apply", "live", "--auto-approve").code == 0
        back = folder.run("rollback", "live", "--dry-run")
    assert back.code == 0, back.err
    assert re.search(r"updates 1\d MB of table public\.entry, (under a second|about \d s)", " ".join(back.out.split()))


def test_after_renames_the_plan_calls_things_by_new_names(large: str) -> None:
    """A later transaction of the plan does, while the live database has still the old ones."""
    reads = Effects(scans=("table public.item",))
    step = Step("1", Address("column", ("public", "item", "amount")), Action.ALTER, Statement("..."), 2, effects=reads)
    old, new = (Object(Address("table", ("public", name)), {}) for name in ("entry", "item"))
    with psycopg.connect(large, autocommit=True) as connection:
        ((renamed,), _, _), ((unknown,), _, _) = (outlook(connection, [step], names) for names in ([(old, new)], []))
    assert unknown.estimate is None
    assert renamed.estimate is not None
    assert (renamed.estimate.of, renamed.estimate.rows) == (("table public.item",), 120000)


def test_who_keeps_a_file_from_being_measured_costs_no_plan(large: str) -> None:
    reads = Effects(scans=("table public.entry",))
    step = Step("1", Address("column", ("public", "entry", "amount")), Action.ALTER, Statement("..."), 1, effects=reads)
    with psycopg.connect(large, autocommit=True) as ours, psycopg.connect(large) as other:
        other.execute("lock table entry in access exclusive mode")
        kept = Kept(step.address, "values", "faberdb_quarantine.q_1")
        steps, kept_bytes, remarks = outlook(ours, [step], [], [kept])
        assert ours.execute("select 1").fetchone() == (1,)
    assert (steps, kept_bytes) == ((step,), None)
    (remark,) = remarks
    assert remark.startswith("there is no estimate: how large relations are could not be looked at: ERROR 55P03")


MEASURED = """
create table "A b" (id bigint primary key, note text);
insert into "A b" select n, repeat('x', 60) from generate_series(1, 5000) n;
create materialized view copy as select * from "A b";
create table parted (id int) partition by range (id);
create view seen as select 1 as one;
create table empty (id int);
"""


def test_sizes_are_those_of_the_server(server: Server) -> None:
    names = ['public."A b"', 'public."A b_pkey"', "public.copy", "public.parted", "public.seen", "public.empty", "a.b"]
    with server.database() as conninfo:
        run_sql(conninfo, MEASURED)
        run_sql(conninfo, "vacuum analyze copy")
        with psycopg.connect(conninfo, autocommit=True) as connection:
            found = sizes(connection, names)
            told: dict[str, int] = dict(
                connection.execute(
                    "select n, pg_table_size(n::regclass) from unnest(%s::text[]) n", (names[:3],)
                ).fetchall()
            )
    assert {name: found[name].bytes for name in names[:3]} == told
    assert (found["public.copy"].rows, found['public."A b"'].rows) == (5000, 5000)
    assert found['public."A b"'].indexes == told['public."A b_pkey"']
    assert (found["public.empty"].rows, found["public.empty"].bytes) == (None, 0)
    assert found.keys() == {*names[:3], "public.empty"}
