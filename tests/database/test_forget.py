"""What `forget` names is no longer managed and stays as it is, with all that belongs to it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

import pytest

from tests.conftest import ProjectFolder
from tests.servers import Server, fetch, run_sql

OLD = """\
[tables.old]
comment = "Was in use once"
primary_key = ["id"]

[tables.old.columns]
id = { type = "bigint", default = "nextval('old_number')" }
name = "text"

[tables.old.indexes.old_name_idx]
on = ["name"]

[tables.old.grants]
public = ["select"]

[sequences.old_number]
owned_by = "old.id"
"""

KEPT = """\
[tables.kept]
primary_key = ["id"]

[tables.kept.columns]
id = "bigint"
old = "bigint"
{column}

[tables.kept.foreign_keys.kept_old_fkey]
columns = ["old"]
references = {{ table = "old", columns = ["id"] }}

[views.both]
query = "select kept.id, old.name from kept join old on old.id = kept.old"
"""


@pytest.fixture
def conninfo(newest: Server) -> Iterator[str]:
    with newest.database() as made:
        yield made


@pytest.fixture
def shop(conninfo: str, project: Callable[..., ProjectFolder]) -> ProjectFolder:
    """A project with the table old and what refers to it, applied."""
    folder = project({"dev": conninfo})
    folder.declare(OLD + KEPT.format(column=""))
    applied = folder.run("apply", "dev", "--auto-approve")
    assert applied.code == 0, applied
    return folder


def forget(folder: ProjectFolder, *names: str) -> None:
    """Name these under [project]."""
    file = folder.root / "faberdb.toml"
    lines = [line for line in file.read_text().split("\n") if not line.startswith("forget")]
    lines.insert(1, f"forget = {json.dumps(list(names))}")
    file.write_text("\n".join(lines))


def recorded(folder: ProjectFolder) -> set[str]:
    """The addresses in the state."""
    (file,) = (folder.root / ".faberdb" / "state").glob("dev*.json")
    return {record["address"] for record in json.loads(file.read_text())["objects"]}


def test_it_stays_and_the_state_drops_it(shop: ProjectFolder, conninfo: str) -> None:
    run_sql(conninfo, "insert into old values (1, 'a')")
    forget(shop, "table:public.old")
    shop.declare(KEPT.format(column='more = { type = "text", null = true }'))
    plan = shop.run("plan", "dev", "--out", "plan.json", "--detailed-exitcode")
    assert plan.code == 2, plan
    assert "No longer managed, and left as it is: table public.old" in plan.out
    assert "1 to create, 0 to alter, 0 to replace, 0 to drop" in plan.out
    assert json.loads((shop.root / "plan.json").read_text())["forgotten"] == ["table:public.old"]
    assert shop.run("show", "plan.json", "--markdown").out.count("No longer managed") == 1
    applied = shop.run("apply", "plan.json")
    assert applied.code == 0, applied
    assert fetch(conninfo, "select * from old") == [(1, "a")]
    assert not {a for a in recorded(shop) if re.search(r"[:.]public\.old", a)}
    later = shop.run("plan", "dev", "--strict", "--detailed-exitcode")
    assert later.code == 0, later
    assert "table public.old  left out by" in later.out
    assert "No longer managed" not in later.out


def test_what_is_done_to_it_is_no_drift(shop: ProjectFolder, conninfo: str) -> None:
    forget(shop, "table:public.old")
    shop.declare(KEPT.format(column=""))
    run_sql(conninfo, "drop index old_name_idx; alter table old add extra int; revoke all on old from public")
    assert shop.run("drift", "dev", "--detailed-exitcode").code == 0
    alone = shop.run("plan", "dev", "--detailed-exitcode")
    assert (alone.code, "No longer managed" in alone.out, "by hand" in alone.out) == (2, True, False), alone
    assert shop.run("apply", "dev", "--auto-approve").code == 0
    assert shop.run("plan", "dev", "--detailed-exitcode").code == 0
    assert shop.run("drift", "dev", "--detailed-exitcode").code == 0
    imported = shop.run("import", "dev")
    assert imported.code == 0, imported
    assert "tables.old" not in (shop.root / "schemas" / "public.toml").read_text()


def test_an_older_plan_is_taken_back_around_it(shop: ProjectFolder, conninfo: str) -> None:
    more = 'more = { type = "text", null = true }'
    shop.declare(OLD.replace('name = "text"', f'name = "text"\n{more}') + KEPT.format(column=more))
    applied = shop.run("apply", "dev", "--auto-approve")
    assert applied.code == 0, applied
    forget(shop, "table:public.old")
    back = shop.run("rollback", "dev", "--auto-approve")
    assert back.code == 0, back
    columns = "select attrelid::regclass::text from pg_attribute where attname = 'more' order by 1"
    assert fetch(conninfo, columns) == [("old",)]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("table:public.odl", "did you mean `table:public.old`?"),
        ("tabel:public.old", "did you mean `table:public.old`?"),
        ("view:somewhere.else_altogether", "is not in environment dev"),
    ],
)
def test_a_name_that_nothing_bears_is_refused(shop: ProjectFolder, name: str, told: str) -> None:
    forget(shop, name)
    refused = shop.run("plan", "dev")
    assert (refused.code, told in refused.err) == (1, True), refused


def test_what_is_declared_cannot_be_forgotten(shop: ProjectFolder) -> None:
    forget(shop, "table:public.old")
    refused = shop.run("plan", "dev")
    assert refused.code == 1
    assert "table:public.old is declared, and `forget`" in refused.err, refused
    assert "schemas/public.toml:1" in refused.err


def test_one_environment_forgets_what_only_it_has(shop: ProjectFolder, conninfo: str, newest: Server) -> None:
    run_sql(conninfo, "create table only_here (id int)")
    file = shop.root / "faberdb.toml"
    file.write_text(
        file.read_text().replace("[environments.dev]", '[environments.dev]\nforget = ["table:public.only_here"]')
    )
    plan = shop.run("plan", "dev", "--detailed-exitcode")
    assert plan.code == 0, plan
    assert "table public.only_here  left out by" in plan.out
