"""How an apply ends that does not end well: its exit code, what is in the database then, and what goes on from there.

Where something has to happen at one certain moment of it, the command runs with an extra: Python that is run before or
after one of its own calls, with the session that applies as `target` and other sessions at hand.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.conftest import ProjectFolder, Ran
from tests.database.saved_plan import TWO_MOODS, SavedPlan, saved
from tests.servers import Server, fetch, run_sql

AFTER = '[tables.person]\nprimary_key = ["id"]\n\n' + TWO_MOODS

MEANWHILE = """
import os, sys
where, wanted, extra = sys.argv[1], int(sys.argv[2]), sys.argv[3]
from faberdb.cli.workspace import Workspace
from faberdb_providers.postgres.target import Target
from tests.servers import run_sql
name, _, side = where.partition(" ")
owner = Workspace if name == "write_state" else Target
whole, count = getattr(owner, name), 0
def call(target, *args, **more):
    global count
    count += 1
    if count == wanted and side != "after":
        exec(extra)
    result = whole(target, *args, **more)
    if count == wanted and side == "after":
        exec(extra)
    return result
setattr(owner, name, call)
sys.argv = ["faberdb", *sys.argv[4:]]
from faberdb.cli.main import main
main()
"""


LATER = "import time; time.monotonic = lambda real=time.monotonic: real() + 601"


@dataclass(frozen=True)
class Person(SavedPlan):
    """A saved plan of two transactions, and what can be done while it is applied."""

    def start(self, where: str, times: int, extra: str) -> subprocess.Popen[str]:
        """Apply the saved plan, with an extra at one moment of it."""
        paths = os.pathsep.join([str(Path(__file__).parents[2]), *filter(None, sys.path)])
        settings = {**os.environ, **self.folder.env, "NO_COLOR": "1", "PYTHONPATH": paths, "URL": self.conninfo}
        command = [sys.executable, "-c", MEANWHILE, where, str(times), extra, "apply", "plan.json"]
        pipe = subprocess.PIPE
        return subprocess.Popen(
            command, cwd=self.folder.root, env=settings, stdin=pipe, stdout=pipe, stderr=pipe, text=True
        )

    def apply(self, where: str, times: int, extra: str) -> Ran:
        running = self.start(where, times, extra)
        out, err = running.communicate(timeout=120)
        return Ran(running.returncode, out, err)

    def part_way(self) -> bool:
        """Whether the first transaction is committed and the second is not."""
        values = fetch(self.conninfo, "select enumlabel from pg_enum order by enumsortorder")
        return values == [("sad",), ("well",)] and "PRIMARY KEY" not in self.server.dump(self.conninfo)

    def goes_on(self) -> None:
        """The same plan ends, and a rollback takes all of it back."""
        assert "interrupted" in self.folder.run("status", "live").out
        again = self.folder.run("apply", "plan.json")
        assert again.code == 0, again.err
        assert "PRIMARY KEY" in self.server.dump(self.conninfo)
        assert "as recorded" in self.folder.run("status", "live").out
        back = self.folder.run("rollback", "live", "--auto-approve")
        assert back.code == 0, back.err
        assert self.server.dump(self.conninfo) == self.before

    def configure(self, text: str) -> None:
        config = self.folder.root / "faberdb.toml"
        config.write_text(f"{config.read_text()}\n{text}\n")


@pytest.fixture
def person(newest: Server, project: Callable[..., ProjectFolder]) -> Iterator[Person]:
    with saved(newest, project, AFTER) as plan:
        yield Person(plan.server, plan.folder, plan.conninfo, plan.before)


def test_6_a_step_fails_after_another_was_committed(person: Person) -> None:
    run_sql(person.conninfo, "insert into person values (7), (7)")
    ran = person.folder.run("apply", "plan.json")
    assert ran.code == 6, ran.err
    assert "a step failed after others had been committed" in ran.err
    assert "faberdb apply plan.json" in ran.err
    assert "faberdb rollback live" in ran.err
    assert person.part_way()
    run_sql(person.conninfo, "truncate person")
    person.goes_on()


def test_6_the_time_is_up_before_the_second_step(person: Person) -> None:
    person.configure("[migrations]\ntimeout_seconds = 600")
    ran = person.apply("run_transaction after", 1, LATER)
    assert ran.code == 6, ran.err
    assert "[migrations] timeout_seconds is up, so step" in ran.err
    assert person.part_way()
    person.goes_on()


def test_7_the_time_is_up_before_the_first_step(person: Person) -> None:
    person.configure("[migrations]\ntimeout_seconds = 600")
    ran = person.apply("begin_plan", 1, LATER)
    assert (ran.code, "timeout_seconds is up" in ran.err) == (7, True), ran.err
    assert person.server.dump(person.conninfo) == person.before
    # As a pipeline does that has `faberdb apply plan.json || faberdb rollback live --auto-approve`.
    ran = person.folder.run("rollback", "live", "--auto-approve")
    assert (ran.code, "stopped before anything of it was committed" in ran.out) == (0, True), ran
    assert person.server.dump(person.conninfo) == person.before


@pytest.mark.parametrize(
    "gone",
    [
        # What a pooler does with a session that it gives to the next client.
        "target.execute('discard all')",
        # What is left of a session after a failover.
        "run_sql(os.environ['URL'], 'select pg_terminate_backend(%d)' % target.connection.info.backend_pid)",
    ],
    ids=["pooler", "failover"],
)
def test_6_no_step_runs_in_a_session_that_does_not_hold_the_lock(person: Person, gone: str) -> None:
    ran = person.apply("run_transaction after", 1, gone)
    assert ran.code == 6, ran.err
    assert "the session that holds the lock is gone" in ran.err
    assert "faberdb apply plan.json" in ran.err
    assert person.part_way()
    person.goes_on()


@pytest.mark.parametrize(
    ("by_hand", "words"),
    [
        ("alter table person drop constraint person_pkey", "person_pkey is missing"),
        ("create table by_hand ()", "an object that the plan does not touch has changed meanwhile"),
    ],
)
def test_8_somebody_changes_it_before_it_is_verified(person: Person, by_hand: str, words: str) -> None:
    ran = person.apply("run_transaction after", 2, f"run_sql(os.environ['URL'], {by_hand!r})")
    assert ran.code == 8, ran.err
    assert "is not what the plan promised, though every step succeeded" in ran.err
    assert words in ran.err
    assert "faberdb plan live" in ran.err
    assert "drifted" in person.folder.run("status", "live").out
    # What the plan itself did is known, and can be taken back.
    run_sql(person.conninfo, "drop table if exists by_hand")
    back = person.folder.run("rollback", "live", "--auto-approve")
    assert back.code == 0, back.err
    assert person.server.dump(person.conninfo) == person.before


def test_10_the_state_cannot_be_written(person: Person) -> None:
    state = person.folder.root / ".faberdb/state/live.json"
    extra = f"from pathlib import Path; f = Path({str(state)!r}); f.write_text(f.read_text() + chr(10))"
    ran = person.apply("write_state", 1, extra)
    assert ran.code == 10, ran.err
    assert "the plan was applied, but the state could not be written" in ran.err
    assert "nothing is lost" in ran.err
    assert "as recorded" in person.folder.run("status", "live").out
    assert person.folder.run("plan", "live", "--detailed-exitcode").code == 0
    back = person.folder.run("rollback", "live", "--auto-approve")
    assert back.code == 0, back.err
    assert person.server.dump(person.conninfo) == person.before


def test_4_two_clones_of_a_project_do_not_apply_at_once(person: Person, tmp_path: Path) -> None:
    clone = replace(person.folder, root=tmp_path / "clone")
    shutil.copytree(person.folder.root, clone.root)
    running = person.start("lock after", 1, "print('holds it', flush=True); sys.stdin.readline()")
    assert running.stdout is not None
    assert running.stdout.readline() == "holds it\n"
    second = clone.run("apply", "plan.json")
    _, err = running.communicate("\n", timeout=120)
    assert (second.code, running.returncode) == (4, 0), second.err + err
    assert "environment live is being changed by" in second.err
    assert "server process" in second.err
    # The plan was carried out once; the clone's is for what is not there any more.
    assert clone.run("apply", "plan.json").code in (0, 3)
    assert "as recorded" in person.folder.run("status", "live").out
