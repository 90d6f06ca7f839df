"""What an environment's rules refuse: protected objects, suspected renames, what is out of sight, too high a risk.

A refusal shows the whole plan, ends with 9 and changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from tests.conftest import ProjectFolder
from tests.servers import Server, fetch, run_sql

TABLE = """\
[tables.customer]
{protect}primary_key = ["id"]

[tables.customer.columns]
id = "bigint"
{column}
"""


def customer(column: str = 'name = "text"', protect: str = "") -> str:
    return TABLE.format(column=column, protect=protect)


@pytest.fixture
def conninfo(newest: Server) -> Iterator[str]:
    with newest.database() as made:
        yield made


@pytest.fixture
def shop(conninfo: str, project: Callable[..., ProjectFolder]) -> ProjectFolder:
    """A project with one table, applied."""
    folder = project({"dev": conninfo})
    folder.declare(customer(protect="protect = true\n"))
    assert folder.run("apply", "dev", "--auto-approve").code == 0
    return folder


def tables(conninfo: str) -> set[str]:
    return {
        n
        for (n,) in fetch(
            conninfo, "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
        )
    }


def test_protection_outlives_the_block_that_asked_for_it(shop: ProjectFolder, conninfo: str) -> None:
    shop.declare("")
    refused = shop.run("plan", "dev", "--out", "plan.json")
    assert refused.code == 9, refused
    assert "- table public.customer" in refused.out
    assert "it drops or replaces what is protected: table public.customer" in refused.err
    assert "protect = false" in refused.err
    assert shop.run("apply", "plan.json").code == 9
    assert shop.run("apply", "dev", "--auto-approve").code == 9
    assert "customer" in tables(conninfo)


def test_protection_ends_with_an_apply_that_says_so(shop: ProjectFolder, conninfo: str) -> None:
    shop.declare(customer(protect="protect = false\n"))
    ended = shop.run("plan", "dev", "--detailed-exitcode")
    assert (ended.code, "table public.customer is no longer protected" in ended.out) == (2, True), ended
    assert shop.run("apply", "dev", "--auto-approve").code == 0
    assert shop.run("plan", "dev", "--detailed-exitcode").code == 0
    shop.declare("")
    assert shop.run("apply", "dev", "--auto-approve").code == 0
    assert "customer" not in tables(conninfo)


def test_protection_follows_a_rename_and_survives_an_import(shop: ProjectFolder, conninfo: str) -> None:
    renamed = customer().replace("tables.customer", "tables.client").replace("]\n", ']\nrenamed_from = "customer"\n', 1)
    shop.declare(renamed)
    assert shop.run("apply", "dev", "--auto-approve").code == 0
    assert shop.run("import", "dev").code == 0
    assert "protect = true" in (shop.root / "schemas" / "public.toml").read_text()
    shop.declare("")
    refused = shop.run("plan", "dev")
    assert (refused.code, "table public.client" in refused.err) == (9, True), refused


def test_a_plan_that_takes_another_back_is_always_open_and_says_what_it_passes_over(
    shop: ProjectFolder, conninfo: str
) -> None:
    with (shop.root / "faberdb.toml").open("a") as file:
        file.write('\n[safety]\nmax_risk = "caution"\n')
    back = shop.run("rollback", "dev", "--auto-approve")
    assert back.code == 0
    assert "the plan is destructive; environment dev takes at most caution" in back.out + back.err
    assert "customer" not in tables(conninfo)


def test_a_rule_for_a_hazard_that_there_is_not_is_refused(shop: ProjectFolder) -> None:
    with (shop.root / "faberdb.toml").open("a") as file:
        file.write('\n[safety.hazards.FDB109]\npolicy = "allow"\nreason = "x"\n')
    assert shop.run("validate").code == 0
    with (shop.root / "faberdb.toml").open("a") as file:
        file.write('\n[environments.dev.hazards.FDB999]\npolicy = "forbid"\nreason = "x"\n')
    for command in (("validate",), ("plan", "dev")):
        refused = shop.run(*command)
        assert (refused.code, "there is no hazard 'FDB999'" in refused.err) == (1, True), refused
        assert "faberdb.toml:" in refused.err


def test_a_suspected_rename_is_said_and_with_strict_refused(shop: ProjectFolder, conninfo: str) -> None:
    run_sql(conninfo, "insert into customer values (1, 'Ada')")
    shop.declare(customer('full_name = { type = "text", backfill = "\'?\'" }'))
    said = shop.run("plan", "dev")
    assert said.code == 0
    assert "it looks as if it were only renamed to full_name" in said.out
    refused = shop.run("plan", "dev", "--strict")
    assert refused.code == 9
    assert "it may drop what was only renamed: column public.customer.name" in refused.err
    shop.declare(customer('full_name = { type = "text", backfill = "\'?\'", renamed_from = false }'))
    assert shop.run("plan", "dev", "--strict").code == 0
    shop.declare(customer('full_name = { type = "text", renamed_from = "name" }'))
    assert shop.run("apply", "dev", "--strict", "--auto-approve").code == 0
    assert fetch(conninfo, "select full_name from customer") == [("Ada",)]


def test_what_seems_to_move_to_another_schema_is_suspected_too(
    newest: Server, project: Callable[..., ProjectFolder]
) -> None:
    with newest.database() as conninfo:
        folder = project({"dev": conninfo})
        folder.declare(customer())
        assert folder.run("apply", "dev", "--auto-approve").code == 0
        folder.declare('schema = "shop"\n' + customer())
        refused = folder.run("plan", "dev", "--strict")
        assert (refused.code, "it may drop what was only renamed: table public.customer" in refused.err) == (9, True)
        assert "it looks as if it were only renamed to shop.customer" in refused.out
        folder.declare('schema = "shop"\n' + customer().replace("primary", 'renamed_from = "public.customer"\nprimary'))
        moved = folder.run("apply", "dev", "--strict", "--auto-approve")
        assert (moved.code, "rename table shop.customer" in moved.out + moved.err) == (0, True), moved


def test_a_suspected_rename_is_refused_where_people_depend_on_it(
    conninfo: str, project: Callable[..., ProjectFolder]
) -> None:
    folder = project({"production": conninfo}, '[safety]\nprotected_environments = ["production"]\n')
    (folder.root / "faberdb.toml").write_text(
        (folder.root / "faberdb.toml")
        .read_text()
        .replace("[environments.production]", '[environments.production]\ntls_exception = "a test on a socket"')
    )
    folder.declare(customer())
    assert folder.run("apply", "production", "--auto-approve").code == 0
    folder.declare(customer('full_name = { type = "text", null = true }').replace("true }", "false }"))
    refused = folder.run("plan", "production")
    assert (refused.code, "it may drop what was only renamed" in refused.err) == (9, True), refused


def test_with_strict_nothing_may_be_out_of_sight(shop: ProjectFolder, conninfo: str) -> None:
    run_sql(conninfo, "select lo_create(0)")
    assert shop.run("plan", "dev").code == 0
    refused = shop.run("plan", "dev", "--strict")
    assert (refused.code, "the database holds what is not managed: large objects 1" in refused.err) == (9, True), (
        refused
    )


def test_too_high_a_risk(conninfo: str, project: Callable[..., ProjectFolder]) -> None:
    folder = project({"dev": conninfo}, '[safety]\nmax_risk = "caution"\n')
    folder.declare(customer())
    assert folder.run("apply", "dev", "--auto-approve").code == 0
    folder.declare(customer("# nothing else"))
    refused = folder.run("plan", "dev")
    assert refused.code == 9
    assert "the plan is destructive; environment dev takes at most caution" in refused.err
    assert "- column name" in refused.out


def test_a_plan_tells_what_was_changed_by_hand(shop: ProjectFolder, conninfo: str) -> None:
    run_sql(conninfo, "alter table customer add column extra int")
    plan = shop.run("plan", "dev", "--out", "plan.json")
    assert "column public.customer.extra appeared" in plan.out
    document = json.loads((shop.root / "plan.json").read_text())
    assert [c["address"] for c in document["drift"]] == ["column:public.customer.extra"]


def test_what_is_excluded_is_forgotten_and_not_dropped(conninfo: str, project: Callable[..., ProjectFolder]) -> None:
    folder = project({"dev": conninfo})
    folder.declare(customer())
    assert folder.run("apply", "dev", "--auto-approve").code == 0
    file = folder.root / "faberdb.toml"
    file.write_text(file.read_text().replace("[database]", 'exclude = ["public.customer"]\n\n[database]', 1))
    folder.declare("")
    assert folder.run("drift", "dev", "--detailed-exitcode").code == 0
    kept = folder.run("plan", "dev", "--strict", "--detailed-exitcode")
    assert kept.code == 0, kept
    assert "table public.customer  left out by include, exclude or forget in faberdb.toml" in kept.out
    assert tables(conninfo) == {"customer"}


def test_odd_names_are_excluded_as_they_are_printed(conninfo: str, project: Callable[..., ProjectFolder]) -> None:
    """Brackets, dots and stars of a quoted name stand for themselves."""
    run_sql(
        conninfo,
        'create table "odd.name [1]" (id int primary key); create table "odd.name 1" (id int); create schema "a.b";'
        ' create table "a.b"."x*" (id int); create table "a.b".xy (id int)',
    )
    folder = project({"dev": conninfo})
    file = folder.root / "faberdb.toml"
    exclude = """exclude = ['public."odd.name [1]"', 'table:"a.b"."x*"', 'schema:*']\n\n[database]"""
    file.write_text(file.read_text().replace("[database]", exclude, 1))
    folder.declare("")
    planned = folder.run("plan", "dev", "-v")
    assert planned.code == 0, planned
    said = " ".join(planned.out.split())
    assert 'left as it is: 2 schemas, 2 tables schema "a.b" left out by' in said, planned.out
    assert 'table "a.b"."x*" table public."odd.name [1]"' in said
    assert "0 to create, 0 to alter, 0 to replace, 4 to drop" in said, planned.out  # two tables with a column each
    assert "SET SCHEMA" in said
    assert 'ALTER TABLE public."odd.name 1"' in said
    assert 'ALTER TABLE "a.b".xy' in said


def test_a_misspelt_former_name_is_told(shop: ProjectFolder, conninfo: str) -> None:
    shop.declare(customer('postal = { type = "text", null = true }'))
    assert shop.run("apply", "dev", "--auto-approve").code == 0
    shop.declare(customer('post_code = { type = "text", null = true, renamed_from = "postall" }'))
    planned = shop.run("plan", "dev", "--strict")
    assert planned.code == 9
    said = " ".join(planned.out.split())
    assert "only renamed to post_code, whose renamed_from says postall, which is not there" in said
