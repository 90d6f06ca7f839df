"""Make, start and stop a PostgreSQL cluster of our own, whoever we are.

PostgreSQL refuses to run as root. Where we are root, its programs run as another user, and everything that user needs
(programs, data, sockets) is put where that user can come. Clusters listen on a Unix socket only, in a folder closed to
others.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import IO, NamedTuple

from faberdb.errors import DatabaseError
from faberdb_providers.postgres.servers import process
from faberdb_providers.postgres.servers.binaries import Binaries

SUPERUSER = "postgres"
PORT = 5432
SHARED_CACHE = Path("/var/cache/faberdb")
# A kernel keeps the path of a socket in a fixed field: 108 bytes on Linux, 104 elsewhere, the last of them zero.
_SOCKET_PATH_BYTES = 103
# The servers get an environment of their own: the caller's PGPORT, PGDATESTYLE, LC_* or TZ must not change their work.
_ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


class Account(NamedTuple):
    """The user that server programs run as, where it is not ourselves."""

    uid: int
    gid: int


def account(owner_of: Path | None = None) -> Account | None:
    """Who runs the server: None is ourselves; for root the owner of existing data, else postgres, else nobody.

    Raises DatabaseError where root finds no such user.
    """
    if os.geteuid() != 0:
        return None
    if owner_of is not None and (status := owner_of.stat()).st_uid != 0:
        return Account(status.st_uid, status.st_gid)
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(entry.pw_uid, entry.pw_gid)
    raise DatabaseError(
        "PostgreSQL does not run as root, and there is neither a user postgres nor a user nobody to run it as",
        advice="create one (useradd --system postgres), or run faberdb as an ordinary user",
    )


def reachable(path: Path, who: Account | None, need: int = os.R_OK | os.X_OK) -> bool:
    """Whether the account can come to `path` and has the rights `need` there, judged by the mode bits."""
    if who is None:
        return os.access(path, need)
    real = path.resolve()
    for place, rights in ((real, need), *((parent, os.X_OK) for parent in real.parents)):
        try:
            status = place.stat()
        except OSError:
            return False
        shift = 6 if status.st_uid == who.uid else 3 if status.st_gid == who.gid else 0
        if (status.st_mode >> shift) & rights != rights:
            return False
    return True


def ids(who: Account | None) -> tuple[int | None, int | None, list[int] | None]:
    """(user, group, extra_groups) as subprocess takes them."""
    return (who.uid, who.gid, []) if who else (None, None, None)


def hand_over(path: Path, who: Account | None) -> None:
    """Give a file or folder that we have made to the server's user."""
    if who is not None:
        os.chown(path, who.uid, who.gid)


def fits_socket(folder: Path) -> bool:
    """Whether a socket in this folder has a path that the kernel can hold."""
    return len(os.fsencode(folder / f".s.PGSQL.{PORT}")) <= _SOCKET_PATH_BYTES


def temporary_places(first: Iterable[Path] = ()) -> list[Path]:
    """The folders for sockets and short-lived data, best first: those given, the temp folder, the usual ones."""
    usual = (Path("/tmp"), Path("/var/tmp"))  # noqa: S108  (callers make private folders there, and check them)
    places = (*first, Path(tempfile.gettempdir()), *usual)
    return list(dict.fromkeys(place.resolve() for place in places if place.is_dir() and os.access(place, os.W_OK)))


def fingerprint(binaries: Binaries) -> tuple[str, str]:
    """(which programs, in which version) as short digests; cheaper than asking the program, and a rebuild shows too."""
    status = (binaries.bin / "postgres").stat()
    parts = (str(binaries.bin), f"{binaries.major} {status.st_size} {status.st_mtime_ns} {status.st_ino}")
    return hashlib.sha256(os.fsencode(parts[0])).hexdigest()[:10], hashlib.sha256(parts[1].encode()).hexdigest()[:10]


def runnable(binaries: Binaries, who: Account | None) -> Binaries:
    """These programs, or a copy of them where the server's user cannot come to them (a venv below /root).

    The copy is made once, in /var/cache/faberdb, where only root can write; nobody's home is opened for it.
    Raises DatabaseError.
    """
    if reachable(binaries.bin / "postgres", who):
        return binaries
    install = binaries.bin.parent
    where, version = fingerprint(binaries)
    home = SHARED_CACHE / "servers" / f"{binaries.major}-{where}-{version}"
    if not home.exists():
        try:
            home.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
            _copy_install(install, home)
        except (OSError, shutil.Error) as error:
            raise DatabaseError(
                f"the server in {binaries.bin} cannot be reached by the user it must run as, and copying it failed",
                where=str(home),
                advice="install it where every user can read it, or run faberdb as an ordinary user",
                detail=(str(error),),
            ) from error
    return Binaries(binaries.major, home / install.parent.name / install.name / "bin", binaries.source)


def _copy_install(install: Path, home: Path) -> None:
    aside = Path(tempfile.mkdtemp(prefix=".new-", dir=home.parent))
    try:
        # A wheel's libraries lie beside its package, and its programs find them by that place.
        package = install.parent.name
        parts = [f"{package}/{install.name}/{part}" for part in ("bin", "lib", "lib64", "share")]
        for part in (*parts, f"{package}.libs"):
            if (install.parents[1] / part).is_dir():
                shutil.copytree(install.parents[1] / part, aside / part, symlinks=True)
        for folder, _, files in os.walk(aside):
            Path(folder).chmod(0o755)
            for file in (Path(folder) / name for name in files):
                if not file.is_symlink():
                    file.chmod(0o755 if file.stat().st_mode & 0o100 else 0o644)
        aside.rename(home)
    except OSError:
        # Somebody else was first: their copy is as good.
        if not home.exists():
            raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def run(command: list[str], who: Account | None, stdin: str | None = None) -> None:
    """Run a server program to its end; raises DatabaseError with what it printed if it fails."""
    uid, gid, groups = ids(who)
    try:
        ended = subprocess.run(
            command,
            input=stdin or "",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            cwd="/",
            env=_ENVIRONMENT,
            check=False,
            user=uid,
            group=gid,
            extra_groups=groups,
        )
    except OSError as error:
        raise DatabaseError(f"{command[0]} cannot be started", detail=(str(error),)) from error
    if ended.returncode != 0:
        lines = tuple(ended.stdout.strip().splitlines()[-15:])
        raise DatabaseError(
            f"{Path(command[0]).name} failed with status {ended.returncode}", where=command[0], detail=lines
        )


def initialise(binaries: Binaries, data: Path, who: Account | None, *, throwaway: bool = False) -> None:
    """Make a cluster in `data`, which must not exist or be empty; raises DatabaseError.

    throwaway: as small and as quickly made as can be, for data that nobody will miss.
    """
    options = [f"--username={SUPERUSER}", "--auth=trust", "--encoding=UTF8", "--no-locale"]
    if binaries.major >= 14:
        options.append("--no-instructions")
    if throwaway:
        options += ["--no-sync", "--wal-segsize=1"]
        if binaries.major >= 18:
            options.append("--no-data-checksums")
    run([str(binaries.bin / "initdb"), f"--pgdata={data}", *options], who)


def command_line(binaries: Binaries, data: Path, sockets: Path, settings: Mapping[str, str]) -> list[str]:
    """The command that runs the server of a data folder; `-D` comes first, process.running looks for it there."""
    own = {
        "listen_addresses": "",
        "unix_socket_directories": str(sockets),
        "unix_socket_permissions": "0700",
        "port": str(PORT),
    }
    options = [word for name, value in {**settings, **own}.items() for word in ("-c", f"{name}={value}")]
    return [str(binaries.bin / "postgres"), "-D", str(data), *options]


def spawn(
    command: list[str], who: Account | None, log: Path, extra: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start a server as our child, its output appended to `log`.

    It has a session of its own, so that Ctrl-C at our terminal does not take the server from under our feet.
    """
    uid, gid, groups = ids(who)
    with _open_log(log, who) as output:
        try:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                env={**_ENVIRONMENT, **(extra or {})},
                start_new_session=True,
                user=uid,
                group=gid,
                extra_groups=groups,
            )
        except OSError as error:
            raise DatabaseError(f"{command[0]} cannot be started", detail=(str(error),)) from error


def spawn_detached(command: list[str], who: Account | None, log: Path, extra: Mapping[str, str] | None = None) -> int:
    """Start a server that outlives us, its output appended to `log`; returns its process id.

    A shell in between ends at once, so that the server is nobody's child and leaves no zombie with a long-lived caller.
    """
    uid, gid, groups = ids(who)
    with _open_log(log, who) as output:
        started = subprocess.run(
            ["/bin/sh", "-c", '"$@" >&2 </dev/null & echo $!', "sh", *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=output,
            cwd="/",
            env={**_ENVIRONMENT, **(extra or {})},
            start_new_session=True,
            check=True,
            user=uid,
            group=gid,
            extra_groups=groups,
        )
    return int(started.stdout)


def _open_log(log: Path, who: Account | None) -> IO[bytes]:
    log.touch(mode=0o600)
    hand_over(log, who)
    return log.open("ab")


def wait_ready(data: Path, pid: int, lives: Callable[[], bool], log: Path, seconds: float) -> None:
    """Wait until the server of `data`, started as process `pid`, takes connections.

    lives: whether that process still runs. Raises DatabaseError with the end of the log if it does not, or is not ready
    in so many seconds.
    """
    limit = time.monotonic() + seconds
    while True:
        # The pid tells the new server's file from the one a dead server has left.
        postmaster = process.read(data)
        if postmaster is not None and postmaster.pid == pid and postmaster.status == "ready":
            return
        if not lives():
            raise _not_started("the PostgreSQL server ended while it started", data, log)
        if time.monotonic() > limit:
            raise _not_started(f"the PostgreSQL server was not ready after {seconds:.0f} s", data, log)
        time.sleep(0.001)


def _not_started(message: str, data: Path, log: Path) -> DatabaseError:
    try:
        lines = log.read_text("utf-8", "replace").strip().splitlines()[-15:]
    except OSError:
        lines = []
    return DatabaseError(
        message, where=str(data), advice="the last lines of its log, above, say why", detail=tuple(lines)
    )
