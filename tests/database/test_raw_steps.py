"""Raw steps: SQL of a project that is run once in each database, at its place among the changes of a plan."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from tests.conftest import ProjectFolder
from tests.servers import Server, fetch, run_sql

Projects = Callable[..., ProjectFolder]
CUSTOMER = """
[tables.customer]
primary_key = ["id"]
[tables.customer.columns]
id = "int"
name = "text"
"""
REGION = CUSTOMER + 'region = { type = "text", null = true }\n'
SET_REGION = """
[[steps]]
name = "set_region"
after = "column public.customer.region"
sql = "update customer set region = 'eu' where region is null"
undo = "update customer set region = null"
"""


@pytest.fixture
def conninfo(newest: Server) -> Iterator[str]:
    with newest.database() as made:
        yield made


def begun(project: Projects, conninfo: str, more: str = "") -> ProjectFolder:
    """A project whose database has two customers."""
    folder = project({"live": conninfo}, more)
    folder.declare(CUSTOMER)
    ran = folder.run("apply", "live", "--auto-approve")
    assert ran.code == 0, ran.err
    run_sql(conninfo, "insert into customer values (1, 'Ada King'), (2, 'Bo Lind')")
    return folder


def applied(folder: ProjectFolder, *options: str) -> None:
    ran = folder.run("apply", "live", "--auto-approve", *options)
    assert ran.code == 0, ran.err


def planned(folder: ProjectFolder) -> dict[str, object]:
    ran = folder.run("plan", "live", "--out", "plan.json")
    assert ran.code == 0, ran.err
    plan: dict[str, object] = json.loads((folder.root / "plan.json").read_text())
    return plan


def test_a_step_runs_once_and_a_rollback_takes_it_back(conninfo: str, project: Projects) -> None:
    folder = begun(project, conninfo)
    folder.declare(REGION)
    folder.declare(SET_REGION, "steps.toml")
    applied(folder)
    assert fetch(conninfo, "select distinct region from customer") == [("eu",)]
    run_sql(conninfo, "insert into customer values (3, 'Cy Moe', null)")
    ran = folder.run("plan", "live", "--detailed-exitcode")
    assert ran.code == 0, ran
    assert folder.run("drift", "live", "--detailed-exitcode").code == 0
    assert fetch(conninfo, "select region from customer where id = 3") == [(None,)]
    ran = folder.run("rollback", "live", "--auto-approve")
    assert ran.code == 0, ran.err
    assert fetch(conninfo, "select count(*) from pg_attribute where attname = 'region' and attnum > 0") == [(0,)]
    applied(folder)
    assert fetch(conninfo, "select distinct region from customer") == [("eu",)], "what was taken back is done again"
