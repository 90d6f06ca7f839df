"""The health of a database: what a check looked at, and what is to be thought of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple


class HealthVerdict(Enum):
    """What a check comes to. unknown: it could not be looked at, which is neither good nor bad."""

    OK = "ok"
    UNKNOWN = "unknown"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def amiss(self) -> bool:
        """Whether something is to be done."""
        return self.rank > HealthVerdict.UNKNOWN.rank

    @property
    def rank(self) -> int:
        """The higher, the worse."""
        return list(HealthVerdict).index(self)


def worst(verdicts: Iterable[HealthVerdict]) -> HealthVerdict:
    """The worst of them; ok where there are none."""
    return max(verdicts, key=lambda verdict: verdict.rank, default=HealthVerdict.OK)


class Threshold(NamedTuple):
    """From which value on something is amiss, in seconds, bytes or a share (0 to 1). critical: None for what never is.
    said: both in words."""

    warning: float
    critical: float | None
    said: str

    def verdict(self, value: float) -> HealthVerdict:
        """What a value comes to."""
        if self.critical is not None and value >= self.critical:
            return HealthVerdict.CRITICAL
        return HealthVerdict.WARNING if value >= self.warning else HealthVerdict.OK


Thresholds = Mapping[str, Threshold]
"""By the key of [health] in faberdb.toml."""


@dataclass(frozen=True, slots=True)
class HealthFinding:
    """What one check found.

    found: a sentence without a full stop. threshold: from when on it is amiss, in words. advice: the command or SQL
    that helps; empty where nothing is to be done. detail: the things that are amiss, a line for each, where there are
    several; count: how many they are. stops: nothing may be applied as long as this is so.
    """

    check: str
    verdict: HealthVerdict
    found: str
    threshold: str = ""
    advice: str = ""
    detail: tuple[str, ...] = ()
    count: int = 0
    stops: bool = False


def worse(before: Iterable[HealthFinding], after: Iterable[HealthFinding]) -> list[HealthFinding]:
    """What is amiss now and was less so before: a worse verdict, or the same of more things. What was not known before
    cannot be compared."""
    known = {finding.check: finding for finding in before}
    found = []
    for now in after:
        then = known.get(now.check)
        if then is None or then.verdict is HealthVerdict.UNKNOWN or not now.verdict.amiss:
            continue
        if (now.verdict.rank, now.count) > (then.verdict.rank, then.count):
            found.append(now)
    return found


def lasting(seconds: float) -> str:
    """How long it has lasted, no finer than it matters: `under a second`, `40 s`, `12 min`, `5.5 h`, `3 days`."""
    for unit, length in (("days", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        if seconds >= length * (2 if unit == "days" else 1):
            return f"{round(seconds / length, 1 if unit in ('days', 'h') else None):g} {unit}"
    return "under a second"
