"""Ctrl-C at any point of a command: it says which plan, how far that came and what goes on from there, and leaves no
scratch database on the server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import psycopg
import pytest

from tests.conftest import ProjectFolder, Ran
from tests.database.saved_plan import BEFORE, TWO_MOODS, SavedPlan, saved
from tests.servers import Server, fetch

AFTER = TWO_MOODS + 'name = { type = "text", null = true }\n'

# As Ctrl-C does it: the signal comes to the process while it is at the statement, before it or after it.
PRESSED = """
import os, signal, sys, time
where, wanted = sys.argv[1], int(sys.argv[2])
from faberdb.cli.workspace import Workspace
from faberdb_providers.postgres.session import Session
from faberdb_providers.postgres.target import Target
name, _, side = where.partition(" ")
owner = {"write_state": Workspace, "run_all": Session}.get(name, Target)
whole, count = getattr(owner, name), 0
def call(*args, **more):
    global count
    mine = name != "end_plan" or args[2] == "applied"
    count += mine
    here = mine and count == wanted
    if here and side != "after":
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0)
    result = whole(*args, **more)
    if here and side == "after":
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0)
    return result
setattr(owner, name, call)
sys.argv = ["faberdb", *sys.argv[3:]]
from faberdb.cli.main import main
main()
"""


@dataclass(frozen=True)
class Person(SavedPlan):
    """A saved plan of two transactions, and commands that are interrupted."""

    def dump(self) -> str:
        return self.server.dump(self.conninfo)

    def pressed(self, where: str, times: int, *args: str) -> str:
        """What a command says that is interrupted there."""
        settings = {**os.environ, **self.folder.env, "NO_COLOR": "1"}
        command = [sys.executable, "-c", PRESSED, where, str(times), *args]
        ran = subprocess.run(command, cwd=self.folder.root, env=settings, capture_output=True, text=True, check=False)
        assert ran.returncode == 130, ran.stderr + ran.stdout
        assert "Traceback" not in ran.stderr
        assert "interrupted: " in ran.stderr
        return ran.stderr

    def well(self, *args: str) -> Ran:
        ran = self.folder.run(*args)
        assert ran.code == 0, ran.err
        return ran

    def status(self) -> str:
        return " ".join(self.well("status", "live").out.split())


@pytest.fixture
def person(newest: Server, project: Callable[..., ProjectFolder]) -> Iterator[Person]:
    with saved(newest, project, AFTER) as plan:
        yield Person(plan.server, plan.folder, plan.conninfo, plan.before)


@pytest.mark.parametrize("where", ["lock", "begin_plan after", "_hold after"])
def test_before_the_first_commit_nothing_was_changed(person: Person, where: str) -> None:
    said = person.pressed(where, 1, "apply", "plan.json")
    assert "nothing was changed" in said
    assert "faberdb apply plan.json" in said
    assert person.dump() == person.before
    assert "interrupted" not in person.status()
    person.well("apply", "plan.json")
    assert "as recorded" in person.status()


@pytest.mark.parametrize(("where", "times"), [("run_transaction after", 1), ("_hold after", 2)])
def test_part_way_it_counts_the_steps_and_names_both_ways_on(person: Person, where: str, times: int) -> None:
    said = person.pressed(where, times, "apply", "plan.json")
    assert "stopped part way: 1 of 2 steps is committed" in said
    for way in ("faberdb apply plan.json", "faberdb rollback live", "faberdb status live"):
        assert way in said
    assert "interrupted" in person.status()
    if times == 1:
        person.well("apply", "plan.json")
        assert "name text" in person.dump()
    else:
        person.well("rollback", "live", "--auto-approve")
        assert person.dump() == person.before
    assert "as recorded" in person.status()


def test_without_a_file_the_environment_is_applied_again(person: Person) -> None:
    said = person.pressed("run_transaction after", 1, "apply", "live", "--auto-approve")
    assert "1 of 2 steps is committed" in said
    assert "go on: faberdb apply live" in said
    person.well("apply", "live", "--auto-approve")
    assert "as recorded" in person.status()
    person.well("rollback", "live", "--auto-approve", "--steps", "2")
    assert person.dump() == person.before


@pytest.mark.parametrize(
    ("where", "times", "words"),
    [
        ("run_transaction after", 2, "wholly applied (2 of 2 steps are committed), but was neither verified"),
        ("end_plan", 1, "wholly applied (2 of 2 steps are committed), but was neither verified"),
        ("end_plan after", 1, "wholly applied and verified; only the state is not written yet"),
        ("write_state", 1, "wholly applied and verified; only the state is not written yet"),
    ],
)
def test_after_the_last_commit_only_the_state_is_missing(person: Person, where: str, times: int, words: str) -> None:
    said = person.pressed(where, times, "apply", "plan.json")
    assert words in said
    assert "faberdb status live" in said
    assert "name text" in person.dump()
    assert "as recorded" in person.status()
    person.well("apply", "plan.json")
    person.well("rollback", "live", "--auto-approve")
    assert person.dump() == person.before


def test_a_rollback_goes_on_where_it_stopped(person: Person) -> None:
    # What gives a value back to an enum takes two transactions again.
    person.well("apply", "plan.json")
    after = person.dump()
    person.folder.declare(BEFORE)
    person.well("apply", "live", "--auto-approve")
    said = person.pressed("run_transaction after", 1, "rollback", "live", "--auto-approve")
    assert "which takes back" in said
    assert "stopped part way" in said
    assert "go on: faberdb rollback live" in said
    assert "`faberdb rollback live` goes on with it" in person.status()
    again = person.folder.run("rollback", "live", "--auto-approve", "--steps", "2")
    assert (again.code, "end that first: faberdb rollback live" in again.err) == (6, True), again
    assert "That goes on" in person.well("rollback", "live", "--auto-approve").err
    assert person.dump() == after
    assert "as recorded" in person.status()


@pytest.fixture
def on_target(person: Person) -> Person:
    """The same, where plans are tried out in scratch databases beside the database itself."""
    config = person.folder.root / "faberdb.toml"
    config.write_text(config.read_text() + '\n[shadow]\nserver = "target"\n')
    return replace(person, folder=person.folder)


LEFT = "select datname from pg_database where datname ~ '^faberdb_scratch_'"


def test_a_proof_that_is_interrupted_leaves_no_scratch_database(on_target: Person) -> None:
    said = on_target.pressed("run_all", 1, "plan", "live")
    assert "no step of a plan was begun" in said
    assert fetch(on_target.conninfo, LEFT) == []


@pytest.mark.parametrize("presses", [1, 2])
@pytest.mark.parametrize("made", [1, 2])
def test_nor_does_one_whose_databases_are_being_made(on_target: Person, made: int, presses: int) -> None:
    on_target.folder.declare(AFTER + '# edited\nborn = "date"\n')
    settings = {**os.environ, **on_target.folder.env, "NO_COLOR": "1"}
    program = [sys.executable, "-m", "faberdb", "plan", "live"]
    running = subprocess.Popen(
        program, cwd=on_target.folder.root, env=settings, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with psycopg.connect(on_target.conninfo, autocommit=True) as watcher:
        while running.poll() is None and len(watcher.execute(LEFT).fetchall()) < made:
            time.sleep(0.002)
    for _ in range(presses):
        running.send_signal(signal.SIGINT)
        time.sleep(0.02)
    out, err = running.communicate(timeout=60)
    assert (running.returncode, "Traceback" in err) == (130, False), out + err
    assert fetch(on_target.conninfo, LEFT) == []


WITHIN_IMPORT = """
import signal, time
from faberdb.__main__ import interrupt
signal.signal(signal.SIGINT, interrupt)
code = "signal.raise_signal(signal.SIGINT); print('went on there', flush=True)"
exec(compile(code, "<frozen importlib._bootstrap>", "exec"))
try:
    time.sleep(30)
except KeyboardInterrupt:
    print("then ended")
"""


def test_between_two_lines_of_the_import_system_it_comes_a_moment_later() -> None:
    ran = subprocess.run([sys.executable, "-c", WITHIN_IMPORT], capture_output=True, text=True, timeout=20, check=False)
    assert (ran.stdout.split("\n")[:2], ran.stderr) == (["went on there", "then ended"], "")


WITHIN_A_CLASS = """
import signal, time
from faberdb.__main__ import interrupt

class Member:
    def __set_name__(self, owner, name):
        signal.raise_signal(signal.SIGINT)
        print("went on there", flush=True)

signal.signal(signal.SIGINT, interrupt)
try:
    class Whole:
        member = Member()
    time.sleep(30)
except KeyboardInterrupt:
    print("then ended")
"""


def test_while_a_class_is_made_too() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", WITHIN_A_CLASS], capture_output=True, text=True, timeout=20, check=False
    )
    assert (ran.stdout.split("\n")[:2], ran.stderr) == (["went on there", "then ended"], "")


@pytest.mark.parametrize("after", [0.03, 0.06, 0.1, 0.2, 0.3])
def test_while_the_program_is_loaded_it_is_a_word_too(on_target: Person, after: float) -> None:
    settings = {**os.environ, **on_target.folder.env, "NO_COLOR": "1"}
    # What Python does before it comes to the program is not the program's affair: on a busy machine it takes its time.
    begun = "from faberdb.__main__ import main; print(flush=True); main()"
    running = subprocess.Popen(
        [sys.executable, "-c", begun, "status", "live"],
        cwd=on_target.folder.root,
        env=settings,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert running.stdout is not None
    running.stdout.readline()
    time.sleep(after)
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=60)
    assert running.returncode in (0, 130), err
    assert "Traceback" not in err
