"""A prepared transaction holds locks without a session: whoever waits for it is told which it is, and how it ends."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from faberdb_providers.postgres.servers import scratch
from tests.apart import own_database
from tests.conftest import ProjectFolder
from tests.database.own_servers import WHEEL, eventually
from tests.servers import fetch, run_sql

T = """
schema = "public"
[tables.t]
comment = "{comment}"
[tables.t.columns]
id = {{ type = "bigint", default = "length('ab')" }}
{more}
"""
NAMED = "prepared transaction 'p''x' of role postgres locks public.t, prepared 00:00:"
WAY_OUT = "COMMIT PREPARED 'p''x' or ROLLBACK PREPARED 'p''x'"


@pytest.fixture(params=WHEEL, ids=lambda major: f"pg{major}")
def database(request: pytest.FixtureRequest, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """One on a server that takes prepared transactions, as few do."""
    monkeypatch.setitem(scratch._SETTINGS, "max_prepared_transactions", "2")
    with own_database(WHEEL[request.param], cache) as (_, conninfo):
        yield conninfo


@pytest.fixture
def shop(database: str, project: Callable[..., ProjectFolder]) -> ProjectFolder:
    folder = project({"live": database}, '[safety]\nlock_timeout = "1s"\nlock_retry_for = "1s"\n')
    folder.declare(T.format(comment="old", more=""))
    done = folder.run("apply", "live", "--auto-approve")
    assert done.code == 0, done.err
    return folder


def _prepare(conninfo: str, statement: str) -> None:
    with psycopg.connect(conninfo) as connection:
        connection.execute(f"{statement}".encode())
        connection.execute("prepare transaction 'p''x'")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def test_readers_are_told(database: str, shop: ProjectFolder) -> None:
    shop.declare(T.format(comment="new", more='added = { type = "int", default = "1" }'))
    saved = shop.run("plan", "live", "--out", "plan.json")
    assert saved.code == 0, saved
    _prepare(database, "lock table t in access exclusive mode; alter table t alter id set default 7")
    try:
        for command in (("plan", "live", "--full-proof"), ("apply", "plan.json", "--auto-approve")):
            ran = shop.run(*command)
            assert ran.code == 4, ran
            assert NAMED in _one_line(ran.err)
            assert WAY_OUT in _one_line(ran.err)
            assert "pg_terminate_backend" not in ran.err
        assert NAMED in _one_line(shop.run("status", "live").out)
    finally:
        run_sql(database, "rollback prepared 'p''x'")
    assert shop.run("apply", "plan.json", "--auto-approve").code == 0


def test_whoever_applies_is_told(database: str, shop: ProjectFolder) -> None:
    shop.declare(T.format(comment="new", more='added = { type = "int", default = "1" }'))
    _prepare(database, "insert into t values (1)")
    ran = shop.run("apply", "live", "--auto-approve", timeout=120)
    assert ran.code == 7, ran
    assert f"in the way: {NAMED}" in _one_line(ran.err)
    assert WAY_OUT in _one_line(ran.err)
    run_sql(database, "commit prepared 'p''x'")
    assert shop.run("apply", "live", "--auto-approve").code == 0
    assert fetch(database, "select * from t") == [(1, 1)]


def test_who_waits_for_one_stands_behind_it(database: str, shop: ProjectFolder) -> None:
    _prepare(database, "insert into t values (1)")
    with psycopg.connect(database, application_name="alters") as second:

        def alter() -> None:
            with pytest.raises(psycopg.Error):
                second.execute("alter table t add column phone text")

        waiting = threading.Thread(target=alter)
        waiting.start()
        assert eventually(lambda: bool(fetch(database, "select 1 from pg_locks where not granted")))
        shop.declare(T.format(comment="new", more=""))
        ran = shop.run("drift", "live")
        run_sql(database, f"select pg_terminate_backend({second.info.backend_pid})")
        waiting.join()
    assert ran.code == 4, ran
    assert NAMED in _one_line(ran.err)
    assert "(alters) waits for a prepared transaction to lock t" in _one_line(ran.err)
