"""What a run of a program takes: elapsed time, processor time with the server's share, memory."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.conftest import ProjectFolder
from tests.servers import Server

ROUNDS = int(os.environ.get("FABERDB_BENCH_ROUNDS", "5"))


@dataclass(frozen=True)
class Spent:
    """What one run of a program took. processor: seconds of the program, of what it started and of the server that it
    talked to; memory: the most that one process held, in MB."""

    seconds: float
    processor: float
    memory: float


@dataclass(frozen=True)
class Line:
    """One measured command, in pairs with pg_dump."""

    what: str
    runs: list[tuple[Spent, Spent]]

    def text(self, bar: str) -> str:
        ours, theirs = [a for a, _ in self.runs], [b for _, b in self.runs]
        ratio = median(a.seconds / b.seconds for a, b in self.runs)
        work = median(a.processor / b.processor for a, b in self.runs)
        return (
            f"| {self.what} | {median(s.seconds for s in ours):.2f} s | {median(s.seconds for s in theirs):.2f} s"
            f" | {ratio:.1f} | {work:.1f} | {max(s.memory for s in ours):.0f} MB | {bar} |"
        )


PROVING = """
import os, sys, time
from pathlib import Path
from faberdb.__main__ import main
from faberdb.prove.planner import Planner

proving, planned = 0.0, Planner._prove

def timed(self, *args, **more):
    global proving
    began = time.perf_counter()
    try:
        return planned(self, *args, **more)
    finally:
        proving += time.perf_counter() - began

Planner._prove = timed
sys.argv[0] = "faberdb"
try:
    main()
finally:
    Path(os.environ["PROVING"]).write_text(str(proving))
"""
"""The program, with a note of how long the proof kept it."""


@dataclass(frozen=True)
class Share:
    """What of a plan is its proof. runs: seconds of the proof, and of all."""

    what: str
    runs: list[tuple[float, float]]

    def text(self, bar: str) -> str:
        proofs, wholes = [proof for proof, _ in self.runs], [whole for _, whole in self.runs]
        ratio = median(proof / (whole - proof) for proof, whole in self.runs)
        return f"| {self.what} | {median(proofs):.2f} s | {median(wholes):.2f} s | {ratio:.2f} | {bar} |"


class Bench:
    """Runs programs against one database and measures what they take."""

    def __init__(self, server: Server, conninfo: str, folder: ProjectFolder, cache: Path) -> None:
        self.server, self.conninfo, self.folder, self.cache = server, conninfo, folder, cache
        root = Path(server.cluster.conninfo("x").partition("host=")[2].split(" ")[0].strip("'"))
        self.postmaster = int((root / "postmaster.pid").read_text().split("\n", 1)[0])

    def pair(self, *args: str, fresh: bool = False, ends: int = 0) -> tuple[Spent, Spent]:
        """One run of faberdb, and one of pg_dump right after it. fresh: with an empty cache; ends: its exit code."""
        if fresh:
            shutil.rmtree(self.cache, ignore_errors=True)
        ours = self.faberdb(*args, "--detailed-exitcode", ends=ends)
        dump = [str(self.server.binaries.bin / "pg_dump"), "--schema-only", "-d", self.conninfo]
        return ours, self.measure(dump, 0)

    def faberdb(self, *args: str, ends: int = 0) -> Spent:
        return self.measure([str(Path(sys.executable).with_name("faberdb")), *args], ends)

    def proof(self, *args: str) -> tuple[float, float]:
        """Seconds that the proof of a plan takes, and those of the whole run."""
        note = self.folder.root / "proving.txt"
        self.folder.env["PROVING"] = str(note)
        whole = self.measure([sys.executable, "-c", PROVING, *args], 0)
        return float(note.read_text()), whole.seconds

    def measure(self, command: list[str], ends: int) -> Spent:
        environ = {**os.environ, **self.folder.env, "FABERDB_CACHE": str(self.cache), "NO_COLOR": "1"}
        before, began = self.server_time(), time.perf_counter()
        running = subprocess.Popen(command, cwd=self.folder.root, env=environ, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(running.pid, 0)
        seconds = time.perf_counter() - began
        running.returncode = os.waitstatus_to_exitcode(status)
        assert running.returncode == ends, command
        time.sleep(0.05)  # until the server has seen that its backend is gone
        processor = usage.ru_utime + usage.ru_stime + self.server_time() - before
        return Spent(seconds, processor, usage.ru_maxrss / 1024)

    def server_time(self) -> float:
        """Processor seconds of the server and of all its backends that have ended; 0 where the system does not say."""
        try:
            fields = Path(f"/proc/{self.postmaster}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return 0.0
        return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
