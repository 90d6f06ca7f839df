"""The command line in a process of its own that has not to load the program first: most of what a short command takes
is spent on that. Each is forked off one process that has loaded everything and done nothing.

What only a program that starts from nothing shows (its files, its signals, its time) is tested with the program.
"""

from __future__ import annotations

import gc
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.context import ForkServerContext
from pathlib import Path
from pkgutil import walk_packages
from subprocess import TimeoutExpired

PACKAGES = ("faberdb", "faberdb_schemas", "faberdb_providers", "faberdb_state")
CONTEXT: ForkServerContext = get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.preloaded"])


def load_all() -> None:
    """Import every module of the program, and make what is made once for all commands."""
    for package in map(import_module, PACKAGES):
        for found in walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.endswith("__main__"):
                import_module(found.name)
    from tests.migration import declare

    declare({"public.toml": ""})
    gc.freeze()


def run_forked(args: Sequence[str], cwd: Path, env: Mapping[str, str], timeout: float) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of the command; the code is less than 0 where a signal ended it. Raises
    TimeoutExpired."""
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder) / "out", Path(folder) / "err"
        process = CONTEXT.Process(target=_command, args=(list(args), str(cwd), dict(env), str(out), str(err)))
        process.start()
        process.join(timeout)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise TimeoutExpired(["faberdb", *args], timeout, out.read_text(), err.read_text())
        code = process.exitcode
        process.close()
        return code, out.read_text(), err.read_text()


def _command(args: list[str], cwd: str, env: dict[str, str], out: str, err: str) -> None:
    from faberdb.__main__ import main

    assert "tests.preloaded" in sys.modules, "multiprocessing passes over it in silence where it cannot be imported"
    for number, (name, how) in enumerate(((os.devnull, os.O_RDONLY), (out, _WRITE), (err, _WRITE))):
        opened = os.open(name, how, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    os.environ.clear()
    os.environ.update(env)
    tempfile.tempdir = None  # what another TMPDIR would say
    os.chdir(cwd)
    sys.argv = ["faberdb", *args]
    main()


_WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
