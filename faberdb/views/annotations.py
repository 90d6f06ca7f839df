"""Findings as GitHub shows them beside the lines of a pull request: workflow commands on stdout.

https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from faberdb.model import Risk
from faberdb.views.findings import findings_line, sentence
from faberdb.views.words import visible

if TYPE_CHECKING:
    from faberdb.lint.report import Finding, Report

LEVELS = {
    Risk.SAFE: "notice",
    Risk.CAUTION: "notice",
    Risk.DANGEROUS: "warning",
    Risk.DESTRUCTIVE: "error",
}


def write_annotations(report: Report) -> None:
    """Each finding that no comment allows, what was not looked at, and how many there are."""
    for line in commands(report):
        sys.stdout.write(line + "\n")
    sys.stdout.write(f"{findings_line(report)}\n")
    sys.stdout.flush()


def commands(report: Report) -> Iterator[str]:
    """The workflow commands."""
    yield from map(_command, report.open)
    for remark in (*report.passed_over, *report.remarks):
        yield f"::notice file={_property(remark.file)},line={remark.line}::{_data(remark.text)}"


def _command(finding: Finding) -> str:
    place = f"file={_property(finding.file)},line={finding.line},col={finding.column}"
    return f"::{LEVELS[finding.risk]} {place},title={_property(finding.code)}::{_data(sentence(finding))}"


def _data(text: str) -> str:
    return visible(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """In the head of a command a colon and a comma mean something too."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
