"""What is written of an operator."""

from __future__ import annotations

from faberdb_providers.postgres.specs.base import FixedOwnedSpec


class OperatorSpec(FixedOwnedSpec):
    """An operator, under its name and types, `NONE` for the side a prefix operator has nothing on; a bare string is its
    function."""

    short = "function"

    function: str
    """The function it stands for, without its arguments."""
    commutator: str | None = None
    """The operator that gives the same with the sides exchanged."""
    negator: str | None = None
    """The operator that gives the opposite."""
    restrict: str | None = None
    """The function that estimates how many rows a condition leaves."""
    join: str | None = None
    """The function that estimates how many rows a join gives."""
    hashes: bool = False
    """A hash join may use it."""
    merges: bool = False
    """A merge join may use it."""
