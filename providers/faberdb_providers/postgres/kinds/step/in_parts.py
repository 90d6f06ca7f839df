"""A step that is run in parts: one UPDATE or DELETE of a table, for ever more ranges of its key, each committed for
itself. It goes on until no row meets its condition any more, so a row that it has written must not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from faberdb.errors import DeclarationError
from faberdb.model import Address, Batches, Hazard, Object, Statement, Work
from faberdb_providers.postgres.kinds.lineage import all_below
from faberdb_providers.postgres.kinds.online.filling import BY_POSITION, IN_PARTS, key_of
from faberdb_providers.postgres.kinds.step.allowed import statements
from faberdb_providers.postgres.names import dotted
from faberdb_providers.postgres.statements.words import words_of

_FORM = "write one `update TABLE set ... where ...` or `delete from TABLE where ...`"
_NEVER = {"RETURNING", "USING", "FROM"}


class Parted(NamedTuple):
    """table: its name, with a schema or without. begins: all before the condition."""

    table: tuple[str, ...]
    begins: str
    condition: str


def parted(text: str) -> Parted:
    """A statement, taken apart. Raises ValueError saying why it cannot be run in parts."""
    found = statements(text)
    if len(found) != 1:
        raise ValueError(f"{len(found)} statements cannot be run in parts; {_FORM}")
    sql = found[0]
    try:
        tokens = words_of(sql)
    except ValueError:
        raise ValueError(f"it cannot be read as one statement; {_FORM}") from None
    words = [token.text.upper() for token in tokens]
    first = 2 if words[:2] == ["DELETE", "FROM"] else 1 if words[:1] == ["UPDATE"] else 0
    if not first:
        raise ValueError(f"only an UPDATE or a DELETE can be run in parts; {_FORM}")
    name, after = [tokens[first].text], first + 1
    if words[after : after + 1] == ["."]:
        name, after = [*name, tokens[after + 1].text], after + 2
    if words[after : after + 1] != (["SET"] if first == 1 else ["WHERE"]):
        raise ValueError(f"in parts its table has no other name, and a condition; {_FORM}")
    depth, where = 0, None
    for token, word in zip(tokens[after:], words[after:], strict=True):
        depth += (word == "(") - (word == ")")
        if depth == 0 and word in _NEVER:
            raise ValueError(f"{word} is not taken in parts; {_FORM}")
        if depth == 0 and word == "WHERE":
            where = token
    if where is None:
        raise ValueError(f"without a condition it is not known which rows are still to be written; {_FORM}")
    return Parted(tuple(name), sql[: where.start].rstrip(), sql[where.end + 1 :].strip())


def in_parts(obj: Object, statement: Statement, work: Work) -> Statement:
    """The statement of a step, to be run so. Raises DeclarationError where its table is not there, or nothing leads
    from row to row."""
    there = parted(obj.hints["sql"])
    table = _found(there.table, obj.hints.get("scope", ()), work)
    if table is None:
        raise DeclarationError(
            f"table {'.'.join(there.table)} is not declared, so the step cannot be run in parts",
            where=obj.address.spoken,
            advice="name a table of this project, or leave out `in_parts`",
        )
    key, plain = key_of(table.address, work), not (all_below(table, work) or "partition_by" in table.attributes)
    if not key and not (plain and work.version >= BY_POSITION):
        raise DeclarationError(
            f"{table.address.spoken} has no primary key to run the step along in parts",
            where=obj.address.spoken,
            advice="give it one, or leave out `in_parts`",
        )
    condition = f"(\n{there.condition}\n)" if "--" in there.condition else f"({there.condition})"
    sql = f"{there.begins} WHERE {condition}"
    batches = Batches(dotted(*table.address.path), key, condition)
    hazard = Hazard(IN_PARTS.code, IN_PARTS.message)  # the step is new, but its table is not
    return statement._replace(sql=sql, hazards=(*statement.hazards, hazard), outside=True, batches=batches)


def _found(name: Sequence[str], scope: Sequence[str], work: Work) -> Object | None:
    paths = [tuple(name)] if len(name) > 1 else [(schema, *name) for schema in scope]
    found = (work.after(Address("table", path)) or work.before(Address("table", path)) for path in paths)
    return next((table for table in found if table is not None), None)
