"""How long plans take and how much memory, as ratios to pg_dump of the same database in the same run: `make bench`.

Nothing is asserted about time. The figures are printed and written to docs/benchmarks.md; a run on a machine that does
other work says so by its load.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import pytest

from tests.conftest import ProjectFolder
from tests.servers import Server, run_sql

pytestmark = pytest.mark.bench

ROUNDS = int(os.environ.get("FABERDB_BENCH_ROUNDS", "5"))
CHANGED = 20
PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
TYPES = (
    "text not null",
    "integer default 0 not null",
    "timestamptz default now()",
    "numeric(10,2)",
    "varchar(50)",
    "boolean default false not null",
    "jsonb",
    "date",
)


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


def tables(count: int) -> str:
    """SQL for tables of 10 columns, 2 indexes and, but for the first, a foreign key."""
    columns = ", ".join(f"c{number} {type_}" for number, type_ in enumerate(TYPES))
    made = [
        f"create table t{n} (id bigint primary key, parent_id bigint, {columns});"
        f" create index t{n}_a on t{n} (c0); create index t{n}_b on t{n} (c1, c2);"
        for n in range(count)
    ]
    keys = [
        f"alter table t{n} add constraint t{n}_fk foreign key (parent_id) references t{n - 1};" for n in range(1, count)
    ]
    return "\n".join([*made, *keys, "analyze;"])


@pytest.fixture(scope="module")
def page() -> Iterator[list[str]]:
    """Lines of the report, written when all is measured."""
    lines: list[str] = []
    began = os.getloadavg()[0]
    yield lines
    load = f"{began:.1f} when it began, {os.getloadavg()[0]:.1f} when it ended"
    text = "\n".join(
        [*HEAD, f"Python {platform.python_version()}, {os.cpu_count()} processors; load {load}.", *lines, ""]
    )
    PAGE.write_text(text)
    print(f"\n{text}")


HEAD = (
    "# Benchmarks",
    "",
    f"Written by `make bench` (`python -m pytest -m bench -s tests/benchmarks`), {ROUNDS} rounds. Each run of faberdb",
    "is followed by a `pg_dump --schema-only` of the same database; *ratio* is the median of the pairs' elapsed",
    "times, *work* the same for the processor time of all processes that took part, the server's included. Every",
    "table has 10 columns, 2 indexes and a foreign key. *Cold* has an empty cache folder, so that it also makes the",
    "template of the scratch cluster; *warm* comes after a plan without changes. The changed plan adds a column to",
    "each of 20 tables, and is proven forward and back. The program's files are compiled, as pip leaves them.",
    "",
)


@pytest.mark.parametrize("count", [100, 1000])
def test_plans(
    count: int, newest: Server, project: Callable[..., ProjectFolder], tmp_path: Path, page: list[str]
) -> None:
    with newest.database() as conninfo:
        run_sql(conninfo, "set max_parallel_workers_per_gather = 0; " + tables(count))
        folder = project({"live": conninfo})
        bench = Bench(newest, conninfo, folder, tmp_path / "cache")
        bench.faberdb("import", "live")
        file = folder.root / "schemas" / "public.toml"
        same = file.read_text()
        changed = edited(same, count)
        cold = [bench.pair("plan", "live", fresh=True) for _ in range(ROUNDS)]
        warm = [bench.pair("plan", "live") for _ in range(ROUNDS)]
        file.write_text(changed)
        warm_changed = [bench.pair("plan", "live", ends=2) for _ in range(ROUNDS)]
        cold_changed = [bench.pair("plan", "live", fresh=True, ends=2) for _ in range(ROUNDS)]
        bars = ("at most 2", "at most 4") if count == 1000 else ("", "")
        page += [
            "",
            f"## {count} tables",
            "",
            "| plan | faberdb | pg_dump | ratio | work | peak memory | bar |",
            "| --- | ---: | ---: | ---: | ---: | ---: | --- |",
            Line("no changes, warm", warm).text(bars[0]),
            Line("no changes, cold", cold).text(""),
            Line(f"{CHANGED} tables changed, warm", warm_changed).text(bars[1]),
            Line(f"{CHANGED} tables changed, cold", cold_changed).text(""),
        ]


def edited(text: str, count: int) -> str:
    """The declaration with one more column in some tables."""
    for number in range(0, count, count // CHANGED):
        head = f"[tables.t{number}.columns]\n"
        assert head in text
        text = text.replace(head, head + 'extra = { type = "integer", null = true }\n')
    return text


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
