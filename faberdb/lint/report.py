"""What was found in SQL files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from faberdb.model import Address, Risk

WARNS_FROM = Risk.DANGEROUS
"""Below it a finding is a note: something is in the way for a moment, or better known."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A hazard of a statement. line, column: where the statement begins, or where the server found it wrong. about: the
    object, where it is about one. reason: why a comment in the file allows it; empty where none does."""

    file: str
    line: int
    column: int
    code: str
    risk: Risk
    message: str
    about: Address | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """What was not looked at, or a comment that says nothing."""

    file: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Report:
    """All of it, in the order of the files. files, statements: how many were looked at. passed_over: statements that
    were not looked at, in remarks, a line for each or for several; remarks: other things that somebody should know of
    the files. on: the catalogue and the server that the files were tried on, in words."""

    findings: tuple[Finding, ...]
    passed_over: tuple[Remark, ...]
    remarks: tuple[Remark, ...]
    files: int
    statements: int
    on: str

    @property
    def open(self) -> Sequence[Finding]:
        """Findings that no comment allows."""
        return [finding for finding in self.findings if not finding.reason]

    def count(self, risk: Risk) -> int:
        """How many of the open findings are of a risk."""
        return sum(finding.risk is risk for finding in self.open)
