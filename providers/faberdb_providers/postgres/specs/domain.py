"""What is written of a domain, and of its checks."""

from __future__ import annotations

from faberdb_providers.postgres.specs.base import GrantableSpec, LabelledSpec, OwnedSpec, Spec


class DomainSpec(OwnedSpec, GrantableSpec, LabelledSpec):
    """A domain; a bare string is the type it is over."""

    short = "type"

    type: str
    """The type its values are of."""
    collation: str | None = None
    """Where it is not that of the type."""
    default: str | None = None
    """An SQL expression: a string constant has its own quotes. `NULL` where the type is a domain with a default that
    this one is not to have."""
    not_null: bool = False
    """No column of it takes NULL."""
    not_null_name: str | None = None
    """Of the NOT NULL constraint (PostgreSQL 17), where it is not DOMAIN_not_null."""


class DomainCheckSpec(Spec):
    """A check of a domain; a bare string is its expression, in which VALUE is the value."""

    short = "expression"

    expression: str
    not_valid: bool = False
    """Values that are there already are not checked."""
