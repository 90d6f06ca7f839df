"""The measured statements as SQL files, for `faberdb lint`: what the server does with each is the judge of what is said
of it."""

from __future__ import annotations

import re

from faberdb.lint.report import WARNS_FROM, Report
from faberdb.lint.run import File, lint
from faberdb_providers.postgres.measuring.meter import BLOCKING
from faberdb_providers.postgres.provider import provider
from tests.database.measured import LIBRARY, Case, listed
from tests.migration import opened

KINDS = {kind.name: kind for kind in provider.kinds}
BREAKS = {
    "a column that may not be null, without a default": "it fails on rows that are there",
    "a column is renamed": "queries by the old name fail",
    "a column is renamed and a view still shows its old name": "queries by the old name fail",
    "int to bigint, of a column that a view shows": "it fails",
    "a table is renamed": "queries by the old name fail",
    "a table takes the name of another": "queries by the old name find another table, or none",
    "a table moves to another schema": "queries by the old name fail",
    "a table gets another owner": "the old owner loses the rights of one",
    "a table inherits": "queries on the parent find other rows",
    "row security": "nobody but the owner finds a row",
    "a partition becomes a table": "queries on the parent find no row of it",
    "a partition leaves without a lock on the others": "queries on the parent find no row of it",
    "a view is dropped": "queries on it fail",
    "a materialized view is dropped": "queries on it fail",
    "a value of an enum is renamed": "queries by the old name fail",
}
"""Statements after which queries that ran before fail, or find something else; no lock shows that."""
LOSES = frozenset(
    (
        "a column is dropped",
        "a column is dropped with its index and the views that show it",
        "a table is dropped",
        "a table that refers to another is dropped",
        "a schema is dropped with what is in it",
        "a table is emptied",
        "a partition is dropped",
    )
)
"""Statements after which rows or values are gone."""


def structure(sql: str) -> str:
    """The SQL without the rows that it writes: a copy of a catalogue has none."""
    return re.sub(r"\binsert into [^;]*(?:;|\Z)", "", sql)


EMPTY_LIBRARY = f"{structure(LIBRARY)} refresh materialized view shelf_print;"


def blocked(case: Case) -> list[str]:
    """What it reads from end to end or writes anew while others must not write to it, as it was measured."""
    locks, rewrites = case.expected_locks(), listed(case.rewrites)
    return [r for r in dict.fromkeys((*rewrites, *listed(case.scans))) if locks.get(r) in BLOCKING]


def harmful(case: Case) -> bool:
    """Whether it blocks, breaks or loses, so that something has to be said of it."""
    return bool(blocked(case) or case.name in BREAKS or case.name in LOSES)


def as_file(case: Case) -> str:
    """The case as somebody would write it: what was measured in one transaction is one."""
    return f"begin; {case.statement}; commit" if ";" in case.statement else case.statement


def linted(conninfo: str, case: Case) -> Report:
    """What is said of a case on a library without rows, in a session that bounds its waits."""
    with opened(conninfo, read_only=False) as session:
        settings = {"timezone": case.time_zone, "lock_timeout": "1s", "statement_timeout": "1h"}
        trial = provider.trial(session, settings)
        return lint([File("case.sql", provider.script(as_file(case)))], trial, KINDS, "the library")


def warnings(report: Report) -> list[str]:
    """The codes of what is not only a note, each once."""
    return list(dict.fromkeys(f.code for f in report.open if f.risk >= WARNS_FROM))


def notes(report: Report) -> list[str]:
    """The codes of the rest."""
    return list(dict.fromkeys(f.code for f in report.open if f.risk < WARNS_FROM))
