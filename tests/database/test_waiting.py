"""Looking at a database waits for others only so long, and then names them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import psycopg
import pytest

from tests.conftest import ProjectFolder
from tests.servers import Server

CUSTOMER = """\
schema = "public"

[tables.customer]
primary_key = ["id"]

[tables.customer.columns]
id    = "bigint"
email = { type = "text", default = "lower('A@X')" }

[tables.customer.indexes]
customer_email_idx = ["lower(email)"]
"""


@pytest.fixture
def shop(newest: Server, project: Callable[..., ProjectFolder]) -> Iterator[tuple[ProjectFolder, str]]:
    with newest.database() as conninfo:
        folder = project({"live": conninfo})
        folder.declare(CUSTOMER)
        done = folder.run("apply", "live", "--auto-approve")
        assert done.code == 0, done.err
        yield folder, conninfo


@pytest.mark.parametrize("command", ["plan", "import"])
def test_a_locked_table_ends_the_look_and_names_who_locks_it(shop: tuple[ProjectFolder, str], command: str) -> None:
    folder, conninfo = shop
    folder.declare(CUSTOMER + "# edited\n")
    with psycopg.connect(conninfo, application_name="nightly job") as blocker:
        # As somebody who alters it would: the catalogue is changed, so that nothing remembered will do.
        blocker.execute("lock table customer in access exclusive mode")
        blocker.execute("select 'a secret'")
        ran = folder.run(command, "live", timeout=50)
        pid = blocker.info.backend_pid
    assert ran.code == 4, ran.err + ran.out
    assert (
        f"cannot read the catalogue of environment live: server process {pid} (nightly job) locks customer" in ran.err
    )
    assert "its transaction began 00:00:" in ran.err
    assert f"select pg_terminate_backend({pid})" in ran.err
    assert "a secret" not in ran.err
    assert "Traceback" not in ran.err


def test_status_says_who_is_in_the_way(shop: tuple[ProjectFolder, str]) -> None:
    folder, conninfo = shop
    with psycopg.connect(conninfo, application_name="nightly job") as blocker:
        blocker.execute("lock table customer in access exclusive mode")
        ran = folder.run("status", "live", timeout=50)
    assert ran.code == 0, ran.err
    assert "(nightly job) locks customer" in " ".join(ran.out.split())


def test_who_waits_for_the_lock_is_in_the_way_too(shop: tuple[ProjectFolder, str]) -> None:
    folder, conninfo = shop
    with psycopg.connect(conninfo) as reader, psycopg.connect(conninfo, application_name="alters") as second:
        reader.execute("select count(*) from customer")
        first = reader.info.backend_pid

        def alter() -> None:
            with pytest.raises(psycopg.Error):
                second.execute("alter table customer add column phone text")

        waiting = threading.Thread(target=alter)
        waiting.start()
        with psycopg.connect(conninfo, autocommit=True) as watcher:
            while not watcher.execute("select 1 from pg_locks where not granted").fetchall():
                time.sleep(0.05)
            folder.declare(CUSTOMER + "# edited\n")
            ran = folder.run("drift", "live", timeout=50)
            watcher.execute("select pg_terminate_backend(%s)", (second.info.backend_pid,))
        waiting.join()
    assert ran.code == 4, ran.err
    assert f"(alters) waits for server process {first} to lock customer" in ran.err
