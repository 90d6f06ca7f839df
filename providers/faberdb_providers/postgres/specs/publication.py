"""What is written of a publication, and of what it publishes."""

from __future__ import annotations

from typing import Literal

from faberdb_providers.postgres.specs.base import BareSpec, LabelledSpec, OwnedSpec


class PublicationSpec(OwnedSpec, LabelledSpec):
    """A publication; what it publishes stands in its `tables` and `schemas`."""

    all_tables: bool = False
    """FOR ALL TABLES, also those made later."""
    publish: list[Literal["insert", "update", "delete", "truncate"]] | None = None
    """The operations that are published, where not all."""
    publish_via_partition_root: bool = False
    publish_generated_columns: Literal["none", "stored"] = "none"
    """Whether stored generated columns are published (PostgreSQL 18)."""


class PublishedTableSpec(BareSpec):
    """A published table, by the name of the entry; a bare list is its columns, `{}` stands for all of them."""

    short = "columns"
    short_type = "array"

    columns: list[str] | None = None
    """The columns that are published, where not all (PostgreSQL 15)."""
    where: str | None = None
    """Condition on the rows that are published (PostgreSQL 15)."""


class PublishedSchemaSpec(BareSpec):
    """A schema all of whose tables are published (PostgreSQL 15); `{}`, since there is nothing to say of it."""
