"""What functions and triggers do to the catalogue is said of the statement that called them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from faberdb_providers.postgres.hazards import codes
from tests.database.test_lint_statements import THERE, said, tried
from tests.servers import Server, run_sql

CALLED = """
create table notes (id int, title text);
create function dropped() returns int language plpgsql as $$ begin
    if to_regclass('author') is not null then drop table author; end if; return 1; end $$;
create function dropped_by_trigger() returns trigger language plpgsql as $$ begin
    perform dropped(); return null; end $$;
create trigger drops after update or delete or truncate on notes execute function dropped_by_trigger();
create constraint trigger drops_late after insert on loan_2024 deferrable initially deferred
    for each row execute function dropped_by_trigger();
"""


@pytest.fixture(scope="module")
def conninfo(newest: Server) -> Iterator[str]:
    """A database in which something is there already, with functions that drop a table of it."""
    with newest.database() as made:
        run_sql(made, THERE.replace("create role reader;", "") + CALLED)
        yield made


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("values (dropped())", 2),
        ("insert into notes select dropped() where false", None),
        ("insert into notes values (dropped())", 2),
        ("update notes set id = 1 where id = 2", 2),
        ("delete from notes where id = 2", 2),
        ("merge into notes using (values (1)) v on false when not matched then insert values (dropped())", 2),
        ("truncate notes", 2),
        ("declare c cursor for select dropped();\nfetch c", 3),
        ("declare c cursor for select dropped();\nmove c", 3),
        ("insert into loan values (1, 2024);\nset constraints all immediate", 3),
        ("alter table author add x int;\nalter table author alter x set default 1;\nvalues (dropped())", 4),
        ("delete from pg_attribute where attrelid = 'author'::regclass and attname = 'name'", 2),
        ("update pg_class set relname = 'writer' where relname = 'author'", 2),
    ],
)
def test_what_is_called_changes_the_catalogue_there(conninfo: str, text: str, line: int | None) -> None:
    report = tried(conninfo, f"begin;\n{text};\nalter table book add y int;\nrollback;")
    assert codes.REFUSED not in [f.code for f in report.findings], report.findings
    gone = {f.line for f in report.findings if f.code in (codes.TABLE_DROPPED, codes.COLUMN_DROPPED)}
    assert gone == ({line} if line else set()), report.findings


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("insert into loan values (1, 2024);\nselect 1", 1),
        ("begin;\ninsert into loan values (1, 2024);\ncommit;\nselect 1", 3),
        ("begin;\ndeclare c cursor with hold for select dropped();\ncommit", 3),
    ],
)
def test_what_was_put_off_to_the_commit_is_said_of_it(newest: Server, text: str, line: int) -> None:
    with newest.database() as made:
        run_sql(made, THERE.replace("create role reader;", "") + CALLED)
        report = tried(made, text)
    assert ("1.sql", line, codes.TABLE_DROPPED) in said(report)
    assert {f.line for f in report.findings} == {line}
