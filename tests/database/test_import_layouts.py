"""`import` with a file for each schema and with one for each table, and the ways from one to the other."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import ProjectFolder, Ran
from tests.servers import Server, run_sql

MADE = """
create type mood as enum ('sad', 'ok');
create table customer (id bigint primary key, is_in mood not null default 'ok');
create table "Order" (id bigint primary key, customer bigint references customer on delete cascade,
    note text check (note <> ''));
create index order_note on "Order" (note);
comment on table customer is 'who buys';
create view sad as select id from customer where is_in = 'sad';
create schema stock; create table stock.item (id int primary key);
"""
WHOLE = {"public.toml", "stock.toml"}
APART = {"public.toml", "public/Order.toml", "public/customer.toml", "public/sad.toml", "stock.toml", "stock/item.toml"}


@pytest.fixture
def shop(newest: Server, project: Callable[..., ProjectFolder]) -> Iterator[tuple[ProjectFolder, str]]:
    with newest.database() as conninfo:
        run_sql(conninfo, MADE)
        yield project({"dev": conninfo}), conninfo


def files(folder: ProjectFolder) -> dict[str, str]:
    root = folder.root / "schemas"
    return {f.relative_to(root).as_posix(): f.read_text() for f in root.rglob("*") if f.is_file()}


def imported(folder: ProjectFolder, *options: str) -> Ran:
    """Of an import that ends well, and after which there is nothing to plan."""
    ran = folder.run("import", "dev", *options)
    assert ran.code == 0, ran
    if "--dry-run" not in options:
        planned = folder.run("plan", "dev", "--detailed-exitcode")
        assert planned.code == 0, planned
    return ran


def test_a_file_for_each_table_and_back(shop: tuple[ProjectFolder, str]) -> None:
    folder, conninfo = shop
    imported(folder)
    whole = files(folder)
    assert whole.keys() == WHOLE
    imported(folder, "--split")
    apart = files(folder)
    assert apart.keys() == APART
    assert "tables" not in apart["public.toml"]
    for options in (["--split"], []):  # again, and as they are laid out
        assert "changed" not in imported(folder, *options).out
        assert files(folder) == apart
    run_sql(conninfo, 'alter table "Order" add paid boolean; create table bill (id int primary key)')
    imported(folder)
    assert files(folder).keys() == apart.keys() | {"public/bill.toml"}
    ran = imported(folder, "--no-split")
    assert files(folder).keys() == WHOLE
    assert "took away schemas/public/customer.toml (gone)" in ran.out
    run_sql(conninfo, 'alter table "Order" drop paid; drop table bill')
    imported(folder)
    assert files(folder) == whole
    assert not (folder.root / "schemas" / "public").exists()


def test_a_file_for_each_table_at_once(shop: tuple[ProjectFolder, str]) -> None:
    folder, _ = shop
    ran = imported(folder, "--split", "--dry-run")
    assert "would write schemas/public/Order.toml (new)" in ran.out
    assert not files(folder)
    imported(folder, "--split")
    first = files(folder)
    assert "left schemas/public/Order.toml (same)" in imported(folder, "--split").out
    assert files(folder) == first


def test_a_dry_run_moves_nothing(shop: tuple[ProjectFolder, str]) -> None:
    folder, _ = shop
    imported(folder)
    whole = files(folder)
    ran = imported(folder, "--split", "--dry-run")
    assert "would write schemas/public.toml (changed)" in ran.out
    assert "would write schemas/public/customer.toml (new)" in ran.out
    assert files(folder) == whole
    imported(folder, "--split")
    apart = files(folder)
    ran = imported(folder, "--no-split", "--dry-run")
    assert "would take away schemas/public/customer.toml (gone)" in ran.out
    assert files(folder) == apart


@pytest.mark.parametrize("name", ["public.toml", "public/customer.toml"])
def test_what_somebody_wrote_is_not_lost(shop: tuple[ProjectFolder, str], name: str) -> None:
    folder, _ = shop
    to, back = ("--split", "--no-split") if name == "public.toml" else ("--no-split", "--split")
    imported(folder, back)
    file = folder.root / "schemas" / name
    file.write_text(file.read_text().replace("[tables.customer]", "[tables.customer]  # ask Ann"))
    before = files(folder)
    for options in ([to], [to, "--dry-run"]):
        ran = folder.run("import", "dev", *options)
        assert ran.code == 1, ran
        assert f"schemas/{name}: table public." in ran.err
        assert "nothing was written" in ran.err
        assert files(folder) == before
    imported(folder, back)
    assert files(folder) == before


def test_a_file_of_ones_own_beside_them(shop: tuple[ProjectFolder, str]) -> None:
    """It is not in the way as long as nothing that it declares is written anew."""
    folder, conninfo = shop
    imported(folder, "--split")
    root = folder.root / "schemas"
    text = "# by hand\n" + (root / "public/customer.toml").read_text()
    (root / "public/customer.toml").unlink()
    folder.declare(text, "people.toml")
    imported(folder)
    assert (root / "people.toml").read_text() == text
    assert not (root / "public/customer.toml").exists()
    ran = folder.run("import", "dev", "--no-split")
    assert ran.code == 1, ran
    assert "schemas/people.toml: table public.customer" in ran.err
    run_sql(conninfo, "alter table customer add note text")
    before = files(folder)
    ran = folder.run("import", "dev")
    assert ran.code == 1, ran
    assert "schemas/people.toml: table public.customer" in ran.err
    assert files(folder) == before


@pytest.mark.parametrize("option", ["--split", "--no-split"])
def test_an_import_that_was_cut_off_ends_when_it_is_run_again(shop: tuple[ProjectFolder, str], option: str) -> None:
    """Every state between two of its writes: it loads, or says what to do; and the next import mends it."""
    folder, _ = shop
    root = folder.root / "schemas"
    imported(folder, "--no-split")
    whole = files(folder)
    imported(folder, "--split")
    apart = files(folder)
    for state in between(whole, apart) if option == "--split" else between(apart, whole):
        laid_out(root, state)
        planned = folder.run("plan", "dev", "--detailed-exitcode")
        assert planned.code == 0 or "if an import was cut off, run it again" in planned.err, planned
        imported(folder, option)
        assert files(folder) == (apart if option == "--split" else whole)
    laid_out(root, {**apart, **whole})
    imported(folder)


def between(old: dict[str, str], new: dict[str, str]) -> Iterator[dict[str, str]]:
    """The files after each write: those that are new, those that change, those that go."""
    state = dict(old)
    for name in sorted(new, key=lambda name: name in old):
        state[name] = new[name]
        yield dict(state)
    for name in sorted(old.keys() - new.keys()):
        del state[name]
        yield dict(state)


def laid_out(root: Path, state: dict[str, str]) -> None:
    shutil.rmtree(root)
    for name, text in state.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def test_the_way_there_stays_in_the_files(newest: Server, project: Callable[..., ProjectFolder]) -> None:
    """Another environment may still have the old name, or rows without a value."""
    with newest.database() as conninfo:
        folder = project({"dev": conninfo})
        folder.declare("[enums]\nmood = ['bad']\n[tables.person.columns]\nid = 'bigint'\nmail = 'text'\n")
        assert folder.run("apply", "dev", "--auto-approve").code == 0
        folder.declare(
            "[enums]\nmood = [{ value = 'sad', renamed_from = 'bad' }, { value = 'mad', renamed_from = false }]\n"
            "[tables.person.columns]\nid = { type = 'text', using = \"id::text || '!'\" }\n"
            "email = { type = 'text', renamed_from = 'mail' }\n"
            "city = { type = 'text', backfill = \"'?'\" }\n"
        )
        assert folder.run("apply", "dev", "--auto-approve").code == 0
        run_sql(conninfo, "alter table person add column age int")
        assert folder.run("import", "dev").code == 0
        text = (folder.root / "schemas" / "public.toml").read_text()
        moods = ('value = "sad", renamed_from = "bad"', 'value = "mad", renamed_from = false')
        for way in (*moods, 'renamed_from = "mail"', "backfill = ", "using = ", "age = "):
            assert way in text, text
        assert "No changes" in folder.run("plan", "dev").out
