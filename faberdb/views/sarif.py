"""Findings as SARIF 2.1.0, which code hosts and editors read.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from faberdb import __version__
from faberdb.model import Risk
from faberdb.views.findings import sentence

if TYPE_CHECKING:
    from faberdb.lint.report import Finding, Remark, Report
    from faberdb.model import Explanation

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {Risk.SAFE: "none", Risk.CAUTION: "note", Risk.DANGEROUS: "warning", Risk.DESTRUCTIVE: "error"}


def write_sarif(report: Report, hazards: Mapping[str, Explanation]) -> None:
    """One document on stdout."""
    sys.stdout.write(json.dumps(sarif(report, hazards), indent=2, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def sarif(report: Report, hazards: Mapping[str, Explanation]) -> dict[str, Any]:
    """The document. hazards: the catalogue, by code; what was found becomes the rules of the run."""
    codes = sorted({finding.code for finding in report.findings})
    run = {
        "tool": {
            "driver": {
                "name": "faberdb",
                "version": __version__,
                "rules": [_rule(hazards[code]) for code in codes],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, codes) for finding in report.findings],
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": [_notification(r) for r in (*report.passed_over, *report.remarks)],
            }
        ],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(one: Explanation) -> dict[str, Any]:
    texts = [" ".join(text.split()) for text in (one.does, one.risk, one.avoided)]
    return {
        "id": one.code,
        "name": one.name,
        "shortDescription": {"text": one.title},
        "fullDescription": {"text": texts[0]},
        "help": {"text": "\n\n".join(texts)},
        "helpUri": one.source,
        "defaultConfiguration": {"level": LEVELS[one.level]},
    }


def _result(finding: Finding, codes: list[str]) -> dict[str, Any]:
    allowed = [{"kind": "inSource", "justification": finding.reason}] if finding.reason else []
    return {
        "ruleId": finding.code,
        "ruleIndex": codes.index(finding.code),
        "level": LEVELS[finding.risk],
        "message": {"text": sentence(finding)},
        "locations": [_location(finding.file, finding.line, finding.column)],
        "suppressions": allowed,
    }


def _notification(remark: Remark) -> dict[str, Any]:
    return {"level": "note", "message": {"text": remark.text}, "locations": [_location(remark.file, remark.line, 1)]}


def _location(file: str, line: int, column: int) -> dict[str, Any]:
    uri = ("file://" if file.startswith("/") else "") + quote(file)
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": uri},
            "region": {"startLine": line, "startColumn": column},
        }
    }
