"""Findings in SQL files, for people: a line for each, and what they come to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from faberdb.model import Risk
from faberdb.views.page import RISK_STYLES
from faberdb.views.words import plural, spoken, visible

if TYPE_CHECKING:
    from faberdb.lint.report import Finding, Report
    from faberdb.views.page import Page


def write_findings(page: Page, report: Report) -> None:
    """Each finding that no comment allows, what was not looked at, and the sum."""
    for finding in report.open:
        level = (finding.risk.word, RISK_STYLES[finding.risk])
        page.whole(f"{finding.file}:{finding.line}: ", level, " ", (finding.code, "bold"), f" {sentence(finding)}")
    for remark in (*report.passed_over, *report.remarks):
        page.whole(f"{remark.file}:{remark.line}: ", ("note", "dim"), f" {remark.text}")
    page.blank()
    page.line((findings_line(report), "bold" if report.open else "green"))
    page.line((f"Tried on {visible(report.on)}.", "dim"))
    if report.open:
        page.line(("faberdb explain CODE says more.", "dim"))


def sentence(finding: Finding) -> str:
    """The message, with the object that it is about before it."""
    return f"{spoken(finding.about)}: {finding.message}" if finding.about else finding.message


def findings_line(report: Report) -> str:
    """`2 destructive, 1 caution in 14 statements of 2 files; 1 allowed.`"""
    worst_first = sorted(Risk, reverse=True)
    counted = [f"{report.count(risk)} {risk.word}" for risk in worst_first if report.count(risk)]
    found = ", ".join(counted) or "Nothing to say"
    allowed = len(report.findings) - len(report.open)
    statements, files = plural(report.statements, "statement"), plural(report.files, "file")
    return f"{found} in {statements} of {files}{f'; {allowed} allowed' if allowed else ''}."
