"""What is written of a trigger."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from faberdb_providers.postgres.specs.base import DependentSpec
from faberdb_providers.postgres.specs.options import Enabled


class Referencing(BaseModel):
    """Names under which a statement's trigger sees the rows."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    old: str | None = None
    """The rows as they were."""
    new: str | None = None
    """The rows as they are now."""


class TriggerSpec(DependentSpec):
    """A trigger. Under a partition, with `enabled` alone: how a trigger of its table is switched there."""

    when: Literal["before", "after", "instead of"] = "after"
    events: list[str] | None = None
    """`insert`, `update`, `update of a, b`, `delete`, `truncate`."""
    for_each: Literal["row", "statement"] = "row"
    condition: str | None = None
    """It fires only where this holds: `old.price <> new.price`."""
    execute: str | None = None
    """The function, with its arguments where it has any: `audit`, `audit('prices')`."""
    referencing: Referencing | None = None
    """`{ old = "before", new = "after" }`."""
    constraint: bool = False
    """A constraint trigger."""
    from_table: str | None = None
    """The other table of a constraint trigger."""
    deferrable: bool = False
    initially_deferred: bool = False
    enabled: Enabled | None = None
    """When it fires: `origin` is the usual, `replica` only while changes are replicated, `always`, or `disabled`."""
    constraint_comment: str | None = None
    """Text of COMMENT ON CONSTRAINT, of a constraint trigger."""
