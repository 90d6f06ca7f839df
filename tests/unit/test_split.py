"""SQL files are cut into statements where psql cuts them, and each knows its place."""

from __future__ import annotations

import pytest

from faberdb_providers.postgres.statements.split import split


def pieces(text: str) -> list[str]:
    return [statement.sql for statement in split(text).statements]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("select 1; select 2", ["select 1", "select 2"]),
        ("select 1;;\n ; select 2;\n", ["select 1", "select 2"]),
        (
            "select 'a;b', \"c;d\", $$e;f$$, $x$g;$$;h$x$; select 2",
            ["select 'a;b', \"c;d\", $$e;f$$, $x$g;$$;h$x$", "select 2"],
        ),
        (r"select E'it\'s;'; select 2", [r"select E'it\'s;'", "select 2"]),
        ("select E'a'\n'b\\';'; select 2", ["select E'a'\n'b\\';'", "select 2"]),
        (r"select 'a\'; select 2", [r"select 'a\'", "select 2"]),
        ("/* a; /* b; */ c; */ select 1 -- d;\n; select 2", ["select 1 -- d;", "select 2"]),
        (
            "create rule r as on insert to t do also (insert into a values (1); insert into b values (2)); select 2",
            [
                "create rule r as on insert to t do also (insert into a values (1); insert into b values (2))",
                "select 2",
            ],
        ),
        (
            "create or replace function f() returns int begin atomic select case when true then 1 end; select 2; end;"
            " select 3",
            [
                "create or replace function f() returns int begin atomic select case when true then 1 end; select 2;"
                " end",
                "select 3",
            ],
        ),
        ("begin; select 1; end; select 2", ["begin", "select 1", "end", "select 2"]),
        ("copy t from stdin;\n1\tit's; not SQL\n\\.\nselect 2;", ["copy t from stdin", "select 2"]),
        ("\ufeffselect 1", ["select 1"]),
        ("select 'without an end; select 2", ["select 'without an end; select 2"]),
        ("-- only; a comment\n/* and another; */", []),
        ("", []),
    ],
)
def test_a_file_is_cut_at_the_semicolons_that_end_statements(text: str, wanted: list[str]) -> None:
    assert pieces(text) == wanted


def test_each_statement_knows_its_line_and_column() -> None:
    text = "select 1;  select 2;\n-- a comment\n\n  select\n  3;\nselect 4"
    assert [(s.line, s.column) for s in split(text).statements] == [(1, 1), (1, 12), (4, 3), (6, 1)]


def test_lines_that_end_as_on_windows_count_once() -> None:
    assert [s.line for s in split("select 1;\r\nselect 2;\r\n").statements] == [1, 2]


def test_commands_of_psql_are_left_out_and_remarked_upon() -> None:
    script = split("\\set x 1\nselect 1;\n\\echo done\nselect 2;\n\\restrict key\n\\pset pager off")
    assert [s.sql for s in script.statements] == ["select 1", "select 2"]
    assert [line for line, _ in script.remarks] == [1, 3, 5, 6]
    assert script.passed_over == ()


@pytest.mark.parametrize(
    "command",
    [
        *(
            "i more.sql",
            "ir more.sql",
            "include more.sql",
            "include_relative more.sql",
            "c - other",
            "connect",
            "gexec",
        ),
        *(
            "copy t to 'file'",
            "if true",
            "elif true",
            "else",
            "endif",
            "! rm file",
            "lo_import file",
            "echo a \\i more",
            "set AUTOCOMMIT off",
            "set AUTOCOMMIT 'OFF'",
            "set ON_ERROR_ROLLBACK interactive",
            "set SINGLELINE on",
            "set x `rm file`",
        ),
    ],
)
def test_commands_of_psql_that_may_do_anything_are_passed_over(command: str) -> None:
    script = split(f"select 1;\n\\{command}\nselect 2;")
    assert [s.sql for s in script.statements] == ["select 1", "select 2"]
    assert ([line for line, _ in script.passed_over], script.remarks) == ([2], ())


@pytest.mark.parametrize("said", ["AUTOCOMMIT on", "AUTOCOMMIT", "ON_ERROR_ROLLBACK off", "ON_ERROR_STOP on", "x off"])
def test_a_variable_of_psqls_that_changes_nothing_is_only_remarked_upon(said: str) -> None:
    script = split(f"\\set {said}\nselect 2;")
    assert ([line for line, _ in script.remarks], script.passed_over) == ([1], ())


def test_rows_after_a_copy_of_psqls_are_no_statements() -> None:
    script = split("\\copy t from stdin\n1\tit's; not SQL\n\\.\nselect 2;")
    assert [s.sql for s in script.statements] == ["select 2"]


@pytest.mark.parametrize("command", ["c other", "connect other user", 'connect "dbname=other"'])
def test_what_comes_after_another_database_is_none_of_this_one(command: str) -> None:
    script = split(f"select 1;\n\\{command}\nselect 2;\n\\c third\nselect 3;")
    assert [s.sql for s in script.statements] == ["select 1"]
    assert [(s.sql, s.line) for s in script.elsewhere] == [("select 2", 3), ("select 3", 5)]


def test_a_comment_allows_hazards_of_the_statement_after_it_only() -> None:
    text = "-- faberdb: allow FDB301, FDB850 it is a small table\ncreate index on t (a);\nselect 1;"
    first, second = split(text).statements
    assert first.allowed == {"FDB301": "it is a small table", "FDB850": "it is a small table"}
    assert second.allowed == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("-- faberdb: allow FDB301\nselect 1;", "gives no reason"),
        ("-- faberdb: alow FDB301 a reason\nselect 1;", "is not understood"),
        ("-- faberdb: allow FDB301x a reason\nselect 1;", "is not understood"),
        ("select 1; -- faberdb: allow FDB301 a reason\nselect 2;", "says nothing"),
        ("select -- faberdb: allow FDB301 a reason\n1;", "says nothing"),
    ],
)
def test_a_comment_that_allows_nothing_is_remarked_upon(text: str, words: str) -> None:
    script = split(text)
    assert all(statement.allowed == {} for statement in script.statements)
    assert [words in remark for _, remark in script.remarks] == [True]


def test_a_comment_for_faberdb_inside_of_a_string_is_none() -> None:
    assert split("select '-- faberdb: allow FDB301 a reason'").remarks == ()
