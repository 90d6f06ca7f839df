"""Values of seed files as the texts that the server reads."""

from __future__ import annotations

import json
from datetime import date, time
from typing import Any

from faberdb.errors import DeclarationError
from faberdb.model import SeedRow
from faberdb_providers.postgres.seeding.tables import Column, Table


def texts(row: SeedRow, table: Table) -> dict[str, str | None]:
    """The values of a row, by column. Raises DeclarationError for a column that the table does not have, or cannot be
    given, and for a value that is none of its type's; it does not repeat the value."""
    for name in row.values:
        column = table.columns.get(name)
        if column is None:
            known = ", ".join(table.columns)
            raise DeclarationError(f"{table.sql} has no column {name!r}; it has {known}", where=row.where(name))
        if column.computed:
            raise DeclarationError(f"column {name} of {table.sql} is computed by the server", where=row.where(name))
    return {name: _text(value, table.columns[name], row) for name, value in row.values.items()}


def _text(value: Any, column: Column, row: SeedRow) -> str | None:
    if isinstance(value, dict) or (isinstance(value, list) and column.json):
        if not column.json:
            raise DeclarationError(
                f"a table is a value for json and jsonb only, and {column.name} is {column.type}",
                where=row.where(column.name),
            )
        return json.dumps(value, ensure_ascii=False, default=_scalar)
    if isinstance(value, list):
        if not column.array:
            raise DeclarationError(
                f"a list is a value for arrays, json and jsonb, and {column.name} is {column.type}",
                where=row.where(column.name),
            )
        return _array(value)
    return None if value is None else _scalar(value)


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, (date, time)) else str(value)


def _array(items: list[Any]) -> str:
    """A list in braces, each of its values in quotes."""
    parts = []
    for item in items:
        if isinstance(item, list):
            parts.append(_array(item))
            continue
        text = json.dumps(item, ensure_ascii=False, default=_scalar) if isinstance(item, dict) else _scalar(item)
        parts.append('"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"')
    return "{" + ",".join(parts) + "}"
