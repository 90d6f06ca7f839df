"""One change carried out by one contender while the application works, and what came of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tests.benchmarks.stall.values import digests, gone
from tests.benchmarks.stall.workload import Answer
from tests.servers import fetch


@dataclass(frozen=True)
class Noticed:
    """longest, baseline: the longest wait of a query in seconds, while the change ran and before; p99: of those that
    were due while it ran. failed: queries by SQLSTATE, those of clients with prepared statements apart. wal: bytes."""

    seconds: float
    longest: float
    baseline: float
    p99: float
    failed: dict[str, int]
    failed_prepared: dict[str, int]
    wal: int


@dataclass(frozen=True)
class Cell:
    """noticed: by the application, nothing where nothing was run. unseen: the contender sees no difference. gave_up:
    why it did. wrong: what ended the measuring. lost: what the application wrote and is not there, or is there twice.
    lost_values: columns whose values are nowhere any more. elsewhere: how pg_dump differs from what it says where the
    naive statements ran. sql: what was run, where others than the two of this project wrote it."""

    change: str
    contender: str
    noticed: Noticed | None = None
    unseen: bool = False
    gave_up: str = ""
    wrong: str = ""
    lost: str = ""
    lost_values: tuple[str, ...] = ()
    elsewhere: str = ""
    sql: str = ""


def measured(cell: Cell, run: Callable[[], str], conninfo: str, scratch: Path, *, rate: float, quiet: float) -> Cell:
    """The cell with what the application noticed of a run, which returns why it gave up. scratch: a folder. quiet:
    seconds in which the application works undisturbed, before the change and half of it after."""
    began, values = totals(conninfo), digests(conninfo)
    with application(conninfo, rate, scratch / "answers.json") as answers:
        time.sleep(quiet)
        log, start = position(conninfo), time.time()
        gave_up = run()
        end, wal = time.time(), position(conninfo) - log
        time.sleep(quiet / 2)
    found, done = answers()
    before, waited = undisturbed_and_not(found, start, end, quiet / 2)
    noticed = Noticed(
        seconds=end - start,
        longest=waited[-1],
        baseline=before[-1],
        p99=waited[len(waited) * 99 // 100],
        failed=dict(Counter(a.sqlstate for a in found if a.sqlstate and not a.prepared)),
        failed_prepared=dict(Counter(a.sqlstate for a in found if a.sqlstate and a.prepared)),
        wal=wal,
    )
    return replace(
        cell,
        noticed=noticed,
        gave_up=gave_up,
        lost=missing(began, totals(conninfo), done),
        lost_values=gone(values, digests(conninfo)),
    )


def undisturbed_and_not(
    answers: Iterable[Answer], start: float, end: float, seconds: float
) -> tuple[list[float], list[float]]:
    """How long the queries waited that were answered in these seconds before a change, and those that it may have kept
    waiting, the longest last. Who was still waiting when it began counts to the change, whenever its query was due."""
    before, during = [0.0], [0.0]
    for answer in answers:
        if start - seconds <= answer.due and answer.due + answer.waited < start:
            before.append(answer.waited)
        # A change that takes no time may end between two queries: who came right after it still waited for it.
        elif start - seconds <= answer.due <= end + 0.25:
            during.append(answer.waited)
    return sorted(before), sorted(during)


@contextmanager
def application(conninfo: str, rate: float, into: Path) -> Iterator[Callable[[], tuple[list[Answer], dict[str, int]]]]:
    """The application works as long as the `with` lasts; then what is yielded reads what it wrote down."""
    command = [sys.executable, "-m", "tests.benchmarks.stall.workload", conninfo, str(rate), str(into)]
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environ) as running:

        def answers() -> tuple[list[Answer], dict[str, int]]:
            written = json.loads(into.read_text())
            return [Answer(*answer) for answer in written["answers"]], written["done"]

        assert running.stdin is not None
        assert running.stdout is not None
        running.stdout.readline()  # from here on it is at work
        try:
            yield answers
        finally:
            running.stdin.close()
            try:
                ended = running.wait(timeout=120)
            except subprocess.TimeoutExpired:
                running.kill()
                raise
        assert ended == 0, "the application broke down"


def totals(conninfo: str) -> tuple[int, int]:
    """How many accounts there are, and what is on them."""
    (found,) = fetch(conninfo, "select count(*), sum(balance)::bigint from acc")
    return int(found[0]), int(found[1])


def missing(before: tuple[int, int], after: tuple[int, int], done: dict[str, int]) -> str:
    """What the rows say against what the application knows that it has written."""
    if done["in_doubt"]:
        return f"{done['in_doubt']} queries ended without an answer"
    told = []
    if (found := after[0] - before[0] - done["inserts"]) != 0:
        told.append(f"{found:+} rows")
    if (found := after[1] - before[1] - done["updates"]) != 0:
        told.append(f"{found:+} updates")
    return ", ".join(told)


def position(conninfo: str) -> int:
    ((found,),) = fetch(conninfo, "select pg_current_wal_lsn() - '0/0'::pg_lsn")
    return int(found)
