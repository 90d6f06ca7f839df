"""What seeds do to tables, for people and programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from faberdb.views import words

if TYPE_CHECKING:
    from faberdb.model import SeedCount
    from faberdb.views.page import Page


def write_seeds(page: Page, environment: str, found: Sequence[SeedCount], *, done: bool) -> None:
    """A line for each table, and what that is all in all."""
    width = max((len(count.table) for count in found), default=0)
    for count in found:
        style = "yellow" if count.changes else "dim"
        page.line((f"{count.table:<{width}}  ", "bold" if count.changes else ""), (seed_line(count), style), indent=2)
    changes = any(count.changes for count in found)
    page.line((seeds_sentence(environment, found, done=done), "bold" if changes and not done else "green"))


def seed_line(count: SeedCount) -> str:
    """`2 inserted, 1 updated, 5 unchanged`."""
    parts = [f"{count.inserted:,} inserted", f"{count.updated:,} updated", f"{count.unchanged:,} unchanged"]
    if count.deleted:
        parts.append(f"{count.deleted:,} deleted")
    return ", ".join(parts)


def seeds_sentence(environment: str, found: Sequence[SeedCount], *, done: bool) -> str:
    """How much changes, all in all."""
    inserted, updated = sum(count.inserted for count in found), sum(count.updated for count in found)
    deleted, tables = sum(count.deleted for count in found), sum(count.changes for count in found)
    if not tables:
        return f"The rows of {environment} are as the seeds say."
    parts = [
        f"{number:,} {verb}" for number, verb in ((inserted, "inserted"), (updated, "updated"), (deleted, "deleted"))
    ]
    said = f"{', '.join(part for part in parts if not part.startswith('0 '))} in {words.plural(tables, 'table')}"
    return f"Seeded {environment}: {said}." if done else f"To be changed on {environment}: {said}."
