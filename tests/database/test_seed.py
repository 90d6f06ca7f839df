"""`seed` brings rows in once, by key, all or none, and says where in which file the server refuses one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ProjectFolder, Ran
from tests.servers import Server, fetch, rows, run_sql

TABLES = """
create table country (code char(2) primary key, name varchar(20) not null);
create schema sales;
create table sales.city (id int generated always as identity primary key, slug text not null unique,
    country char(2) not null references country, size numeric(10, 2), tags text[], facts json, since date,
    shouted text generated always as (upper(slug)) stored);
create table plain (a int, b text);
create table parted (id int, note text, primary key (id)) partition by range (id);
create table parted_low partition of parted for values from (0) to (100);
"""
CITIES = """
schema = "sales"

[keys]
city = ["slug"]

[[tables.city]]
slug = "berlin"
country = "de"
size = 3.7
tags = ["big", 'with "quotes"', "a,b"]
facts = { river = "Spree", since = 1237 }
since = 1237-10-28

[[tables.city]]
slug = "paris"
country = "fr"
"""
COUNTRIES = 'code,name\nde,Germany\n\nfr,"France, ""la"""\nxx,""\n'


@pytest.fixture
def folder(newest: Server, project: Callable[..., ProjectFolder]) -> Iterator[ProjectFolder]:
    with newest.database() as conninfo:
        run_sql(conninfo, TABLES)
        made = project({"live": conninfo})
        (made.root / "seeds").mkdir()
        yield made


def write(folder: ProjectFolder, **files: str) -> None:
    for name, text in files.items():
        (folder.root / "seeds" / ".".join(name.rsplit("_", 1)).replace("__", ".")).write_text(text)


def counts(ran: Ran) -> dict[str, tuple[Any, ...]]:
    """What the last report says of each table."""
    assert ran.code == 0, ran.err
    lines = [line for line in map(json.loads, ran.out.splitlines()) if line["type"] == "seed_table"]
    return {line["table"]: (line["inserted"], line["updated"], line["unchanged"], line["deleted"]) for line in lines}


def seed(folder: ProjectFolder, *more: str) -> Ran:
    return folder.run("seed", "live", "--auto-approve", "--json", *more)


def test_rows_come_in_once_and_only_what_differs_is_written(folder: ProjectFolder) -> None:
    conninfo = folder.env["LIVE_URL"]
    write(folder, a_cities_toml=CITIES, country_csv=COUNTRIES, public__parted_csv="id,note\n1,one\n2,\n")
    empty = rows(conninfo)
    asked = folder.run("seed", "live")
    assert (asked.code, "there is no terminal" in asked.err) == (5, True), asked
    new = {"country": (3, 0, 0, 0), "parted": (2, 0, 0, 0), "sales.city": (2, 0, 0, 0)}
    new = {name if "." in name else f"public.{name}": count for name, count in new.items()}
    assert counts(folder.run("seed", "live", "--dry-run", "--json")) == new
    assert rows(conninfo) == empty
    assert counts(seed(folder)) == new
    assert fetch(conninfo, "select name from country order by code") == [("Germany",), ('France, "la"',), ("",)]
    assert fetch(conninfo, "select tags, facts->>'since', since::text, size::text, id from sales.city order by id")[
        0
    ] == (
        ["big", 'with "quotes"', "a,b"],
        "1237",
        "1237-10-28",
        "3.70",
        1,
    )
    assert fetch(conninfo, "select note from parted order by id") == [("one",), (None,)]
    before, again = rows(conninfo), counts(seed(folder))
    assert again == {name: (0, 0, sum(count), 0) for name, count in new.items()}
    assert rows(conninfo) == before
    run_sql(
        conninfo,
        "update sales.city set tags = '{}', size = 3.70 where id = 1; insert into country values ('it', 'Italy')",
    )
    assert counts(seed(folder))["sales.city"] == (0, 1, 1, 0)
    assert rows(conninfo) != before, "what nobody seeds stays"
    made = "insert into sales.city (slug, country) values ('rome', 'it') returning id"
    assert fetch(conninfo, made) == [(4,)], "the row that differed took a number, those that were right did not"


def test_given_numbers_let_the_sequence_go_on_behind_them(folder: ProjectFolder) -> None:
    write(
        folder,
        city_toml='schema = "sales"\n[[tables.city]]\nid = 7\nslug = "x"\ncountry = "de"\n',
        country_csv=COUNTRIES,
    )
    assert seed(folder).code == 0
    made = "insert into sales.city (slug, country) values ('y', 'de') returning id"
    assert fetch(folder.env["LIVE_URL"], made) == [(8,)]


@pytest.mark.parametrize(
    ("files", "code", "said"),
    [
        ({"country_csv": COUNTRIES + "much,Too long\n"}, 7, "country.csv:6:1"),
        ({"parted_csv": "id,note\n1,secret\nsecret,x\n"}, 1, "parted.csv:3:1"),
        ({"a_toml": '[[tables.country]]\ncode = "de"\nname = ["secret"]\n'}, 1, "a.toml:3:1: a list is a value for"),
        ({"a_toml": '[[tables.country]]\ncode = "de"\n'}, 7, "a.toml:1:10: the server refuses"),
        (
            {"country_csv": "code,nam\nde,x\n"},
            1,
            "country.csv:2:4: public.country has no column 'nam'; it has code, name",
        ),
        ({"country_csv": "code,name\nde\n"}, 1, "country.csv:2:1: this row has 1 values"),
        ({"country_csv": "code,name\nde,a\nde,b\n"}, 1, "two rows of public.country have the same code"),
        ({"plain_csv": "a,b\n1,2\n"}, 1, "public.plain has no primary key"),
        ({"nothing_csv": "a\n1\n"}, 1, "has no table nothing"),
        ({"a_toml": "[tables.country]\ncode = 1\n"}, 1, "a.toml:1:9: a row begins with [[tables.country]]"),
        ({"a_sql": "select 1;\ncommit;\n"}, 1, "a.sql:2: all seeds are one transaction"),
        ({"country_csv": COUNTRIES, "a_sql": "delete from country;\ncreate table more (id int);"}, 9, "more than rows"),
        ({"country_csv": COUNTRIES, "a_sql": "delete from country;\nselect\n1/0;"}, 7, "a.sql:2: the server refuses"),
    ],
)
def test_what_is_wrong_is_named_with_its_place_and_nothing_is_changed(
    folder: ProjectFolder, files: dict[str, str], code: int, said: str
) -> None:
    write(folder, **files)
    before = rows(folder.env["LIVE_URL"])
    ran = seed(folder)
    assert (ran.code, said in ran.err) == (code, True), ran.err
    assert "secret" not in ran.err + ran.out
    assert rows(folder.env["LIVE_URL"]) == before
    assert fetch(folder.env["LIVE_URL"], "select to_regclass('more')") == [(None,)]


def test_sql_files_come_last_and_are_counted_and_a_protected_environment_gets_a_backup(folder: ProjectFolder) -> None:
    with (folder.root / "faberdb.toml").open("a") as file:
        file.write('protected = true\ntls_exception = "a test"\n')
    write(
        folder,
        country_csv=COUNTRIES,
        z_sql="delete from country where code = 'xx'; update country set name = 'F' where code = 'fr'",
    )
    tried = folder.run("seed", "live", "--dry-run")
    assert (tried.code, "would take a backup" in tried.err, "2 statements of seeds/z.sql" in tried.err) == (
        0,
        True,
        True,
    )
    assert counts(seed(folder))["public.country"] == (3, 1, 0, 1)
    (taken,) = (folder.root / ".faberdb/backups/live").glob("*/backup.json")
    assert '"before seed"' in Path(taken).read_text()
