"""Storage parameters: how TOML spells them, how the server stores them, how ALTER changes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from faberdb.model import Risk, Statement
from faberdb_providers.postgres.names import options

Options = dict[str, str | int | float | bool]


def option_texts(values: Mapping[str, Any] | None) -> dict[str, str]:
    """Storage parameters as PostgreSQL stores them: text values."""
    return {key: str(v).lower() if isinstance(v, bool) else str(v) for key, v in (values or {}).items()}


def stored_options(values: Sequence[str] | None) -> dict[str, str]:
    """`{fillfactor=70}` as a mapping, in the order they were set, which pg_dump keeps."""
    return dict(item.split("=", 1) for item in values) if values else {}


def option_changes(alter: str, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Statement]:
    """SET and RESET of storage parameters."""
    changed = {key: value for key, value in new.items() if old.get(key) != value}
    if changed:
        yield Statement(f"{alter} SET ({options(changed)})", Risk.CAUTION)
    gone = [key for key in old if key not in new]
    if gone:
        yield Statement(f"{alter} RESET ({', '.join(gone)})", Risk.CAUTION)
