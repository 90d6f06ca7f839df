"""A dry run checks what the command checks; a file that was written is told; what is mistyped is not guessed at."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.conftest import ProjectFolder
from tests.database.at_work import AFTER, apply_at_work, prepared
from tests.servers import Server

Shop = tuple[ProjectFolder, str]


@pytest.fixture
def shop(newest: Server, project: Callable[..., ProjectFolder]) -> Iterator[Shop]:
    with newest.database() as conninfo:
        folder = project({"live": conninfo})
        prepared(folder)
        yield folder, conninfo


def last_line(out: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(out.splitlines()[-1])
    return found


def test_a_dry_run_that_fits_changes_nothing(shop: Shop) -> None:
    folder, conninfo = shop
    ran = folder.run("apply", "plan.json", "--dry-run")
    assert (ran.code, "a dry run: nothing was changed" in ran.err) == (0, True), ran
    with psycopg.connect(conninfo) as connection:
        assert connection.execute("select count(*) from faberdb.plan").fetchone() == (1,)
    assert folder.run("apply", "plan.json").code == 0


@pytest.mark.parametrize("why", ["spent", "changed", "locked", "unknown secret"])
def test_a_dry_run_ends_as_the_apply_would(shop: Shop, why: str, cache: Path) -> None:
    folder, conninfo = shop
    if why == "locked":
        with apply_at_work(folder, conninfo, cache):
            ran = folder.run("apply", "plan.json", "--dry-run")
        assert (ran.code, "is being changed by" in ran.err) == (4, True), ran
        return
    if why == "spent":
        assert folder.run("apply", "plan.json").code == 0
    elif why == "changed":
        with psycopg.connect(conninfo, autocommit=True) as connection:
            connection.execute("create table by_hand ()")
    else:
        folder.declare(
            'schema = "public"\n[foreign_data_wrappers.w]\n[foreign_servers.s]\nwrapper = "w"\n'
            '[foreign_servers.s.options]\npassword = { env = "NOT_SET" }\n'
        )
        made = folder.run("plan", "live", "--out", "plan.json")
        assert made.code == 0, made.err
    dry, real = folder.run("apply", "plan.json", "--dry-run"), folder.run("apply", "plan.json")
    assert dry.code == real.code != 0, (dry, real)
    assert dry.err.splitlines()[-1] == real.err.splitlines()[-1]
    assert "a dry run" not in dry.err


def test_a_plan_without_changes_is_saved_and_told(shop: Shop) -> None:
    folder, _ = shop
    assert folder.run("apply", "plan.json").code == 0
    ran = folder.run("plan", "live", "--out", "q.json", "--json")
    assert (ran.code, last_line(ran.out)["saved"]) == (0, "q.json"), ran
    ran = folder.run("plan", "live", "--out", "r.json")
    assert "No changes" in ran.out
    assert "Saved to r.json." in ran.out
    shown = folder.run("show", "r.json")
    assert (shown.code, "No changes" in shown.out, "Next:" in shown.out) == (0, True, False), shown


def test_neither_an_environment_nor_a_file(shop: Shop) -> None:
    folder, _ = shop
    ran = folder.run("apply", "plan.jso")
    assert ran.code == 1
    assert "there is no environment `plan.jso`, and no such file; did you mean `plan.json`?" in ran.err
    assert "[environments.plan.jso]" not in ran.err
    assert "did you mean `live`?" in folder.run("apply", "liv").err
    assert "did you mean `plan.json`?" in folder.run("apply", "plam.json").err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--rollback",), "give it with --sql"),
        (("--rollback", "--markdown"), "give it with --sql"),
        (("--json", "--markdown"), "--json and --markdown are different forms"),
        (("--sql", "--markdown"), "--sql and --markdown are different forms"),
    ],
)
def test_options_of_show_that_contradict_are_refused(shop: Shop, options: tuple[str, ...], said: str) -> None:
    folder, _ = shop
    ran = folder.run("show", "plan.json", *options)
    assert (ran.code, said in ran.err) == (1, True), ran


def test_errors_are_told_to_programs_too(shop: Shop) -> None:
    folder, _ = shop
    folder.declare(AFTER + 'wrong = "no_such_type"\n')
    ran = folder.run("plan", "live", "--json")
    line = last_line(ran.out)
    assert (ran.code, line["type"], line["@level"], line["code"]) == (1, "error", "error", 1), ran
    assert line["@message"] in ran.err
    assert [json.loads(text)["type"] for text in ran.out.splitlines()].count("version") == 1
    ran = folder.run("plan", "live", "--json", "--no-such-option")
    assert "No such option" in last_line(ran.out)["@message"]
    assert "type" not in folder.run("plan", "nowhere").out


def test_drift_tells_of_a_plan_that_stopped_part_way(shop: Shop, cache: Path) -> None:
    folder, conninfo = shop
    with apply_at_work(folder, conninfo, cache) as running:
        running.kill()
        running.communicate()
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("create table by_hand ()")
    ran = folder.run("drift", "live")
    plan_id = json.loads((folder.root / "plan.json").read_text())["plan_id"]
    # What somebody has made since does not fit the rest of the plan, so nothing goes on with it.
    assert f"interrupted: plan {plan_id[:8]}; `faberdb rollback live` goes back" in ran.err
    assert "by_hand" in ran.out
    assert "mood" not in ran.out, ran.out
