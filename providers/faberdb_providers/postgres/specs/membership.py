"""What is written of the membership in a role."""

from __future__ import annotations

from faberdb_providers.postgres.specs.base import BareSpec


class MembershipSpec(BareSpec):
    """A role that this one is a member of; `{}` is the usual membership."""

    admin: bool = False
    """Whether the member may make others members."""
    inherit: bool = True
    """Whether it has what the role may do without SET ROLE; `false` from PostgreSQL 16 on."""
    set: bool = True
    """Whether it may SET ROLE to it; `false` from PostgreSQL 16 on."""
