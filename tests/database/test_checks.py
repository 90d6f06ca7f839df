"""Checks after an apply, and an apply that takes itself back when one fails, or when it stops part way."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable

from tests.conftest import ProjectFolder
from tests.database.saved_plan import TWO_MOODS, saved
from tests.database.shop import STATE, Shop
from tests.servers import Server, fetch, run_sql

PHONE = 'phone = { type = "text", null = true }\n'
LOOK = """
import os, subprocess, sys
from pathlib import Path
import psycopg
assert os.environ["FABERDB_ENVIRONMENT"] == "live"
with psycopg.connect(os.environ["LIVE_URL"]) as connection:
    print("rows:", connection.execute("select count(phone) from customer").fetchone()[0], os.environ["LIVE_URL"])
if Path("hang").exists():
    subprocess.run([sys.executable, "-c", "import time; time.sleep(60)"])
sys.exit(int(Path("code").read_text()))
"""


def checks(shop: Shop) -> list[str]:
    return [record.get("checks", "") for record in json.loads((shop.folder.root / STATE).read_text())["applied"]]


def test_a_check_that_fails_makes_the_apply_fail_or_takes_it_back(shop: Shop) -> None:
    folder, config, code = shop.folder, shop.folder.root / "faberdb.toml", shop.folder.root / "code"
    (folder.root / "look.py").write_text(LOOK)
    plain = config.read_text()
    shop.declare_more(PHONE)
    config.write_text(plain + '[checks]\nafter_apply = ["no-such-program --now"]\n')
    shop.refuses(folder.run("apply", "live", "--auto-approve"), 9, "there is no program no-such-program")
    run = f'[checks]\nafter_apply = ["{sys.executable} look.py \'; exit 0\'"]\ntimeout = "20s"\n'
    config.write_text(plain + "[safety]\nmax_auto_rollback_attempts = 2\n" + run)
    code.write_text("3")
    ran = folder.run("apply", "live", "--auto-approve")
    assert (ran.code, "rows: 0 ***" in ran.err, shop.conninfo in ran.err) == (7, True, False), ran.err
    assert "what it had done was taken back: plan" in ran.err
    assert "ended with 3" in ran.err
    assert shop.server.dump(shop.conninfo) == shop.before[0]
    assert checks(shop) == ["", "failed", ""]
    config.write_text(plain + run)
    ran = folder.run("apply", "live", "--auto-approve")
    assert (ran.code, "faberdb rollback live" in ran.err) == (8, True), ran.err
    assert "a check failed after it" in " ".join(folder.run("status", "live").out.split())
    code.write_text("0")
    assert folder.run("rollback", "live", "--auto-approve").code == 0
    ran = folder.run("apply", "live", "--auto-approve", "--json")
    assert (ran.code, checks(shop)[-1]) == (0, "passed"), ran.err
    shop.declare_more(PHONE + 'fax = { type = "text", null = true }\n')
    (folder.root / "hang").touch()
    config.write_text(config.read_text().replace('"20s"', '"1s"'))
    ran = folder.run("apply", "live", "--auto-approve")
    assert (ran.code, "took longer than 1 s" in ran.err) == (8, True), ran.err


def test_an_apply_that_stops_part_way_takes_itself_back(newest: Server, project: Callable[..., ProjectFolder]) -> None:
    with saved(newest, project, '[tables.person]\nprimary_key = ["id"]\n\n' + TWO_MOODS) as plan:
        with (plan.folder.root / "faberdb.toml").open("a") as file:
            file.write("[safety]\nmax_auto_rollback_attempts = 1\n")
        run_sql(plan.conninfo, "insert into person values (7), (7)")
        ran = plan.folder.run("apply", "plan.json")
        assert (ran.code, "what it had done was taken back: a step failed" in ran.err) == (7, True), ran.err
        assert newest.dump(plan.conninfo) == plan.before
        assert fetch(plan.conninfo, "select id from person") == [(7,), (7,)]
        state = json.loads((plan.folder.root / STATE).read_text())
        assert [record["outcome"] for record in state["applied"]] == ["applied", "stopped", "applied"]
