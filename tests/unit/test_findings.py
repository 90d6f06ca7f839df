"""Findings as text, JSON, SARIF and GitHub annotations, and what the rules of an environment make of them."""

from __future__ import annotations

import io
import json

import pytest

from faberdb.errors import RefusedError
from faberdb.lint.report import Finding, Remark, Report
from faberdb.model import Address, Risk
from faberdb.policy.findings import refuse_findings
from faberdb.policy.rules import Rules
from faberdb.views.annotations import commands
from faberdb.views.findings import findings_line, write_findings
from faberdb.views.json import Json
from faberdb.views.page import Page
from faberdb.views.sarif import sarif
from faberdb_providers.postgres.provider import provider

EMAIL = Address("column", ("public", "customer", "email"))
DROP = Finding("b.sql", 3, 1, "FDB107", Risk.DESTRUCTIVE, "queries that use it fail", EMAIL)
INDEX = Finding("a,b:c.sql", 7, 5, "FDB301", Risk.DANGEROUS, "100% of writes\nwait")
SMALL = Finding("b.sql", 9, 1, "FDB301", Risk.DANGEROUS, "writes wait", reason="it is a small table")
MOMENT = Finding("b.sql", 12, 1, "FDB205", Risk.CAUTION, "another table is locked for a moment too")
REPORT = Report(
    (DROP, INDEX, SMALL, MOMENT), (Remark("b.sql", 20, "not run"),), (Remark("b.sql", 2, "odd"),), 2, 14, "a copy"
)
CLEAN = Report((), (), (), 1, 1, "a copy")


def text(report: Report) -> str:
    page, out = Page(color=False), io.StringIO()
    write_findings(page, report)
    page.write(out)
    return out.getvalue()


def test_each_finding_has_a_line_that_editors_find_the_place_by() -> None:
    lines = text(REPORT).splitlines()
    assert lines[0] == "b.sql:3: destructive FDB107 column public.customer.email: queries that use it fail"
    assert lines[1] == "a,b:c.sql:7: dangerous FDB301 100% of writes wait"
    assert not any("small table" in line for line in lines)
    assert "b.sql:20: note not run" in lines


def test_a_finding_is_one_line_however_long() -> None:
    long = Finding("a.sql", 1, 1, "FDB301", Risk.DANGEROUS, "word " * 60 + "end")
    assert text(Report((long,), (), (), 1, 1, "a copy")).splitlines()[0].endswith("word end")


def test_the_sum_counts_by_risk_and_what_is_allowed() -> None:
    assert findings_line(REPORT) == "1 destructive, 1 dangerous, 1 caution in 14 statements of 2 files; 1 allowed."
    assert findings_line(CLEAN) == "Nothing to say in 1 statement of 1 file."


def test_annotations_are_escaped_as_github_wants_it() -> None:
    assert list(commands(REPORT)) == [
        "::error file=b.sql,line=3,col=1,title=FDB107::column public.customer.email: queries that use it fail",
        "::warning file=a%2Cb%3Ac.sql,line=7,col=5,title=FDB301::100%25 of writes%0Await",
        "::notice file=b.sql,line=12,col=1,title=FDB205::another table is locked for a moment too",
        "::notice file=b.sql,line=20::not run",
        "::notice file=b.sql,line=2::odd",
    ]


def test_sarif_names_each_rule_once_and_refers_to_it() -> None:
    document = sarif(REPORT, provider.hazards)
    assert document["version"] == "2.1.0"
    assert str(document["$schema"]).endswith("sarif-schema-2.1.0.json")
    (run,) = document["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["FDB107", "FDB205", "FDB301"]
    for rule in rules:
        assert rule["helpUri"].startswith("https://")
        assert {"shortDescription", "fullDescription", "help"} <= rule.keys()
        assert rule["defaultConfiguration"]["level"] in ("none", "note", "warning", "error")
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("note", "warning", "error")
        region = result["locations"][0]["physicalLocation"]["region"]
        assert region["startLine"] >= 1
        assert region["startColumn"] >= 1
    assert [r["suppressions"] for r in run["results"]] == [
        [],
        [],
        [{"kind": "inSource", "justification": "it is a small table"}],
        [],
    ]
    (invocation,) = run["invocations"]
    assert [n["message"]["text"] for n in invocation["toolExecutionNotifications"]] == ["not run", "odd"]


def test_sarif_writes_names_of_files_as_uris() -> None:
    odd = Finding("a b/ü.sql", 1, 1, "FDB301", Risk.DANGEROUS, "x")
    (run,) = sarif(Report((odd,), (), (), 1, 1, ""), provider.hazards)["runs"]
    location = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location == {"uri": "a%20b/%C3%BC.sql"}


def test_json_is_one_object_a_line_and_begins_with_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    Json().findings(REPORT)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["type"] for line in lines] == ["version", *["finding"] * 4, "not_looked_at", "remark", "lint_summary"]
    assert lines[1]["finding"]["risk"] == "destructive"
    assert lines[1]["finding"]["about"] == "column:public.customer.email"
    assert [line["finding"]["allowed"] for line in lines[1:5]] == [False, False, True, False]
    assert lines[-1]["found"] == {"caution": 1, "dangerous": 1, "destructive": 1}


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (Rules(), ""),
        (Rules(max_risk=Risk.DANGEROUS), "at most dangerous is allowed: b.sql:3 (FDB107)"),
        (Rules(max_risk=Risk.CAUTION), "at most caution is allowed: b.sql:3 (FDB107), a,b:c.sql:7 (FDB301)"),
        (Rules(max_risk=Risk.CAUTION, allowed=frozenset({"FDB107", "FDB301"})), "caution is allowed: b.sql:3 (FDB107)"),
        (
            Rules(forbidden={"FDB301": "too large"}),
            "forbids FDB301 (too large): a,b:c.sql:7 (FDB301), b.sql:9 (FDB301)",
        ),
        (Rules(strict=True), "not everything was looked at: b.sql:20: not run"),
    ],
    ids=["all is allowed", "max_risk", "a lower one", "data that leaves is not excused", "forbidden", "strict"],
)
def test_the_rules_of_an_environment_hold_for_files_too(rules: Rules, said: str) -> None:
    if not said:
        refuse_findings(REPORT, rules, "environment production")
        return
    with pytest.raises(RefusedError) as raised:
        refuse_findings(REPORT, rules, "environment production")
    assert raised.value.detail[0].endswith(said)


def test_files_without_findings_are_refused_by_no_rule() -> None:
    refuse_findings(CLEAN, Rules(max_risk=Risk.SAFE, strict=True, forbidden={"FDB301": "x"}), "environment production")
