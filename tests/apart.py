"""Servers for tests of what belongs to a whole server (roles, tablespaces): each database on a cluster of its own, so
that no test sees another's."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from faberdb.model import Address
from faberdb_providers.postgres.servers.binaries import EMBEDDED, Binaries
from faberdb_providers.postgres.servers.scratch import scratch_cluster
from faberdb_providers.postgres.session import Session
from faberdb_providers.postgres.shadow import Need, ScratchServer, open_scratch
from tests.servers import Server


def everything(address: Address) -> bool:
    """A project that asks for all there is of the server."""
    return True


@contextmanager
def own_database(binaries: Binaries, cache: Path) -> Iterator[tuple[Server, str]]:
    """A server that nobody else uses, and a database on it."""
    with scratch_cluster(binaries, cache) as cluster:
        server = Server(binaries, cluster)
        yield server, server.new_database()


@contextmanager
def scratch_like(server: Server, conninfo: str, cache: Path) -> Iterator[ScratchServer]:
    """The scratch server that a command would take for a plan of everything on a server."""
    with closing(Session.open(conninfo, "the database under test", read_only=True)) as session:
        roles, spaces = frozenset(session.roles()), frozenset(session.tablespaces())
    need = Need(
        server.major,
        {},
        {},
        target=conninfo,
        protected=True,
        roles=roles,
        tablespaces=spaces,
        asked=everything,
        shadow_kind="embedded" if server.binaries.source == EMBEDDED else "binaries",
        bin_setting=os.environ.get("FABERDB_PG_BIN"),
        path=os.environ.get("PATH", ""),
        cache=cache,
    )
    with open_scratch(need) as scratch:
        scratch.description = f"a scratch cluster of PostgreSQL {server.major}"  # which is where this machine has it
        yield scratch


@contextmanager
def folders(server: Server, text: str) -> Iterator[None]:
    """The folders of tablespaces that a schema file names, below /tmp, as whoever runs the server wants them."""
    owner = Path(str(conninfo_to_dict(server.cluster.conninfo("template1"))["host"])).stat()
    with ExitStack() as stack:
        for folder in sorted({Path(place) for place in re.findall(r'"(/tmp/faberdb-[^"]+)"', text)}):
            stack.enter_context(_alone_with(folder))
            shutil.rmtree(folder, ignore_errors=True)  # of a run that was killed
            folder.mkdir(mode=0o700)
            stack.callback(shutil.rmtree, folder)
            os.chown(folder, owner.st_uid, owner.st_gid)
        yield


@contextmanager
def _alone_with(folder: Path) -> Iterator[None]:
    """Waits while another test worker has the same folder, for the same case on another server."""
    locks = Path(tempfile.gettempdir()) / "faberdb-test-locks"
    locks.mkdir(exist_ok=True)
    with (locks / folder.name).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def dump_globals(server: Server, conninfo: str) -> str:
    """pg_dumpall of what belongs to the server, less what cannot be told apart in any other way, with sorted lines."""
    command = [str(server.binaries.bin / "pg_dumpall"), "--globals-only", "--no-role-passwords", "-d", conninfo]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    # No statement makes a password valid for ever but this one, which leaves the word behind.
    plain = re.sub(r" VALID UNTIL 'infinity'", "", done.stdout)
    plain = re.sub(r"LOCATION '[^']*'", "LOCATION ...", plain)
    return "\n".join(sorted(line for line in plain.splitlines() if not line.startswith(("--", "\\"))))
