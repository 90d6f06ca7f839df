"""The health of a database in words: a table for a terminal, a line a finding for logs and other programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from textwrap import wrap
from typing import TYPE_CHECKING

from faberdb.model import HealthVerdict
from faberdb.views.words import visible

if TYPE_CHECKING:
    from faberdb.model import HealthFinding
    from faberdb.views.page import Page

STYLES = {
    HealthVerdict.OK: "green",
    HealthVerdict.UNKNOWN: "dim",
    HealthVerdict.WARNING: "yellow",
    HealthVerdict.CRITICAL: "bold red",
}


def write_health(page: Page, environment: str, found: Sequence[HealthFinding], *, table: bool) -> None:
    """The findings about an environment, the sum first. table: whether it is for a terminal; else no line is broken."""
    page.blank()
    page.line((environment, "bold"), f": {summary(found)}")
    width = max((len(finding.check) for finding in found), default=0)
    for finding in found:
        verdict, name = f"{finding.verdict.value:<8}", f"{finding.check:<{width}}"
        start, style = width + 14, STYLES[finding.verdict]
        more = _more(finding)
        if table:
            first, *rest = wrap(visible(finding.found), max(page.width - start, 20)) or [""]
            page.line((verdict, style), f"  {name}  {first}", indent=2, hang=0)
            for line in rest:
                page.line(line, indent=start, hang=0)
            for line in more:
                page.line((line, "dim"), indent=start, hang=2)
        else:
            page.whole((verdict, style), f"  {name}  {finding.found}")
            for line in more:
                page.whole(f"          {line}")


def _more(finding: HealthFinding) -> list[str]:
    """What stands below a finding, where something is amiss, or could be known."""
    if finding.verdict is HealthVerdict.OK:
        return []
    threshold = [f"threshold: {finding.threshold}"] if finding.threshold and finding.verdict.amiss else []
    return [*finding.detail, *threshold, *([f"help: {finding.advice}"] if finding.advice else [])]


def summary(found: Sequence[HealthFinding]) -> str:
    """`1 critical, 2 warning, 14 ok, 2 unknown`."""
    counted = Counter(finding.verdict for finding in found)
    order = (HealthVerdict.CRITICAL, HealthVerdict.WARNING, HealthVerdict.OK, HealthVerdict.UNKNOWN)
    return ", ".join(f"{counted[verdict]} {verdict.value}" for verdict in order if counted[verdict])


def in_a_sentence(finding: HealthFinding, when: str) -> str:
    """A finding around an apply, in a sentence. when: `before` or `after` it."""
    worse = " became worse" if when == "after" else ""
    advice = f"; {finding.advice}" if finding.advice else ""
    return visible(f"{finding.verdict.value}: {finding.check}{worse}: {finding.found}{advice}")
