"""`faberdb lint` as it is called: on a copy of an environment's catalogue, or on an empty database."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from tests.conftest import ProjectFolder, Ran
from tests.servers import Server, run_sql

THERE = "create table book (id int primary key, shelf int); insert into book values (1, 1);"
INDEX = "set lock_timeout = '1s';\nset statement_timeout = '1h';\ncreate index book_shelf_idx on book (shelf);\n"


def test_files_are_tried_on_a_copy_and_leave_the_database_as_it_is(
    newest: Server, project: Callable[..., ProjectFolder]
) -> None:
    with newest.database() as conninfo:
        run_sql(conninfo, THERE)
        before = newest.dump(conninfo)
        folder = project({"dev": conninfo}, '[environments.dev.hazards.FDB107]\npolicy = "forbid"\nreason = "no"\n')
        (folder.root / "a.sql").write_text(INDEX)
        (folder.root / "b.sql").write_text("set lock_timeout = '1s';\nalter table book drop shelf;\n")
        found = folder.run("lint", "a.sql", "--env", "dev", "--detailed-exitcode")
        refused = folder.run("lint", "a.sql", "--env", "dev", "--max-risk", "caution", "--format", "json")
        forbidden = folder.run("lint", "b.sql", "--env", "dev")
        assert newest.dump(conninfo) == before
    assert (found.code, refused.code, forbidden.code) == (2, 9, 9)
    assert found.out.splitlines()[0] == (
        "a.sql:3: dangerous FDB301 index public.book.book_shelf_idx: writes to the table wait until the index is built"
    )
    assert "1 dangerous in 3 statements of 1 file." in found.out
    assert "a copy of the catalogue of dev" in found.out
    lines = [json.loads(line) for line in refused.out.splitlines()]
    assert [line["type"] for line in lines] == ["version", "finding", "lint_summary", "error"]
    assert "forbids FDB107 (no): b.sql:2 (FDB107)" in forbidden.err


def test_the_settings_of_the_role_that_connects_are_followed(
    newest: Server, project: Callable[..., ProjectFolder]
) -> None:
    with newest.database() as conninfo:
        run_sql(conninfo, f"{THERE} alter table book add bought timestamp;")
        run_sql(
            conninfo,
            "do $$ begin execute format('alter database %I set lock_timeout = ''1s''', current_database());"
            " execute format('alter database %I set statement_timeout = ''1h''', current_database());"
            " execute format('alter database %I set timezone = ''Asia/Tokyo''', current_database()); end $$",
        )
        folder = project({"dev": conninfo})
        (folder.root / "a.sql").write_text("alter table book alter bought type timestamptz;")
        said = folder.run("lint", "a.sql", "--env", "dev").out
    assert "FDB101" in said  # at UTC nothing would be rewritten
    assert "FDB115" in said
    assert "FDB850" not in said
    assert "FDB851" not in said


def test_without_an_environment_what_has_run_before_can_be_given(run: Callable[..., Ran], tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "1.sql").write_text(THERE)
    (tmp_path / "new.sql").write_text(INDEX)
    alone = run("lint", "old", "new.sql", cwd=tmp_path)
    after = run("lint", "new.sql", "--after", "old", "--format", "sarif", cwd=tmp_path)
    github = run("lint", "new.sql", "--after", "old", "--format", "github", cwd=tmp_path)
    assert alone.code == after.code == github.code == 0
    assert "Nothing to say in 5 statements of 2 files." in alone.out
    assert "no environment is named" in alone.err
    (sarif,) = json.loads(after.out)["runs"]
    assert [result["ruleId"] for result in sarif["results"]] == ["FDB301"]
    assert github.out.splitlines()[0].startswith("::warning file=new.sql,line=3,col=1,title=FDB301::")


def test_what_has_run_before_is_run_as_psql_runs_it(run: Callable[..., Ran], tmp_path: Path) -> None:
    (tmp_path / "old.sql").write_text(
        f"\ufeff{THERE}\n\\restrict key\ncreate index concurrently on book (shelf);\ncopy book from stdin;\n2\t2\n\\.\n"
        "begin;\nalter table book add title text;\ncommit;\n\\connect other\nalter table book add note text;\nbegin;\n",
        encoding="utf-8",
    )
    (tmp_path / "new.sql").write_text("alter table book drop title, drop note;")
    after = run("lint", "new.sql", "--after", "old.sql", cwd=tmp_path)
    assert after.code == 0, after.err
    assert after.out.count("FDB107") == 2


def test_where_not_everything_is_looked_at_strict_refuses(run: Callable[..., Ran], tmp_path: Path) -> None:
    (tmp_path / "harmless.sql").write_text("\\set x 1\nselect 1;")
    (tmp_path / "more.sql").write_text("select 1;\n\\i drop_everything.sql\n")
    harmless = run("lint", "harmless.sql", "--strict", cwd=tmp_path)
    more = run("lint", "more.sql", "--strict", cwd=tmp_path)
    assert (harmless.code, more.code) == (0, 9)
    assert "not everything was looked at: more.sql:2: \\i of psql's is left out" in more.err


def test_what_cannot_be_looked_at_is_an_error(run: Callable[..., Ran], tmp_path: Path) -> None:
    (tmp_path / "bad.sql").write_text("create table t (id int);\nselect 1,\n  nowhere;")
    missing = run("lint", "missing.sql", cwd=tmp_path)
    before = run("lint", "bad.sql", "--after", "bad.sql", cwd=tmp_path)
    assert (missing.code, before.code) == (1, 1)
    assert "missing.sql" in missing.err
    assert "bad.sql:3" in before.err
