"""Which backups are kept, which bear a name, and that programs of another version will not do."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jsonschema
import pytest

import faberdb_schemas
from faberdb.backups import record
from faberdb.backups.retention import outdated
from faberdb.backups.shelf import Shelf
from faberdb.cli.descriptions import describe
from faberdb.cli.time_left import TimeLeft
from faberdb.errors import BackupError, DatabaseError, LockedError, UnfitBackupError
from faberdb.model import Backup, Verified
from faberdb_providers.postgres.whole.character import creation, statements
from faberdb_providers.postgres.whole.programs import program

NOW = datetime(2026, 12, 1, tzinfo=UTC)
ONE = Backup(
    id="20261201-000000-0000",
    environment="live",
    provider="pg_dump",
    taken_at=NOW.isoformat(),
    seconds=1.0,
    faberdb="0",
    holder="ann",
    reason="asked for",
    server_version=180004,
    size=2,
    database_size=3,
    fingerprint="sha256:1",
    database={"system": None, "oid": 16384, "name": "shop"},
    rows={"public.a": 1},
    character={
        "owner": "ann",
        "encoding": "UTF8",
        "collate": "C",
        "ctype": "C",
        "provider": "libc",
        "locale": None,
        "rules": None,
        "limit": -1,
        "tablespace": "pg_default",
        "comment": None,
        "settings": [["", "work_mem", "7MB"]],
        "rights": [["", "CONNECT", False]],
    },
    needs={"extensions": {"citext": "1.6"}, "roles": ["ann"], "superusers": [], "tablespaces": []},
)


def old(days: int) -> Backup:
    taken = NOW - timedelta(days=days)
    return replace(ONE, id=f"{taken:%Y%m%d-%H%M%S}-0000", taken_at=taken.isoformat())


def test_old_backups_go_but_never_the_last_good_one() -> None:
    young, week, month, year = old(0), old(7), old(30), old(365)
    every = [young, week, month, year]
    assert outdated(every, set(), None, NOW) == []
    assert outdated(every, set(), 10, NOW) == [year, month]
    assert outdated(every, {month.id, year.id}, 10, NOW) == [year], "the newest that is known to be good"
    assert outdated([year], set(), 10, NOW) == [], "the only one"


def filled(folder: Path) -> Backup:
    (folder / "content").mkdir()
    (folder / "content" / "rows").write_text("1\n")
    return replace(ONE, id=folder.name.removesuffix(".partial"))


def test_a_failed_backup_leaves_nothing_and_a_whole_one_is_found(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "backups", "live")

    def fails(folder: Path) -> Backup:
        filled(folder)
        raise BackupError("the disk is full")

    with shelf.locked(alone=True):
        with pytest.raises(BackupError, match="the disk is full"):
            shelf.take(ONE.id, fails)
        assert list(shelf.folder.iterdir()) == []
        (shelf.folder / "20261130-000000-0000.partial").mkdir()  # somebody was killed
        assert shelf.backups() == ([], [])
        made = shelf.take(ONE.id, filled)
    assert shelf.backups() == ([made], [])
    assert [path.name for path in shelf.folder.iterdir()] == [ONE.id]
    assert shelf.find(None) == shelf.find("20261201") == made
    with pytest.raises(BackupError, match="no backup of live begins with 2025"):
        shelf.find("2025")


def test_verified_is_what_was_verified_as_it_is_now(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, "live")
    with shelf.locked(alone=True):
        made = shelf.take(ONE.id, filled)
    found = Verified(NOW.isoformat(), 1.5, "scratch", "0")
    shelf.note(made, found)
    assert shelf.verified(made) == found
    shelf.check(made)
    with (shelf.place(made) / "SHA256SUMS").open("a") as sums:
        sums.write(f"{'0' * 64}  content/gone\n")
    assert shelf.verified(made) is None
    with pytest.raises(UnfitBackupError, match="content/gone is missing"):
        shelf.check(made)


def test_who_cannot_be_read_does_not_hide_the_others(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, "live")
    with shelf.locked(alone=True):
        made = shelf.take(ONE.id, filled)
        shelf.take("20261202-000000-0000", filled)
    (shelf.folder / "20261202-000000-0000" / "backup.json").write_text("{")
    found, broken = shelf.backups()
    assert found == [made]
    assert len(broken) == 1


def test_the_published_schema_is_fresh_and_says_what_a_backup_may_say() -> None:
    describe()  # the texts beside attributes, as the generator has them
    file = Path(str(faberdb_schemas.__file__)).parent / "backup.schema.json"
    assert json.loads(file.read_text("utf-8")) == record.backup_schema(), "make docs"
    jsonschema.Draft202012Validator.check_schema(record.backup_schema())
    schema = jsonschema.Draft202012Validator(record.backup_schema())
    copy = replace(ONE, kept_as={"database": "shop_backup", "oid": 16390, "system": "7"})
    for backup in (ONE, copy):
        document = json.loads(record.to_json(backup))
        schema.validate(document)
        assert record.from_json(record.to_json(backup), "here") == backup
        for wrong in ({"size": "2"}, {"owner": "ann"}, {"character": {"owner": "ann"}}):
            broken = {**document, **wrong}
            assert not schema.is_valid(broken)
            with pytest.raises(BackupError, match="cannot be read"):
                record.from_json(json.dumps(broken).encode(), "here")


def test_what_a_backup_has_elsewhere_goes_with_it(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, "live")
    asked: list[str] = []

    def clear(folder: Path) -> bool:
        asked.append(folder.name)
        return len(asked) > 1

    with shelf.locked(alone=True):
        made = shelf.take(ONE.id, filled)
        shelf.remove(made, clear)
        assert (shelf.backups(), asked) == (([], []), [f"{ONE.id}.going"])
        assert [path.name for path in shelf.folder.iterdir()] == asked, "to be tried again"
        later = shelf.take("20261202-000000-0000", filled, clear)
    assert [path.name for path in shelf.folder.iterdir()] == [later.id]


def test_the_time_that_is_left_is_guessed_from_what_is_done() -> None:
    now = 0.0
    left = TimeLeft({"public.a": 600, 'public."B c"': 200, "public.d": 200}, 2, lambda: now)
    assert left.begins("public.a") == ""
    now = 30.0
    assert left.begins("public.B c") == "", "both jobs are at work on the first two"
    now = 60.0
    assert left.begins("public.d") == ", about 40 s left for rows", "600 of 1,000 took 60 s"
    fast = TimeLeft({"public.a": 1, "public.d": 1}, 1, lambda: now)
    assert [fast.begins("public.a"), fast.begins("public.d")] == ["", ""], "too early to say"
    unknown = TimeLeft({"public.a": 0, "public.d": 0}, 1, lambda: now)
    now = 100.0
    assert [unknown.begins("public.a"), unknown.begins("public.d")] == ["", ""], "never analyzed"


def test_two_do_not_work_on_the_same_backups(tmp_path: Path) -> None:
    first, second = Shelf(tmp_path, "live"), Shelf(tmp_path, "live")
    with first.locked(alone=True), pytest.raises(LockedError), second.locked(alone=False):
        pass
    with first.locked(alone=False), second.locked(alone=False):
        pass


def test_a_program_of_another_major_will_not_do() -> None:
    with pytest.raises(DatabaseError) as caught:
        program("pg_dump", 12, None, os.environ["PATH"])
    said = str(caught.value)
    assert "pg_dump of PostgreSQL 12 is not on this machine" in said
    assert "apt-get install postgresql-client-12" in said


def test_a_database_is_made_as_it_was() -> None:
    like = {
        "owner": "Ann",
        "encoding": "UTF8",
        "collate": "C",
        "ctype": "C",
        "provider": "icu",
        "locale": "de",
        "rules": None,
        "limit": 7,
        "tablespace": "fast",
        "comment": None,
        "settings": [["", "search_path", '"$user", app'], ["bob", "app.key", "it's"], ["", "search_path", '""']],
        "rights": [["", "CONNECT", False], ["bob", "CREATE", True]],
    }
    assert creation("n", like, 18) == (
        "create database n with template template0 owner \"Ann\" encoding 'UTF8' lc_collate 'C' lc_ctype 'C'"
        " tablespace fast locale_provider icu icu_locale 'de'"
    )
    assert "tablespace" not in creation("n", {**like, "tablespace": "pg_default"}, 18)
    assert list(statements("n", like)) == [
        "alter database n connection limit 7",
        'alter database n set search_path = "$user", app',
        "alter role bob in database n set app.key = 'it''s'",
        "alter database n set search_path = ''",
        'revoke all on database n from public, "Ann"',
        "grant CONNECT on database n to public",
        "grant CREATE on database n to bob with grant option",
    ]
