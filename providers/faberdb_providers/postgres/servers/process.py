"""The server process of a data folder: what postmaster.pid says about it, and whether that is still true."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path, PurePath
from typing import NamedTuple

_PROC = Path("/proc/self/stat").exists()


class Postmaster(NamedTuple):
    """The lines of postmaster.pid that matter; the later ones are empty while the server comes up."""

    pid: int
    port: str
    sockets: str
    status: str


def read(data: Path) -> Postmaster | None:
    """What the postmaster.pid of a data folder says; None if there is none, or it is not yet written."""
    try:
        lines = (data / "postmaster.pid").read_text("utf-8", "replace").split("\n")
        # A server in single-user mode writes its pid negated.
        pid = abs(int(lines[0]))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None
    lines += [""] * 8
    return Postmaster(pid, lines[3].strip(), lines[4].strip(), lines[7].strip()) if pid else None


def running(data: Path) -> Postmaster | None:
    """The living server of this data folder (an absolute path without symlinks), or None.

    A pid file outlives its server when the machine stops, and then its pid may be anybody's: so the process must also
    be a postgres started on this very folder.
    """
    postmaster = read(data)
    if postmaster is None or not alive(postmaster.pid):
        return None
    program, of = _server_command(postmaster.pid)
    return postmaster if program and (of == str(data) or of.startswith(f"{data} ")) else None


def left_over(data: Path) -> int | None:
    """The pid in a postmaster.pid that a dead server left; None where there is no such file, or no certainty.

    The pid may be free, or some other program's, or that of the dead server, which nobody has collected.
    """
    postmaster = read(data)
    if postmaster is None or running(data):
        return None
    program, of = _server_command(postmaster.pid)
    # A server started by hand may name its folder in another way than we do.
    return None if program and not of.startswith("/") else postmaster.pid


def alive(pid: int) -> bool:
    """Whether the process runs; one that has ended but is not yet collected by its parent does not."""
    if _PROC:
        try:
            return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0] not in (b"Z", b"X")
        except (OSError, IndexError):
            return False
    asked = ["ps", "-o", "stat=", "-p", str(pid)]
    state = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    return bool(state) and not state.startswith("Z")


def end(data: Path, sign: signal.Signals, seconds: float) -> bool:
    """Send the signal to the server of this folder and wait; True when no server is left."""
    postmaster = running(data)
    if postmaster is None:
        return True
    try:
        os.kill(postmaster.pid, sign)
    except ProcessLookupError:
        return True
    limit = time.monotonic() + seconds
    while alive(postmaster.pid):
        if time.monotonic() > limit:
            return False
        time.sleep(0.002)
    return True


def _server_command(pid: int) -> tuple[bool, str]:
    """(whether it is a postmaster, what follows its -D) by the command line: the one thing everybody may read."""
    if _PROC:
        try:
            line = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "surrogateescape")
        except OSError:
            return False, ""
    else:
        asked = ["ps", "-ww", "-o", "command=", "-p", str(pid)]
        line = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    program, _, of = line.partition(" -D ")
    return PurePath(program).name in ("postgres", "postmaster"), of
