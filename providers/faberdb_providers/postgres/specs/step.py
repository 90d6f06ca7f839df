"""What is written of a raw step."""

from __future__ import annotations

from typing import ClassVar

from faberdb_providers.postgres.specs.base import Shape


class StepSpec(Shape):
    """SQL that is run once in each database."""

    from_file: ClassVar[str] = "sql"

    name: str
    """What the step is called, unlike any other of the project: letters a to z, digits, `_` and `-`. Under this name it
    is known whether a database has had it."""
    sql: str = ""
    """One statement or several, which write or read rows."""
    file: str | None = None
    """A file with the SQL, instead of `sql`."""
    after: str | None = None
    """What the step comes after, as a plan prints it (`column public.customer.region`), with all that belongs to it."""
    before: str | None = None
    """What the step comes before, likewise. Where neither is said it comes after all other changes."""
    requires: str | None = None
    """A query that must say true before the step, else the plan stops there."""
    ensures: str | None = None
    """A query that must say true after the step, in the same transaction, else that is taken back."""
    in_parts: bool = False
    """Run it for one range of its table's primary key after the other, each committed for itself. The SQL is one UPDATE
    or DELETE then, with a condition that no row meets any more which it has written."""
    undo: str | None = None
    """SQL that takes the step back in a rollback. Without it no rollback does: `undo: none`."""
