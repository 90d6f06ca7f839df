"""Who carries a change out: what a contender is, and the two that need nothing else, naive and faberdb."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg

from faberdb import __version__
from tests.benchmarks.stall.classes import Change
from tests.conftest import ProjectFolder


@dataclass(frozen=True)
class Occasion:
    """One change to be carried out on a database. wanted: conninfo of another, in which the naive statements ran."""

    change: Change
    conninfo: str
    wanted: str
    folder: ProjectFolder


@dataclass(frozen=True)
class Prepared:
    """sql: what is going to run, for people to read. run: carries it out; returns why it gave up, empty where it did
    not."""

    sql: str
    run: Callable[[], str]


@dataclass(frozen=True)
class Contender:
    """about: what it does, for the page. version: the one found. absent: why it cannot run here, empty where it can.
    prepare: what comes before the clock starts; nothing where the contender sees no difference. exact: it has to end
    where the naive statements end, anything else is an error."""

    name: str
    about: str
    version: str
    prepare: Callable[[Occasion], Prepared | None]
    absent: str = ""
    exact: bool = False


def statements(conninfo: str, *texts: str, one_transaction: bool = False) -> Prepared:
    """Texts sent on one connection with the settings that a server comes with; the statements of a text that holds
    several are a transaction unless it says otherwise, as they are for the server."""

    def run() -> str:
        try:
            with psycopg.connect(conninfo, autocommit=not one_transaction) as connection:
                for text in texts:
                    connection.execute(text.encode())
        except psycopg.Error as error:
            return f"{error.sqlstate}: {error.diag.message_primary or error}"
        return ""

    return Prepared("\n".join(texts), run)


def _faberdb(occasion: Occasion) -> Prepared:
    folder = occasion.folder
    folder.declare(occasion.change.declared)
    planned = folder.run("plan", "live", "--out", "plan.json", timeout=300)
    if planned.code:
        raise RuntimeError(f"faberdb plan ended with {planned.code}: {planned.err}")

    def run() -> str:
        program = [str(Path(sys.executable).with_name("faberdb"))]
        environ = {**os.environ, **folder.env, "NO_COLOR": "1"}
        done = subprocess.run(
            [*program, "apply", "plan.json"], cwd=folder.root, env=environ, capture_output=True, text=True, check=False
        )
        if done.returncode:
            (error, *_) = [line for line in done.stderr.splitlines() if line.startswith("error: ")] or [done.stderr]
            return f"{done.returncode}: {error.removeprefix('error: ')}"
        return ""

    return Prepared("", run)


FABERDB = Contender("faberdb", "applies a plan that was saved before", __version__, _faberdb, exact=True)
NAIVE = Contender(
    "naive",
    "is the statement that comes to mind first, with the settings a server comes with",
    "",
    lambda occasion: statements(occasion.conninfo, *occasion.change.naive),
    exact=True,
)
