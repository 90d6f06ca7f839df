"""What SQL files may do in an environment: the rules of its plans, as far as they are about hazards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from faberdb.errors import RefusedError
from faberdb.model import Risk
from faberdb.policy.rules import SHOWN, Rules

if TYPE_CHECKING:
    from faberdb.lint.report import Finding, Report


def refuse_findings(report: Report, rules: Rules, whose: str) -> None:
    """Raises RefusedError naming everything in the files that the rules forbid. whose: the rules are, in words."""
    what = list(_exceeding(report, rules, whose))
    if not what:
        return
    raise RefusedError(
        f"the files are refused by {'a rule' if len(what) == 1 else f'{len(what)} rules'} of {whose}",
        detail=tuple(what),
        advice="make the change in safer parts (faberdb explain CODE), or write `-- faberdb: allow CODE reason` before"
        " the statement",
    )


def _exceeding(report: Report, rules: Rules, whose: str) -> Iterator[str]:
    too_risky = [f for f in report.open if f.risk > rules.max_risk and not _excused(f, rules)]
    if too_risky:
        yield f"at most {rules.max_risk.word} is allowed: {_named(too_risky)}"
    for code, reason in sorted(rules.forbidden.items()):
        # What an environment forbids, a comment in a file does not allow.
        found = [finding for finding in report.findings if finding.code == code]
        if found:
            yield f"{whose} forbids {code} ({reason}): {_named(found)}"
    if rules.strict and report.passed_over:
        first = report.passed_over[0]
        yield f"not everything was looked at: {first.file}:{first.line}: {first.text}"


def _excused(finding: Finding, rules: Rules) -> bool:
    """Whether the rules allow its hazard. Data that leaves is no matter of a single hazard."""
    return finding.risk is not Risk.DESTRUCTIVE and finding.code in rules.allowed


def _named(findings: Sequence[Finding]) -> str:
    words = [f"{f.file}:{f.line} ({f.code})" for f in findings[:SHOWN]]
    return ", ".join(words) + (f" and {len(findings) - SHOWN} more" if len(findings) > SHOWN else "")
