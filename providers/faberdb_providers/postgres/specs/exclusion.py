"""What is written of an exclusion constraint."""

from __future__ import annotations

from faberdb_providers.postgres.specs.base import DependentSpec
from faberdb_providers.postgres.specs.options import Options


class ExclusionSpec(DependentSpec):
    """An exclusion constraint."""

    using: str = "gist"
    elements: list[str]
    """`room WITH =`, as in EXCLUDE (...)."""
    include: list[str] | None = None
    where: str | None = None
    deferrable: bool = False
    initially_deferred: bool = False
    options: Options = {}
    tablespace: str | None = None
    attached_to: str | None = None
    """Of a partition: the constraint of its table that this one is a part of."""
