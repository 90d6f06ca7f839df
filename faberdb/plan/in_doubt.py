"""What was committed of a plan whose server no longer knows of one of its transactions: the catalogue may tell."""

from __future__ import annotations

from faberdb.model import JournalEntry
from faberdb.plan.document import Plan


def settled(plan: Plan, entry: JournalEntry, now: str) -> frozenset[int] | None:
    """The transactions of the plan that are committed. now: the fingerprint of the managed catalogue. None where that
    does not tell: it is the same with and without what is in doubt, or neither."""
    if not entry.in_doubt:
        return entry.done
    # They ran in their order, so each that is committed has those before it along.
    ways = [entry.done | {n for n in entry.in_doubt if n <= last} for last in (0, *sorted(entry.in_doubt))]
    found = [way for way in ways if plan.fingerprint_after(way) == now]
    return found[0] if len(found) == 1 else None
