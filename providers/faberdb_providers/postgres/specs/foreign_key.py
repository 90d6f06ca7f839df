"""What is written of a foreign key."""

from __future__ import annotations

from typing import Literal

from faberdb_providers.postgres.specs.base import BareSpec, Spec

FkAction = Literal["no action", "restrict", "cascade", "set null", "set default"]


class Reference(BareSpec):
    """What a foreign key points at."""

    table: str
    columns: list[str] | None = None
    """The primary key's where they are not given."""


class ForeignKeySpec(Spec):
    """A foreign key."""

    columns: list[str]
    references: Reference
    on_delete: FkAction = "no action"
    on_update: FkAction = "no action"
    set_columns: list[str] | None = None
    """The columns that SET NULL or SET DEFAULT of on_delete sets, where not all (PostgreSQL 15)."""
    match: Literal["simple", "full"] = "simple"
    period: bool = False
    """The last column is a period (PostgreSQL 18)."""
    deferrable: bool = False
    initially_deferred: bool = False
    not_valid: bool = False
    not_enforced: bool = False
