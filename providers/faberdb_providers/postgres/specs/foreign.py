"""What is written of foreign data wrappers, servers and user mappings."""

from __future__ import annotations

from faberdb_providers.postgres.specs.base import BareSpec, GrantableSpec, OwnedSpec
from faberdb_providers.postgres.specs.options import Values


class WrapperSpec(OwnedSpec, GrantableSpec):
    """A foreign data wrapper that no extension brings along."""

    handler: str | None = None
    """Its handler function, with its schema."""
    validator: str | None = None
    """The function that checks options, with its schema."""
    options: Values = {}
    """A value that looks like a secret is written `{ env = "NAME" }`."""


class UserMappingSpec(BareSpec):
    """Who somebody is on the foreign server; the name of the entry is the role, `public` is everybody."""

    options: Values = {}
    """`user = "remote"`, `password = { env = "NAME" }`: any value that may be a secret comes from a variable."""


class ServerSpec(OwnedSpec, GrantableSpec):
    """A foreign server."""

    wrapper: str
    """Its foreign data wrapper."""
    type: str | None = None
    version: str | None = None
    options: Values = {}
    """A value that looks like a secret is written `{ env = "NAME" }`."""
