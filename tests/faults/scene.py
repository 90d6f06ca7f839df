"""A plan that is about to be applied, as often as wanted: each time in the same database, with the same state."""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from faberdb_providers.postgres.servers.binaries import Binaries
from tests.conftest import Ran
from tests.faults.ground import DATABASE, Ground
from tests.faults.moments import command
from tests.faults.plans import case_of, is_online
from tests.forked import CONTEXT, run_forked
from tests.servers import fetch, pg_dump, rows, run_sql, sorted_dump

CONFIG = """
[project]
name = "faults"

[database]
engine = "postgresql"
hosting = "server"

[environments.live]
connection_string_env = "LIVE_URL"

[shadow]
url_env = "SHADOW_URL"
"""

ONLINE = """
[safety]
online = "always"
"""

Look = tuple[str, dict[str, tuple[int, str]]]
"""The structure, and the digests of the rows."""


class Apply:
    """An apply of plan.json in a process of its own, which tells its moments."""

    def __init__(self, folder: Path, env: Mapping[str, str], halt: int) -> None:
        self._out, self._err = folder / "said.out", folder / "said.err"
        for file in (self._out, self._err):
            file.unlink(missing_ok=True)
        self.pipe, theirs = CONTEXT.Pipe()
        self.moments: list[str] = []
        said = str(self._out), str(self._err)
        self._process = CONTEXT.Process(
            target=command, args=(["apply", "plan.json"], str(folder), dict(env), said, theirs, halt), daemon=True
        )
        self._process.start()
        theirs.close()
        self._closed = False

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.is_alive()

    def reached(self, wanted: int, seconds: float = 60) -> bool:
        """Wait for a moment; whether it came."""
        deadline = time.monotonic() + seconds
        while len(self.moments) <= wanted and time.monotonic() < deadline:
            if not self._listen(self.pipe, 0.5):
                return False
        return len(self.moments) > wanted

    def _listen(self, pipe: Connection, seconds: float) -> bool:
        """Take what it tells; False once it tells no more."""
        try:
            if pipe.poll(seconds):
                _, name = pipe.recv()
                self.moments.append(name)
        except (EOFError, OSError):
            return False
        return True

    def order(self, what: str) -> None:
        """Tell it what to do at the moment that it halts at."""
        with suppress(OSError):
            self.pipe.send(what)

    def ended(self, seconds: float = 90) -> Ran:
        """Let it go on, and wait until it ends."""
        self.order("go")
        deadline = time.monotonic() + seconds
        while self._listen(self.pipe, 0.5):
            assert time.monotonic() < deadline, f"an apply hangs: {self.moments}"
        self._process.join(10)
        assert self._process.exitcode is not None, "a process that ended its pipe goes on"
        code = self._process.exitcode
        self.close()
        return Ran(code, self._out.read_text(), self._err.read_text())

    def close(self) -> None:
        """Nothing of it is left."""
        if not self._closed:
            self._closed = True
            self._process.kill()
            self._process.join()
            self._process.close()
            self.pipe.close()

    def kill(self) -> None:
        """kill -9, and nothing of it is left."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def stop(self) -> bool:
        """Let it sleep, wherever it is; False where it ended first."""
        with suppress(ProcessLookupError, FileNotFoundError):
            os.kill(self.pid, signal.SIGSTOP)
            while Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0] not in "TZ":
                time.sleep(0.002)
            return True
        return False

    def wake(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGCONT)


@dataclass
class Scene:
    """A plan with its database and project. moments: those of an apply that nobody disturbs, which takes `seconds` from
    the first of them to the last."""

    name: str
    ground: Ground
    binaries: Binaries
    kept: Path
    folder: Path
    env: dict[str, str]
    start: Look = field(default_factory=lambda: ("", {}))
    goal: Look = field(default_factory=lambda: ("", {}))
    moments: list[str] = field(default_factory=list)
    seconds: float = 0
    plan_id: str = ""
    begun: list[Apply] = field(default_factory=list)

    @property
    def conninfo(self) -> str:
        return self.ground.conninfo()

    def again(self) -> None:
        """All as it was when the plan was made."""
        self.ground.start()  # where an earlier fault has left it
        strategy = " strategy file_copy" if self.binaries.major >= 15 else ""
        self.ground.sql(
            "drop database if exists live with (force)",
            f"create database live template kept oid = {DATABASE}{strategy}",
        )
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(self.kept, self.folder)

    def checkout(self) -> Path:
        """The project as a colleague has it, with a state store that knows nothing of this one's locks."""
        other = self.folder.with_name("colleague")
        shutil.rmtree(other, ignore_errors=True)
        shutil.copytree(self.kept, other)
        return other

    def look(self) -> Look:
        dump = sorted_dump(pg_dump(self.binaries, self.conninfo))
        return dump, rows(self.conninfo)

    def journal(self) -> list[tuple[Any, ...]]:
        """All that faberdb wrote down in the database."""
        if fetch(self.conninfo, "select to_regclass('faberdb.plan') is null") == [(True,)]:
            return []
        return [
            *fetch(self.conninfo, "select plan_id, state, ended_at from faberdb.plan order by number"),
            *fetch(self.conninfo, "select plan_id, step, outcome, at from faberdb.journal order by 1, 2, 3"),
        ]

    def begun_here(self) -> bool:
        """Whether the plan was begun, as the journal tells."""
        if fetch(self.conninfo, "select to_regclass('faberdb.plan') is null") == [(True,)]:
            return False
        return bool(fetch(self.conninfo, f"select from faberdb.plan where plan_id = '{self.plan_id}'"))

    def run(self, *args: str, folder: Path | None = None) -> Ran:
        return Ran(*run_forked(args, folder or self.folder, self.env, 120))

    def apply(self, halt: int = -1, folder: Path | None = None, conninfo: str | None = None) -> Apply:
        """Begin to apply the plan; it halts before moment number `halt`."""
        self.begun.append(Apply(folder or self.folder, self.env | {"LIVE_URL": conninfo or self.conninfo}, halt))
        return self.begun[-1]

    def end_all(self) -> None:
        """No apply goes on that a fault has left behind."""
        while self.begun:
            self.begun.pop().close()


@contextmanager
def scene(name: str, ground: Ground, binaries: Binaries, shadow: str, cache: Path, place: Path) -> Iterator[Scene]:
    """A plan, made by the commands that a user would give."""
    case = case_of(name)
    env = {**os.environ, "FABERDB_CACHE": str(cache), "NO_COLOR": "1"}
    env |= {"LIVE_URL": ground.conninfo(), "SHADOW_URL": shadow}
    folder, kept = place / "project", place / "kept"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "schemas").mkdir(parents=True)
    (folder / "faberdb.toml").write_text(CONFIG + (ONLINE if is_online(name) else ""))
    ground.sql("drop database if exists live with (force)", "drop database if exists kept with (force)")
    ground.sql(f"create database live template template0 oid = {DATABASE}")
    made = Scene(name, ground, binaries, kept, folder, env)
    declared = folder / "schemas" / "public.toml"
    declared.write_text((case / "before.toml").read_text())
    _well(made.run("apply", "live", "--auto-approve"))
    if (case / "rows.sql").exists():
        run_sql(made.conninfo, (case / "rows.sql").read_text())
    made.start = made.look()
    declared.write_text((case / "after.toml").read_text())
    _well(made.run("plan", "live", "--out", "plan.json"))
    made.plan_id = json.loads((folder / "plan.json").read_text())["plan_id"]
    ground.sql("create database kept template live")
    shutil.rmtree(kept, ignore_errors=True)
    folder.rename(kept)
    made.again()
    running = made.apply()
    assert running.reached(0)
    began = time.monotonic()
    _well(running.ended())
    made.seconds, made.moments = time.monotonic() - began, running.moments
    made.goal = made.look()
    assert made.goal != made.start, name
    yield made


def _well(ran: Ran) -> None:
    assert ran.code == 0, ran.err + ran.out
