"""What is written of a foreign table."""

from __future__ import annotations

from faberdb_providers.postgres.specs.base import RelationSpec
from faberdb_providers.postgres.specs.options import Values


class ForeignTableSpec(RelationSpec):
    """A foreign table."""

    server: str
    """The foreign server it is on."""
    options: Values = {}
    """A value that looks like a secret is written `{ env = "NAME" }`."""
    partition_of: str | None = None
    """The partitioned table this one is a part of."""
    bound: str | None = None
    """`FOR VALUES ...` or `DEFAULT`."""
    inherits: list[str] | None = None
    not_null_names: dict[str, str] = {}
    """Names of NOT NULL constraints on inherited columns, by column, where the parent's has another (PostgreSQL 18)."""
