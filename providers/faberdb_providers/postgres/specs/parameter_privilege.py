"""What is written of privileges on settings."""

from __future__ import annotations

from faberdb_providers.postgres.specs.granted import GrantedSpec


class ParameterPrivilegeSpec(GrantedSpec):
    """What a role may do with a setting; a bare list is the privileges: `set`, `alter system`."""
