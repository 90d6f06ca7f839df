"""How `faberdb lint` follows transactions and settings, and what it says of what files make themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from faberdb.lint.report import Report
from faberdb.lint.run import File, lint
from faberdb.model import Risk
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.provider import provider
from tests.database.linted import KINDS
from tests.migration import opened
from tests.servers import Server, run_sql

THERE = """
create table author (id int primary key, name text);
create table book (id int primary key, author_id int, shelf int, title text);
create table loan (id int, year int) partition by range (year);
create table loan_2024 partition of loan for values from (2024) to (2025);
create view shelf_list as select id, shelf from book;
create role reader;
"""
BOUNDED = {"lock_timeout": "1s", "statement_timeout": "1h"}


@pytest.fixture
def conninfo(newest: Server) -> Iterator[str]:
    """A database in which something is there already."""
    with newest.database() as made:
        run_sql(made, THERE)
        yield made
        run_sql(made, "reassign owned by reader to current_user; drop owned by reader; drop role reader")


def tried(
    conninfo: str, *files: str, settings: Mapping[str, str] = BOUNDED, single_transaction: bool = False
) -> Report:
    """What is said of files, called 1.sql, 2.sql and so on."""
    named = [File(f"{number}.sql", provider.script(text), single_transaction) for number, text in enumerate(files, 1)]
    with opened(conninfo, read_only=False) as session:
        trial = provider.trial(session, settings)
        return lint(named, trial, KINDS, "a copy")


def said(report: Report) -> list[tuple[str, int, str]]:
    """File, line and code of what was found."""
    return [(f.file, f.line, f.code) for f in report.findings]


def test_a_constraint_that_is_validated_where_it_was_added_is_read_under_that_lock(conninfo: str) -> None:
    added = "alter table book add constraint c check (shelf > 0) not valid;\n"
    validated = "alter table book validate constraint c;\n"
    assert said(tried(conninfo, f"begin;\n{added}{validated}commit;")) == [("1.sql", 3, codes.VALIDATED_AT_ONCE)]


def test_apart_they_are_nothing_to_speak_of(conninfo: str) -> None:
    added = "alter table book add constraint c check (shelf > 0) not valid;\n"
    assert said(tried(conninfo, f"begin;\n{added}commit;\nalter table book validate constraint c;")) == []


def test_whoever_runs_a_file_may_put_it_into_one_transaction(conninfo: str) -> None:
    text = "alter table book add constraint c check (shelf > 0) not valid;\nalter table book validate constraint c;"
    assert said(tried(conninfo, text, single_transaction=True)) == [("1.sql", 2, codes.VALIDATED_AT_ONCE)]


def test_rows_written_under_the_lock_of_a_change_hold_it(conninfo: str) -> None:
    text = "begin;\nalter table book add flag bool;\nupdate book set flag = true where shelf = 1;\ncommit;"
    assert said(tried(conninfo, text)) == [("1.sql", 3, codes.BACKFILL_UNDER_A_LOCK)]


def test_what_reads_another_table_for_long_holds_the_lock_of_the_first(conninfo: str) -> None:
    text = "begin;\nalter table book add flag bool;\nselect count(*) from author;\ncommit;"
    assert said(tried(conninfo, text)) == [("1.sql", 3, codes.LOCK_HELD_ON)]


def test_a_row_more_under_a_lock_is_nothing_to_speak_of(conninfo: str) -> None:
    text = "begin; alter table book add flag bool; insert into author values (1, 'Ann'); commit;"
    assert said(tried(conninfo, text)) == []


def test_a_lock_is_waited_for_without_end_until_a_timeout_is_set(conninfo: str) -> None:
    text = "alter table book add a int;\nalter table book add b int;"
    assert said(tried(conninfo, text, settings={})) == [("1.sql", 1, codes.NO_LOCK_TIMEOUT)]
    text = "set lock_timeout = '1s'; alter table book add c int"
    assert said(tried(conninfo, text, settings={})) == []


def test_a_timeout_that_was_set_for_one_transaction_is_gone_after_it(conninfo: str) -> None:
    text = "begin; set local lock_timeout = '1s'; commit;\nalter table book add a int;"
    assert said(tried(conninfo, text, settings={})) == [("1.sql", 2, codes.NO_LOCK_TIMEOUT)]


def test_each_file_begins_with_the_settings_of_a_new_session(conninfo: str) -> None:
    files = ("set lock_timeout = '1s'; set role reader; discard all;", "alter table book add a int")
    assert said(tried(conninfo, *files, settings={})) == [("2.sql", 1, codes.NO_LOCK_TIMEOUT)]


def test_what_runs_for_long_while_others_wait_wants_a_limit(conninfo: str) -> None:
    found = said(tried(conninfo, "create index on book (shelf)", settings={"lock_timeout": "1s"}))
    assert found == [("1.sql", 1, codes.INDEX_BUILD), ("1.sql", 1, codes.NO_STATEMENT_TIMEOUT)]


def test_passes_over_one_table_could_be_one(conninfo: str) -> None:
    text = "alter table book add check (shelf > 0);\nalter table book add check (shelf < 9);"
    last = [code for _, line, code in said(tried(conninfo, text)) if line == 2]
    assert last == [codes.ADD_CONSTRAINT, codes.ONE_BY_ONE]


def test_what_files_make_is_nobodys(conninfo: str) -> None:
    first = "create table shelf (id int); insert into shelf values (1);"
    second = """
    create index on shelf (id); alter table shelf alter id type bigint; update shelf set id = 2; delete from shelf;
    alter table shelf add label uuid not null default gen_random_uuid(); alter table shelf rename to place;
    alter table place alter id set not null; truncate place; alter table place drop label; vacuum full place;
    drop table place;
    """
    report = tried(conninfo, first, second, settings={})
    assert [f for f in report.findings if f.code != codes.REWRITE_COMMAND] == []


def test_what_takes_the_place_of_something_is_nobodys_only_then(conninfo: str) -> None:
    text = "drop view shelf_list;\ncreate view shelf_list as select 1 as id;\ndrop view shelf_list;"
    assert [line for _, line, _ in said(tried(conninfo, text))] == [1]


def test_a_table_under_a_new_name_is_still_in_use(conninfo: str) -> None:
    text = "alter table book rename to volume;\ncreate index on volume (shelf);\nalter table volume drop title;"
    assert said(tried(conninfo, text)) == [
        ("1.sql", 1, codes.RENAME),
        ("1.sql", 2, codes.INDEX_BUILD),
        ("1.sql", 3, codes.COLUMN_DROPPED),
    ]


def test_nobody_loses_what_the_files_gave_him(conninfo: str) -> None:
    assert said(tried(conninfo, "create table shelf (id int); alter table shelf owner to reader;")) == []


def test_what_a_new_foreign_key_lacks_is_told_as_what_it_is(conninfo: str) -> None:
    text = "create table copy (book_id bigint primary key); alter table copy add foreign key (book_id) references book;"
    report = tried(conninfo, text)
    assert [(f.code, f.risk) for f in report.findings if f.code == codes.FOREIGN_KEY_OF_OTHER_TYPE] == [
        (codes.FOREIGN_KEY_OF_OTHER_TYPE, Risk.CAUTION)
    ]


def test_rights_that_open_are_told_of_what_is_new_too(conninfo: str) -> None:
    text = "create table shelf (id int);\ngrant select on shelf to public;"
    assert said(tried(conninfo, text)) == [("1.sql", 2, codes.GRANT_TO_PUBLIC)]


def test_what_is_taken_back_was_not_made(conninfo: str) -> None:
    text = "begin;\ndrop view shelf_list;\nrollback;\ndrop view shelf_list;"
    assert [line for _, line, _ in said(tried(conninfo, text))] == [2, 4]


def test_a_change_inside_of_a_block_is_seen(conninfo: str) -> None:
    text = "do $$ begin execute 'alter table book drop ' || 'title'; end $$"
    assert said(tried(conninfo, text)) == [("1.sql", 1, codes.COLUMN_DROPPED)]


def test_a_statement_that_is_refused_ends_its_file_and_no_other(conninfo: str) -> None:
    first = "begin;\ndrop view shelf_list;\n\nselect *\n  from nowhere;\nselect 1;\nselect 2;"
    report = tried(conninfo, first, "drop view shelf_list")
    assert [(f, line, c) for f, line, c in said(report) if c == codes.REFUSED] == [("1.sql", 5, codes.REFUSED)]
    assert 'relation "nowhere" does not exist' in next(f.message for f in report.findings if f.code == codes.REFUSED)
    assert [(r.line, r.text[:31]) for r in report.passed_over] == [(6, "2 statements were not looked at")]
    assert ("2.sql", 1, codes.VIEW_REPLACED) in said(report)


def test_a_commit_can_be_refused_too(conninfo: str) -> None:
    text = """begin;
    create table a (id int primary key); create table b (a_id int references a deferrable initially deferred);
    insert into b values (1);
    commit;"""
    assert said(tried(conninfo, text)) == [("1.sql", 4, codes.REFUSED)]


def test_concurrently_is_refused_inside_of_a_transaction(conninfo: str) -> None:
    text = "create index concurrently on book (shelf)"
    assert said(tried(conninfo, text, settings={})) == []
    assert said(tried(conninfo, f"begin;\n{text};\ncommit")) == [("1.sql", 2, codes.CONCURRENTLY_IN_TRANSACTION)]
    assert said(tried(conninfo, text, single_transaction=True)) == [("1.sql", 1, codes.CONCURRENTLY_IN_TRANSACTION)]


def test_a_build_that_may_be_cut_off_leaves_something(conninfo: str) -> None:
    assert said(tried(conninfo, "create index concurrently on book (shelf)")) == [
        ("1.sql", 1, codes.INDEX_LEFT_INVALID)
    ]
    found = said(tried(conninfo, "create index concurrently if not exists i on book (shelf)", settings={}))
    assert found == [("1.sql", 1, codes.INDEX_LEFT_INVALID)]


def test_concurrently_is_refused_for_a_table_with_partitions(conninfo: str) -> None:
    found = said(tried(conninfo, "create index concurrently on loan (year)", settings={}))
    assert found == [("1.sql", 1, codes.CONCURRENTLY_ON_PARTITIONED)]


def test_not_valid_is_refused_for_a_foreign_key_of_partitions_before_18(server: Server) -> None:
    with server.database() as conninfo:
        run_sql(conninfo, THERE.replace("create role reader;", "") + "alter table loan add book_id int;")
        text = "alter table loan add constraint c foreign key (book_id) references book not valid"
        found = [code for _, _, code in said(tried(conninfo, text))]
    assert (codes.NOT_VALID_ON_PARTITIONED in found) is (server.major < 18)


def test_a_transaction_that_is_left_open_is_told_where_the_file_ends(conninfo: str) -> None:
    report = tried(conninfo, "begin;\nalter table book add a int;\nselect 1", "alter table book add a int")
    assert said(report) == [("1.sql", 3, codes.TRANSACTION_LEFT_OPEN)]


def test_transactions_are_followed_as_the_server_takes_them(server: Server) -> None:
    isolated = "begin;\nset transaction isolation level serializable;\nsavepoint a;\nselect 1;\nrollback to a;\ncommit;"
    of_enum = "create type label as enum ('a');\nalter type label add value 'b';"
    used = "\ncreate table labelled (label label default 'b');" if server.major >= 17 else ""
    with server.database() as conninfo:
        assert said(tried(conninfo, f"{isolated}\nbegin;\n{of_enum}{used}\ncommit;")) == []


def test_a_second_begin_opens_nothing(conninfo: str) -> None:
    assert said(tried(conninfo, "begin;\nbegin;\ncommit;")) == [("1.sql", 2, codes.TRANSACTION_LEFT_OPEN)]


def test_a_file_does_not_end_the_transaction_of_whoever_runs_it(conninfo: str) -> None:
    found = said(tried(conninfo, "select 1;\ncommit;\nselect 2", single_transaction=True))
    assert found == [("1.sql", 2, codes.TRANSACTION_LEFT_OPEN)]


def test_rows_that_nobody_names_are_all_rows(conninfo: str) -> None:
    report = tried(conninfo, "delete from book;\nupdate author set name = '';\ndelete from author where id = 1")
    assert said(report) == [("1.sql", 1, codes.ALL_ROWS_DELETED), ("1.sql", 2, codes.ALL_ROWS_UPDATED)]


def test_commands_that_rewrite_are_known_inside_and_outside_of_transactions(conninfo: str) -> None:
    text = "vacuum full book;\nvacuum book;\ncluster book using book_pkey;\nreindex table book;\n"
    text += "reindex table concurrently book"
    assert said(tried(conninfo, text)) == [
        ("1.sql", 1, codes.REWRITE_COMMAND),
        ("1.sql", 3, codes.REWRITE_COMMAND),
        ("1.sql", 4, codes.REINDEX),
    ]


def test_what_reaches_out_of_the_database_is_not_run(conninfo: str) -> None:
    text = (
        "copy book from program 'touch /tmp/never';\ncopy author from stdin;\n1\tAnn\n\\.\nalter system set jit = off;"
    )
    report = tried(conninfo, text)
    assert (said(report), report.statements) == ([], 0)
    assert [remark.line for remark in report.passed_over] == [1, 2, 5]


def test_an_extension_that_is_not_here_is_no_fault_of_the_file(conninfo: str) -> None:
    report = tried(conninfo, 'create extension if not exists "no-such-thing";\nselect 1;')
    assert (said(report), report.statements) == ([], 1)
    assert ["no-such-thing" in remark.text for remark in report.passed_over] == [True]


def test_a_comment_with_a_reason_allows_what_it_names(conninfo: str) -> None:
    text = "-- faberdb: allow FDB301 it is a small table\ncreate index on book (shelf);\ncreate index on book (title);"
    report = tried(conninfo, text)
    assert [f.reason for f in report.findings] == ["it is a small table", ""]
    assert [f.line for f in report.open] == [3]


def test_a_comment_that_allows_what_is_not_there_is_remarked_upon(conninfo: str) -> None:
    report = tried(conninfo, "-- faberdb: allow FDB301 it is a small table\nselect 1;")
    assert [remark.text for remark in report.remarks] == ["allows FDB301, which the statement does not carry"]


def test_values_and_passwords_of_a_file_are_in_no_message(conninfo: str) -> None:
    text = "create user mapping for current_user server nowhere options (password 'hunter2')"
    report = tried(conninfo, text)
    assert said(report) == [("1.sql", 1, codes.REFUSED)]
    assert "hunter2" not in str(report)
