"""Settings of sessions, as functions and roles bring them along: how they are declared, and written into SET."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from faberdb_providers.postgres.names import ident, literal

if TYPE_CHECKING:
    from faberdb_providers.postgres.specs.options import Setting

NAMED_LISTS = ("search_path", "temp_tablespaces", "local_preload_libraries", "session_preload_libraries")
"""Settings that are lists of names, each quoted by itself (GUC_LIST_QUOTE)."""


def setting_text(value: Setting) -> str:
    """The value as the server keeps it."""
    return ("on" if value else "off") if isinstance(value, bool) else str(value)


def setting_name(name: str) -> str:
    """The name as SET takes it."""
    return ".".join(map(ident, name.split(".")))


def setting_value(name: str, value: str) -> str:
    """The value, as the server keeps it, as SET takes it."""
    if name.lower() not in NAMED_LISTS:
        return literal(value).strip()
    return ", ".join(literal(part).strip() for part in _listed(value)) or "''"


def _listed(value: str) -> Iterator[str]:
    """The names of a list as a setting keeps it: `"$user", public`."""
    for quoted, plain in re.findall(r'"((?:[^"]|"")*)"|([^\s,"]+)', value):
        yield plain.lower() or quoted.replace('""', '"')
