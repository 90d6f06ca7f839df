"""A database with one plan applied and a second one saved, for tests of what can happen to the second."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.conftest import ProjectFolder
from tests.servers import Server

BEFORE = '[enums]\nmood = ["sad"]\n\n[tables.person.columns]\nid = "bigint"\n'
TWO_MOODS = BEFORE.replace('["sad"]', '["sad", "well"]')
"""With anything else, this takes two transactions: a value of an enum is committed before anything can use it."""


@dataclass(frozen=True)
class SavedPlan:
    """The second plan is in the folder, as plan.json. before: the dump before it."""

    server: Server
    folder: ProjectFolder
    conninfo: str
    before: str


@contextmanager
def saved(server: Server, project: Callable[..., ProjectFolder], after: str) -> Iterator[SavedPlan]:
    """The first plan makes BEFORE, the second makes `after` of it."""
    with server.database() as conninfo:
        folder = project({"live": conninfo})
        folder.declare(BEFORE)
        assert folder.run("apply", "live", "--auto-approve").code == 0
        before = server.dump(conninfo)
        folder.declare(after)
        made = folder.run("plan", "live", "--out", "plan.json")
        assert made.code == 0, made.err
        yield SavedPlan(server, folder, conninfo, before)
