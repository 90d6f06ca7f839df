"""What a check is, and how several things of one sort are judged together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from faberdb.model import HealthFinding, HealthVerdict, Thresholds, worst
from faberdb_providers.postgres.names import ident

FEW = 5
"""How many things of one sort are named."""

Rows = Sequence[Mapping[str, Any]]
"""The answer to the question of a check, by the names of its columns, as JSON has them."""


@dataclass(frozen=True, slots=True)
class Around:
    """What is known besides the answer. today: in UTC. role: whose session asks. version: of the server, as 180004.
    latency: seconds of one round trip."""

    thresholds: Thresholds
    today: date
    role: str
    version: int
    latency: float

    def granting(self, predefined: str) -> str:
        """The statement that lets this role see more."""
        return f"GRANT {predefined} TO {ident(self.role)}"


@dataclass(frozen=True, slots=True)
class Check:
    """One check. sql: one query without parameters, which may see nothing of the text of anybody's statement; empty
    where nothing is asked. judge: makes the finding; its name is added. stops: whether nothing may be applied where
    this is critical."""

    name: str
    judge: Callable[[Rows, Around], HealthFinding]
    sql: str = ""
    stops: bool = False


@dataclass(frozen=True, slots=True)
class Thing:
    """One of several that a check judges. line: what is to be said of it; advice: what helps."""

    verdict: HealthVerdict
    line: str
    advice: str = ""


def judged(
    verdict: HealthVerdict, found: str, *, threshold: str = "", advice: str = "", count: int | None = None
) -> HealthFinding:
    """A finding about one thing."""
    count = int(verdict.amiss) if count is None else count
    return HealthFinding("", verdict, found, threshold, advice if verdict is not HealthVerdict.OK else "", count=count)


def together(things: Sequence[Thing], *, fine: str, threshold: str, hidden: int = 0, grant: str = "") -> HealthFinding:
    """The finding about several things. fine: what is said where none is amiss. hidden: how many this role may not see;
    grant: the statement that opens them."""
    amiss = sorted((thing for thing in things if thing.verdict.amiss), key=lambda thing: -thing.verdict.rank)
    if not amiss and hidden:
        found = f"{fine}; of {hidden} more this role may not see it"
        return HealthFinding("", HealthVerdict.UNKNOWN, found, threshold, grant)
    if not amiss:
        return HealthFinding("", HealthVerdict.OK, fine, threshold)
    first, number = amiss[0], len(amiss)
    lines = [thing.line for thing in amiss[:FEW]] if number > 1 else []
    lines += [f"and {number - FEW} more"] if number > FEW else []
    lines += [f"of {hidden} more this role may not see it: {grant}"] if hidden else []
    found = first.line if number == 1 else f"{number}, first of all {first.line}"
    return HealthFinding(
        "", worst(thing.verdict for thing in amiss), found, threshold, first.advice, tuple(lines), number
    )


def size(count: float) -> str:
    """Bytes as PostgreSQL reads them: `17 MB`, `1.2 GB`."""
    units, amount = ("bytes", "kB", "MB", "GB", "TB"), float(count)
    for unit in units:
        if amount < 1000 or unit == units[-1]:
            break
        amount /= 1024
    return f"{amount:.1f} {unit}" if amount < 9.95 and unit != "bytes" else f"{amount:.0f} {unit}"


def process(pid: int, application: str) -> str:
    """A session in words: never what it runs."""
    return f"server process {pid} ({application})" if application else f"server process {pid}"
