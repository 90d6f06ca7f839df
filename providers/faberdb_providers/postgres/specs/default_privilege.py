"""What is written of default privileges."""

from __future__ import annotations

from faberdb_providers.postgres.specs.granted import GrantedSpec


class DefaultPrivilegeSpec(GrantedSpec):
    """Default privileges of one grantee; a bare list is the privileges."""
