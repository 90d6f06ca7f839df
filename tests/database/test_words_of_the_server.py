"""What PostgreSQL says of a declaration is shown in its own words, at the very place in the file that it means: where
declarations are tried out there are no rows, so nothing in these words is anybody's business but the author's."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.conftest import ProjectFolder
from tests.database.shop import CUSTOMER
from tests.servers import Server, run_sql

DECLARED = CUSTOMER + "\n"
LINE = DECLARED.count("\n")


@pytest.fixture
def shop(newest: Server, project: Callable[..., ProjectFolder]) -> Iterator[ProjectFolder]:
    with newest.database() as conninfo:
        yield project({"live": conninfo})


def refused(shop: ProjectFolder, text: str, *words: str) -> str:
    """What a plan for the customers and this says against it."""
    shop.declare(DECLARED + text)
    ran = shop.run("plan", "live")
    assert ran.code == 1, ran
    for word in words:
        assert word in ran.err, ran.err
    return ran.err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[views]\nwrong = \"select 'abc'::int as n\"", 'invalid input syntax for type integer: "abc"'),
        ("[tables.box]\noptions = { fillfctor = 70 }\ncolumns = { id = 'int' }", 'unrecognized parameter "fillfctor"'),
        ("[extensions]\nvector = { version = '9.9' }", 'extension "vector" has no installation script nor update path'),
        ("[tables.box.columns]\nn = { type = 'int', default = \"'many'\" }", 'for type integer: "many"'),
    ],
    ids=["a value", "an option", "a version", "a default"],
)
def test_what_the_author_wrote_is_repeated(shop: ProjectFolder, text: str, words: str) -> None:
    refused(shop, text, words)


def test_a_password_is_not_repeated(shop: ProjectFolder) -> None:
    """Not even where it stands in a text that nobody would look for one in."""
    said = refused(shop, "[views]\nwrong = \"select 'password=hunter2'::int as n\"", "invalid input syntax")
    assert "hunter2" not in said


def test_a_value_out_of_a_row_is_not_repeated(shop: ProjectFolder) -> None:
    """What runs on the database itself meets its rows."""
    shop.declare(DECLARED)
    assert shop.run("apply", "live", "--auto-approve").code == 0
    run_sql(shop.env["LIVE_URL"], "insert into customer values (1, 'hunter2')")
    shop.declare(DECLARED.replace('{ type = "text", null', '{ type = "int", using = "email::int", null'))
    ran = shop.run("apply", "live", "--auto-approve")
    assert (ran.code, 'invalid input syntax for type integer: "…"' in ran.err) == (7, True), ran


QUERIES = {
    "on one line": ('"select id, nam from customer"', 2, 17),
    "in single quotes": ("'select id, nam from customer'", 2, 17),
    "on several lines": ('"""\nselect id,\n       nam\n  from customer"""', 4, 8),
    "on several lines, in single quotes": ("'''\n  select id,\n    nam from customer;\n'''", 4, 5),
    "with escapes before": ("\"select '\\u00fc\\t' as a, nam from customer\"", 2, 30),
    "with lines that are joined": ('"""\\\n  select id, \\\n  nam from customer"""', 4, 3),
}


@pytest.mark.parametrize(("query", "line", "column"), QUERIES.values(), ids=QUERIES)
def test_the_place_in_a_query_is_told(shop: ProjectFolder, query: str, line: int, column: int) -> None:
    shop.declare(DECLARED)
    refused(shop, f"[views]\nv = {query}\n", f"public.toml:{LINE + line}:{column}: view", 'column "nam" does not')


def test_lines_that_end_as_on_windows_are_counted_too(shop: ProjectFolder) -> None:
    text = DECLARED + '[views]\nv = """\nselect id,\n       nam from customer"""\n'
    (shop.root / "schemas/public.toml").write_bytes(text.replace("\n", "\r\n").encode())
    ran = shop.run("plan", "live")
    assert f"public.toml:{LINE + 4}:8: view public.v" in ran.err, ran


def test_the_place_in_a_file_of_sql_is_told(shop: ProjectFolder) -> None:
    (shop.root / "schemas/v.sql").write_text("-- all of them\nselect id,\n       nam\n  from customer;\n")
    refused(shop, '[views.v]\nfile = "v.sql"\n', "schemas/v.sql:3:8: view public.v", 'column "nam" does not exist')


def test_the_place_in_a_check_is_told(shop: ProjectFolder) -> None:
    text = '[tables.customer.checks]\nsane = "id > 0 andd id < 9"\n'
    refused(shop, text, f"public.toml:{LINE + 2}:16: check", 'syntax error at or near "andd"')


def test_the_place_in_a_column_is_told(shop: ProjectFolder) -> None:
    text = '[tables.box.columns]\nn = { type = "telephone", null = true }\n'
    refused(shop, text, f"public.toml:{LINE + 2}:15: ", 'type "telephone" does not exist')


def test_of_two_places_that_are_alike_the_entry_is_told(shop: ProjectFolder) -> None:
    text = '[tables.customer.indexes.twice]\non = ["nam", "nam"]\n'
    refused(shop, text, f"public.toml:{LINE + 1}:26: ", 'column "nam" does not exist')
