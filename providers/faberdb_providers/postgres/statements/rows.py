"""Which statements write all rows of a table. The only place that knows sqlglot: it reads what is written about rows,
where a WHERE may stand in many places and belong to others."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from typing import Any

from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.pattern import pattern
from faberdb_providers.postgres.scanner import after_comment, token

_ESCAPE = pattern(r"\\(?P<code>x[0-9a-fA-F]{1,2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{1,3})|\\.|''", re.DOTALL)
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def writes_all_rows(sql: str) -> str:
    """The code of the hazard of an UPDATE, DELETE or MERGE that names no rows, or all of them, also inside of a WITH;
    empty where there is none, or where the statement is not understood."""
    # Loaded here, because it takes half a second, and most files write no rows.
    import sqlglot
    from sqlglot import expressions

    logging.getLogger("sqlglot").addHandler(logging.NullHandler())
    try:
        parsed = sqlglot.parse_one(sql, read="postgres")
    except sqlglot.errors.SqlglotError:
        return ""
    found = set()
    for written in parsed.find_all(expressions.Delete, expressions.Update, expressions.Merge):
        if isinstance(written, expressions.Merge):
            found |= set(_merged(written))
        elif not isinstance(written.parent, expressions.When) and _of_all(written.args.get("where")):
            is_gone = isinstance(written, expressions.Delete)
            found.add(codes.ALL_ROWS_DELETED if is_gone else codes.ALL_ROWS_UPDATED)
    return _worst(found)


def _worst(found: set[str]) -> str:
    return next((code for code in (codes.ALL_ROWS_DELETED, codes.ALL_ROWS_UPDATED) if code in found), "")


def _of_all(where: Any) -> bool:
    """Whether it is a WHERE that holds for every row, as `WHERE 1 = 1` does, or none."""
    return where is None or _holds(where.this)


def _holds(condition: Any) -> bool:
    """Whether a condition always holds."""
    from sqlglot import expressions
    from sqlglot.errors import SqlglotError
    from sqlglot.optimizer.simplify import simplify

    try:
        return bool(simplify(condition.copy()) == expressions.true())
    except SqlglotError:
        return False


def _merged(merge: Any) -> Iterator[str]:
    """The hazards of a MERGE: of rows that it finds, where it finds all, and of those that its source does not have."""
    whens = merge.args["whens"].expressions
    if _finds_all(merge):
        yield _branches([when for when in whens if when.args.get("matched")])
    # To sqlglot these are those of the source.
    yield _branches([when for when in whens if not when.args.get("matched") and when.args.get("source")])


def _branches(whens: list[Any]) -> str:
    """What becomes of rows that branches are tried on in turn, where one is reached by all that are left, and none
    leaves a row as it is."""
    from sqlglot import expressions

    done = []
    for when in whens:
        then, condition = when.args["then"], when.args.get("condition")
        done.append(then.name.upper() if isinstance(then, expressions.Var) else "UPDATE")
        if condition is None or _holds(condition):
            break
    else:
        return ""
    if "DO NOTHING" in done:
        return ""
    return codes.ALL_ROWS_DELETED if set(done) == {"DELETE"} else codes.ALL_ROWS_UPDATED


def _finds_all(merge: Any) -> bool:
    """Whether each row of its table has one in its source: the condition always holds, or it is the table itself, by
    columns that are the same."""
    from sqlglot import expressions

    on, source = merge.args.get("on"), merge.args["using"]
    if on is not None and _holds(on):
        return True
    if isinstance(source, expressions.Subquery):
        rows, parts = source.this.find(expressions.From), set(_given(source.this))
        source = rows.this if rows is not None and parts <= {"expressions", "from_", "from"} else None
    itself = isinstance(source, expressions.Table) and (source.db, source.name) == (merge.this.db, merge.this.name)
    if not itself or on is None:
        return False
    pairs = list(on.flatten()) if isinstance(on, expressions.And) else [on]
    return all(isinstance(p, expressions.EQ) and p.this.name == p.expression.name != "" for p in pairs)


def _given(query: Any) -> Iterator[str]:
    """The parts that a query has."""
    return (name for name, value in query.args.items() if value)


def block_writes_all_rows(sql: str) -> str:
    """The same of the statements that stand in a DO block themselves, not of those that it puts together."""
    return _worst({writes_all_rows(written) for written in _written_in(_body(sql))})


def _body(sql: str) -> str:
    """What a DO block holds."""
    for match in token().finditer(sql):
        if match.lastgroup == "string" and match["tag"] is not None:
            edge = len(match["tag"]) + 2
            return match[0][edge:-edge]
        if match.lastgroup == "string" and match[0][0] in "eE":
            return _unescaped(match[0][2:-1])
        if match.lastgroup == "string" and match[0].endswith("'"):
            return match[0].partition("'")[2][:-1].replace("''", "'")
    return ""


def _unescaped(text: str) -> str:
    """What a string with backslashes holds; https://www.postgresql.org/docs/current/sql-syntax-lexical.html"""

    def sign(match: re.Match[str]) -> str:
        if match["code"]:
            return chr(int(match["code"].lstrip("xuU"), 8 if match["code"][0].isdigit() else 16))
        return _ESCAPES.get(match[0][1:], match[0][1:])

    return _ESCAPE.sub(sign, text)


def _written_in(body: str) -> Iterator[str]:
    """The statements of PL/pgSQL that write rows."""
    start, begins, position = -1, True, 0
    while position < len(body):
        match = token().match(body, position)
        assert match is not None, "the last alternative takes any character"
        sign, position = match[0].lower(), match.end()
        if match.lastgroup == "comment":
            position = after_comment(body, match.start()) or len(body)
        elif sign == ";" or (sign == "loop" and start >= 0):  # FOR row IN DELETE ... RETURNING LOOP
            if start >= 0:
                yield body[start : match.start()]
            start, begins = -1, True
        elif match.lastgroup != "space":
            if begins and start < 0 and sign in ("delete", "update", "merge", "with", "create"):
                start = match.start()
            begins = sign in ("begin", "then", "else", "loop", "in")
