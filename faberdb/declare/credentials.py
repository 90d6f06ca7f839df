"""Finds connection strings written where only the name of a variable may stand. What it finds is never repeated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from faberdb.declare.positions import Keys

_URL = re.compile(r"\A\s*(?:jdbc:|prisma\+)?postgres(?:ql)?(?:\+\w+)?://", re.IGNORECASE)
_URL_WITH_PASSWORD = re.compile(r"postgres(?:ql)?(?:\+\w+)?://[^\s/@:'\"]*:[^\s@'\"]+@", re.IGNORECASE)
_WORD = (
    r"(?:host|hostaddr|port|dbname|user|password|passfile|service|sslmode|sslcert|sslkey|sslpassword|sslrootcert"
    r"|connect_timeout|application_name|options|target_session_attrs|client_encoding|gssencmode|channel_binding)"
)
# In SQL that puts a string together, `'user='||name||'`, the quotes are around what stands between two values.
_PAIR = rf"\b{_WORD}\s*=\s*(?:'(?!\s*\|\|)(?:[^'\\]|\\.)*'|[^\s',;()]+)"
_PAIRS = re.compile(rf"{_PAIR}(?:\s+{_PAIR})+", re.IGNORECASE)
_TELLING = re.compile(r"\b(?:password|sslpassword)\s*=", re.IGNORECASE)


def is_connection_string(text: str) -> bool:
    """Whether the text is a PostgreSQL connection string, or holds one with a password in it."""
    if _URL.match(text) or _URL_WITH_PASSWORD.search(text):
        return True
    run = _PAIRS.search(text)
    return run is not None and (bool(_TELLING.search(run[0])) or run[0] == text.strip())


def connection_strings(text: str, data: Any) -> Iterator[Keys]:
    """The key paths in `data`, read from the TOML `text`, whose value (or whose last key) is a connection string."""
    if _worth_a_search(text):
        yield from _search(data, ())


def passwords(text: str) -> Iterator[int]:
    """Where in a text, comments included, a connection URL with a password stands."""
    if "://" in text:
        yield from (match.start() for match in _URL_WITH_PASSWORD.finditer(text))


def _worth_a_search(text: str) -> bool:
    """Cheap on large files: whether the text as a whole holds what a connection string must have in it. An escape
    could spell anything."""
    low = text.lower()
    if ("postgres" in low and "://" in low) or "\\u" in low:
        return True
    return ("host" in low or "password" in low or "dbname" in low) and _PAIRS.search(text) is not None


def _search(value: Any, path: Keys) -> Iterator[Keys]:
    if isinstance(value, str):
        if is_connection_string(value):
            yield path
    elif isinstance(value, dict):
        for key, item in value.items():
            if is_connection_string(key):
                yield path
            else:
                yield from _search(item, (*path, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _search(item, (*path, number))
