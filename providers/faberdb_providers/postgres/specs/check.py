"""What is written of a check constraint."""

from __future__ import annotations

from faberdb_providers.postgres.specs.base import Spec


class CheckSpec(Spec):
    """A check constraint; a bare string is its expression."""

    short = "expression"

    expression: str
    no_inherit: bool = False
    not_valid: bool = False
    not_enforced: bool = False
