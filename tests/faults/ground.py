"""The server that is disturbed, on a file system of its own that can be filled, and the network before it."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from faberdb_providers.postgres.servers import cluster
from faberdb_providers.postgres.servers.binaries import Binaries

ROOM = 220
"""Megabytes of the file system."""
SEGMENT = 1 << 20
"""Bytes of a file of the server's log, in a cluster that is made to be thrown away."""
MESSAGE = 256
"""Bytes of the log that a message takes beside its content and the headers of pages, at most."""
DATABASE = 70000
"""The oid of the database: the same each time it is made anew, so that a plan fits each of them."""

# As a server in production has it, but that nothing is forced onto the disk: what falls here is the server, not the
# machine under it. Little log is kept ready (min_wal_size), and filling it up is no reason for a checkpoint
# (max_wal_size), which would find no room either and stop the server before the apply does.
SETTINGS = {
    "autovacuum": "off",
    "dynamic_shared_memory_type": "mmap",
    "fsync": "off",
    "jit": "off",
    "max_connections": "40",
    "max_locks_per_transaction": "256",
    "max_wal_size": "160MB",
    "min_wal_size": "2MB",
    "shared_buffers": "32MB",
}


class Ground:
    """A running server, as its superuser sees it."""

    def __init__(self, binaries: Binaries, folder: Path, *, fillable: bool) -> None:
        self.who = cluster.account()
        self.programs = cluster.runnable(binaries, self.who)
        self.folder, self.data, self.fillable = folder, folder / "disk" / "data", fillable
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it takes connections; one that runs stays."""
        if self._server is not None and self._server.poll() is None:
            self._wait()
            return
        command = cluster.command_line(self.programs, self.data, self.folder, SETTINGS)
        self._server = cluster.spawn(command, self.who, self.folder / "server.log")
        process = self._server
        cluster.wait_ready(self.data, process.pid, lambda: process.poll() is None, self.folder / "server.log", 60)
        self._wait()

    def _wait(self) -> None:
        """A server whose process runs may be mending what a crash left."""
        deadline = time.monotonic() + 60
        while True:
            try:
                psycopg.connect(self.conninfo("template1")).close()
                return
            except psycopg.OperationalError:
                if self._server is not None and self._server.poll() is not None:
                    self._server = None
                    self.start()
                    return
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def stop_at_once(self) -> None:
        """As a crash does it: nothing is written out, everything is mended at the next start."""
        if self._server is not None:
            self._server.send_signal(signal.SIGQUIT)
            self._server.wait(30)
            self._server = None

    def conninfo(self, name: str = "live", folder: Path | None = None) -> str:
        return make_conninfo(
            host=str(folder or self.folder), port=cluster.PORT, user=cluster.SUPERUSER, dbname=name, connect_timeout=20
        )

    def sql(self, *statements: str) -> None:
        """Run statements beside the database."""
        with psycopg.connect(self.conninfo("template1"), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def end_sessions(self) -> None:
        """Terminate what faberdb has open in the database."""
        with psycopg.connect(self.conninfo("template1"), autocommit=True) as connection:
            connection.execute(
                "select pg_terminate_backend(pid, 10000) from pg_stat_activity"
                " where datname = 'live' and application_name ~ '^faberdb'"
            )

    def fill(self) -> None:
        """Leave no room on the disk."""
        with (self.folder / "disk" / "ballast").open("wb", buffering=0) as file:
            size = 1 << 20
            while size >= 512:
                try:
                    if file.write(bytes(size)) < size:
                        size //= 2
                except OSError:
                    size //= 2

    def fill_log(self, rest: int) -> None:
        """Use up what the server holds ready for its log, but for about the last `rest` bytes."""
        # Where an apply writes at the same time, it may come to the end first, or this may; that stops the server.
        with (
            contextlib.suppress(psycopg.OperationalError),
            psycopg.connect(self.conninfo("template1"), autocommit=True) as connection,
        ):
            while (left := self._left_of_log(connection) - rest) > 2 * MESSAGE:
                size = (min(left, SEGMENT // 2) - MESSAGE) * 99 // 100  # each page of the log has a header
                connection.execute("select pg_logical_emit_message(false, 'ballast', repeat('x', %s))", (size,))

    def _left_of_log(self, connection: psycopg.Connection[Any]) -> int:
        """Bytes from where the log is to the end of its last file, which may wait for its turn under that name."""
        found = connection.execute("select pg_walfile_name(w), w - '0/0' from pg_current_wal_insert_lsn() w").fetchone()
        assert found is not None
        current, position = str(found[0]), int(found[1])
        ready = [file.name for file in (self.data / "pg_wal").iterdir() if len(file.name) == len(current)]
        ahead = sum(name > current and name[:8] == current[:8] for name in ready)
        return SEGMENT - position % SEGMENT + ahead * SEGMENT

    def empty(self) -> None:
        """Give the room back."""
        (self.folder / "disk" / "ballast").unlink(missing_ok=True)


@contextmanager
def ground(binaries: Binaries) -> Iterator[Ground]:
    """A server of its own, gone afterwards. Where this user may not mount a file system, its disk cannot be filled."""
    folder = Path(tempfile.mkdtemp(prefix="faberdb-faults-", dir=cluster.temporary_places()[0]))
    folder.chmod(0o711)
    (folder / "disk").mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={ROOM}m", "tmpfs", str(folder / "disk")]
    fillable = os.geteuid() == 0 and subprocess.run(mount, capture_output=True, check=False).returncode == 0
    made = Ground(binaries, folder, fillable=fillable)
    try:
        for path in (folder, folder / "disk"):
            cluster.hand_over(path, made.who)
        cluster.initialise(made.programs, made.data, made.who, throwaway=True)
        made.start()
        yield made
    finally:
        made.stop_at_once()
        if fillable:
            subprocess.run(["umount", str(folder / "disk")], check=True)
        shutil.rmtree(folder)


class Network:
    """What lies between faberdb and the server, and may be cut."""

    def __init__(self, folder: Path, server: Path) -> None:
        self.folder, self._server, self.mode = folder, server, "through"
        folder.mkdir(exist_ok=True)
        path = folder / f".s.PGSQL.{cluster.PORT}"
        path.unlink(missing_ok=True)
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(path))
        self._listening.listen()
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            if self.mode != "through":
                client.close()
                continue
            server = socket.socket(socket.AF_UNIX)
            server.connect(str(self._server / f".s.PGSQL.{cluster.PORT}"))
            self._pairs.append((client, server))
            threading.Thread(target=self._carry, args=(client, server), daemon=True).start()

    def _carry(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError):
            while True:
                for ready in select.select([client, server], [], [], 1)[0]:
                    data = ready.recv(65536)
                    if ready is server and self.mode == "no answers":
                        _hang_up(client)  # it was done, and nobody is told
                        _hang_up(server)
                        return
                    if not data:
                        _hang_up(client)
                        if self.mode != "half":
                            _hang_up(server)
                        return
                    (server if ready is client else client).sendall(data)

    def cut(self, mode: str) -> None:
        """both: both ends see it; half: the server does not; no answers: what is sent arrives, and its answer never."""
        self.mode = mode
        for client, server in self._pairs:
            if mode != "no answers":
                _hang_up(client)
            if mode == "both":
                _hang_up(server)

    def close(self) -> None:
        """Nothing is left of it; the server sees that too."""
        self.mode = "both"
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for pair in self._pairs:
            for end in pair:
                _hang_up(end)
                end.close()


def _hang_up(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
