"""What migration tools would run next, by their files and by what they noted in the database."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from faberdb.errors import DeclarationError, RefusedError
from faberdb.model import Handler, Migration
from faberdb_providers.handlers.dbmate import handler as dbmate
from faberdb_providers.handlers.drizzle import handler as drizzle
from faberdb_providers.handlers.prisma import handler as prisma


def written(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def names(found: list[Migration], folder: Path) -> list[str]:
    return [one.file.relative_to(folder).as_posix() for one in found]


PRISMA = {f"{name}/migration.sql": f"select '{name}';\n" for name in ("2_b", "1_a", "3_c")} | {
    "migration_lock.toml": 'provider = "postgresql"\n'
}


def test_prisma_runs_folders_that_were_not_finished_in_the_order_of_their_names(tmp_path: Path) -> None:
    folder = written(tmp_path, PRISMA)
    found = prisma.pending(folder, [("1_a", "2026-01-01", None)])
    assert names(found, folder) == ["2_b/migration.sql", "3_c/migration.sql"]
    assert all(one.single_transaction for one in found)
    assert names(prisma.pending(folder, []), folder)[0] == "1_a/migration.sql"


def test_prisma_runs_again_what_was_rolled_back(tmp_path: Path) -> None:
    folder = written(tmp_path, PRISMA)
    rows = [("1_a", "2026-01-01", None), ("2_b", None, "2026-01-02"), ("3_c", "2026-01-01", "2026-01-02")]
    assert names(prisma.pending(folder, rows), folder) == ["2_b/migration.sql", "3_c/migration.sql"]
    rows.append(("2_b", "2026-01-03", None))
    assert names(prisma.pending(folder, rows), folder) == ["3_c/migration.sql"]


def test_prisma_runs_nothing_after_a_failure(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="2_b counts as failed"):
        prisma.pending(written(tmp_path, PRISMA), [("1_a", "2026-01-01", None), ("2_b", None, None)])


DBMATE = "-- a note\n-- migrate:up{}\ncreate table {} (id int);\n\n-- migrate:down\ndrop table {};\n"


def test_dbmate_runs_what_stands_below_up_on_the_lines_of_its_file(tmp_path: Path) -> None:
    folder = written(
        tmp_path,
        {
            "20260102_b.sql": DBMATE.format(" transaction:false", "b", "b"),
            "20260101_a.sql": DBMATE.format("", "a", "a"),
            "notes.sql": "no number, no migration",
        },
    )
    found = dbmate.pending(folder, [])
    assert names(found, folder) == ["20260101_a.sql", "20260102_b.sql"]
    assert found[0].text == "\n\ncreate table a (id int);\n"
    assert [one.single_transaction for one in found] == [True, False]
    assert names(dbmate.pending(folder, [("20260102",)]), folder) == ["20260101_a.sql"]


def test_dbmate_needs_the_line(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="no line `-- migrate:up`"):
        dbmate.pending(written(tmp_path, {"1_a.sql": "create table a (id int);"}), [])


def test_drizzle_passes_over_what_is_older_than_the_newest_it_has_run(tmp_path: Path) -> None:
    entries = [{"when": when, "tag": tag} for when, tag in ((10, "0000_a"), (30, "0001_b"), (20, "0002_c"))]
    files = {f"{entry['tag']}.sql": "select 1;" for entry in entries}
    folder = written(tmp_path, files | {"meta/_journal.json": json.dumps({"entries": entries})})
    assert names(drizzle.pending(folder, [("10",)]), folder) == ["0001_b.sql", "0002_c.sql"]
    assert names(drizzle.pending(folder, [("10",), ("30",)]), folder) == []
    (folder / "meta/_journal.json").write_text("{}")
    with pytest.raises(DeclarationError, match="no journal"):
        drizzle.pending(folder, [])


@pytest.mark.parametrize("handler", [prisma, dbmate, drizzle], ids=lambda one: type(one).__name__)
def test_a_folder_that_is_not_there_is_no_empty_one(handler: Handler, tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="there is no folder"):
        handler.pending(tmp_path / "none", [])
