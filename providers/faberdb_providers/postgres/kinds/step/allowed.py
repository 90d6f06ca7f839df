"""What a raw step may hold: statements that write or read rows. What changes the catalogue is declared, and the
transaction is the plan's."""

from __future__ import annotations

from dataclasses import dataclass

from faberdb_providers.postgres.fragments import fault
from faberdb_providers.postgres.pattern import pattern
from faberdb_providers.postgres.statements.shape import Shape
from faberdb_providers.postgres.statements.split import split

_ROWS = pattern(
    r"(?:SELECT|TABLE|VALUES|WITH|INSERT|UPDATE|DELETE|MERGE|TRUNCATE|CALL|DO|LOCK|ANALYZE|ANALYSE"
    r"|REFRESH MATERIALIZED VIEW(?! CONCURRENTLY))\b"
)
_QUERY = pattern(r"(?:SELECT|TABLE|VALUES|WITH)\b")
_MAKES_A_TABLE = pattern(r"(?:SELECT|WITH|TABLE)\b.*(?<!INSERT)(?<!MERGE) INTO\b")
_TRANSACTION = pattern(
    r"(?:BEGIN|START TRANSACTION|COMMIT|END|ROLLBACK|ABORT|SAVEPOINT|RELEASE|PREPARE TRANSACTION|SET TRANSACTION)\b"
)
_SETTINGS = pattern(r"(?:SET|RESET|DISCARD)\b")


@dataclass(frozen=True, slots=True)
class Wrong:
    """What a step may not hold, and in which line of its text."""

    line: int
    message: str


def statements(text: str) -> list[str]:
    """The statements of a step, without the semicolons."""
    return [written.sql for written in split(text).statements]


def wrong_with(text: str) -> Wrong | None:
    """What of the text no step may hold; None where all of it may stand there."""
    script = split(text)
    for line, what in (*script.passed_over, *script.remarks):
        return Wrong(line, what)
    if not (script.statements or script.elsewhere):
        return Wrong(1, "there is no statement in it")
    for written in (*script.statements, *script.elsewhere):
        if why := _refused(Shape(written.sql).words):
            return Wrong(written.line, why)
    return None


def _refused(words: str) -> str:
    if _TRANSACTION.match(words):
        return f"{_first(words)} controls the transaction, which is the plan's: it notes with it what was done"
    if _SETTINGS.match(words):
        return (
            f"{_first(words)} would hold for the steps that come after it; write names with their schema, or a function"
        )
    if _MAKES_A_TABLE.match(words):
        return "SELECT INTO makes a table; declare the table, and fill it with INSERT"
    if not _ROWS.match(words):
        return f"{_first(words)} is none of the statements that write or read rows; what a database holds is declared"
    return ""


def _first(words: str) -> str:
    """The command, in words: `CREATE TABLE`, `COMMIT`."""
    return " ".join(word for word in words.split(" ")[:2] if word.isalpha()) or "it"


def wrong_with_query(text: str) -> str:
    """Why a text is no query that can be asked whether it says true; empty where it is one."""
    if not _QUERY.match(Shape(text).words):
        return "it is no query; write one that says true or false: `select ...`"
    return fault(text)
