"""What is written of a schema."""

from __future__ import annotations

from faberdb_providers.postgres.specs.base import GrantableSpec, LabelledSpec, OwnedSpec


class SchemaSpec(OwnedSpec, GrantableSpec, LabelledSpec):
    """A schema."""
