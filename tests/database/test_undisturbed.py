"""Values that quarantine gives back, and those of a backfill, reach their rows past triggers, rules, policies and
publications, all of which are afterwards as they were."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from faberdb.errors import RefusedError
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.servers import scratch
from tests.conftest import INSTALLED
from tests.database.test_kept_values import ID, Start, Trial, hazards, start, table
from tests.servers import Server

__all__ = ["start"]  # the fixture

RAISES = """
[tables.t.triggers.never]
when = "before"
events = ["update"]
execute = "never"
enabled = "always"
[functions.never]
returns = "trigger"
body = "begin raise 'no update of this table'; end"
"""
INSTEAD = "[tables.t.rules.never]\nevent = 'update'\ninstead = true\n"
ALWAYS = "[tables.t.rules.always]\nevent = 'update'\ninstead = true\nenabled = 'always'\ncondition = 'old.id > 0'\n"
NOTE = "event = 'update'\ndo = 'insert into log values (new.id)'\n"
BESIDES = f"[tables.log.columns]\nid = 'int'\n[tables.t.rules.note]\n{NOTE}"
PUBLISHED = "[publications.p]\n[publications.p.tables.t]\n"
EVERYTHING = "[publications.p]\nall_tables = true\n"
SCHEMA = "[publications.p]\n[publications.p.schemas.public]\n"
POLICY = "[tables.t.policies.nobody]\nusing = 'false'\n"
FORCED = "row_security = true\nforce_row_security = true"
KEYED = "primary_key = ['id']"

WAYS = {
    "a trigger that raises": ("", RAISES),
    "a rule that does nothing instead": ("", INSTEAD),
    "a rule with a condition, on a table with a key": (KEYED, ALWAYS),
    "a rule that writes besides": ("", BESIDES),
    "a published table without a key": ("", PUBLISHED),
    "one that shows nothing of its rows": ("replica_identity = 'nothing'", PUBLISHED),
    "a published table with a key": (KEYED, PUBLISHED),
    "a published schema": ("", SCHEMA),
    "a published database": ("", EVERYTHING),
    "a policy that hides all rows": (FORCED, POLICY),
    "all of these": (FORCED, RAISES + INSTEAD + BESIDES + PUBLISHED + POLICY),
}
# The words `off` and `command` are names of columns, as well as of what the statement uses for itself.
COLUMNS = ID + "off = 'text'\ncommand = 'text'\n"
CHANGES = {
    "dropped": ("b = 'text'", ""),
    "another type": ("b = 'text'", "b = { type = 'varchar(1)', using = \"'x'\" }"),
}
SETTINGS = """
select array_agg(relreplident::text || relrowsecurity || relforcerowsecurity order by relname),
       (select array_agg(tgname || tgenabled::text order by 1) from pg_trigger where not tgisinternal),
       (select array_agg(rulename || ev_enabled::text order by 1) from pg_rewrite where oid > 16384)
  from pg_class where relname in ('t', 'log')
"""


def filled(trial: Trial) -> None:
    trial.run("insert into t select n, 'off', 'command', 'b' || n from generate_series(1, 3) n")


def unknown(about: str, more: str) -> bool:
    """Whether subscribers have nothing to know the rows by."""
    return "[publications" in more and about != KEYED


@pytest.mark.in_turn(4)
@pytest.mark.parametrize(("before", "after"), CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize(("about", "more"), WAYS.values(), ids=WAYS)
def test_values_come_back(start: Start, about: str, more: str, before: str, after: str) -> None:
    trial = start(table(COLUMNS + before, about, more))
    filled(trial)
    rows, settings = trial.rows("select * from t order by id"), trial.rows(SETTINGS)
    plan = trial.go(table(COLUMNS + after, about, more))
    assert trial.rows(SETTINGS) == settings
    said = hazards(trial.migration.plan_back(trial.live, plan))
    assert (codes.RESTORE_PASSES_TRIGGERS in said, codes.RESTORE_PASSES_RULES in said) == (
        RAISES in more,
        ".rules." in more,
    )
    assert (codes.RESTORE_IDENTIFIES_ROWS in said) == unknown(about, more)
    trial.back(plan)
    assert trial.rows("select id, off, command, b from t order by id") == rows
    assert trial.rows(SETTINGS) == settings
    if BESIDES in more:
        assert trial.rows("select * from log") == []


FILLED = "b = { type = 'text', backfill = \"off || ' $update$ ' || command\" }"


@pytest.mark.in_turn(4)
@pytest.mark.parametrize("before", ["", "b = { type = 'text', null = true }"])
@pytest.mark.parametrize("way", [way for way, (_, more) in WAYS.items() if RAISES not in more])
def test_a_backfill_reaches_all_rows(start: Start, way: str, before: str) -> None:
    about, more = WAYS[way]
    trial = start(table(COLUMNS + before, about, more))
    trial.run("insert into t (id, off, command) values (1, 'o', 'c'), (2, 'o', 'c')")
    settings = trial.rows(SETTINGS)
    plan = trial.go(table(COLUMNS + FILLED, about, more))
    assert trial.rows("select id, b from t order by id") == [(1, "o $update$ c"), (2, "o $update$ c")]
    assert trial.rows(SETTINGS) == settings
    assert (codes.BACKFILL_PASSES_RULES in hazards(plan)) == (".rules." in more)
    assert (codes.BACKFILL_IDENTIFIES_ROWS in hazards(plan)) == unknown(about, more)
    if BESIDES in more:
        assert trial.rows("select * from log") == []
    trial.back(plan)
    assert trial.rows("select count(*) from t") == [(2,)]
    assert trial.rows(SETTINGS) == settings


def test_partitions_are_reached_too(start: Start) -> None:
    """What is in the way of a partition only is known by its table."""
    parts = (
        "[tables.low]\npartition_of = 't'\nbound = 'FOR VALUES FROM (0) TO (3)'\n"
        "[tables.low.rules.never]\nevent = 'update'\ninstead = true\n"
        "[tables.high]\npartition_of = 't'\nbound = 'FOR VALUES FROM (3) TO (9)'\n" + PUBLISHED
    )
    about = "partition_by = 'RANGE (id)'"
    trial = start(table(COLUMNS + "b = 'text'", about, parts))
    filled(trial)
    rows = trial.rows("select id, off, command, b from t order by id")
    trial.back(trial.go(table(COLUMNS.rstrip(), about, parts)))
    assert trial.rows("select id, off, command, b from t order by id") == rows
    assert trial.rows("select distinct relreplident::text from pg_class where relname in ('low', 'high')") == [("d",)]


@pytest.fixture
def followed(cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server that others may follow."""
    monkeypatch.setitem(scratch._SETTINGS, "wal_level", "logical")
    binaries = INSTALLED[max(INSTALLED)]
    with scratch.scratch_cluster(binaries, cache) as cluster:
        yield Server(binaries, cluster)


def test_under_a_publication_of_all_tables_that_somebody_follows_nothing_is_kept(followed: Server) -> None:
    """What faberdb keeps would be sent too, so that subscribers would need its tables: it says so, and changes nothing.
    Without anybody who reads it, it is kept as ever."""
    before, after = table(COLUMNS + "b = 'text'", "", EVERYTHING), table(COLUMNS.rstrip(), "", EVERYTHING)
    with followed.database() as live:
        trial = Trial(followed, live, before)
        trial.run("select pg_create_logical_replication_slot('follower', 'pgoutput')")
        start = followed.dump(live)
        with pytest.raises(RefusedError, match="FOR ALL TABLES and somebody follows it"):
            trial.go(after)
        assert followed.dump(live) == start
        trial.run("select pg_drop_replication_slot('follower')")
        trial.back(trial.go(after))
