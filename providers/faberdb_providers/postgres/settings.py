"""What a session of ours must not take from the server, the database or the role: all that changes how values print.

Kept values are compared as text, and rows without a key are known by a digest of theirs, weeks after it was made.
"""

from __future__ import annotations

PINNED = {
    "bytea_output": "hex",
    "datestyle": "ISO, MDY",
    "extra_float_digits": "1",
    "intervalstyle": "postgres",
    "jit": "off",
    "lc_monetary": "C",
    "quote_all_identifiers": "off",
    # Large tables are otherwise read from where another scan happens to be, and a rewrite would change their order.
    "synchronize_seqscans": "off",
    "timezone": "UTC",
    "xmlbinary": "base64",
}

CONVERTING = tuple(name for name in PINNED if name not in ("jit", "quote_all_identifiers", "synchronize_seqscans"))
"""Those of them that decide what a value becomes in another type."""


def pinned() -> str:
    """SQL that sets them for the session."""
    return "select " + ", ".join(f"set_config('{name}', '{value}', false)" for name, value in PINNED.items())


CLOSES, CLOSED = "restrict_nonsystem_relation_kind", "foreign-table"


def closed_off() -> str:
    """SQL after which no foreign table can be read or written in the session, so that nothing that is tried out reaches
    the server behind one; a row where the server knows how to (17, and from 16.4, 15.8, 14.13 and 13.16 on). PostgreSQL
    docs, restrict_nonsystem_relation_kind."""
    return f"select set_config('{CLOSES}', '{CLOSED}', false) where current_setting('{CLOSES}', true) is not null"
