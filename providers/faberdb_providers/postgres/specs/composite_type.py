"""What is written of a composite type, and of its attributes."""

from __future__ import annotations

from faberdb_providers.postgres.specs.base import GrantableSpec, LabelledSpec, OwnedSpec


class CompositeTypeSpec(OwnedSpec, GrantableSpec, LabelledSpec):
    """A composite type; its attributes are its `columns`, in their order."""


class AttributeSpec(LabelledSpec):
    """An attribute of a composite type; a bare string is its type."""

    short = "type"

    type: str
    """The type of its values."""
    collation: str | None = None
    """Where it is not that of the type."""
