"""What is written of a range type."""

from __future__ import annotations

from faberdb_providers.postgres.specs.base import GrantableSpec, LabelledSpec, OwnedSpec


class RangeTypeSpec(OwnedSpec, GrantableSpec, LabelledSpec):
    """A range type; a bare string is its subtype."""

    short = "subtype"

    subtype: str
    """The type of the bounds."""
    subtype_opclass: str | None = None
    """The btree operator class that orders the bounds, where it is not the default one of the subtype."""
    collation: str | None = None
    """By which bounds are compared, where it is not that of the subtype."""
    canonical: str | None = None
    """The function that makes ranges of discrete values comparable."""
    subtype_diff: str | None = None
    """The function that says how far apart two values are, for GiST."""
    multirange: str | None = None
    """The name of the multirange type (PostgreSQL 14), where the server would choose another: it puts `multirange` in
    the place of `range`, or `_multirange` at the end."""
