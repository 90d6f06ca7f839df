"""What a statement is, by its words: enough to know how to run it, and for the hazards that no catalogue shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from faberdb_providers.postgres.scanner import after_comment, token

_NAME = r'(?:"|\S+)(?: \. (?:"|\S+))*'
_ALTERED = (
    "TABLE|FOREIGN TABLE|VIEW|MATERIALIZED VIEW|INDEX|SEQUENCE|TYPE|DOMAIN|SCHEMA|FUNCTION|PROCEDURE|ROUTINE|AGGREGATE"
    "|TRIGGER|EVENT TRIGGER|RULE|POLICY|COLLATION|CONVERSION|OPERATOR CLASS|OPERATOR FAMILY|OPERATOR|EXTENSION|ROLE"
    "|USER|GROUP|DATABASE|TABLESPACE|SERVER|FOREIGN DATA WRAPPER|PUBLICATION|SUBSCRIPTION|STATISTICS|LANGUAGE"
    "|TEXT SEARCH (?:CONFIGURATION|DICTIONARY|PARSER|TEMPLATE)"
)
_FORMS = {
    "begins": r"(?:BEGIN|START TRANSACTION)\b",
    "ends": r"(?:COMMIT|END|ROLLBACK|ABORT|PREPARE TRANSACTION)\b(?! TO\b)(?!.* TO\b)",
    "undoes": r"(?:ROLLBACK|ABORT)\b",
    "renames": rf"ALTER (?:{_ALTERED}) (?:IF EXISTS )?(?:ONLY )?{_NAME}(?: \*)?(?: ON {_NAME})?"
    r"(?: USING \S+)? (?:RENAME|SET SCHEMA)\b",
    "renames_value": rf"ALTER TYPE {_NAME} RENAME VALUE\b",
    "truncates": r"TRUNCATE\b",
    "reindexes": r"REINDEX\b",
    "rewrites": r"(?:CLUSTER\b|VACUUM (?:FULL|FREEZE FULL)\b)",
    "vacuums": r"VACUUM\b",
    "refreshes": r"REFRESH MATERIALIZED VIEW (?!CONCURRENTLY\b)",
    "refreshes_beside": r"REFRESH MATERIALIZED VIEW CONCURRENTLY\b",
    "builds_beside": r"CREATE (?:UNIQUE )?INDEX CONCURRENTLY\b",
    "builds_if_missing": r"CREATE (?:UNIQUE )?INDEX CONCURRENTLY IF NOT EXISTS\b",
    "concurrently": r"(?:(?:CREATE (?:UNIQUE )?|DROP )INDEX CONCURRENTLY\b|REINDEX (?:\w+ )?CONCURRENTLY\b"
    rf"|ALTER TABLE (?:IF EXISTS )?(?:ONLY )?{_NAME} DETACH PARTITION {_NAME} CONCURRENTLY\b)",
    "alters_table": r"ALTER TABLE\b",
    "disables_triggers": r"ALTER TABLE\b.* DISABLE TRIGGER ALL\b",
    "restarts": r"ALTER (?:SEQUENCE|TABLE)\b.* RESTART\b",
    "validates": r"ALTER (?:TABLE|DOMAIN)\b.* VALIDATE CONSTRAINT\b",
    "loses_proof": r"ALTER TABLE\b(?=.* SET NOT NULL\b).* DROP CONSTRAINT\b",
    "key_of_index": r"ALTER TABLE\b.* PRIMARY KEY USING INDEX\b",
    "uses_index": r"ALTER TABLE\b.* (?:PRIMARY KEY|UNIQUE) USING INDEX\b",
    "foreign_key_not_valid": r"ALTER TABLE\b.* FOREIGN KEY\b.* NOT VALID\b",
    "reads": r"(?:SELECT|TABLE|CALL|DO|ANALYZE|ANALYSE|EXPLAIN)\b",
    "merges": r"MERGE\b",
    "stores_rows": r"CREATE (?:\w+ ){0,2}TABLE\b.* AS\b",
    "executes": r"EXECUTE\b",
    "writes_rows": r"(?:UPDATE|DELETE|INSERT|MERGE|WITH)\b",
    "leaves_catalogue": r"(?:SET(?! CONSTRAINTS\b)|RESET|SHOW|LOCK|ANALYZE|ANALYSE|VACUUM|EXPLAIN|LISTEN|NOTIFY"
    r"|UNLISTEN|BEGIN|START|SAVEPOINT|RELEASE|CHECKPOINT|DISCARD|PREPARE|DEALLOCATE|DECLARE|CLOSE)\b",
    "may_leave_catalogue": r"(?:INSERT|UPDATE|DELETE|MERGE|TRUNCATE|REINDEX|VALUES|FETCH|MOVE|SET CONSTRAINTS)\b",
    "discards": r"(?:DISCARD ALL|DEALLOCATE (?:PREPARE )?ALL)\b",
    "calls": r"(?:SELECT|TABLE|VALUES|CALL|DO|WITH|INSERT|UPDATE|DELETE|MERGE|EXECUTE|FETCH|MOVE|SET CONSTRAINTS)\b",
    "sets": r"(?:SET|SELECT|DO|ALTER (?:ROLE|USER|DATABASE))\b",
    "does": r"DO\b",
    "keeps_place": r"(?:SAVEPOINT|RELEASE|ROLLBACK|SET TRANSACTION|(?:CREATE|ALTER) TYPE)\b",
    "isolates": r"SET TRANSACTION\b.*\bISOLATION LEVEL\b",
    "resets": r"(?:RESET|DISCARD)\b",
    "of_database": r"(?:(?:GRANT|REVOKE)\b.* ON DATABASE\b|ALTER DATABASE\b|COMMENT ON DATABASE\b"
    r"|SECURITY LABEL\b.* ON DATABASE\b|ALTER (?:ROLE|USER) .* IN DATABASE\b|REINDEX (?:\w+ )*(?:DATABASE|SYSTEM)\b)",
    "drops_database": r"DROP DATABASE\b",
    "drops_tablespace": r"DROP TABLESPACE\b",
    "confides": r"(?:CREATE|ALTER) (?:ROLE|USER|GROUP|SERVER|FOREIGN|SUBSCRIPTION)\b",
    "copies_in": r"COPY\b.* STDIN\b",
    "copies_out": r"COPY\b.* STDOUT\b",
    "reaches_out": r"(?:COPY|LOAD|ALTER SYSTEM|CREATE SUBSCRIPTION|ALTER SUBSCRIPTION|IMPORT FOREIGN SCHEMA)\b",
}


class Shape:
    """The words of a statement outside of brackets, in capitals, `"` for each quoted name and `'` for each string."""

    def __init__(self, sql: str) -> None:
        words = [sign for sign, _ in _signs(sql)]
        self.words = " ".join([*words[:1], *_options(sql), *words[1:]])

    def is_(self, form: str) -> bool:
        """Whether it has one of the forms that this file lists."""
        return _compiled(form).match(self.words) is not None


def executed(sql: str) -> str:
    """What a statement runs: of EXPLAIN ANALYZE, the statement that it explains."""
    signs = _signs(sql)
    if next(signs, ("", 0))[0] != "EXPLAIN":
        return sql
    if listed := re.match(r"\s*explain\s*\(([^)]*)\)", sql, re.IGNORECASE):
        return sql[listed.end() :].lstrip() if "ANALYZE" in _on(listed[1]) else sql
    word, start = next(signs, ("", 0))
    if word not in ("ANALYZE", "ANALYSE"):
        return sql
    word, start = next(signs, ("", len(sql)))
    if word == "VERBOSE":
        word, start = next(signs, ("", len(sql)))
    return sql[start:]


def query_copied(sql: str) -> str:
    """The query of a COPY that has one, on the lines where it stands; empty of any other statement."""
    tokens = _tokens(sql)
    (first, _), (opened, _) = next(tokens, (None, 0)), next(tokens, (None, 0))
    if first is None or first[0].upper() != "COPY" or opened is None or opened[0] != "(":
        return ""
    end = next((match.start() for match, brackets in tokens if match[0] == ")" and not brackets), len(sql))
    return "\n" * sql.count("\n", 0, opened.end()) + sql[opened.end() : end]


def prepared(sql: str) -> str:
    """The statement that a PREPARE is about; empty of any other statement."""
    signs = _signs(sql)
    if next(signs, ("", 0))[0] != "PREPARE":
        return ""
    after = (start + len("as") for sign, start in signs if sign == "AS")
    return sql[next(after, len(sql)) :].strip()


def _on(options: str) -> set[str]:
    """The options of a list in brackets, less those that are switched off."""
    given = [option.upper().split() for option in options.split(",")]
    on = {name for name, *value in filter(None, given) if value not in (["FALSE"], ["OFF"], ["0"])}
    return {"ANALYZE" if name == "ANALYSE" else name for name in on}


def _options(sql: str) -> list[str]:
    """Words that may stand in brackets as well: VACUUM (FULL), REINDEX (VERBOSE, CONCURRENTLY)."""
    listed = re.match(r"\s*(?:vacuum|reindex)\s*\(([^)]*)\)", sql, re.IGNORECASE)
    return sorted(_on(listed[1]) & {"CONCURRENTLY", "FULL"}) if listed else []


@cache
def _compiled(form: str) -> re.Pattern[str]:
    return re.compile(_FORMS[form])


def _signs(sql: str) -> Iterator[tuple[str, int]]:
    """Each sign outside of brackets, and where it stands."""
    for match, brackets in _tokens(sql):
        kind, sign = match.lastgroup, match[0]
        if sign not in ("(", "[", ")", "]") and not brackets:
            yield sign.upper() if kind != "string" else '"' if sign.startswith('"') else "'", match.start()


def _tokens(sql: str) -> Iterator[tuple[re.Match[str], int]]:
    """Each token, less spaces and comments, and how many brackets it stands in; a closing one stands outside."""
    position = brackets = 0
    while position < len(sql):
        match = token().match(sql, position)
        assert match is not None, "the last alternative takes any character"
        kind, sign, position = match.lastgroup, match[0], match.end()
        if kind == "comment":
            position = after_comment(sql, match.start()) or len(sql)
        elif kind not in ("space", "open_line"):
            brackets -= sign in (")", "]")
            yield match, brackets
            brackets += sign in ("(", "[")
