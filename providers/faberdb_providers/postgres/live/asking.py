"""The question for rows that are in the way of a statement, as it is put to the server: for the keys of a few, or for
their number too. Keys are all that leaves the server; of what stands in other columns nothing does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import Column

from faberdb.model import LiveRows
from faberdb_providers.postgres.names import literal

FEW = 5
"""How many rows are named."""
MOST = 10_000
"""How many are counted."""
_NUMBERS = (20, 21, 23, 26, 700, 701, 1700)
"""Types whose values need no quotes: int8, int2, int4, oid, float4, float8, numeric."""


def first_keys(connection: psycopg.Connection[Any], probe: Sequence[str]) -> tuple[str, ...]:
    """The keys of the first rows that a probe finds, in a transaction whose settings are made. Raises psycopg.Error."""
    *trials, question = probe
    _try(connection, trials)
    columns, rows = _answer(connection, f"select * from ({question}\n) found limit {FEW}")
    return tuple(_shown(columns, row) for row in rows)


def counted(connection: psycopg.Connection[Any], probe: Sequence[str]) -> LiveRows | None:
    """The same, with how many rows there are; None where there was no time to try all, and none was found in those that
    were tried. Raises psycopg.Error."""
    *trials, question = probe
    if trials:
        connection.execute("select set_config('faberdb.most', %s, true)", (str(MOST + 1),))
        _try(connection, trials)
    bounded = f"select * from ({question}\n) found limit {MOST + 1}"
    columns, rows = _answer(connection, f"select *, count(*) over () from ({bounded}) found limit {FEW}")
    number, whole = int(rows[0][-1] or b"0") if rows else 0, True
    if trials:
        _, said = _answer(connection, "select current_setting('faberdb.found'), current_setting('faberdb.whole')")
        number, whole = int(said[0][0] or b"0"), said[0][1] == b"yes"
    if not (number or whole):
        return None
    keys = tuple(_shown(columns[:-1], row[:-1]) for row in rows)
    return LiveRows(min(number, MOST), number > MOST or not whole, keys)


def _try(connection: psycopg.Connection[Any], trials: Sequence[str]) -> None:
    for trial in trials:
        connection.execute(trial.encode(), binary=True)  # the extended protocol takes one statement


def _answer(
    connection: psycopg.Connection[Any], question: str
) -> tuple[Sequence[Column], Sequence[Sequence[bytes | None]]]:
    """The columns, and the rows with values as the server prints them."""
    with connection.pipeline():  # which takes the extended protocol, and values as text
        cursor = connection.execute(question.encode())
    result, columns = cursor.pgresult, cursor.description or ()
    if result is None:
        return columns, ()
    return columns, [[result.get_value(n, m) for m in range(len(columns))] for n in range(result.ntuples)]


def _shown(columns: Sequence[Column], row: Sequence[bytes | None]) -> str:
    """The values as a query could name them."""
    return ", ".join(f"{c.name} = {_printed(value, c.type_code)}" for c, value in zip(columns, row, strict=True))


def _printed(value: bytes | None, type_code: int) -> str:
    if value is None:
        return "null"
    text = value.decode("utf-8", "replace")
    return text if type_code in _NUMBERS else literal(text).strip()
