"""What is written of a policy."""

from __future__ import annotations

from typing import Literal

from faberdb_providers.postgres.specs.base import Spec


class PolicySpec(Spec):
    """A row security policy. It counts while the table has `row_security`."""

    command: Literal["all", "select", "insert", "update", "delete"] = "all"
    permissive: bool = True
    """One such policy that lets a row pass is enough; of those that are not, each one must."""
    roles: list[str] = []
    """Whom it is for; everybody where nothing is said."""
    using: str | None = None
    """Rows that are there for the role."""
    check: str | None = None
    """Rows that it may write; the same as `using` where nothing is said."""
