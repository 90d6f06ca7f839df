"""An apply that is at work for as long as a test wants: its second transaction waits for a lock."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.conftest import ProjectFolder

BEFORE = '[enums]\nmood = ["sad"]\n\n[tables.person.columns]\nid = "bigint"\n'
AFTER = BEFORE.replace('["sad"]', '["sad", "well"]') + 'name = { type = "text", null = true }\n'
"""In two transactions: what an enum gets has to be committed before it is used."""


def prepared(folder: ProjectFolder, lock_timeout: str = "30s") -> None:
    """`live` is as BEFORE says, and plan.json leads to AFTER."""
    config = folder.root / "faberdb.toml"
    config.write_text(f'{config.read_text()}\n[safety]\nlock_timeout = "{lock_timeout}"\nlock_retry_for = "1s"\n')
    folder.declare(BEFORE)
    done = folder.run("apply", "live", "--auto-approve")
    assert done.code == 0, done.err
    folder.declare(AFTER)
    made = folder.run("plan", "live", "--out", "plan.json")
    assert made.code == 0, made.err


@contextmanager
def apply_at_work(folder: ProjectFolder, conninfo: str, cache: Path) -> Iterator[subprocess.Popen[str]]:
    """The apply of plan.json, standing before its second step until the end of the `with`; then it goes on."""
    settings = {**os.environ, **folder.env, "FABERDB_CACHE": str(cache), "NO_COLOR": "1"}
    program = [str(Path(sys.executable).with_name("faberdb")), "apply", "plan.json"]
    with psycopg.connect(conninfo, application_name="nightly job") as blocker:
        blocker.execute("lock table person in access share mode")
        running = subprocess.Popen(
            program, cwd=folder.root, env=settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        try:
            with psycopg.connect(conninfo, autocommit=True) as watcher:
                until(lambda: bool(watcher.execute("select 1 from pg_locks where not granted").fetchall()), running)
            yield running
        finally:
            blocker.rollback()
            if running.poll() is None:
                running.communicate(timeout=50)


def until(true: Callable[[], bool], running: subprocess.Popen[str], longest: float = 30) -> None:
    """Wait for something that a running command will do."""
    begun = time.monotonic()
    while not true():
        assert running.poll() is None, running.communicate()
        assert time.monotonic() - begun < longest
        time.sleep(0.02)
