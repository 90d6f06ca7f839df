"""Which backups are no longer kept."""

from __future__ import annotations

from collections.abc import Sequence, Set
from datetime import datetime, timedelta

from faberdb.model import Backup


def outdated(backups: Sequence[Backup], verified: Set[str], days: int | None, now: datetime) -> list[Backup]:
    """Those that are older than so many days; never the newest, nor the newest of those that were verified: whatever
    is found out about younger ones, that one is known to be good. verified: their ids."""
    if days is None:
        return []
    oldest_first = sorted(backups, key=lambda backup: backup.taken_at)
    proven = [backup.id for backup in oldest_first if backup.id in verified]
    kept = {*[backup.id for backup in oldest_first[-1:]], *proven[-1:]}
    limit = now - timedelta(days=days)
    return [b for b in oldest_first if b.id not in kept and datetime.fromisoformat(b.taken_at) < limit]
