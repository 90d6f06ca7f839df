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


def pinned() -> str:
    """SQL that sets them for the session."""
    return "select " + ", ".join(f"set_config('{name}', '{value}', false)" for name, value in PINNED.items())
