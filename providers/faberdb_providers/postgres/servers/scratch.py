"""A PostgreSQL to try things on: there within a fraction of a second, gone without a trace."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from faberdb.errors import DatabaseError, ScratchError
from faberdb_providers.postgres.names import ident, literal
from faberdb_providers.postgres.server_wide import SPACES
from faberdb_providers.postgres.servers import cluster, template
from faberdb_providers.postgres.servers.binaries import Binaries
from faberdb_providers.postgres.servers.runfolder import run_folder, sweep

_START_SECONDS = 30.0
_SETTINGS = {
    "autovacuum": "off",
    # In the data folder, so that it goes with it; /dev/shm would keep it after a kill, and is small in containers.
    "dynamic_shared_memory_type": "mmap",
    "fsync": "off",
    "full_page_writes": "off",
    "huge_pages": "off",
    "jit": "off",
    "log_checkpoints": "off",
    # Statements on scratch are made to fail, and their text is nobody's business.
    "log_min_error_statement": "panic",
    "log_min_messages": "fatal",
    "max_connections": "32",
    # A whole schema may be built, or dropped, in one transaction.
    "max_locks_per_transaction": "1024",
    "max_logical_replication_workers": "0",
    "max_wal_senders": "0",
    "max_wal_size": "256MB",
    "min_wal_size": "2MB",
    "restart_after_crash": "off",
    "shared_buffers": "32MB",
    "synchronous_commit": "off",
    "wal_level": "minimal",
}
_SETTINGS_SINCE = {17: {"event_triggers": "off"}, 18: {"io_method": "sync"}}


@dataclass(slots=True)
class ScratchCluster:
    """A running cluster of our own. major: its version. description: which one it is, in words for people."""

    major: int
    description: str
    _folder: Path
    _ready: list[str] = field(default_factory=lambda: list(template.DATABASES))
    _made: int = len(template.DATABASES)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def conninfo(self, dbname: str) -> str:
        """How to connect to a database of this cluster, as its superuser."""
        return make_conninfo(host=str(self._folder), port=cluster.PORT, user=cluster.SUPERUSER, dbname=dbname)

    def new_database(self) -> str:
        """The conninfo of an empty database that nobody has used; raises ScratchError. Threads may call it."""
        with self._lock:
            if self._ready:
                return self.conninfo(self._ready.pop(0))
            name, self._made = f"scratch_{self._made}", self._made + 1
        # Copying files beats writing the whole database to the log, which from 15 on is the default.
        strategy = " STRATEGY file_copy" if self.major >= 15 else ""
        try:
            with psycopg.connect(self.conninfo("template1"), autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name} TEMPLATE template0{strategy}".encode())
        except psycopg.Error as error:
            raise ScratchError(
                "no further scratch database can be made", where=self.description, detail=(str(error),)
            ) from error
        return self.conninfo(name)

    def folder_for(self, place: str) -> str:
        """A folder in the cluster's own that stands for one of another machine, made where it is missing."""
        owner = self._folder.stat()
        found = self._folder
        for part in (SPACES + place).strip("/").split("/"):
            found /= part
            if not found.exists():
                found.mkdir(mode=0o700)
                if os.geteuid() == 0:
                    os.chown(found, owner.st_uid, owner.st_gid)
        return str(found)

    def add_tablespaces(self, names: Iterable[str]) -> None:
        """Make the tablespaces that are missing, in the cluster's own folder. Raises ScratchError."""
        try:
            with psycopg.connect(self.conninfo("template1"), autocommit=True) as connection:
                connection.execute("set client_min_messages = error")  # they are inside the data folder on purpose
                there = {name for (name,) in connection.execute("select spcname from pg_tablespace")}
                for number, name in enumerate(sorted(set(names) - there), len(there)):
                    place = self._folder / f"space_{number}"
                    place.mkdir(mode=0o700)
                    if os.geteuid() == 0:
                        owner = self._folder.stat()
                        os.chown(place, owner.st_uid, owner.st_gid)
                    connection.execute(f"CREATE TABLESPACE {ident(name)} LOCATION {literal(str(place))}".encode())
        except (psycopg.Error, OSError) as error:
            raise ScratchError("a tablespace cannot be made", where=self.description, detail=(str(error),)) from error


@contextmanager
def scratch_cluster(binaries: Binaries, cache: Path, room: int = 0) -> Iterator[ScratchCluster]:
    """Run a throwaway cluster of these programs for the length of a `with`; `cache` keeps its template between runs.
    room: bytes of the rows that are to be written there.

    It ends with the `with`, and with this process, however that ends; what earlier runs left is removed first.
    Raises ScratchError.
    """
    with ExitStack() as stack:
        try:
            folder = _start(binaries, cache, stack, room)
        except DatabaseError as error:
            raise ScratchError(error.message, where=error.where, advice=error.advice, detail=error.detail) from error
        description = f"scratch cluster {binaries.major} ({binaries.source})"
        yield ScratchCluster(binaries.major, description, folder)


def _start(binaries: Binaries, cache: Path, stack: ExitStack, room: int) -> Path:
    """Start the server; its end goes onto the stack. Returns the folder of its data and socket."""
    who = cluster.account()
    sweep(who)
    programs = cluster.runnable(binaries, who)
    packed = template.ensure(programs, who, cache)
    folder = stack.enter_context(run_folder(who, room))
    try:
        template.unpack(packed, folder, who)
    except OSError as error:
        raise ScratchError("the scratch cluster cannot be unpacked", where=str(folder), detail=(str(error),)) from error
    settings = dict(_SETTINGS)
    for since, more in _SETTINGS_SINCE.items():
        settings |= more if binaries.major >= since else {}
    log = folder / "server.log"
    server = cluster.spawn(cluster.command_line(programs, folder, folder, settings), who, log)
    stack.callback(_stop, server)
    cluster.wait_ready(folder, server.pid, lambda: server.poll() is None, log, _START_SECONDS)
    return folder


def _stop(server: subprocess.Popen[bytes]) -> None:
    # Immediate, not killed: so it gives back what it holds of the system's shared memory.
    server.send_signal(signal.SIGQUIT)
    try:
        server.wait(5)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
