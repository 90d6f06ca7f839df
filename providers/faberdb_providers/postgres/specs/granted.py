"""What is written of privileges that are entries of their own."""

from __future__ import annotations

from faberdb_providers.postgres.specs.base import BareSpec


class GrantedSpec(BareSpec):
    """Privileges of one grantee; a bare list is the privileges."""

    short = "privileges"
    short_type = "array"

    privileges: list[str]
    """`select`, or `select with grant option`."""
