"""What is written of keys and unique constraints."""

from __future__ import annotations

from faberdb_providers.postgres.specs.base import DependentSpec
from faberdb_providers.postgres.specs.options import Options


class KeySpec(DependentSpec):
    """A primary key or unique constraint; a bare list is its columns."""

    short = "columns"
    short_type = "array"

    columns: list[str]
    include: list[str] | None = None
    nulls_not_distinct: bool = False
    without_overlaps: bool = False
    """The last column is a range that may not overlap (PostgreSQL 18)."""
    deferrable: bool = False
    initially_deferred: bool = False
    options: Options = {}
    tablespace: str | None = None
    only: bool = False
    """Of a partitioned table: not of its partitions, but for those whose own keys are attached to it."""
    attached_to: str | None = None
    """Of a partition: the key of its table that this one is a part of."""
    clustered: bool = False
    """CLUSTER goes by its index."""


class PrimaryKeySpec(KeySpec):
    """The primary key; a bare list is its columns."""

    name: str | None = None
    """Where it is not TABLE_pkey."""
