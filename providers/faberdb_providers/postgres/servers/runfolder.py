"""Folders for servers that must not outlive us, not even when we are killed.

Two things see to that. A watcher, a small shell that holds the read end of a pipe, ends the server and removes the
folder as soon as we are gone, however we went. And should the watcher go too, the next run finds the folder, for its
`owner` file is locked as long as the owner lives. (The kernel gives back a lock with its process; a pid it uses again.)
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from faberdb.errors import ScratchError
from faberdb_providers.postgres.servers import cluster, process
from faberdb_providers.postgres.servers.cluster import Account

_MEMORY = Path("/dev/shm")  # noqa: S108  (what is made there is a private folder with a random name)
# Room for large schemas in both databases; containers often have no more than 64 MB there; the temp folder serves then.
_MEMORY_BYTES = 1 << 30
_GRACE_SECONDS = 60.0

# A pid below zero is that of a server in single-user mode; `kill` would take it for a process group. That the pid file
# goes is the sign of the end: in a container nobody may collect the process, and then `kill -0` finds it for ever.
_WATCHER = """
read -r _
if read -r pid <"$1/postmaster.pid" && [ "${pid:-0}" -gt 1 ]; then
    kill -QUIT "$pid"
    i=0; while [ -e "$1/postmaster.pid" ] && [ $i -lt 100 ]; do sleep 0.05; i=$((i+1)); done
    [ -e "$1/postmaster.pid" ] && kill -KILL "$pid"
fi
rm -rf "$1"
"""


@contextmanager
def run_folder(who: Account | None, room: int = 0) -> Iterator[Path]:
    """An empty private folder of the server's user, for one server: data and socket; gone at the end, server included.
    room: bytes that are going to be written there, beyond what a schema takes.

    In memory where there is room, else in the temp folder. Raises ScratchError if there is no place for it.
    """
    folder, owner = _make(who, room)
    watcher: subprocess.Popen[bytes] | None = None
    try:
        watcher = _watch(folder, who)
        yield folder
    finally:
        _remove(folder)
        if watcher is not None:
            _dismiss(watcher)
        os.close(owner)


def _make(who: Account | None, room: int) -> tuple[Path, int]:
    """The folder, and the descriptor that holds its owner lock."""
    small = []
    for place in _places(room):
        if not cluster.reachable(place, who, os.W_OK | os.X_OK):
            continue
        if _free(place) < room:
            small.append(f"{place} has {_free(place) >> 20} MB free, and it takes about {room >> 20} MB")
            continue
        folder = Path(tempfile.mkdtemp(prefix=_prefix(), dir=place))
        if not cluster.fits_socket(folder):
            folder.rmdir()
            continue
        owner = os.open(folder / "owner", os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        fcntl.flock(owner, fcntl.LOCK_EX)
        cluster.hand_over(folder, who)
        return folder, owner
    if small:
        raise ScratchError(
            "there is no folder with room for that much on a scratch server",
            advice="set TMPDIR to a folder with more, of a short path",
            detail=tuple(small),
        )
    raise ScratchError(
        "there is no folder for a scratch server",
        advice="set TMPDIR to a short path that the server's user can write to; a socket's path holds about 100 bytes",
        detail=tuple(f"tried {place}" for place in _places(room)),
    )


def _places(room: int) -> list[Path]:
    # Rows by the gigabyte are left to the disk: the machine needs its memory for other things.
    roomy = room <= _MEMORY_BYTES <= _free(_MEMORY)
    return cluster.temporary_places([_MEMORY] if roomy else [])


def _free(place: Path) -> int:
    try:
        status = os.statvfs(place)
    except OSError:
        return 0
    return status.f_bavail * status.f_frsize


def _prefix() -> str:
    return f"faberdb-run-{os.geteuid()}-"


def _watch(folder: Path, who: Account | None) -> subprocess.Popen[bytes]:
    uid, gid, groups = cluster.ids(who)
    return subprocess.Popen(
        ["/bin/sh", "-c", _WATCHER, "faberdb-watcher", str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,
        user=uid,
        group=gid,
        extra_groups=groups,
    )


def _dismiss(watcher: subprocess.Popen[bytes]) -> None:
    watcher.kill()
    watcher.wait()
    if watcher.stdin is not None:
        watcher.stdin.close()


def _remove(folder: Path) -> None:
    # Immediate, not killed: so it gives back what it holds of the system's shared memory.
    if not process.end(folder, signal.SIGQUIT, 5):
        process.end(folder, signal.SIGKILL, 5)
    shutil.rmtree(folder, ignore_errors=True)


def sweep(who: Account | None) -> list[Path]:
    """Remove what dead runs of this user have left: servers and folders; returns the folders. Those in use stay."""
    trusted = {os.geteuid(), who.uid if who else os.geteuid()}
    places = cluster.temporary_places([_MEMORY] if _MEMORY.is_dir() else [])
    left = [folder for place in places for folder in place.glob(f"{_prefix()}*") if _left(folder, trusted)]
    for folder in left:
        _remove(folder)
    return left


def _left(folder: Path, trusted: set[int]) -> bool:
    try:
        status = folder.lstat()
        if status.st_uid not in trusted or not folder.is_dir() or folder.is_symlink():
            return False
        owner = os.open(folder / "owner", os.O_RDWR | os.O_NOFOLLOW)
    except FileNotFoundError:
        # Being made this moment, or being removed, or half removed long ago.
        return folder.is_dir() and time.time() - status.st_mtime > _GRACE_SECONDS
    except OSError:
        return False
    try:
        fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    else:
        # Between making the owner file and locking it lies a moment: a folder that young is left alone.
        return time.time() - status.st_ctime > 1.0 or process.read(folder) is not None
    finally:
        os.close(owner)
