"""What is written of extended statistics."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from faberdb_providers.postgres.specs.base import OwnedSpec


class StatisticsSpec(OwnedSpec):
    """Statistics over several columns or expressions; a bare list is what they are on."""

    short = "on"
    short_type = "array"

    on: list[str]
    """Column names, or expressions (PostgreSQL 14): `lower(email)`, `"a name"`."""
    kinds: list[Literal["ndistinct", "dependencies", "mcv"]] | None = None
    """What is gathered; all of it if nothing is said."""
    target: int | None = None
    """How much is gathered, where it is not what the columns have."""
    schema_: str | None = Field(default=None, alias="schema")
    """Where they are, if not in the schema of what they are on."""
