"""How old the last backup is that can be relied on, as a finding about the health of an environment."""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime

from faberdb.model import Backup, HealthFinding, HealthVerdict, Threshold, lasting


def freshness(
    environment: str, found: list[Backup], verified: Set[str], now: datetime, threshold: Threshold, *, asked: bool
) -> HealthFinding:
    """What to say of the backups of an environment. verified: the ids of those that were restored and compared. asked:
    whether faberdb takes backups of it at all; those that others take are not seen."""

    def says(verdict: HealthVerdict, said: str, advice: str = "") -> HealthFinding:
        return HealthFinding("backup_age", verdict, said, threshold.said, advice, count=int(verdict.amiss))

    take = f"faberdb backup {environment} && faberdb backups verify {environment}"
    if not found and not asked:
        return says(HealthVerdict.UNKNOWN, "faberdb takes no backups here; those that others take are not seen", take)
    if not found:
        return says(HealthVerdict.WARNING, "there is no backup", take)
    good = [backup for backup in found if backup.id in verified]
    if not good:
        verify = f"faberdb backups verify {environment}"
        return says(HealthVerdict.WARNING, f"none of {len(found)} backups was ever verified", verify)
    last = max(good, key=lambda backup: backup.taken_at)
    age = (now - datetime.fromisoformat(last.taken_at)).total_seconds()
    newer = sum(backup.taken_at > last.taken_at for backup in found)
    more = f"; {newer} newer {'is' if newer == 1 else 'are'} not verified" if newer else ""
    verdict = threshold.verdict(age)
    said = f"the last verified backup, {last.id}, is {lasting(age)} old{more}"
    return says(verdict, said, take if verdict.amiss else "")
