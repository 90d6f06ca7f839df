"""What is written of a rule."""

from __future__ import annotations

from typing import Literal

from faberdb_providers.postgres.specs.base import Spec
from faberdb_providers.postgres.specs.options import Enabled


class RuleSpec(Spec):
    """A rewrite rule."""

    event: Literal["select", "insert", "update", "delete"]
    condition: str | None = None
    """It applies only where this holds; may speak of `old` and `new`."""
    instead: bool = False
    """Instead of what the statement would do, not besides."""
    do: str = "NOTHING"
    """A statement, or several in parentheses with semicolons between them."""
    enabled: Enabled | None = None
    """When it applies: `origin` is the usual, `replica`, `always`, or `disabled`."""
