"""What is written of privileges of a grantee."""

from __future__ import annotations

from faberdb_providers.postgres.specs.granted import GrantedSpec


class PrivilegeSpec(GrantedSpec):
    """Privileges of one grantee; a bare list is the privileges."""
