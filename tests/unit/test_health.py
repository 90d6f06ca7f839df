"""What is judged from which values: thresholds as they are written, the age of backups, what became worse, and what no
test server can be brought to (wraparound, lost slots, majors out of support)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from faberdb.backups.freshness import freshness
from faberdb.config.health import HealthTable, thresholds
from faberdb.model import Backup, HealthFinding, HealthVerdict, lasting, worse
from faberdb_providers.postgres.health import replication, server, sessions, wear
from faberdb_providers.postgres.health.check import Around, Check

OK, UNKNOWN, WARNING, CRITICAL = HealthVerdict
NOW = datetime(2026, 12, 1, tzinfo=UTC)
USUAL = thresholds(HealthTable())
AROUND = Around(USUAL, date(2026, 12, 1), "app", 180004, 0.001)
BACKUP = Backup(
    *("20261130-000000-0000", "live", "pg_dump", NOW.isoformat(), 1.0, "0", "ann", "asked for", 180004, 2, 3, ""),
    database={},
    rows={},
    character={},
    needs={},
)


def judge(check: Check, *rows: dict[str, Any], around: Around = AROUND) -> HealthFinding:
    return check.judge(rows, around)


def test_what_is_written_of_a_threshold_leaves_the_rest_of_it_as_it_is() -> None:
    found = thresholds(
        HealthTable.model_validate({"lock_waits": {"warning": "500ms"}, "replication_slots": {"critical": "1TB"}})
    )
    assert (found["lock_waits"].warning, found["lock_waits"].critical) == (0.5, 60)
    assert (found["replication_slots"].warning, found["replication_slots"].critical) == (2**30, 2**40)
    assert found["lock_waits"].said == "warning from 500ms, critical from 1min"
    assert found["dead_rows"].critical is None
    values = [(0.4, OK), (0.5, WARNING), (59, WARNING), (60, CRITICAL)]
    assert [(value, found["lock_waits"].verdict(value)) for value, _ in values] == values


def test_majors_out_of_support_are_known() -> None:
    assert judge(server.VERSION).verdict is OK
    old = judge(server.VERSION, around=replace(AROUND, version=140020))
    assert (old.verdict, old.found) == (WARNING, "PostgreSQL 14.20, which has had no security fixes since 2026-11-12")
    assert judge(server.VERSION, around=replace(AROUND, version=140020, today=date(2026, 11, 12))).verdict is OK
    assert judge(server.VERSION, around=replace(AROUND, version=990001)).verdict is OK


def test_wraparound_is_measured_against_all_ids_and_against_autovacuum() -> None:
    def ages(xids: int, multixacts: int = 1, frozen_from: int = 200_000_000) -> HealthFinding:
        row = {"database": "shop", "xids": xids, "multixacts": multixacts, "xids_frozen_from": frozen_from}
        return judge(wear.WRAPAROUND, {**row, "multixacts_frozen_from": 400_000_000})

    assert ages(390_000_000).verdict is OK
    behind = ages(410_000_000)
    assert (behind.verdict, "19% of what there are and 2.0 times the age" in behind.found) == (WARNING, True), behind
    assert ages(800_000_000, frozen_from=1_000_000_000).verdict is OK
    assert ages(1_600_000_000).verdict is CRITICAL
    multi = ages(1, multixacts=1_600_000_000)
    assert (multi.verdict, "multixact ids" in multi.found, "VACUUM (FREEZE)" in multi.advice) == (CRITICAL, True, True)
    assert wear.WRAPAROUND.stops


def test_slots_are_judged_by_what_becomes_of_them() -> None:
    def slot(status: str, *, active: bool = True, kept: float = 1024) -> HealthFinding:
        return judge(
            replication.REPLICATION_SLOTS, {"slot": "s", "active": active, "wal_status": status, "bytes": kept}
        )

    assert slot("reserved").verdict is OK
    assert slot("extended", kept=2 * 2**30).verdict is WARNING
    assert slot("reserved", active=False).verdict is WARNING
    assert slot("reserved", active=False, kept=11 * 2**30).verdict is CRITICAL
    assert slot("unreserved").verdict is CRITICAL
    lost = slot("lost", active=False)
    assert (lost.verdict, "pg_drop_replication_slot('s')" in lost.advice) == (WARNING, True)


def test_lag_counts_in_time_and_in_bytes_and_not_for_who_has_caught_up() -> None:
    def lag(seconds: float | None, size: float | None, *, hidden: bool = False) -> HealthFinding:
        row = {"standby": "b", "hidden": hidden, "bytes": size, "seconds": seconds}
        return judge(replication.REPLICATION_LAG, row)

    assert lag(400, 0).verdict is OK
    assert lag(400, 1).verdict is CRITICAL
    assert lag(None, 200 * 2**20).verdict is WARNING
    unseen = lag(None, None, hidden=True)
    assert (unseen.verdict, unseen.advice) == (UNKNOWN, "GRANT pg_monitor TO app")


def test_connections_and_several_things_of_one_sort() -> None:
    assert judge(sessions.CONNECTIONS, {"used": 79, "free_for_all": 100}).verdict is OK
    assert judge(sessions.CONNECTIONS, {"used": 95, "free_for_all": 100}).verdict is CRITICAL
    rows = [{"gid": f"g{n}", "seconds": 400 + 1000 * n} for n in range(8)]
    many = judge(sessions.PREPARED_TRANSACTIONS, *rows)
    assert (many.verdict, many.count, len(many.detail)) == (CRITICAL, 8, 6)
    assert many.found.startswith("8, first of all prepared transaction 'g4'")
    assert many.detail[-1] == "and 3 more"


@pytest.mark.parametrize(
    ("ages", "verified", "asked", "verdict", "words"),
    [
        ((), (), False, UNKNOWN, "faberdb takes no backups here"),
        ((), (), True, WARNING, "there is no backup"),
        ((1,), (), True, WARNING, "none of 1 backups was ever verified"),
        ((1,), (1,), True, OK, "is 1 h old"),
        ((30, 1), (30,), True, WARNING, "is 30 h old; 1 newer is not verified"),
        ((200,), (200,), False, CRITICAL, "is 8.3 days old"),
    ],
)
def test_only_a_verified_backup_counts(
    ages: tuple[int, ...], verified: tuple[int, ...], asked: bool, verdict: HealthVerdict, words: str
) -> None:
    found = [replace(BACKUP, id=str(age), taken_at=(NOW - timedelta(hours=age)).isoformat()) for age in ages]
    said = freshness("live", found, set(map(str, verified)), NOW, USUAL["backup_age"], asked=asked)
    assert (said.verdict, words in said.found) == (verdict, True), said


def test_what_became_worse() -> None:
    def finding(verdict: HealthVerdict, count: int = 1) -> list[HealthFinding]:
        return [HealthFinding("c", verdict, "", count=count)]

    assert worse(finding(OK, 0), finding(WARNING)) == finding(WARNING)
    assert worse(finding(WARNING), finding(CRITICAL)) == finding(CRITICAL)
    assert worse(finding(WARNING), finding(WARNING, 2)) == finding(WARNING, 2)
    for same in ((WARNING, WARNING), (CRITICAL, WARNING), (OK, UNKNOWN), (UNKNOWN, CRITICAL), (OK, OK)):
        assert worse(finding(same[0]), finding(same[1])) == []


def test_ages_in_words() -> None:
    said = [lasting(seconds) for seconds in (0.2, 40, 90, 5400, 26 * 3600, 200 * 3600)]
    assert said == ["under a second", "40 s", "2 min", "1.5 h", "26 h", "8.3 days"]
