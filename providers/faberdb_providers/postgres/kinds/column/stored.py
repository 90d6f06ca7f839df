"""How the values of a column are stored, and its other settings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from faberdb.model import Address, Object, Risk, Statement, Work
from faberdb_providers.postgres.kinds.foreign import option_moves
from faberdb_providers.postgres.kinds.storage import stored_options
from faberdb_providers.postgres.names import dotted, ident, options

STORAGE = {"p": "plain", "e": "external", "m": "main", "x": "extended"}
COMPRESSION = {"p": "pglz", "l": "lz4"}
_NOBODY = Object(Address("column", ()), {})


def storage_changes(old: Mapping[str, Any], new: Mapping[str, Any], column: str, version: int) -> Iterator[Statement]:
    """What leads from one way of storing to another. column: ALTER TABLE ... ALTER COLUMN ...."""
    if old.get("storage") != new.get("storage"):
        usual = "default"
        if version < 16:  # which have no word for it; types of fixed length have no other storage to come from
            usual = "main" if re.match(r"numeric|inet|cidr", new.get("type", "")) else "extended"
        yield Statement(f"{column} SET STORAGE {new.get('storage', usual).upper()}", Risk.CAUTION)
    if old.get("compression") != new.get("compression"):
        yield Statement(f"{column} SET COMPRESSION {new.get('compression', 'default')}", Risk.CAUTION)
    only = column.replace("ALTER TABLE ", "ALTER TABLE ONLY ", 1)  # child tables have their own
    if old.get("statistics") != new.get("statistics"):
        yield Statement(f"{only} SET STATISTICS {new.get('statistics', -1)}", Risk.CAUTION)
    changed = {k: v for k, v in new.get("options", {}).items() if old.get("options", {}).get(k) != v}
    if changed:
        yield Statement(f"{only} SET ({options(changed)})", Risk.CAUTION)
    moves = option_moves(_NOBODY, old.get("foreign_options", {}), new.get("foreign_options", {}))
    if moves:
        yield Statement(f"{column}{moves}", Risk.CAUTION)
    gone = [k for k in old.get("options", {}) if k not in new.get("options", {})]
    if gone:
        yield Statement(f"{only} RESET ({', '.join(gone)})", Risk.CAUTION)


def stored_settings(
    storage: str | None, compression: str | None, statistics: int | None, stored: Sequence[str] | None
) -> dict[str, Any]:
    """What the catalogue has of a column that differs from what is usual."""
    found = {
        "storage": STORAGE[storage] if storage else None,
        "compression": COMPRESSION[compression] if compression else None,
        "statistics": statistics,
        "options": stored_options(stored),
    }
    return {key: value for key, value in found.items() if value not in (None, {})}


def storage_again(column: Object, work: Work) -> Iterator[Statement]:
    """How values are stored, which a change of the type sets back."""
    alter = f"ALTER TABLE {dotted(*column.address.path[:-1])} ALTER COLUMN {ident(column.address.path[-1])}"
    kept = {k: v for k, v in column.attributes.items() if k in ("storage", "compression")}
    yield from storage_changes({}, kept, alter, work.version)
