"""What cannot be taken back because it was purged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from faberdb.errors import RefusedError
from faberdb.model import JournalEntry
from faberdb.plan.state import Record, State

FEW = 5
"""How many of the objects are named whose rows were purged."""


def refuse_purged(
    chosen: Sequence[Record], purges: Mapping[str, JournalEntry], state: State | None, environment: str
) -> None:
    """Raises RefusedError where what one of the plans put in quarantine was destroyed since, before any of them is
    taken back. purges: by the plans whose quarantine they destroyed, as the journal tells; state: tells of backups."""
    record = next((record for record in chosen if record.plan_id in purges), None)
    if record is None:
        return
    purge = purges[record.plan_id]
    at = f"{purge.at[:16].replace('T', ' ')} UTC"
    names = list(dict.fromkeys(kept.address.spoken for kept in record.kept))
    more = f" and {len(names) - FEW} more" if len(names) > FEW else ""
    backups = {r.plan_id: r.backup for r in state.applied} if state else {}
    backup = backups.get(purge.plan_id, "")
    restore = f"faberdb restore {environment} {backup}" if backup else f"faberdb backups {environment}"
    raise RefusedError(
        f"plan {record.plan_id[:8]} cannot be taken back: what it put in quarantine was purged {at} by {purge.holder}"
        f" (purge {purge.plan_id[:8]})",
        where=f"environment {environment}",
        detail=(f"destroyed: {', '.join(names)}{more}",) if names else (),
        advice=f"nothing was changed; only a backup has these rows: {restore}. For the structure without them, declare"
        f" it as it was and apply that: faberdb apply {environment}",
    )
