"""`--check-data`: who is asked for live rows without a word, who has to ask for it, and where what is found goes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import ProjectFolder
from tests.servers import Server, run_sql

PROTECTED = """
[safety]
protected_environments = ["live"]
check_data_timeout = "9s"

[environments.live.hazards.FDB415]
policy = "forbid"
reason = "correct the rows before"
"""
THERE = """
create table person (id bigint primary key, name text, born date);
insert into person values (1, 'Ann Secret', null), (2, null, null), (3, 'Secret', null);
"""
WANTED = """
[tables.person]
primary_key = ["id"]

[tables.person.columns]
id   = "bigint"
name = "text"
born = { type = "date", null = true }
"""
CHECKED = f"{WANTED}\n[tables.person.checks]\nborn = \"born > '1900-01-01'\"\n"
NOT_CHECKED = "Live data was not checked (--check-data)."


@pytest.fixture
def conninfo(newest: Server) -> Iterator[str]:
    with newest.database() as made:
        run_sql(made, THERE)
        yield made


def test_unasked_where_nobody_depends_on_it(conninfo: str, project: Callable[..., ProjectFolder]) -> None:
    folder = project({"dev": conninfo})
    folder.declare(CHECKED)
    planned = folder.run("plan", "dev", "--out", "plan.json")
    assert planned.code == 0, planned
    assert "FDB415: 1 row that is there now would stop it" in planned.out
    assert "in the way: id = 2\n" in planned.out
    assert "live rows fit" in planned.out
    assert "Live data: 2 steps checked, rows in the way of 1." in planned.out
    saved = json.loads((folder.root / "plan.json").read_text())
    data = {step["address"]: (step["data"], step["risk"]) for step in saved["steps"] if "data" in step}
    assert data == {
        "check:public.person.born": ({"checked": True, "rows": 0}, "dangerous"),
        "column:public.person.name": ({"checked": True, "rows": 1}, "dangerous"),
    }
    shown, written = folder.run("show", "plan.json"), folder.run("show", "plan.json", "--markdown")
    for ran in (shown, written):
        assert "1 row that is there now would stop it" in ran.out
        assert "rows in the way of 1" in ran.out
        assert "id = 2" not in ran.out, "keys are rows' data, which no file holds"
    assert "Secret" not in f"{planned} {saved} {shown} {written}"
    again = folder.run("plan", "dev", "--out", "again.json")
    assert again.code == 0, again
    own = ("plan_id", "created_at", "expires_at", "sha256")
    first, second = (
        {**json.loads((folder.root / f).read_text()), **dict.fromkeys(own)} for f in ("plan.json", "again.json")
    )
    assert first == second
    left = folder.run("plan", "dev", "--no-check-data")
    assert (NOT_CHECKED in left.out, "FDB415" in left.out) == (True, False), left
    refused = folder.run("apply", "plan.json", "--auto-approve", "--check-data")
    assert (refused.code, "A saved plan is carried out as it is" in refused.err) == (1, True), refused


def test_programs_are_told_more_than_files(conninfo: str, project: Callable[..., ProjectFolder]) -> None:
    folder = project({"dev": conninfo})
    folder.declare(WANTED)
    ran = folder.run("plan", "dev", "--json")
    lines = [json.loads(line) for line in ran.out.splitlines()]
    (change,) = (line["change"] for line in lines if line["type"] == "planned_change")
    (data,) = change["data"]
    assert data == {"step": data["step"], "checked": True, "rows": 1, "more": False, "keys": ["id = 2"]}
    (summary,) = (line for line in lines if line["type"] == "plan_summary")
    assert summary["data"] == {"checked": 1, "in_the_way": 1, "unchecked": 0}


def test_on_request_where_people_depend_on_it(conninfo: str, project: Callable[..., ProjectFolder]) -> None:
    folder = project({"live": conninfo}, PROTECTED)
    settings = folder.root / "faberdb.toml"
    settings.write_text(
        settings.read_text().replace("[environments.live]", '[environments.live]\ntls_exception = "a test on a socket"')
    )
    folder.declare(WANTED)
    planned = folder.run("plan", "live")
    assert (planned.code, NOT_CHECKED in planned.out, "id = 2" in planned.out) == (0, True, False), planned
    for command in (("plan", "live"), ("apply", "live", "--dry-run")):
        checked = folder.run(*command, "--check-data")
        assert (checked.code, "in the way: id = 2" in checked.out) == (9, True), checked
        assert "forbids FDB415 (correct the rows before): column public.person.name" in checked.err
    folder.declare(WANTED.replace('name = "text"', 'name = { type = "text", null = true }'))
    unchanged = folder.run("plan", "live")
    assert (unchanged.code, "Live data" in unchanged.out) == (0, False), unchanged


def test_no_changes_ask_nothing(newest: Server, project: Callable[..., ProjectFolder], tmp_path: Path) -> None:
    """Nor does a plan for tables without rows."""
    with newest.database() as made:
        folder = project({"dev": made})
        folder.declare(
            f'{CHECKED}\n[tables.pet.columns]\nid = "bigint"\nof = "bigint"\n'
            '[tables.pet.foreign_keys.pet_of]\ncolumns = ["of"]\nreferences = { table = "person" }\n'
        )
        created = folder.run("apply", "dev", "--auto-approve", "--json")
        assert created.code == 0, created
        assert "live rows" not in created.out
        (summary,) = (x for x in map(json.loads, created.out.splitlines()) if x["type"] == "plan_summary")
        assert summary["data"] == {"checked": 0, "in_the_way": 0, "unchecked": 0}


def test_a_rule_that_forbade_until_a_day_lapses_with_a_word(
    conninfo: str, project: Callable[..., ProjectFolder]
) -> None:
    rule = '[environments.dev.hazards.FDB415]\npolicy = "forbid"\nreason = "not yet"\nuntil = 2020-01-31\n'
    folder = project({"dev": conninfo}, rule)
    folder.declare(CHECKED)
    planned, applied = folder.run("plan", "dev"), folder.run("apply", "dev", "--auto-approve")
    assert (planned.code, applied.code) == (0, 7)
    for ran in (planned, applied):
        assert "FDB415 was forbidden until 2020-01-31 (not yet): column public.person.name; set another day" in ran.err
    run_sql(conninfo, "update person set name = 'Eve' where id = 2")
    assert "forbidden" not in folder.run("plan", "dev").err
