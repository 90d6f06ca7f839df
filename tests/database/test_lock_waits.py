"""A step that has to wait for others says so and for whom; and who was in the way where it gives up."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator

import psycopg
import pytest

from tests.conftest import ProjectFolder
from tests.database.at_work import AFTER, BEFORE, prepared
from tests.servers import Server


@pytest.fixture
def shop(newest: Server, project: Callable[..., ProjectFolder]) -> Iterator[tuple[ProjectFolder, str]]:
    with newest.database() as conninfo:
        folder = project({"live": conninfo})
        prepared(folder, "400ms")
        yield folder, conninfo


def test_it_says_for_whom_it_waits_and_who_was_in_the_way(shop: tuple[ProjectFolder, str]) -> None:
    folder, conninfo = shop
    folder.declare(BEFORE + 'name = { type = "text", null = true }\n')
    assert folder.run("plan", "live", "--out", "plan.json").code == 0
    with psycopg.connect(conninfo, application_name="nightly job") as blocker:
        blocker.execute("lock table person in access share mode")
        blocker.execute("select 'a secret'")
        ran = folder.run("apply", "plan.json")
        pid, user = blocker.info.backend_pid, blocker.info.user
    assert ran.code == 7, ran
    assert "a step waited too long for others and everything was taken back" in ran.err
    who = f"server process {pid} (nightly job, user {user}, idle in transaction), its transaction began 00:00:"
    for attempt in (1, 2):
        said = rf"\[1/1\] waits: create column .*{re.escape(who)}.*attempt {attempt}, up to 0.4 s each, "
        assert re.search(said, ran.err), ran.err
    assert f"in the way: {who}" in ran.err
    assert re.search(
        r"tried [23] times in \d+\.\d s, waiting up to 0.4 s for a lock each time \(`lock_timeout`\)", ran.err
    )
    assert f"or end them: select pg_terminate_backend({pid}); or" in ran.err
    assert "a secret" not in ran.err
    assert folder.run("apply", "plan.json").code == 0  # as the error advises


def test_after_committed_steps_it_is_stopped_and_goes_on(shop: tuple[ProjectFolder, str]) -> None:
    folder, conninfo = shop
    assert "well" in AFTER
    with psycopg.connect(conninfo) as blocker:
        blocker.execute("lock table person in access share mode")
        ran = folder.run("apply", "plan.json", "--json")
    assert ran.code == 6, ran
    assert "a step waited too long for others, after steps before it had been committed" in ran.err
    lines = [json.loads(line) for line in ran.out.splitlines()]
    waits = [line for line in lines if line["type"] == "step_waiting"]
    assert [line["attempt"] for line in waits] in ([1, 2], [1, 2, 3])
    assert waits[0]["retry_seconds_left"] > waits[1]["retry_seconds_left"]
    assert (waits[0]["number"], waits[0]["total"], len(waits[0]["blockers"])) == (2, 2, 1)
    assert folder.run("apply", "plan.json").code == 0


def test_it_goes_on_as_soon_as_who_was_in_the_way_is_done(shop: tuple[ProjectFolder, str]) -> None:
    folder, conninfo = shop
    config = folder.root / "faberdb.toml"
    config.write_text(config.read_text().replace('"1s"', '"1min"'))
    with psycopg.connect(conninfo, application_name="nightly job") as blocker:
        blocker.execute("lock table person in access share mode")
        end = threading.Timer(3, blocker.rollback)
        end.start()
        ran = folder.run("apply", "plan.json")
        end.join()
    assert ran.code == 0, ran
    assert "waits:" in ran.err


def test_what_keeps_nobody_waiting_may_wait_for_longer(shop: tuple[ProjectFolder, str]) -> None:
    """As an autovacuum does, which goes out of the way of who waits for a second."""
    folder, conninfo = shop
    config = folder.root / "faberdb.toml"
    config.write_text(config.read_text().replace('"400ms"', '"20ms"').replace('"1s"', '"1ms"'))
    with psycopg.connect(conninfo) as blocker:
        blocker.execute("lock table person in share update exclusive mode")
        end = threading.Timer(1.5, blocker.rollback)
        end.start()
        ran = folder.run("apply", "plan.json")
        end.join()
    assert ran.code == 0, ran
