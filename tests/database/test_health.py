"""`faberdb health` finds what is amiss on a real server, says what it may not see, and stands around an apply."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from faberdb_providers.postgres.servers import cluster, process, scratch
from tests.apart import own_database
from tests.conftest import ProjectFolder, Ran
from tests.database.own_servers import WHEEL, eventually, folder_of
from tests.servers import Server, fetch, run_sql

TABLE = """
[tables.customer]
primary_key = ["id"]
[tables.customer.columns]
id = "bigint"
"""
AMISS = """
create table customer (id serial primary key, email text);
insert into customer (email) values ('a'), ('a');
select setval('customer_id_seq', 2000000000);
alter table customer add constraint long_enough check (length(email) > 3) not valid;
create table worn (id int, filling text) with (autovacuum_enabled = off);
insert into worn select n, repeat('x', 400) from generate_series(1, 30000) n;
analyze worn;
delete from worn where id % 2 = 0
"""
QUICK = '[health]\nidle_in_transaction = { warning = "1ms" }\nlock_waits = { warning = "1ms" }\n'
SECRET = "4242-4242"


def findings(ran: Ran) -> dict[str, dict[str, Any]]:
    """What was found, by check."""
    lines = [json.loads(line) for line in ran.out.splitlines()]
    return {line["check"]: line for line in lines if line["type"] == "health"}


def verdicts(found: dict[str, dict[str, Any]], *checks: str) -> list[str]:
    return [found[check]["verdict"] for check in checks]


@pytest.fixture
def conninfo(newest: Server) -> Iterator[str]:
    with newest.database() as made:
        yield made


def test_what_is_amiss_is_found_with_what_helps(conninfo: str, project: Callable[..., ProjectFolder]) -> None:
    run_sql(conninfo, AMISS)
    with pytest.raises(psycopg.errors.UniqueViolation):
        run_sql(conninfo, "create unique index concurrently twice on customer (email)")
    folder = project({"live": conninfo}, QUICK)
    with (
        psycopg.connect(conninfo, application_name="idler") as idler,
        psycopg.connect(conninfo, autocommit=True, application_name="waiter") as waiter,
    ):
        idler.execute(f"lock table worn in exclusive mode; select '{SECRET}'".encode())
        statement = f"update worn set filling = '{SECRET}' where id = 1"
        thread = threading.Thread(target=waiter.execute, args=(statement.encode(),))
        thread.start()
        waiting = "select from pg_locks where not granted and pid = "
        assert eventually(lambda: bool(fetch(conninfo, f"{waiting} {waiter.info.backend_pid}")))
        ran, plain = folder.run("health", "live", "--json"), folder.run("health")
        pids = idler.info.backend_pid, waiter.info.backend_pid
        idler.rollback()
        thread.join()
    found = findings(ran)
    assert ran.code == plain.code == 1, "a sequence is critical"
    assert verdicts(found, "connectivity", "version", "standby", "read_only", "privileges", "wraparound") == ["ok"] * 6
    assert found["sequences"]["verdict"] == "critical"
    assert (
        "is 93% used, 147,483,647 values are left for column public.customer.id (integer)"
        in found["sequences"]["found"]
    )
    assert found["invalid_indexes"]["found"].startswith("index public.twice of public.customer is invalid")
    assert "DROP INDEX CONCURRENTLY public.twice" in found["invalid_indexes"]["advice"]
    advice = "ALTER TABLE public.customer VALIDATE CONSTRAINT long_enough"
    assert (found["unvalidated_constraints"]["verdict"], found["unvalidated_constraints"]["advice"]) == (
        "warning",
        advice,
    )
    assert found["dead_rows"]["found"].startswith("table public.worn is 50% dead rows, about "), found["dead_rows"]
    assert f"server process {pids[0]} (idler) has been idle in its transaction" in found["idle_in_transaction"]["found"]
    waits = found["lock_waits"]
    assert waits["found"].startswith(f"server process {pids[1]} (waiter) waits "), waits
    assert " for a lock on public.worn, " in waits["found"], waits
    assert f"held up by server process {pids[0]} (idler)" in waits["found"]
    assert f"pg_terminate_backend({pids[0]})" in waits["advice"]
    assert SECRET not in ran.out + plain.out + ran.err + plain.err
    assert "\ncritical  sequences                sequence public.customer_id_seq is 93% used" in plain.out
    assert json.loads(ran.out.splitlines()[-1])["found"]["critical"] == 1


def test_what_a_role_may_not_see_or_do_is_said(conninfo: str, project: Callable[..., ProjectFolder]) -> None:
    run_sql(
        conninfo,
        "create role passer_by login; grant usage, create on schema public to passer_by; create sequence hidden;"
        " revoke execute on function pg_prepared_xact() from public",
    )
    try:
        live = make_conninfo(conninfo, user="passer_by")
        folder = project({"live": live}, "[safety]\nhealth_check_before_deploy = true\n")
        with psycopg.connect(conninfo) as other:
            other.execute("select 1")
            ran = folder.run("health", "live", "--json")
        found = findings(ran)
        grant = next(
            iter(fetch(conninfo, "select format('GRANT CREATE ON DATABASE %I TO passer_by', current_database())"))
        )
        assert (ran.code, found["privileges"]["verdict"], found["privileges"]["advice"]) == (0, "warning", *grant)
        assert not found["privileges"]["stops"], "it can apply, with its journal beside the state"
        hidden = verdicts(
            found, "idle_in_transaction", "long_transactions", "prepared_transactions", "sequences", "disk"
        )
        assert hidden == ["unknown"] * 5, found
        assert found["long_transactions"]["advice"] == "GRANT pg_read_all_stats TO passer_by"
        assert found["prepared_transactions"]["advice"] == "GRANT pg_monitor TO passer_by"
        assert found["sequences"]["advice"] == "GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO passer_by"
        assert verdicts(found, "invalid_indexes", "wraparound", "connections") == ["ok"] * 3, "the others are not lost"
        folder.declare(TABLE + "[sequences]\nhidden = {}\n")
        tried = folder.run("apply", "live", "--dry-run")
        assert (tried.code, "the journal is beside the state" in tried.err) == (0, True), tried.err
        run_sql(conninfo, "create schema faberdb create table plan () create table fence ()")
        run_sql(conninfo, "create schema faberdb_quarantine")  # all of another role
        found = findings(folder.run("health", "live", "--json"))
        assert (found["privileges"]["verdict"], found["privileges"]["stops"]) == ("critical", True)
        assert fetch(conninfo, "select to_regclass('public.customer')") == [(None,)]
    finally:
        run_sql(conninfo, "drop owned by passer_by; drop role passer_by")


def test_an_apply_tells_what_is_amiss_before_and_what_became_worse(
    conninfo: str, project: Callable[..., ProjectFolder]
) -> None:
    run_sql(
        conninfo,
        "create sequence ticket maxvalue 100; create table customer (id bigint primary key);"
        " alter table customer add constraint c check (id > 0) not valid;"
        " insert into customer select generate_series(1, 30)",
    )
    folder = project(
        {"live": conninfo},
        "[safety]\nhealth_check_before_deploy = true\n[health]\nsequences = { warning = 0.2 }\n",
    )
    assert folder.run("import", "live").code == 0
    file = next((folder.root / "schemas").glob("*.toml"))
    old = 'id = "bigint"'
    assert old in file.read_text(), file.read_text()
    file.write_text(
        file.read_text().replace(old, f'{old}\nticket = {{ type = "bigint", default = "nextval(\'ticket\')" }}')
    )
    ran = folder.run("apply", "live", "--auto-approve")
    assert ran.code == 0, ran.err
    assert "health before: warning: unvalidated_constraints: constraint c of table public.customer" in ran.err
    after = [line for line in ran.err.splitlines() if line.startswith("health after")]
    assert len(after) == 1, ran.err
    assert after[0].startswith("health after: warning: sequences became worse: sequence public.ticket is 29% used")


@pytest.fixture
def own(cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Server, str]]:
    """A database on a server that can be followed, and takes prepared transactions."""
    for name, value in (("wal_level", "replica"), ("max_wal_senders", "2"), ("max_prepared_transactions", "2")):
        monkeypatch.setitem(scratch._SETTINGS, name, value)
    with own_database(WHEEL[max(WHEEL)], cache) as (server, conninfo):
        yield server, conninfo


def test_a_standby_is_not_applied_to(own: tuple[Server, str], project: Callable[..., ProjectFolder]) -> None:
    """And before it became one: its prepared transactions and slots are found."""
    server, conninfo = own
    with psycopg.connect(conninfo) as other:
        other.execute("create table t ()")
        other.execute("prepare transaction 'left'")
    run_sql(conninfo, "select pg_create_physical_replication_slot('gone', true)")
    folder = project(
        {"live": conninfo},
        'protected = true\ntls_exception = "a test"\n[health]\nprepared_transactions = { warning = "1ms" }\n',
    )
    found = findings(folder.run("health", "live", "--json"))
    assert verdicts(found, "prepared_transactions", "replication_slots", "backup_age") == ["warning"] * 3
    assert "ROLLBACK PREPARED 'left'" in found["prepared_transactions"]["advice"]
    assert "slot gone keeps" in found["replication_slots"]["found"]
    assert found["disk"]["verdict"] != "unknown", "its data is on this machine"
    run_sql(conninfo, "rollback prepared 'left'")
    folder.declare(TABLE)
    with _standby(server, conninfo):
        found = findings(folder.run("health", "live", "--json"))
        ran = folder.run("apply", "live", "--auto-approve")
    assert verdicts(found, "standby", "sequences", "replication_slots") == ["critical", "ok", "warning"], found
    assert ran.code == 9, ran.err
    assert "is not fit for a change, so nothing was changed: standby: a standby, which takes no writes" in ran.err
    assert not (folder.root / ".faberdb" / "backups").exists(), "no backup is taken for nothing"


@contextmanager
def _standby(server: Server, conninfo: str) -> Iterator[None]:
    """Stop the server and start it again as one that waits for write-ahead log."""
    data = folder_of(conninfo)
    assert process.end(data, signal.SIGINT, 10)
    who = cluster.account(data)
    sign = data / "standby.signal"
    sign.touch()
    cluster.hand_over(sign, who)
    programs = cluster.runnable(server.binaries, who)
    started = cluster.spawn(cluster.command_line(programs, data, data, scratch._SETTINGS), who, data / "server.log")

    def answers() -> bool:
        try:
            return bool(fetch(conninfo, "select 1"))
        except psycopg.OperationalError:
            return False

    try:
        assert eventually(answers), (data / "server.log").read_text()
        yield
    finally:
        started.send_signal(signal.SIGQUIT)
        started.wait()


def test_what_cannot_be_reached_is_critical_and_what_does_not_run_is_not_started(
    project: Callable[..., ProjectFolder],
) -> None:
    folder = project({"live": "host=/nosuch dbname=x user=x password=hush"}, "[environments.dev]\n")
    (folder.root / "faberdb.toml").write_text(
        (folder.root / "faberdb.toml").read_text().replace('hosting = "server"', 'hosting = "embedded"')
    )
    dev, both = folder.run("health", "dev", "--json"), folder.run("health")
    assert (dev.code, findings(dev)["connectivity"]["verdict"]) == (0, "unknown")
    assert (both.code, "critical  connectivity  cannot connect to environment live" in both.out) == (1, True), both
    assert "hush" not in both.out + both.err
    assert not (folder.root / ".faberdb" / "postgres").exists()


def test_an_embedded_database_that_is_lost_is_made_anew_by_create_alone(
    project: Callable[..., ProjectFolder],
) -> None:
    folder = project({}, '[environments.dev]\nhosting = "embedded"\n')
    folder.declare('[tables.book.columns]\nid = "int"\n')
    try:
        assert folder.run("apply", "dev", "--auto-approve").code == 0
        status = folder.run("status", "dev", "--json").out.splitlines()[-1]
        keeper = make_conninfo(json.loads(status)["url"], dbname="postgres")
        run_sql(keeper, "drop database shop with (force)")
        assert "there is no database shop" in folder.run("status", "dev").out
        assert folder.run("health", "dev").code == 1
        planned = folder.run("plan", "dev")
        assert (planned.code, "make it: faberdb create dev" in planned.err) == (1, True), planned.err
        assert fetch(keeper, "select from pg_database where datname = 'shop'") == []
        assert folder.run("create", "dev").code == 0
        assert "No changes" in folder.run("plan", "dev").out
    finally:
        folder.run("stop", "dev")
