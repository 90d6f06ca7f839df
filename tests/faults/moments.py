"""The moments of an apply: before each thing that it does and others can see. A process of its own tells them one by
one, and halts at the one that is wanted until it is let go."""

from __future__ import annotations

import resource
import signal
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

MOMENTS = {
    "LocalStore": ("lock", "put", "unlock"),
    "Target": (
        "lock",
        "prepare_bookkeeping",
        "fence_off",
        "begin_plan",
        "_journal",
        "_hold",
        "execute_one",
        "end_plan",
    ),
}
"""Methods that end with something done; a COMMIT of steps is a moment too."""


def command(args: list[str], cwd: str, env: dict[str, str], said: tuple[str, str], pipe: Connection, halt: int) -> None:
    """What runs in the process: the command line, which tells `pipe` each moment (its number, its name) and halts
    before number `halt`, less than 0 for never. said: the files for stdout and stderr."""
    from tests.forked import _command

    watch(pipe, halt)
    _command(args, cwd, env, *said)


def watch(pipe: Connection, halt: int) -> None:
    """Tell of each moment, and halt at one."""
    import psycopg

    from faberdb_providers.postgres.target import Target
    from faberdb_state.local import LocalStore

    # A file that cannot grow is an error of the write, as on a disk that is full.
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    count = 0

    def moment(name: str) -> None:
        nonlocal count
        if threading.current_thread() is not threading.main_thread():
            return
        pipe.send((count, name))
        if count == halt:
            while (order := pipe.recv()) != "go":
                if order == "no more room":  # for whatever this process writes
                    resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        count += 1

    for owner in (LocalStore, Target):
        for name in MOMENTS[owner.__name__]:
            _before(owner, name, f"{owner.__name__.lower()} {name.strip('_')}", moment)
    _before_commits(psycopg.Transaction, Target, moment)


def _before(owner: type, name: str, known_as: str, moment: Callable[[str], None]) -> None:
    whole = getattr(owner, name)

    def call(*args: Any, **more: Any) -> Any:
        moment(known_as)
        return whole(*args, **more)

    setattr(owner, name, call)


def _before_commits(transaction: Any, target: Any, moment: Callable[[str], None]) -> None:
    """The COMMIT of steps; those of reading are none."""
    leave, inside, running = transaction.__exit__, target._run_inside, False

    def left(self: Any, failed: type[BaseException] | None, *more: Any) -> Any:
        if running and failed is None and self._outer_transaction:
            moment("target commit")
        return leave(self, failed, *more)

    def run_inside(*args: Any, **more: Any) -> Any:
        nonlocal running
        running = True
        try:
            return inside(*args, **more)
        finally:
            running = False

    transaction.__exit__ = left
    target._run_inside = run_inside
