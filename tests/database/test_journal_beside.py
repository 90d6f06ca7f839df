"""The journal beside the state is as exact as the one in the database: whatever was killed or could not be written, the
server knows what became of each transaction whose id was noted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from faberdb.apply.stored import StateJournal
from faberdb.errors import DatabaseError, LockedError, LockLostError
from faberdb.model import Limits, NotedPlan, NotedTransaction
from faberdb.plan.codec import from_json
from faberdb.plan.journal import from_json as journal_of
from faberdb_providers.postgres import fencing
from faberdb_providers.postgres.journal_beside import of_database
from faberdb_providers.postgres.target import Target
from faberdb_state import local
from tests.conftest import ProjectFolder
from tests.database.saved_plan import TWO_MOODS
from tests.servers import Server, fetch

SETTING = '[state]\njournal = "state"\n'
AFTER = TWO_MOODS + 'name = { type = "text", null = true }\n'
"""Two transactions: the value of the enum, then the column."""

# Which write of the journal it is, and whether the process is killed there, or the store fails from there on.
STRIKER = """
import os, signal, sys
wanted, how = int(sys.argv[1]), sys.argv[2]
from faberdb.errors import StateError
from faberdb_state.local import LocalStore
whole, count = LocalStore.put, 0
def put(self, name, data, expected):
    global count
    count += name.endswith(".journal")
    if name.endswith(".journal") and count >= wanted:
        if how == "fail":
            raise StateError("the store is away", where="the store", advice="bring it back")
        if how == "kill before":
            os.kill(os.getpid(), signal.SIGKILL)
        whole(self, name, data, expected)
        os.kill(os.getpid(), signal.SIGKILL)
    return whole(self, name, data, expected)
LocalStore.put = put
sys.argv = ["faberdb", *sys.argv[3:]]
from faberdb.cli.main import main
main()
"""
# The writes of the plan: taken, begun, then committing and done of each transaction, and the end.
FIRST_COMMITTING, FIRST_DONE, SECOND_DONE = 3, 4, 6


@dataclass
class Struck:
    server: Server
    folder: ProjectFolder
    conninfo: str
    before: str

    def strike(self, wanted: int, how: str) -> subprocess.CompletedProcess[str]:
        settings = {**os.environ, **self.folder.env, "NO_COLOR": "1"}
        command = [sys.executable, "-c", STRIKER, str(wanted), how, "apply", "plan.json"]
        return subprocess.run(command, cwd=self.folder.root, env=settings, capture_output=True, text=True, check=False)

    def dump(self) -> str:
        return self.server.dump(self.conninfo)

    def fine(self, *args: str) -> str:
        ran = self.folder.run(*args)
        assert ran.code == 0, ran.out + ran.err
        return " ".join((ran.out + ran.err).split())

    def noted(self) -> NotedPlan:
        file = self.folder.root / ".faberdb/state/live.journal.json"
        return journal_of(file.read_bytes(), str(file))[-1]

    def outcomes(self) -> list[str]:
        return [t.outcome for t in self.noted().transactions]


@pytest.fixture
def struck(newest: Server, project: Callable[..., ProjectFolder]) -> Iterator[Struck]:
    """A plan of two transactions is applied by nobody yet."""
    with newest.database() as conninfo:
        folder = project({"live": conninfo}, SETTING)
        folder.declare(TWO_MOODS.replace('"well"', '"so so"'))
        assert folder.run("apply", "live", "--auto-approve").code == 0
        before = newest.dump(conninfo)
        folder.declare(AFTER.replace('["sad", "well"]', '["sad", "so so", "well"]'))
        made = folder.run("plan", "live", "--out", "plan.json")
        assert made.code == 0, made.err
        yield Struck(newest, folder, conninfo, before)


@pytest.mark.parametrize("how", ["the same plan", "rollback", "rollback with a journal in the database"])
def test_killed_between_commit_and_done(struck: Struck, how: str) -> None:
    assert struck.strike(FIRST_DONE, "kill before").returncode == -9
    assert struck.outcomes() == ["committing"]
    assert "so so" in struck.dump()
    assert "interrupted" in struck.fine("status", "live")
    if how != "the same plan":
        if how != "rollback":
            file = struck.folder.root / "faberdb.toml"
            file.write_text(file.read_text().replace(SETTING, ""))
        struck.fine("rollback", "live", "--auto-approve")
    else:
        struck.fine("apply", "plan.json")
        assert "name text" in struck.dump()
        assert (struck.noted().state, struck.outcomes()) == ("applied", ["done", "done"])
        struck.fine("rollback", "live", "--auto-approve")
    assert struck.dump() == struck.before
    assert "as recorded" in struck.fine("status", "live")
    there = fetch(struck.conninfo, "select nspname from pg_namespace where nspname = 'faberdb'")
    assert bool(there) == (how == "rollback with a journal in the database")


def test_killed_before_commit(struck: Struck) -> None:
    assert struck.strike(FIRST_COMMITTING, "kill after").returncode == -9
    assert struck.outcomes() == ["committing"]
    assert struck.dump() == struck.before
    assert "as recorded" in struck.fine("status", "live")
    struck.fine("apply", "plan.json")
    assert "name text" in struck.dump()
    struck.fine("rollback", "live", "--auto-approve")
    assert struck.dump() == struck.before


def test_a_store_that_fails_after_commit_and_before_it(struck: Struck) -> None:
    failed = struck.strike(FIRST_COMMITTING, "fail")
    assert (failed.returncode, struck.dump()) == (7, struck.before), failed.stderr
    assert "everything was taken back" in failed.stderr
    assert "the store is away" in failed.stderr
    failed = struck.strike(SECOND_DONE, "fail")
    assert failed.returncode == 6, failed.stderr
    said = " ".join(failed.stderr.split())
    assert "steps are committed, but the journal could not be written afterwards" in said
    assert "faberdb apply plan.json" in said
    assert struck.outcomes() == ["done", "committing"]
    assert "name text" in struck.dump()
    struck.fine("apply", "plan.json")
    assert struck.noted().state == "applied"
    struck.fine("rollback", "live", "--auto-approve")
    assert struck.dump() == struck.before


@dataclass
class Two:
    """A session that took the journal first, and one that can take it over."""

    steps: Any
    first: Target
    second: Target
    file: Path
    conninfo: str

    def written(self) -> bytes:
        return self.file.read_bytes()


@pytest.fixture
def two(struck: Struck) -> Iterator[Two]:
    folder = struck.folder.root / ".faberdb/state"
    steps = from_json((struck.folder.root / "plan.json").read_text(), "plan.json").steps
    targets = []
    for _ in range(2):
        target = Target.open(struck.conninfo, "the shop", read_only=False)
        target.stored = StateJournal(lambda: local.store(folder), "live", always=True)
        targets.append(target)
    first, second = targets
    with closing(first), closing(second):
        first.lock("ann")
        first.fence_off("ann")
        first.begin_plan("mine", "apply", "ann", "{}")
        yield Two(steps[:1], first, second, folder / "live.journal.json", struck.conninfo)


def test_whoever_lost_the_journal_writes_nothing(two: Two, struck: Struck) -> None:
    two.first.execute("select pg_advisory_unlock_all()")
    two.second.fence_off("bob")
    two.first.lock("ann")
    before = two.written()
    writes: list[Callable[[], object]] = [
        lambda: two.first.begin_plan("late", "apply", "ann", "{}"),
        lambda: two.first.end_plan("mine", "stopped"),
        lambda: two.first.run_transaction("mine", two.steps, Limits(), lambda step: None, lambda: None),
    ]
    for write in writes:
        with pytest.raises(LockLostError, match="somebody else has taken over the journal of environment live"):
            write()
    assert (two.written(), struck.dump()) == (before, struck.before)


@pytest.mark.parametrize("always", [True, False], ids=["beside", "in the database"])
def test_whoever_takes_over_with_the_other_journal_fences_off_too(
    two: Two, struck: Struck, always: bool, tmp_path: Path
) -> None:
    """The setting can change between an apply and the one that takes over from it."""
    for target in (two.first, two.second):
        target.execute("select pg_advisory_unlock_all()")
        target.__dict__.pop("_kept", None)
    stored = [StateJournal(lambda: local.store(tmp_path), "live", always=one) for one in (always, not always)]
    two.first.stored, two.second.stored = stored
    for target, holder in ((two.first, "ann"), (two.second, "bob")):
        target.lock(holder)
        target.prepare_bookkeeping(())
        target.fence_off(holder)
        target.begin_plan(holder, "apply", holder, "{}")
        target.execute("select pg_advisory_unlock_all()")
    two.first.lock("ann")
    with pytest.raises(LockLostError, match="somebody else has taken over"):
        two.first.run_transaction("ann", two.steps, Limits(), lambda step: None, lambda: None)
    assert struck.dump() == struck.before


def test_whoever_takes_over_waits_for_what_is_being_committed(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fencing, "PATIENCE", 0.3)
    with two.first.transaction():
        two.first._kept.end("mine", two.steps)
        two.first.execute("select pg_advisory_unlock_all()")
        two.second.lock("bob")
        with pytest.raises(LockedError, match="by a session that no longer holds the lock"):
            two.second.fence_off("bob")
    two.second.fence_off("bob")
    (mine,) = [entry for entry in two.second.journal() if entry.plan_id == "mine"]
    assert mine.done == {two.steps[0].transaction}


def test_the_id_of_a_transaction_outlives_a_crash_of_the_server(two: Two) -> None:
    """What is not written out yet when the server crashes gives its id to another transaction, which then commits."""
    with two.first.transaction():
        two.first.execute("create table made (id int)")
        ((made,),) = two.first.query("select pg_current_wal_insert_lsn()::text")
        two.first._kept.end("mine", two.steps)
        assert two.first.query("select pg_current_wal_flush_lsn() >= %s::pg_lsn", made) == [(True,)]


def test_a_new_name_makes_it_no_other_database(two: Two) -> None:
    stored, here = two.first.stored, two.first.identity()
    assert stored is not None
    plans = stored.plans()
    assert of_database(plans, {**here, "name": "renamed"}) == list(plans)
    assert of_database(plans, {**here, "system": None, "name": "renamed"}) == []


def test_a_server_that_was_set_back_is_told(two: Two) -> None:
    two.first.end_plan("mine", "stopped")
    document = json.loads(two.written())
    future = str(int(fetch(two.conninfo, "select pg_current_xact_id()::text")[0][0]) + 1_000_000)
    document["plans"][-1]["transactions"] = [{"number": 1, "outcome": "done", "id": future}]
    two.file.write_text(json.dumps(document))
    with pytest.raises(DatabaseError, match="restored to an earlier moment") as told:
        two.second.journal()
    assert "faberdb import" in told.value.advice


def test_another_database_has_nothing_to_do_with_it(two: Two, newest: Server) -> None:
    assert [entry.plan_id for entry in two.first.journal()][-1] == "mine"
    with newest.database() as conninfo, closing(Target.open(conninfo, "another", read_only=True)) as other:
        other.stored = two.first.stored
        assert other.journal() == []


def test_a_plan_is_of_each_database_that_was_restored_with_it(tmp_path: Path) -> None:
    """The second restore of one backup found it no more, and nothing could be taken back."""
    journal = StateJournal(lambda: local.store(tmp_path), "live", always=True)
    journal.take("ann")
    done = (NotedTransaction(1, "done", "700"),)
    first, second, third = ({"system": "1", "oid": oid, "name": "shop"} for oid in (5, 6, 7))
    journal.write(NotedPlan("a", 1, "apply", "applied", "ann", "2026-01", "2026-02", "2026-02", first, "{}", done))
    journal.rebind(first, second, "2026-03")
    journal.rebind(first, third, "2026-03")
    (plan,) = journal.plans()
    assert [bool(of_database([plan], one)) for one in (first, second, third, {**first, "oid": 8})] == [
        True,
        True,
        True,
        False,
    ]
    assert plan.transactions == (NotedTransaction(1, "done"),), "its id is that of another server's transaction"


def test_a_document_is_read_as_it_was_written(tmp_path: Path) -> None:
    journal = StateJournal(lambda: local.store(tmp_path), "live", always=True)
    journal.take("ann")
    done = (NotedTransaction(1, "done", "700"), NotedTransaction(2, "begun"))
    plan = NotedPlan("a", 1, "apply", "running", "ann", "2026", "", "2026", {"oid": 5}, "{}", done, ({"oid": 6},))
    journal.write(plan)
    assert journal.plans() == (plan,)
    assert local.store(tmp_path).list() == []
