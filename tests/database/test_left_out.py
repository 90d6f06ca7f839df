"""What [project] include and exclude leave out: never what is declared, and never in silence."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.conftest import ProjectFolder, Ran
from tests.servers import Server, fetch, run_sql

SALES = """\
schema = "sales"

[tables.invoice]
primary_key = ["id"]

[tables.invoice.columns]
id = "bigint"
"""


@pytest.fixture
def conninfo(newest: Server) -> Iterator[str]:
    with newest.database() as made:
        yield made


@pytest.fixture
def shop(conninfo: str, project: Callable[..., ProjectFolder]) -> Callable[[str], ProjectFolder]:
    """Makes a project of one table, with a line in [project]."""

    def make(line: str) -> ProjectFolder:
        folder = project({"dev": conninfo})
        file = folder.root / "faberdb.toml"
        file.write_text(file.read_text().replace("[database]", f"{line}\n\n[database]", 1))
        folder.declare(SALES, "sales.toml")
        return folder

    return make


def flat(ran: Ran) -> str:
    return " ".join(ran.err.split())


def test_a_misspelt_include_is_told_where_something_is_declared(shop: Callable[[str], ProjectFolder]) -> None:
    folder = shop('include = ["slaes"]')
    for command in (["validate"], ["plan", "dev"], ["apply", "dev", "--auto-approve"], ["diff", "dev", "declared"]):
        refused = folder.run(*command)
        assert refused.code == 1, refused
        assert (
            "schemas/sales.toml:3:9: table sales.invoice is declared, and no pattern of `include`"
            " (faberdb.toml:4:1) names it" in flat(refused)
        )
        assert "`slaes` names nothing that is declared; did you mean `sales`?" in flat(refused)
        assert "No changes" not in refused.out


def test_what_exclude_leaves_out_and_is_declared_is_told(shop: Callable[[str], ProjectFolder]) -> None:
    folder = shop('exclude = ["audit", "sales.inv*"]')
    for command in (["validate"], ["plan", "dev"]):
        refused = folder.run(*command)
        assert refused.code == 1, refused
        by = "the pattern `sales.inv*` of `exclude` (faberdb.toml:4:21)"
        said = f"table sales.invoice is declared, and {by} leaves it out"
        assert f"schemas/sales.toml:3:9: {said}" in flat(refused)
        assert "help: remove the block if it is not to be managed, or change the pattern at faberdb.toml:4:21" in flat(
            refused
        )


def test_a_part_that_is_left_out_is_told_at_its_own_line(shop: Callable[[str], ProjectFolder]) -> None:
    refused = shop('exclude = ["column:sales.invoice.id"]').run("validate")
    assert "schemas/sales.toml:7:1: column sales.invoice.id is declared" in flat(refused)


def test_an_include_that_names_nothing_is_told(shop: Callable[[str], ProjectFolder], conninfo: str) -> None:
    run_sql(conninfo, "create table public.customer (id int primary key)")
    folder = shop('include = ["sales", "publik.custmer"]')
    refused = folder.run("plan", "dev")
    assert refused.code == 1, refused
    assert (
        "faberdb.toml:4:21: the pattern `publik.custmer` of `include` names nothing that is declared or in the"
        " database; did you mean `public.customer`?" in flat(refused)
    )


def test_an_include_stays_when_the_last_that_it_named_is_gone(shop: Callable[[str], ProjectFolder]) -> None:
    """Other environments may still have it."""
    folder = shop('include = ["public", "sales"]')
    assert folder.run("apply", "dev", "--auto-approve").code == 0
    (folder.root / "schemas" / "sales.toml").unlink()
    assert folder.run("apply", "dev", "--auto-approve").code == 0
    planned = folder.run("plan", "dev")
    assert (planned.code, "No changes" in planned.out) == (0, True), planned


def test_an_exclude_that_names_nothing_is_noted_each_time(shop: Callable[[str], ProjectFolder]) -> None:
    folder = shop('exclude = ["publik.*"]')
    said = "note: the pattern `publik.*` of `exclude` (faberdb.toml:4:12) names nothing in this database"
    note = f"{said}; did you mean `public.*`?"
    assert note in flat(folder.run("apply", "dev", "--auto-approve"))
    for _ in range(3):  # the second and third from what is remembered
        planned = folder.run("plan", "dev")
        assert (planned.code, "No changes" in planned.out) == (0, True), planned
        assert note in flat(planned)
    folder.declare(SALES + 'note = "text"\n', "sales.toml")
    edited = folder.run("plan", "dev")
    assert (edited.code, note in flat(edited)) == (0, True), edited


def test_what_no_kind_models_is_left_out_by_the_name_that_is_said(
    shop: Callable[[str], ProjectFolder], conninfo: str
) -> None:
    name = fetch(conninfo, "select current_database()")[0][0]
    run_sql(conninfo, f"alter database \"{name}\" set work_mem = '8MB'; select lo_create(0)")
    folder = shop("")
    assert folder.run("apply", "dev", "--auto-approve").code == 0
    refused = folder.run("plan", "dev", "--strict")
    assert refused.code == 9
    named = 'exclude = ["large_objects:*", "setting_of_the_database:work_mem"]'
    assert f"leave it out (`{named}` in [project] of faberdb.toml)" in flat(refused)
    file = folder.root / "faberdb.toml"
    plain = file.read_text()
    for pattern in (named, 'exclude = ["large objects:*", "setting of the database:work_mem"]'):
        file.write_text(plain.replace("[database]", f"{pattern}\n\n[database]", 1))
        planned = folder.run("plan", "dev", "--strict")
        assert planned.code == 0, planned
        assert "large objects 1  left out by include, exclude" in planned.out  # said once for both
        assert "note:" not in planned.err


def test_declared_privileges_that_are_ignored_are_said(
    newest: Server, conninfo: str, project: Callable[..., ProjectFolder]
) -> None:
    run_sql(conninfo, "do $$ begin create role g_ignored; exception when duplicate_object then null; end $$")
    folder = project({"dev": conninfo}, '[project.grants]\ng_ignored = "ignore"\n')
    folder.declare('[tables.t]\ngrants = { g_ignored = ["select"] }\n[tables.t.columns]\nid = "int"\n')
    for command in (["apply", "dev", "--auto-approve"], ["plan", "dev"], ["plan", "dev"]):
        done = folder.run(*command)
        assert done.code == 0, done
        assert 'note: declared, and left alone because of "ignore" in [project.grants] (faberdb.toml:' in flat(done)
        assert "public.t.g_ignored" in flat(done)
    assert "public.t.g_ignored left out by" in " ".join(done.out.split())
