"""What was changed on a database behind faberdb's back: the difference between what it left and what is there."""

from __future__ import annotations

from faberdb.diff.changes import Kinds, Objects, diff
from faberdb.model import Change


def drift(recorded: Objects, live: Objects, kinds: Kinds) -> list[Change]:
    """Changes from the recorded objects to the live ones, by address; without what is only rebuilt around others."""
    found = diff(recorded, live, kinds)
    return [change for _, change in sorted(found.items()) if not change.follows]
