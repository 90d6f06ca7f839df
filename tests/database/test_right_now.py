"""What stands in the way of a plan at this moment is said beside it, without a word of what others are doing."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest

from faberdb.model import Action, Address, Effects, Estimate, Lock, Statement, Step
from faberdb_providers.postgres.live import right_now as module
from faberdb_providers.postgres.live.disk import space
from faberdb_providers.postgres.live.right_now import right_now
from faberdb_providers.postgres.servers import scratch
from tests.apart import own_database
from tests.conftest import ProjectFolder
from tests.database.own_servers import WHEEL, eventually
from tests.servers import Server, fetch, run_sql

TABLE = "table public.entry"
COLUMN = Address("column", ("public", "entry", "amount"))
MUCH = Estimate("rewrites", (TABLE,), 10, 50 * 2**20, 1, 100 * 2**20, "")


def step(mode: str = "", estimate: Estimate | None = None, sql: str = "...", *, outside: bool = False) -> Step:
    effects = Effects((Lock(TABLE, mode),) if mode else ())
    return Step("1", COLUMN, Action.ALTER, Statement(sql, outside=outside), 1, effects=effects, estimate=estimate)


@pytest.fixture
def live(newest: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A database in which nothing is too young to be named."""
    for name in ("LONG", "OLD", "YOUNG"):
        monkeypatch.setattr(module, name, 0)
    with newest.database() as conninfo:
        run_sql(conninfo, "create table entry (id int primary key, amount int)")
        yield conninfo


def said(conninfo: str, *steps: Step) -> list[str]:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("set default_transaction_read_only = on")
        found = right_now(connection, steps)
        assert connection.info.transaction_status is psycopg.pq.TransactionStatus.IDLE
        return found


def test_who_holds_what_the_plan_locks_is_named(live: str) -> None:
    with psycopg.connect(live, application_name="nightly job") as other:
        other.execute("select count(*), 'a secret' from entry")
        (line,) = said(live, step("ACCESS EXCLUSIVE"))
        assert said(live, step("SHARE")) == []  # which lets others read
        assert said(live, step()) == []
        pid = other.info.backend_pid
    who = f"server process {pid} (nightly job, user postgres, idle in transaction), its transaction began 00:00:0"
    assert line.startswith(f"right now in the way of a lock on {TABLE}: {who}")
    assert "secret" not in line


def test_writers_are_in_the_way_of_what_lets_others_read(live: str) -> None:
    with psycopg.connect(live) as other:
        other.execute("insert into entry values (1, 1)")
        assert len(said(live, step("SHARE"))) == 1


def test_a_transaction_of_a_moment_is_not_named(live: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LONG", 10)
    with psycopg.connect(live) as other:
        other.execute("select count(*) from entry")
        assert said(live, step("ACCESS EXCLUSIVE")) == []


def test_of_many_only_a_few_are_named(live: str) -> None:
    others = [psycopg.connect(live) for _ in range(7)]
    try:
        for other in others:
            other.execute("select count(*) from entry")
        found = said(live, step("ACCESS EXCLUSIVE"))
    finally:
        for other in others:
            other.close()
    assert len(found) == 5
    assert found[-1] == "and 3 more that stand in the way right now"


def test_what_a_role_may_not_see_is_said(live: str) -> None:
    run_sql(live, "create role watcher login")
    try:
        with psycopg.connect(live) as other:
            other.execute("select count(*) from entry")
            found = said(f"{live} user=watcher", step("ACCESS EXCLUSIVE"))
    finally:
        run_sql(live, "drop role watcher")
    assert found == [
        "right now 1 session of another role holds locks in the way; since when, this role may not see"
        " (pg_read_all_stats)"
    ]


def test_an_old_snapshot_holds_up_a_build_beside_the_application(live: str) -> None:
    build = step(sql="CREATE INDEX CONCURRENTLY i ON public.entry (amount)", outside=True)
    with psycopg.connect(live, application_name="report") as other:
        other.execute("set transaction isolation level repeatable read")
        other.execute("select 1")
        (line,) = said(live, build)
        pid = other.info.backend_pid
    assert line.startswith(f"right now a build CONCURRENTLY would have to wait for server process {pid} (report, ")


def test_disk_is_held_against_what_is_free_where_that_is_known(live: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (line,) = said(live, step(estimate=MUCH))
    need = "the plan needs at least 100 MB besides, and about as much again for its write-ahead log; "
    assert line.startswith(f"disk: {need}")
    for free, words in ((50, "not enough disk"), (150, "perhaps not enough disk"), (200, "disk")):
        usage = SimpleNamespace(total=2**40, free=free * 2**20)
        monkeypatch.setattr("shutil.disk_usage", lambda folder, usage=usage: usage)
        assert said(live, step(estimate=MUCH)) == [
            f"{words}: {need}{free} MB are free right now where the server keeps its data"
        ]


def test_disk_that_is_short_is_said_first(live: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """However much else is in the way."""
    monkeypatch.setattr("shutil.disk_usage", lambda folder: SimpleNamespace(total=2**40, free=2**20))
    holding = [f"right now in the way: {n}" for n in range(9)]
    monkeypatch.setattr(module, "_in_the_way", lambda connection, steps: holding)
    first, *_, last = said(live, step(estimate=MUCH))
    assert first.startswith("not enough disk: ")
    assert last == "and 6 more that stand in the way right now"


def test_the_disk_of_another_server_at_the_same_path_is_none(live: str, tmp_path: Path) -> None:
    ((folder, started),) = fetch(live, module._DATA)
    assert space(Path(folder), started) is not None
    assert space(Path(folder), started - 3600) is None
    assert space(tmp_path, started) is None


def test_how_often_that_is_written_which_has_to_wait(live: str) -> None:
    run_sql(live, "select pg_stat_reset()")
    run_sql(live, "insert into entry select n, n from generate_series(1, 1000) n")

    def written() -> list[str]:
        return [line for line in said(live, step("SHARE", MUCH)) if "was written" in line]

    assert eventually(lambda: bool(written()))
    (line,) = written()
    assert line.startswith(f"{TABLE} was written about ")
    assert line.endswith("; who writes it has to wait")
    assert not [line for line in said(live, step("ROW EXCLUSIVE", MUCH)) if "was written" in line]


def test_a_plan_says_it_and_does_not_store_it(newest: Server, project: Callable[..., ProjectFolder]) -> None:
    text = 'schema = "public"\n[tables.entry]\nprimary_key = ["id"]\ncolumns = {{ id = "int", amount = "{}" }}\n'
    with newest.database() as conninfo:
        run_sql(conninfo, "create table entry (id int primary key, amount int not null)")
        folder = project({"live": conninfo})
        folder.declare(text.format("bigint"))
        with psycopg.connect(conninfo, application_name="nightly job") as other:
            other.execute("select count(*) from entry")
            time.sleep(module.LONG)
            ran = folder.run("plan", "live", "--out", "plan.json")
            seen = [json.loads(line) for line in folder.run("plan", "live", "--json").out.splitlines()]
            folder.declare(text.format("int"))
            unchanged = folder.run("plan", "live")
    assert ran.code == 0, ran.err
    assert f"note: right now in the way of a lock on {TABLE}: server process" in ran.err
    assert "(nightly job, " in ran.err
    (note,) = [line["@message"] for line in seen if line["type"] == "note"]
    assert note.startswith("note: right now in the way of a lock")
    assert "nightly job" not in (folder.root / "plan.json").read_text()
    assert unchanged.err == ""


@pytest.fixture(params=WHEEL, ids=lambda major: f"pg{major}")
def followed(
    request: pytest.FixtureRequest, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Server, str]]:
    """A database on a server that can be followed, and takes prepared transactions."""
    for name, value in (("wal_level", "replica"), ("max_wal_senders", "2"), ("max_prepared_transactions", "2")):
        monkeypatch.setitem(scratch._SETTINGS, name, value)
    with own_database(WHEEL[request.param], cache) as (server, conninfo):
        run_sql(conninfo, "create table entry (id int primary key, amount int)")
        yield server, conninfo


def test_slots_will_lag(followed: tuple[Server, str]) -> None:
    _, conninfo = followed
    run_sql(conninfo, "select pg_create_physical_replication_slot('left', true)")
    lines = [line for line in said(conninfo, step(estimate=MUCH)) if "disk" not in line]
    assert len(lines) == 1
    assert lines[0].startswith("right now replication slot left, which nobody reads, is ")
    assert lines[0].endswith(" behind, and the plan writes about 100 MB more for it to follow")
    assert said(conninfo, step(estimate=None)) == []


def test_standbys_will_lag(followed: tuple[Server, str], tmp_path: Path) -> None:
    server, conninfo = followed
    program = server.binaries.bin / "pg_receivewal"
    if not program.exists():
        pytest.skip("the server comes without pg_receivewal, so that nobody can follow it")
    ((rules,),) = fetch(conninfo, "show hba_file")
    Path(rules).write_text(f"local replication all trust\n{Path(rules).read_text()}")
    run_sql(conninfo, "select pg_reload_conf()")
    reader = subprocess.Popen([str(program), "-D", str(tmp_path), "-d", conninfo])
    try:
        named = "right now standby pg_receivewal is "
        assert eventually(lambda: any(line.startswith(named) for line in said(conninfo, step(estimate=MUCH))))
    finally:
        reader.terminate()
        reader.wait()


def test_prepared_transactions_are_named(followed: tuple[Server, str]) -> None:
    _, conninfo = followed
    with psycopg.connect(conninfo) as other:
        other.execute("insert into entry values (1, 1)")
        other.execute("prepare transaction 'left'")
    (line,) = said(conninfo, step("SHARE"))
    run_sql(conninfo, "rollback prepared 'left'")
    assert line.startswith("right now in the way: prepared transaction 'left' of role postgres locks public.entry, ")
