"""Plans that are stale, edited, foreign, old, spent or in each other's way: the exit code says of what sort it was, and
the database and the state are as they were."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from tests.conftest import Ran
from tests.database.shop import CUSTOMER, Shop
from tests.servers import Server


def saved(shop: Shop) -> Path:
    shop.declare_more('phone = { type = "text", null = true }\n')
    assert shop.folder.run("plan", "live", "--out", "plan.json").code == 0
    return shop.folder.root / "plan.json"


def test_a_stale_plan(shop: Shop) -> None:
    saved(shop)
    with psycopg.connect(shop.conninfo) as connection:
        connection.execute("create table by_hand ()")
    shop.before = shop.now()
    shop.refuses(shop.folder.run("apply", "plan.json"), 3, "has changed since the plan was made", "faberdb plan live")


def test_an_edited_plan(shop: Shop) -> None:
    plan = saved(shop)
    plan.write_text(plan.read_text().replace("ADD COLUMN phone text", "ADD COLUMN phone int"))
    shop.refuses(shop.folder.run("apply", "plan.json"), 3, "edited", "plan.json")


def test_a_plan_for_another_database(shop: Shop, newest: Server) -> None:
    saved(shop)
    with newest.database() as other:
        shop.folder.env["LIVE_URL"] = other
        shop.refuses(shop.folder.run("apply", "plan.json"), 3, "another database")


def test_an_expired_plan(shop: Shop) -> None:
    plan = saved(shop)
    document = json.loads(plan.read_text())
    document["expires_at"] = "2020-01-01T00:00:00+00:00"
    from faberdb.plan.codec import from_json, to_json  # sealed again, so that only its age is wrong

    document["sha256"] = _seal(document)
    plan.write_text(to_json(from_json(json.dumps(document), "plan.json")))
    shop.refuses(shop.folder.run("apply", "plan.json"), 3, "expired")


def _seal(document: dict[str, object]) -> str:
    from faberdb.plan import codec

    return codec._seal(document)


def test_a_plan_is_spent_once(shop: Shop) -> None:
    saved(shop)
    assert shop.folder.run("apply", "plan.json").code == 0
    shop.before = shop.now()
    shop.refuses(shop.folder.run("apply", "plan.json"), 3, "faberdb plan live")


def test_two_applies_at_the_same_moment(shop: Shop) -> None:
    patient(shop)
    saved(shop)
    with psycopg.connect(shop.conninfo) as blocker:
        blocker.execute("lock table customer in access share mode")
        first: list[Ran] = []
        thread = threading.Thread(target=lambda: first.append(shop.folder.run("apply", "plan.json")))
        thread.start()
        _wait_for(shop, "select 1 from pg_locks where not granted")
        second = shop.folder.run("apply", "plan.json")
        assert second.code == 4, second.err
        assert "help:" in second.err
        blocker.rollback()
        thread.join()
    assert first[0].code == 0, first[0].err


def test_a_lock_that_is_not_to_be_had_in_time(shop: Shop) -> None:
    shop.folder.declare(CUSTOMER + 'phone = { type = "text", null = true }\n')
    config = shop.folder.root / "faberdb.toml"
    config.write_text(config.read_text() + '\n[safety]\nlock_timeout = "300ms"\nlock_retry_for = "1s"\n')
    with psycopg.connect(shop.conninfo) as blocker:
        blocker.execute("lock table customer in access share mode")
        ran = shop.folder.run("apply", "live", "--auto-approve")
        blocker.rollback()
    shop.refuses(ran, 7, "lock timeout", "customer")


def patient(shop: Shop) -> None:
    """However slow the machine, the step still waits for its lock when the next thing happens."""
    config = shop.folder.root / "faberdb.toml"
    config.write_text(config.read_text() + '\n[safety]\nlock_timeout = "50s"\n')


def test_ctrl_c_while_a_step_runs(shop: Shop) -> None:
    patient(shop)
    saved(shop)
    with psycopg.connect(shop.conninfo) as blocker:
        blocker.execute("lock table customer in access share mode")
        settings = {**_surroundings(shop), **shop.folder.env}
        program = [str(Path(sys.executable).with_name("faberdb")), "apply", "plan.json"]
        running = subprocess.Popen(
            program, cwd=shop.folder.root, env=settings, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        _wait_for(shop, "select 1 from pg_locks where not granted")
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=30)
        blocker.rollback()
    shop.refuses(Ran(running.returncode, out, err), 130, "interrupted")
    # The same plan is still good: nothing of it was done.
    assert shop.folder.run("apply", "plan.json").code == 0


def _surroundings(shop: Shop) -> dict[str, str]:
    return {**os.environ, "NO_COLOR": "1"}


def _wait_for(shop: Shop, question: str, seconds: float = 30) -> None:
    with psycopg.connect(shop.conninfo, autocommit=True) as connection:
        deadline = time.monotonic() + seconds
        while not connection.execute(question.encode()).fetchall():
            assert time.monotonic() < deadline, f"never came: {question}"
            time.sleep(0.05)


def test_a_plan_file_that_is_not_text_is_one_clear_error(shop: Shop) -> None:
    (shop.folder.root / "plan.json").write_bytes(b"\xff\xfe{")
    for command in ("show", "apply"):
        shop.refuses(shop.folder.run(command, "plan.json"), 1, "plan.json: the plan cannot be read", "not UTF-8 text")


def test_a_plan_is_saved_and_found_in_the_folder_worked_in(shop: Shop, tmp_path: Path, run: Callable[..., Ran]) -> None:
    shop.declare_more('note = { type = "text", null = true }\n')

    def there(*args: str) -> int:
        return run("--chdir", "shop", *args, cwd=tmp_path, env=shop.folder.env, timeout=60).code

    saved = there("plan", "live", "--out", "plan.json")
    assert [saved, there("show", "plan.json"), there("apply", "plan.json")] == [0, 0, 0]
    assert (shop.folder.root / "plan.json").is_file()
    assert there("plan", "live", "--detailed-exitcode") == 0
