"""What the tests of our own servers share: programs of the wheel, child processes, the folders servers live in."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import LiteralString

import psycopg

from faberdb_providers.postgres.servers import binaries, process
from faberdb_providers.postgres.servers.binaries import EMBEDDED

WHEEL = {one.major: one for one in binaries.find(None, "") if one.source == EMBEDDED}


def child(script: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", script, *(str(argument) for argument in arguments)]
    paths = os.pathsep.join(path for path in sys.path if path)
    environment = {**os.environ, "PYTHONPATH": paths}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


def answer(conninfo: str, query: LiteralString) -> object:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        cursor = connection.execute(query)
        row = cursor.fetchone() if cursor.description else None
        return row and row[0]


def folder_of(conninfo: str) -> Path:
    return Path(str(psycopg.conninfo.conninfo_to_dict(conninfo)["host"]))


def eventually(condition: Callable[[], bool], seconds: float = 15) -> bool:
    limit = time.monotonic() + seconds
    while not condition() and time.monotonic() < limit:
        time.sleep(0.02)
    return condition()


def server_of(folder: Path) -> int:
    postmaster = process.running(folder)
    assert postmaster is not None
    return postmaster.pid
