"""What is written of an event trigger."""

from __future__ import annotations

from faberdb_providers.postgres.specs.base import LabelledSpec, OwnedSpec
from faberdb_providers.postgres.specs.options import Enabled


class EventTriggerSpec(OwnedSpec, LabelledSpec):
    """An event trigger. It is made after everything else of a plan, and goes first."""

    event: str
    """`ddl_command_start`, `ddl_command_end`, `sql_drop`, `table_rewrite` or `login`."""
    tags: list[str] | None = None
    """The commands it fires on, `CREATE TABLE`; all where nothing is said."""
    execute: str
    """The function, without arguments."""
    enabled: Enabled | None = None
    """When it fires: `origin` is the usual, `replica`, `always`, or `disabled`."""
