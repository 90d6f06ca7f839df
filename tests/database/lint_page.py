"""Writes docs/lint-and-squawk.md: what the server does with each measured statement, and what faberdb and squawk say.

python -m tests.database.lint_page
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from faberdb.lint.report import Report
from faberdb_providers.postgres.servers.scratch import scratch_cluster
from tests.database.linted import (
    BREAKS,
    EMPTY_LIBRARY,
    LOSES,
    as_file,
    blocked,
    harmful,
    linted,
    notes,
    structure,
    warnings,
)
from tests.database.measured import Case, listed
from tests.database.test_measured import EVERY, copied
from tests.servers import Server, installed, run_sql

PAGE = Path(__file__).parents[2] / "docs" / "lint-and-squawk.md"
PROGRAM = Path(sys.executable).with_name("squawk")
STYLE = (
    "ban-char-field",
    "identifier-too-long",
    "prefer-bigint-over-int",
    "prefer-bigint-over-smallint",
    "prefer-identity",
    "prefer-robust-stmts",
    "prefer-text-field",
    "prefer-timestamp-tz",
    "require-enum-value-ordering",
)
"""Rules of squawk's that are about style, and not about what a statement does; left out."""


@cache
def squawk_version() -> str:
    """`2.70.0`; empty where squawk is not installed."""
    if not PROGRAM.exists():
        return ""
    return subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=True).stdout.split()[-1]


def of_squawk(case: Case, major: int) -> list[str]:
    """The rules by which squawk warns of a case, each once."""
    sql = f"set lock_timeout = '1s';\nset statement_timeout = '1h';\n{as_file(case)};\n"
    command = [str(PROGRAM), "--reporter", "Json", "--pg-version", f"{major}.0", "--stdin-filepath", "case.sql"]
    command += ["--exclude", ",".join(STYLE)]
    said = subprocess.run(command, input=sql, capture_output=True, text=True, check=False).stdout
    return list(dict.fromkeys(warning["rule_name"] for warning in json.loads(said or "[]")))


def did(case: Case) -> str:
    """What the server did, in words."""
    if case.name in BREAKS and case.refused:
        return BREAKS[case.name]
    parts = []
    if found := blocked(case):
        rewritten = [r for r in found if r in listed(case.rewrites)]
        parts += [f"rewrites {', '.join(rewritten)} while locked"] if rewritten else []
        read = [r for r in found if r not in rewritten]
        parts += [f"reads {', '.join(read)} while writes wait"] if read else []
    parts += ["takes data away"] if case.name in LOSES else []
    parts += [BREAKS[case.name]] if case.name in BREAKS else []
    return "; ".join(parts) or "nothing of that"


def row(case: Case, report: Report, squawk: list[str]) -> str:
    """The line of a case in the table."""
    noted = [f"({code})" for code in notes(report)]
    faberdb = " ".join([*warnings(report), *noted]) + _verdict(case, bool(warnings(report)))
    theirs = " ".join(f"`{rule}`" for rule in squawk) + _verdict(case, bool(squawk))
    return f"| {case.name}: `{case.statement}` | {did(case)} | {faberdb.strip()} | {theirs.strip()} |"


def _verdict(case: Case, warned: bool) -> str:
    if warned == harmful(case):
        return ""
    return " **needless**" if warned else " **missed**"


def page(rows: list[str], major: int) -> str:
    """The whole page."""
    sums = [
        f"| {name} | {_count(rows, n, 'missed')} | {_count(rows, n, 'needless')} |"
        for n, name in ((3, "faberdb"), (4, "squawk"))
    ]
    return f"""\
# Lint and squawk

What PostgreSQL {major} does with {len(rows)} statements on the tables of a small library, and what `faberdb lint` and
[squawk](https://squawkhq.com) {squawk_version()} say of each. The server is the judge: faberdb's tests measure what
each statement locks, rewrites and reads (`tests/database/test_measured.py`), on tables with rows. A statement calls for
a warning where it rewrites a table or an index, or reads a table from end to end, while others must not write to it;
where it takes rows or values away; and where queries that ran before fail, or find something else.

| | missed | needless |
| --- | --- | --- |
{chr(10).join(sums)}

faberdb runs each statement on a copy of the catalogue. squawk reads the statement alone, without a database, which
needs less and can know less: whether a constraint that is there already proves something, whether a cast is free, or a
table has a default partition. In parentheses are notes of faberdb's (risk `caution`: somebody waits for a moment, or
reads something new), which count as no warning. Both were given `lock_timeout` and `statement_timeout`; rules of
squawk's about style were left out: {", ".join(f"`{rule}`" for rule in STYLE)}.

This page is written by `python -m tests.database.lint_page`, and a test holds it to what both say.

| Statement | The server | faberdb | squawk |
| --- | --- | --- | --- |
{chr(10).join(rows)}
"""


def _count(rows: list[str], column: int, verdict: str) -> int:
    return sum(f"**{verdict}**" in line.split(" | ")[column - 1] for line in rows)


def rows(server: Server) -> Iterator[str]:
    """The lines of the table, measured now."""
    with server.database() as conninfo:
        run_sql(conninfo, EMPTY_LIBRARY)
        for case in EVERY:
            with copied(server, conninfo, "case") as copy:
                if setup := structure(case.setup).strip():
                    run_sql(copy, setup)
                yield row(case, linted(copy, case), of_squawk(case, server.major))


def main() -> None:
    """Write the page, for the newest server of this machine."""
    if not squawk_version():
        sys.exit("squawk is not installed: pip install squawk-cli")
    major = max(installed())
    with TemporaryDirectory() as cache, scratch_cluster(installed()[major], Path(cache)) as cluster:
        found = list(rows(Server(installed()[major], cluster)))
    PAGE.write_text(page(found, major), "utf-8")


if __name__ == "__main__":
    main()
