"""What is written of a table."""

from __future__ import annotations

from typing import Literal

from faberdb_providers.postgres.specs.base import RelationSpec
from faberdb_providers.postgres.specs.options import Options


class TableSpec(RelationSpec):
    """A table."""

    unlogged: bool = False
    options: Options = {}
    """Storage parameters, as in WITH (...); those of its TOAST table as `"toast.autovacuum_enabled"`."""
    partition_by: str | None = None
    """`RANGE (created_at)`, `LIST (region)` or `HASH (id)`."""
    partition_of: str | None = None
    """The partitioned table this one is a part of."""
    bound: str | None = None
    """`FOR VALUES ...` or `DEFAULT`."""
    inherits: list[str] | None = None
    of: str | None = None
    """The composite type of a typed table."""
    access_method: str | None = None
    tablespace: str | None = None
    row_security: bool = False
    force_row_security: bool = False
    replica_identity: str | None = None
    """`full`, `nothing`, or `index NAME`."""
    not_null_names: dict[str, str] = {}
    """Names of NOT NULL constraints on inherited columns, by column, where the parent's has another (PostgreSQL 18)."""
    children: Literal["declared", "template", "unmanaged"] = "declared"
    """Whose the partitions of this table are: those that are not declared are dropped, left to be what the server makes
    of them, or left to a job and listed as unmanaged."""
