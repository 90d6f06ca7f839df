"""What was committed of a plan whose server no longer knows of one of its transactions: the catalogue may tell."""

from __future__ import annotations

from faberdb.model import JournalEntry
from faberdb.plan.document import Plan


def settled(plan: Plan, entry: JournalEntry, now: str) -> frozenset[int] | None:
    """The transactions of the plan that are committed. now: the fingerprint of the managed catalogue. None where that
    does not tell: it is the same before and after what is in doubt, or neither."""
    if not entry.in_doubt:
        return entry.done
    without, within = entry.done, entry.done | entry.in_doubt
    before, after = plan.fingerprint_after(without), plan.fingerprint_after(within)
    if before == after or now not in (before, after):
        return None
    return within if now == after else without
