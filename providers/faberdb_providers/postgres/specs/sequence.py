"""What is written of a sequence."""

from __future__ import annotations

from faberdb_providers.postgres.specs.base import GrantableSpec, LabelledSpec, OwnedSpec


class SequenceSpec(OwnedSpec, GrantableSpec, LabelledSpec):
    """A sequence; whatever is not given has PostgreSQL's default."""

    type: str = "bigint"
    start: int | None = None
    increment: int | None = None
    min: int | None = None
    max: int | None = None
    cache: int | None = None
    cycle: bool = False
    owned_by: str | None = None
    """`table.column` in the same schema: the sequence goes when the column goes."""
    unlogged: bool = False
