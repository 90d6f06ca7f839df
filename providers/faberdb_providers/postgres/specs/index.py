"""What is written of an index."""

from __future__ import annotations

from faberdb_providers.postgres.specs.base import DependentSpec
from faberdb_providers.postgres.specs.options import Options


class IndexSpec(DependentSpec):
    """An index; a bare list is its elements."""

    short = "on"
    short_type = "array"

    on: list[str]
    """Column names, or index elements as in CREATE INDEX: `lower(email)`, `name text_pattern_ops desc`, `"a name"`."""
    unique: bool = False
    where: str | None = None
    using: str = "btree"
    include: list[str] | None = None
    nulls_not_distinct: bool = False
    options: Options = {}
    tablespace: str | None = None
    clustered: bool = False
    """CLUSTER goes by this index."""
    only: bool = False
    """Of a partitioned table: not on its partitions, but for those whose own indexes are attached to it."""
    attached_to: str | None = None
    """Of a partition: the index of its table that this one is a part of."""
    statistics: dict[str, int] = {}
    """Statistics targets of expression elements, by their number."""
