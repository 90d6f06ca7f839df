"""The statements of a raw step: its own SQL as it was written, the questions before and after it, and the mark that it
was done.

A scratch database has the catalogue and not the rows: there questions are asked and not held to their answers, and SQL
that rows refuse, which need not be those of the live database, is taken for done.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from faberdb.model import IRREVERSIBLE, Hazard, Risk, Statement
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.step.allowed import statements
from faberdb_providers.postgres.kinds.step.naming import PREFIX
from faberdb_providers.postgres.names import dollar_quoted, ident, literal
from faberdb_providers.postgres.pattern import pattern
from faberdb_providers.postgres.statements.rows import block_writes_all_rows, writes_all_rows
from faberdb_providers.postgres.statements.shape import Shape

_OF_ROWS = "data_exception OR integrity_constraint_violation OR cardinality_violation OR plpgsql_error"
_UPDATES = pattern(r"\b(?<!for )(?<!for no key )(?:update|merge)\b", re.IGNORECASE)
_DELETES = pattern(r"\b(?:delete|truncate)\b", re.IGNORECASE)
_STRING_OR_COMMENT = pattern(r"'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/", re.DOTALL)

_RUNS = "SQL of the project is run as it is written: what becomes of rows is not proven"
_OVERWRITES = "it writes over values of rows, and what they were before is kept nowhere"
_TAKES_ROWS = "it deletes rows, which go to no quarantine"
NO_UNDO = Hazard(
    IRREVERSIBLE, "undo: none (the step says no `undo`, so a rollback leaves what it did, and that it was done)"
)


def written(text: str, scope: Sequence[str] = (), more: tuple[Hazard, ...] = ()) -> Iterator[Statement]:
    """The SQL of a step, statement by statement. more: hazards of the first."""
    for number, sql in enumerate(statements(text)):
        risk, hazards = _judged(sql)
        yield Statement(
            sql, risk, (*hazards, *(more if number == 0 else ())), on_scratch=_tried(sql), scope=tuple(scope)
        )


def asked(query: str, name: str, key: str) -> Statement:
    """What stops the plan unless a query says true."""
    said = literal(f"step {name}: what it `{key}` does not hold").strip()
    hint = literal(f"it was asked: {query.strip()}").strip()
    body = (
        f"BEGIN\n  IF ({query.strip()}) IS NOT TRUE THEN\n"
        f"    RAISE EXCEPTION USING MESSAGE = {said},\n      HINT = {hint};\n  END IF;\nEND"
    )
    return Statement(f"DO {dollar_quoted(body)}", Risk.SAFE, on_scratch=_tried(f"SELECT ({query.strip()}) IS TRUE"))


def marked(name: str, attributes: Mapping[str, Any], hazards: Iterable[Hazard] = ()) -> Statement:
    """What notes in the database that the step was done, in its own transaction: an empty type in faberdb's schema,
    which everybody can see whatever rights there are on tables, and no publication sends."""
    body = (
        "BEGIN\n  IF to_regnamespace('faberdb') IS NULL THEN\n    CREATE SCHEMA faberdb;\n"
        "    REVOKE ALL ON SCHEMA faberdb FROM public;\n  END IF;\n"
        f"  CREATE TYPE {_mark(name)} AS ENUM ();\n  {_told(name, attributes)};\nEND"
    )
    hazards = tuple(hazards)
    return Statement(f"DO {dollar_quoted(body)}", Risk.CAUTION if hazards else Risk.SAFE, hazards)


def marked_anew(name: str, attributes: Mapping[str, Any]) -> Statement:
    """What notes that a step which was done says otherwise how it is taken back, or where it stands."""
    return Statement(_told(name, attributes))


def unmarked(name: str) -> Statement:
    return Statement(f"DROP TYPE {_mark(name)}")


def _mark(name: str) -> str:
    return f"faberdb.{ident(PREFIX + name)}"


def _told(name: str, attributes: Mapping[str, Any]) -> str:
    text = json.dumps(attributes, sort_keys=True, ensure_ascii=False)
    return f"COMMENT ON TYPE {_mark(name)} IS {literal(text).strip()}"


def _tried(sql: str) -> str:
    """The SQL as a scratch database runs it."""
    body = f"BEGIN\n  EXECUTE {literal(sql).strip()};\nEXCEPTION WHEN {_OF_ROWS} THEN NULL;\nEND"
    return f"DO {dollar_quoted(body)}"


def _judged(sql: str) -> tuple[Risk, tuple[Hazard, ...]]:
    """How risky a statement is by its words, those in a block too. What functions do that it calls no word tells."""
    shape, hazards, risk = Shape(sql), [Hazard(codes.RAW_STEP, _RUNS)], Risk.CAUTION
    plain = _STRING_OR_COMMENT.sub(" ", sql)
    if _UPDATES.search(plain):
        risk = Risk.DANGEROUS
        hazards.append(Hazard(codes.STEP_OVERWRITES, _OVERWRITES))
    if _DELETES.search(plain):
        risk = Risk.DESTRUCTIVE
        hazards.append(Hazard(codes.STEP_DELETES, _TAKES_ROWS))
    all_rows = ""
    if risk > Risk.CAUTION:
        all_rows = block_writes_all_rows(sql) if shape.is_("does") else writes_all_rows(sql)
    if all_rows == codes.ALL_ROWS_DELETED:
        hazards.append(Hazard(codes.ALL_ROWS_DELETED, "it names no rows, so all of the table are deleted", in_use=True))
    elif all_rows == codes.ALL_ROWS_UPDATED:
        hazards.append(
            Hazard(codes.ALL_ROWS_UPDATED, "it names no rows, so all of the table are written in one go", in_use=True)
        )
    if shape.is_("truncates"):
        hazards.append(Hazard(codes.TRUNCATE, "nobody reads or writes the table until this commits", in_use=True))
    if shape.is_("refreshes"):
        hazards.append(Hazard(codes.REFRESH, "nobody reads the view until this commits", in_use=True))
    return risk, tuple(hazards)
