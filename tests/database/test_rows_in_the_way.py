"""When rows do not fit what is wanted, up to five are named by their key, and by nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psycopg
import pytest

from tests.conftest import ProjectFolder
from tests.database.shop import CUSTOMER, Shop
from tests.servers import Server, rows

BASE = """\
schema = "public"

[domains.email]
type = "text"

[tables.person]
primary_key = ["id"]

[tables.person.columns]
id      = "bigint"
number  = "bigint"
amount  = "numeric(12,2)"
word    = "text"
address = "email"
tags    = "text[]"

[tables.visit]
partition_by = "RANGE (day, hour)"
primary_key  = ["id", "day", "hour"]

[tables.visit.columns]
id   = "bigint"
day  = "date"
hour = "integer"

[tables.visit_2020]
partition_of = "visit"
bound        = "FOR VALUES FROM ('2020-01-01', MINVALUE) TO ('2021-01-01', MINVALUE)"

[tables.visit_rest]
partition_of = "visit"
bound        = "DEFAULT"

[tables.note]
partition_by = "LIST (kind)"

[tables.note.columns]
kind = { type = "text", null = true }

[tables.note_rest]
partition_of = "note"
bound        = "DEFAULT"
"""
ROWS = """
insert into person values (7, 1, 1, '1', 'a@x', '{a}'),
    (8, 99999999999, 123456.78, 'secret', 'secret', '{b,secret}');
insert into visit values (3, '2020-03-01', 1), (4, '2022-03-01', 2), (5, '2024-03-01', 3);
insert into note values ('a'), (null);
"""
CHECKED = '[domains.email]\ntype = "text"\n\n[domains.email.checks]\nat = "value like \'%@%\'"\n'
NEW_DOMAIN = '[domains.mail]\ntype = "text"\n\n[domains.mail.checks]\nat = "value like \'%1%\'"\n\n[tables.person]\n'
SHORT = '[domains]\nshort = "varchar(3)"\nshorter = "short"\n\n[tables.person]\n'
LATER = """\
[tables.visit_2022]
partition_of = "visit"
bound        = "FOR VALUES FROM ('2022-01-01', MINVALUE) TO ('2022-03-01', MAXVALUE)"

"""
LETTER = '[enums]\nletter = ["1", "2"]\n\n[tables.person]\n'
EMPTY = '[tables.note_none]\npartition_of = "note"\nbound = "FOR VALUES IN (\'b\', NULL)"\n\n'


@pytest.fixture
def people(newest: Server, project: Callable[..., ProjectFolder]) -> Iterator[tuple[ProjectFolder, str]]:
    with newest.database() as conninfo:
        folder = project({"live": conninfo})
        folder.declare(BASE)
        done = folder.run("apply", "live", "--auto-approve")
        assert done.code == 0, done.err
        with psycopg.connect(conninfo) as connection:
            connection.execute(ROWS.encode())
        yield folder, conninfo


CASES = {
    "a check of a domain": ('[domains.email]\ntype = "text"\n', CHECKED, "in_table = 'public.person', key = '8'"),
    "a new domain": (("[tables.person]\n", 'word    = "text"'), (NEW_DOMAIN, 'word = "mail"'), "id = 8"),
    "an integer out of range": ('number  = "bigint"', 'number = "integer"', "id = 8"),
    "a numeric overflow": ('"numeric(12,2)"', '"numeric(5,2)"', "id = 8"),
    "an expression": ('"numeric(12,2)"', '{ type = "numeric(5,2)", using = "amount * 2" }', "id = 8"),
    "no number": ('word    = "text"', 'word = "integer"', "id = 8"),
    "none of the values of a new enum": (
        ("[tables.person]\n", 'word    = "text"'),
        (LETTER, 'word = "letter"'),
        "id = 8",
    ),
    "a backfill": (
        'word    = "text"',
        'word = "text"\nfound = { type = "integer", backfill = "word::integer" }',
        "id = 8",
    ),
    "a text that is too long": ('word    = "text"', 'word = "varchar(3)"', "id = 8"),
    "a padded text that is too long": ('word    = "text"', 'word = "char(3)"', "id = 8"),
    "a number that is too long a text": ('number  = "bigint"', 'number = "varchar(4)"', "id = 8"),
    "texts that are too long": ('"text[]"', '"varchar(3)[]"', "id = 8"),
    "a text too long for a new domain": (("[tables.person]\n", '"text[]"'), (SHORT, '"shorter[]"'), "id = 8"),
    "a text too long for a domain": ('[domains.email]\ntype = "text"\n', '[domains]\nemail = "varchar(4)"\n', "id = 8"),
    "rows of the default partition": (
        "[tables.visit_rest]\n",
        LATER + "[tables.visit_rest]\n",
        "in_table = 'public.visit_rest', key = '4, 2022-03-01, 2'",
    ),
    "other bounds": (
        "FROM ('2020-01-01'",
        "FROM ('2020-06-01'",
        "in_table = 'public.visit_2020', key = '3, 2020-03-01, 1'",
    ),
    "null in a list": (
        "[tables.note_rest]\n",
        EMPTY + "[tables.note_rest]\n",
        "in_table = 'public.note_rest', key = '(0,2)'",
    ),
}


@pytest.mark.in_turn(2)
@pytest.mark.parametrize("case", CASES)
def test_rows_in_the_way_are_named(people: tuple[ProjectFolder, str], case: str) -> None:
    folder, conninfo = people
    before = rows(conninfo)
    old, new, key = CASES[case]
    text = BASE
    for a, b in zip([old] if isinstance(old, str) else old, [new] if isinstance(new, str) else new, strict=True):
        assert a in text
        text = text.replace(a, b)
    folder.declare(text)
    ran = folder.run("apply", "live", "--auto-approve")
    assert ran.code == 7, ran.err
    named = ran.err.partition("rows in the way, at most five:\n")[2].partition("help:")[0]
    assert named.split("\n") == [f"    {key}", ""], ran.err
    assert "secret" not in ran.err
    assert rows(conninfo) == before


def test_rows_that_do_not_fit_are_named_by_their_key_and_by_nothing_else(shop: Shop) -> None:
    shop.folder.declare(CUSTOMER.replace(", null = true }", " }"))
    said = shop.refuses(shop.folder.run("apply", "live", "--auto-approve"), 7, "id = 3", "contains null values")
    assert "a@x" not in said


def test_rows_are_named_as_a_query_could_name_them(newest: Server, project: Callable[..., ProjectFolder]) -> None:
    visits = (
        "schema = 'public'\n[tables.visit]\nprimary_key = ['day', 'who']\n"
        "[tables.visit.columns]\nday = 'date'\nwho = 'text'\n"
    )
    with newest.database() as conninfo:
        folder = project({"live": conninfo})
        folder.declare(visits)
        assert folder.run("apply", "live", "--auto-approve").code == 0
        with psycopg.connect(conninfo) as connection:
            connection.execute("insert into visit values ('2026-03-01', 'O''Brien')")
        folder.declare(visits + "[tables.visit.checks]\nlater = \"day > '2026-04-01'\"\n")
        ran = folder.run("apply", "live", "--auto-approve")
    assert ran.code == 7
    assert "day = '2026-03-01', who = 'O''Brien'" in ran.err


def test_rows_that_are_alike_are_named_by_their_key(shop: Shop) -> None:
    shop.folder.declare(CUSTOMER + '[tables.customer.uniques]\ncustomer_email_key = ["email"]\n')
    said = shop.refuses(shop.folder.run("apply", "live", "--auto-approve"), 7, "id = 1", "id = 2", "ERROR 23505")
    assert "a@x" not in said


def test_a_value_that_is_none_of_the_new_type_is_not_repeated(shop: Shop) -> None:
    shop.folder.declare(CUSTOMER.replace('type = "text"', 'type = "integer", using = "email::integer"', 1))
    said = shop.refuses(shop.folder.run("apply", "live", "--auto-approve"), 7, "invalid input syntax for type integer")
    assert "a@x" not in said


def test_a_value_out_of_range_is_not_repeated(shop: Shop) -> None:
    with psycopg.connect(shop.conninfo) as connection:
        connection.execute("update customer set email = case id when 1 then '99999999999' else '5' end")
    shop.before = shop.now()
    shop.folder.declare(CUSTOMER.replace('"text", null', '"integer", using = "email::integer", null'))
    ran = shop.folder.run("apply", "live", "--auto-approve")
    assert "99999999999" not in shop.refuses(ran, 7, "22003", "id = 1")
