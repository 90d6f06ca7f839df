"""What is written of operator families and classes."""

from __future__ import annotations

from faberdb_providers.postgres.specs.base import OwnedSpec


class OperatorFamilySpec(OwnedSpec):
    """An operator family, under the name `NAME using METHOD`, with those members that no operator class has."""

    operators: list[str] = []
    """`3 = (integer, bigint)`; `15 <-> (point, box) for order by float_ops`."""
    functions: list[str] = []
    """`1 (integer, bigint) btint48cmp(integer, bigint)`."""


class OperatorClassSpec(OwnedSpec):
    """An operator class, under the name `NAME using METHOD`."""

    type: str
    """The type of the columns that are indexed by it."""
    default: bool = False
    """Indexes on columns of the type use it without being told."""
    family: str | None = None
    """The operator family it belongs to; without one, a family of the same name is part of the declaration."""
    storage: str | None = None
    """The type of what the index stores, where it is another."""
    operators: list[str] = []
    """`1 <`, or with types `1 < (money_like, money_like)`."""
    functions: list[str] = []
    """`1 money_like_cmp(money_like, money_like)`."""
