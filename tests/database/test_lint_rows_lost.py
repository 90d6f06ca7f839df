"""Rows that go without a word of it in the catalogue, or beyond the database: `faberdb lint` calls that destructive."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from faberdb.model import Risk
from faberdb_providers.postgres.hazards import codes
from tests.database.test_lint_statements import THERE, said, tried
from tests.servers import Server, run_sql

BOOK = "create table book (id int primary key, author_id int, shelf int, title text)"


@pytest.fixture(scope="module")
def conninfo(newest: Server) -> Iterator[str]:
    """A database in which something is there already; what the files do is taken back."""
    with newest.database() as made:
        run_sql(made, THERE.replace("create role reader;", ""))
        run_sql(made, "create function wipe() returns void language sql as 'truncate book'")
        yield made


def lost(conninfo: str, text: str) -> list[tuple[int, str]]:
    """Lines and codes of what is destructive in a file whose transaction is taken back."""
    report = tried(conninfo, f"begin;\n{text};\nrollback;")
    assert codes.REFUSED not in [f.code for f in report.findings], report.findings
    return [(f.line, f.code) for f in report.findings if f.risk is Risk.DESTRUCTIVE]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("alter table book alter author_id type bigint;\ntruncate book", [(3, codes.TRUNCATE)]),
        ("do $$ begin truncate book; end $$", [(2, codes.TRUNCATE)]),
        ("select wipe()", [(2, codes.TRUNCATE)]),
        ("explain (analyze, costs off) select wipe()", [(2, codes.TRUNCATE)]),
        (f"do $$ begin drop table book cascade; {BOOK}; end $$", [(2, codes.TRUNCATE)]),
        ("explain analyze delete from book", [(2, codes.ALL_ROWS_DELETED)]),
        ("explain (verbose, analyze true) delete from book", [(2, codes.ALL_ROWS_DELETED)]),
        ("explain delete from book;\nexplain (analyze off) delete from book", []),
        ("delete from book where true", [(2, codes.ALL_ROWS_DELETED)]),
        ("delete from book where 1 = 1", [(2, codes.ALL_ROWS_DELETED)]),
        ("delete from book where id = 1 and true", []),
        ("do $$ begin if true then delete from book; end if; end $$", [(2, codes.ALL_ROWS_DELETED)]),
        ("do $$ begin delete from book where id = 1; end $$", []),
        ("do E'begin\\n delete from book; end'", [(2, codes.ALL_ROWS_DELETED)]),
        ("merge into book using book b on book.id = b.id when matched then delete", [(2, codes.ALL_ROWS_DELETED)]),
        ("prepare p as delete from book;\nexecute p", [(3, codes.ALL_ROWS_DELETED)]),
        ('prepare "P p" (int) as delete from book;\nexplain analyze execute "P p" (1)', [(3, codes.ALL_ROWS_DELETED)]),
        ("prepare p as delete from book where id = 1;\nexecute p", []),
        ("copy (delete from book returning *) to stdout", [(2, codes.ALL_ROWS_DELETED)]),
        ("copy (select wipe()) to stdout", [(2, codes.TRUNCATE)]),
        ("create table x as with d as (delete from book returning *) select * from d", [(2, codes.ALL_ROWS_DELETED)]),
        ("with d as (delete from book returning *) select * into x from d", [(2, codes.ALL_ROWS_DELETED)]),
        ("(with d as (delete from book returning *) select * from d)", [(2, codes.ALL_ROWS_DELETED)]),
        ("do $$ begin alter table book alter author_id type bigint; alter table author set unlogged; end $$", []),
    ],
)
def test_rows_that_go_are_told_of(conninfo: str, text: str, wanted: list[tuple[int, str]]) -> None:
    assert lost(conninfo, text) == wanted


@pytest.mark.parametrize(
    "text", ["drop database if exists shop", "drop database shop with (force)", "DROP TABLESPACE s"]
)
def test_what_the_whole_server_loses_is_told_of_and_not_run(conninfo: str, text: str) -> None:
    report = tried(conninfo, f"{text};\nselect 1;")
    assert [(f.line, f.code, f.risk) for f in report.findings] == [(1, codes.DATABASE_DROPPED, Risk.DESTRUCTIVE)]
    assert ([r.line for r in report.passed_over], report.statements) == ([1], 1)


def test_what_commits_as_it_goes_is_tried_and_does_not_end_the_file(newest: Server) -> None:
    batches = "for i in 1..2 loop update book set shelf = 1 where id = i; commit; end loop"
    with newest.database() as made:
        run_sql(made, THERE.replace("create role reader;", ""))
        run_sql(made, f"create procedure batches() language plpgsql as $$ begin {batches}; end $$")
        text = f"call batches();\ndo $$ begin {batches}; end $$;\ndo $$ begin truncate book; commit; end $$;\n"
        report = tried(made, f"{text}drop table author;")
    assert said(report) == [("1.sql", 3, codes.TRUNCATE), ("1.sql", 4, codes.TABLE_DROPPED)]
