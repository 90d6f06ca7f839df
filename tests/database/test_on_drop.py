"""`on_drop`: what is dropped goes to quarantine, or is refused, or is destroyed, and the plan says which."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from tests.conftest import ProjectFolder
from tests.servers import Server, fetch, run_sql

Projects = Callable[..., ProjectFolder]
BOTH = (
    '[tables.customer]\nprimary_key = ["id"]\n[tables.customer.columns]\nid = "int"\n'
    'name = { type = "text", null = true }\n[tables.old]\nprimary_key = ["id"]\n[tables.old.columns]\nid = "int"\n'
    'mood = { type = "mood", null = true }\n[enums]\nmood = ["good", "bad"]\n'
)
LEFT = '[tables.customer]\nprimary_key = ["id"]\n[tables.customer.columns]\nid = "int"\n'


@pytest.fixture
def conninfo(newest: Server) -> Iterator[str]:
    with newest.database() as made:
        yield made


def begun(project: Projects, conninfo: str, setting: str) -> ProjectFolder:
    folder = project({"live": conninfo}, setting)
    folder.declare(BOTH)
    ran = folder.run("apply", "live", "--auto-approve")
    assert ran.code == 0, ran.err
    run_sql(conninfo, "insert into customer values (1, 'a'); insert into old values (1, 'good'), (2, null)")
    folder.declare(LEFT)
    return folder


def test_refuse_shows_the_whole_plan_and_refuses_it(conninfo: str, project: Projects) -> None:
    folder = begun(project, conninfo, '[safety]\non_drop = "refuse"\n')
    ran = folder.run("plan", "live", "--out", "plan.json")
    assert ran.code == 9, ran
    assert "table public.old" in ran.out
    assert "on_drop is `refuse`: column public.customer.name, " in ran.err
    assert folder.run("apply", "plan.json").code == 9
    assert fetch(conninfo, "select count(*) from old") == [(2,)]
    text = (folder.root / "faberdb.toml").read_text()
    text = text.replace("[environments.live]\n", '[environments.live]\non_drop = "quarantine"\n')
    (folder.root / "faberdb.toml").write_text(text)
    assert folder.run("apply", "plan.json").code == 0, "an environment says it for itself"


def test_drop_destroys_says_so_and_gives_the_structure_back(conninfo: str, project: Projects) -> None:
    folder = begun(project, conninfo, '[safety]\non_drop = "drop"\n')
    ran = folder.run("plan", "live", "--out", "plan.json")
    assert ran.code == 0, ran
    plan = json.loads((folder.root / "plan.json").read_text())
    marked = {s["address"]: s["risk"] for s in plan["steps"] if any(h["code"] == "FDB813" for h in s["hazards"])}
    assert marked == dict.fromkeys(
        ("column:public.customer.name", "enum:public.mood", "table:public.old"), "destructive"
    )
    assert (plan["kept"], plan["risk"], plan["proof"]["backward"]) == ([], "destructive", True)
    assert plan["proof"]["rows"]["backward"] is False
    assert "no rollback gives rows or values back" in ran.out
    assert "kept in quarantine" not in ran.out
    text = (folder.root / "faberdb.toml").read_text()
    (folder.root / "faberdb.toml").write_text(text.replace('on_drop = "drop"', 'on_drop = "quarantine"'))
    refused = folder.run("apply", "plan.json")
    assert (refused.code, "on_drop is no longer `drop`" in refused.err) == (9, True), refused
    (folder.root / "faberdb.toml").write_text(text)
    assert folder.run("apply", "plan.json").code == 0
    query = "select count(*) from pg_class where relnamespace::regnamespace::text ~ '^faberdb_quarantine'"
    assert fetch(conninfo, query) == [(0,)]
    ran = folder.run("rollback", "live", "--auto-approve")
    assert ran.code == 0, ran.err
    assert fetch(conninfo, "select id, name from customer") == [(1, None)]
    assert fetch(conninfo, "select count(*) from old") == [(0,)]


WHOLE = (
    LEFT + '[tables.whole]\npartition_by = "range (id)"\n[tables.whole.columns]\nid = "int"\n'
    '[tables.part]\npartition_of = "whole"\nbound = "FOR VALUES FROM (0) TO (10)"\n'
)


def test_a_partition_that_is_left_out_goes_with_its_table_and_is_not_destroyed(
    conninfo: str, project: Projects
) -> None:
    folder = project({"live": conninfo})
    folder.declare(WHOLE)
    assert folder.run("apply", "live", "--auto-approve").code == 0
    run_sql(conninfo, "create schema legacy; create table legacy.p partition of whole for values from (10) to (20)")
    run_sql(conninfo, "insert into whole values (1), (11)")
    file = folder.root / "faberdb.toml"
    file.write_text(file.read_text().replace("[database]", 'exclude = ["legacy"]\n\n[database]', 1))
    folder.declare(LEFT)
    for more, all_kept, left in (
        ("", {"table:legacy.p", "table:public.part", "table:public.whole"}, [(1,), (11,)]),
        ('\n[safety]\non_drop = "drop"\n', {"table:legacy.p"}, [(11,)]),
    ):
        file.write_text(file.read_text() + more)
        ran = folder.run("plan", "live", "--out", "plan.json")
        assert ran.code == 0, ran.err
        plan = json.loads((folder.root / "plan.json").read_text())
        assert {place["address"] for place in plan["kept"]} == all_kept
        (reason,) = [c["reason"] for c in plan["changes"] if c["address"] == "table:legacy.p"]
        assert reason.startswith("it goes with table public.whole, though left out by include, exclude")
        assert [item["name"] for item in plan["unmanaged"]] == ["legacy"], "nothing is left as it is and goes too"
        assert plan["summary"]["quarantine"].get("despite_drop", False) is bool(more)
        assert folder.run("apply", "plan.json").code == 0
        ran = folder.run("rollback", "live", "--auto-approve")
        assert ran.code == 0, ran.err
        assert fetch(conninfo, "select id from whole order by 1") == left
        assert fetch(conninfo, "select count(*) from pg_inherits where inhrelid = 'legacy.p'::regclass") == [(1,)]


def test_what_is_made_anew_is_kept_and_the_plan_says_why(conninfo: str, project: Projects) -> None:
    folder = project({"live": conninfo}, '[safety]\non_drop = "drop"\n')
    folder.declare(LEFT)
    assert folder.run("apply", "live", "--auto-approve").code == 0
    run_sql(conninfo, "insert into customer values (1)")
    parted = LEFT.replace("[tables.customer]", '[tables.customer]\npartition_by = "range (id)"', 1)
    folder.declare(parted + '[tables.customer_all]\npartition_of = "customer"\nbound = "DEFAULT"\n')
    ran = folder.run("plan", "live", "--out", "plan.json")
    assert ran.code == 0, ran.err
    said = " ".join(ran.out.split())
    assert "under 1 MB; rollback brings it back until a purge. That is so although on_drop is `drop`" in said
    assert folder.run("apply", "plan.json").code == 0
    assert "although on_drop is `drop`" in " ".join(folder.run("show", "plan.json").out.split())
    query = "select count(*) from pg_class where relnamespace::regnamespace::text ~ '^faberdb_quar' and relkind = 'r'"
    assert fetch(conninfo, query) == [(1,)]
