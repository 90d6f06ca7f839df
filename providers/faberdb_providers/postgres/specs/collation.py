"""What is written of a collation."""

from __future__ import annotations

from typing import Literal

from faberdb_providers.postgres.specs.base import OwnedSpec


class CollationSpec(OwnedSpec):
    """A collation."""

    provider: Literal["libc", "icu", "builtin"] = "libc"
    """`builtin` since PostgreSQL 17."""
    locale: str | None = None
    """`de_DE.utf8` for libc, a language tag such as `de-u-co-phonebk` for ICU, `C.UTF-8` for builtin."""
    lc_collate: str | None = None
    """Of libc, where it is not `locale`."""
    lc_ctype: str | None = None
    """Of libc, where it is not `locale`."""
    rules: str | None = None
    """More rules for ICU (PostgreSQL 16)."""
    nondeterministic: bool = False
    """Texts that differ byte by byte may be equal: case or accents need not count."""
