"""Raw steps: SQL of a project that is run once in each database, at its place among the changes of a plan."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

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


def planned(folder: ProjectFolder) -> dict[str, Any]:
    ran = folder.run("plan", "live", "--out", "plan.json")
    assert ran.code == 0, ran.err
    plan: dict[str, Any] = json.loads((folder.root / "plan.json").read_text())
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


def test_a_plan_with_only_a_step_is_a_plan_with_a_change(conninfo: str, project: Projects) -> None:
    folder = begun(project, conninfo)
    folder.declare(
        '[[steps]]\nname = "first_names"\nsql = "update customer set name = split_part(name, \' \', 1)"\n', "steps.toml"
    )
    plan = planned(folder)
    assert (plan["summary"]["create"], plan["risk"]) == (1, "destructive")
    first, mark = plan["steps"]
    assert first["sql"] == "update customer set name = split_part(name, ' ', 1)", "as it was written"
    assert {h["code"] for h in first["hazards"]} >= {"FDB870", "FDB871", "FDB861", "FDB904"}
    assert "CREATE TYPE faberdb.step_first_names" in mark["sql"]
    assert first["transaction"] == mark["transaction"]
    refused = folder.run("apply", "plan.json")
    assert (refused.code, "--accept-irreversible" in refused.err) == (9, True), "there is no way back"
    assert folder.run("apply", "plan.json", "--accept-irreversible").code == 0
    assert fetch(conninfo, "select name from customer order by 1") == [("Ada",), ("Bo",)]


def test_without_undo_a_rollback_leaves_what_was_done_and_that_it_was(conninfo: str, project: Projects) -> None:
    folder = begun(project, conninfo)
    folder.declare(CUSTOMER + 'note = { type = "text", null = true }\n')
    folder.declare('[[steps]]\nname = "twice"\nsql = "update customer set name = name || \'!\'"\n', "steps.toml")
    applied(folder, "--accept-irreversible")
    assert folder.run("rollback", "live", "--auto-approve").code == 0
    applied(folder)
    assert fetch(conninfo, "select name from customer order by 1") == [("Ada King!",), ("Bo Lind!",)], "not twice"


def test_what_is_required_stops_the_plan_and_what_is_ensured_takes_the_step_back(
    conninfo: str, project: Projects
) -> None:
    folder = begun(project, conninfo)
    step = '[[steps]]\nname = "shout"\nsql = "update customer set name = upper(name)"\nundo = "select 1"\n'
    for key, query, code in (
        ("requires", "select count(*) > 2 from customer", 7),
        ("ensures", "select bool_and(name = lower(name)) from customer", 7),
        ("requires", "select count(*) = 2 from customer", 0),
    ):
        folder.declare(f'{step}{key} = "{query}"\n', "steps.toml")
        ran = folder.run("apply", "live", "--auto-approve")
        assert ran.code == code, ran
        if code:
            assert f"step shout: what it `{key}` does not hold" in ran.err
            assert query in ran.err
            assert fetch(conninfo, "select name from customer order by 1") == [("Ada King",), ("Bo Lind",)]
    assert fetch(conninfo, "select name from customer order by 1") == [("ADA KING",), ("BO LIND",)]


def test_after_what_is_made_and_before_what_goes(conninfo: str, project: Projects) -> None:
    folder = begun(project, conninfo)
    split = CUSTOMER.replace('name = "text"', 'given = { type = "text", null = true }')
    folder.declare(split + '[tables.customer.checks]\nhas_given = "given is not null"\n')
    folder.declare(
        """
[[steps]]
name = "given"
before = "column public.customer.name"
sql = "update customer set given = split_part(name, ' ', 1)"
undo = "select 1"

[[steps]]
name = "log"
after = "step given"
file = "log.sql"
undo = "select 1"
""",
        "steps.toml",
    )
    (folder.root / "schemas" / "log.sql").write_text("-- nothing but a look\nselect count(*) from customer;\n")
    steps = planned(folder)["steps"]
    order = [step["address"] for step in steps]
    first = [order.index(a) for a in ("column:public.customer.given", "step:given", "step:log")]
    assert first == sorted(first)
    assert first[1] < order.index("column:public.customer.name")
    applied(folder)
    assert fetch(conninfo, "select given from customer order by 1") == [("Ada",), ("Bo",)]
    assert folder.run("rollback", "live", "--auto-approve").code == 0
    assert fetch(conninfo, "select name from customer order by 1") == [("Ada King",), ("Bo Lind",)]


def test_a_new_database_has_nothing_to_move_away_from(newest: Server, conninfo: str, project: Projects) -> None:
    folder = begun(project, conninfo)
    step = '[[steps]]\nname = "{}"\nbefore = "column public.customer.{}"\nsql = "select old from customer"\n'
    folder.declare(step.format("leave_old", "old"), "steps.toml")
    ran = folder.run("plan", "live")
    assert ran.code == 1
    assert "step leave_old is to come before column public.customer.old, which is neither declared nor there" in ran.err
    folder.declare(step.format("leave_old", "nam"), "steps.toml")
    assert "did you mean `column public.customer.name`?" in folder.run("plan", "live").err
    folder.declare(step.format("leave_old", "old"), "steps.toml")
    with newest.database() as new:
        folder.env["LIVE_URL"] = new
        made = folder.run("plan", "live", "--out", "plan.json")
        assert "not run, and noted as done: column public.customer.old" in " ".join(made.out.split())
        ran = folder.run("apply", "plan.json")
        assert ran.code == 0, ran.err
        assert folder.run("plan", "live", "--detailed-exitcode").code == 0


@pytest.mark.parametrize(
    ("sql", "place", "words"),
    [
        ("select 1;\\ncreate table t ()", "line 2", "CREATE TABLE is none of the statements that write or read rows"),
        ("update customer set id = 1; commit", "line 1", "COMMIT controls the transaction"),
        ("set local work_mem = '1GB'", "line 1", "would hold for the steps that come after it"),
        ("select * into other from customer", "line 1", "SELECT INTO makes a table"),
        ("\\\\i other.sql", "line 1", "psql's"),
        ("  -- nothing", "line 1", "there is no statement in it"),
    ],
)
def test_a_step_writes_rows_and_nothing_else(project: Projects, sql: str, place: str, words: str) -> None:
    folder = project({"live": ""})
    folder.declare(f'[[steps]]\nname = "a"\nsql = "{sql}"\n', "steps.toml")
    ran = folder.run("validate")
    assert ran.code == 1
    assert "schemas/steps.toml:1:3: " in ran.err
    assert (place in ran.err, words in ran.err) == (True, True), ran.err


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ('name = "A b"\nsql = "select 1"', "a step cannot be called 'A b'"),
        ('name = "a"\nsql = "select 1"\nbatch = true', "unknown key `batch`"),
        ('name = "a"\nsql = "select 1"\nafter = "customer"', "does not say what it is and how it is called"),
        ('name = "a"\nsql = "select 1"\nafter = "table a"\nbefore = "table b"', "are both given"),
        ('name = "a"\nsql = "select 1"\nrequires = "true"', "`requires`: it is no query"),
        ('name = "a"\nsql = "select 1"\n[[steps]]\nname = "a"\nsql = "select 2"', "declared twice"),
        ('sql = "select 1"', "needs the key `name`"),
    ],
)
def test_what_is_written_wrongly_is_told(project: Projects, lines: str, words: str) -> None:
    folder = project({"live": ""})
    folder.declare(f"[[steps]]\n{lines}\n", "steps.toml")
    ran = folder.run("validate")
    assert (ran.code, words in ran.err) == (1, True), ran.err


def test_a_step_that_was_done_cannot_become_another(conninfo: str, project: Projects) -> None:
    folder = begun(project, conninfo)
    folder.declare(REGION)
    folder.declare(SET_REGION, "steps.toml")
    applied(folder)
    folder.declare(SET_REGION.replace("'eu'", "'us'"), "steps.toml")
    ran = folder.run("plan", "live")
    assert ran.code == 1
    assert "steps.toml:2:3: step set_region was done in this database with another text" in ran.err
    folder.declare(SET_REGION.replace("region = null", "region = 'none'"), "steps.toml")
    (change,) = planned(folder)["changes"]
    assert change["action"] == "alter", "only how it is taken back is another"
    folder.declare("", "steps.toml")
    assert folder.run("plan", "live", "--detailed-exitcode").code == 0, "it is forgotten"
    assert folder.run("import", "live").code == 0
    assert "set_region" not in (folder.root / "schemas" / "public.toml").read_text()


def test_a_step_that_changes_the_catalogue_is_refused_by_the_proof(conninfo: str, project: Projects) -> None:
    folder = begun(project, conninfo)
    folder.declare(
        '[[steps]]\nname = "sly"\nsql = "do $$ begin execute \'create table t ()\'; end $$"\nundo = "select 1"\n',
        "steps.toml",
    )
    ran = folder.run("plan", "live")
    assert ran.code == 1
    assert "step sly changes more than rows" in ran.err
    assert "not expected: table:public.t" in ran.err
    assert "a bug" not in ran.err


def test_what_the_server_does_not_take_is_told_at_its_place(conninfo: str, project: Projects) -> None:
    folder = begun(project, conninfo)
    text = '[[steps]]\nname = "a"\nsql = """\nselect 1;\nupdate customer\n  set nam = 1"""\n'
    folder.declare(text, "steps.toml")
    ran = folder.run("plan", "live")
    assert ran.code == 1
    assert "steps.toml:6:7: step a: ERROR 42703: " in ran.err


def test_rows_that_scratch_does_not_have_are_no_reason_to_refuse(conninfo: str, project: Projects) -> None:
    """The made-up rows of the proof, and those that are missing there, need not be such as a step takes."""
    folder = begun(project, conninfo)
    folder.declare(
        CUSTOMER
        + '[tables.note]\n[tables.note.columns]\ncustomer = "int"\n'
        + '[tables.note.foreign_keys.note_fkey]\ncolumns = ["customer"]\n'
        + 'references = { table = "customer", columns = ["id"] }\n'
    )
    folder.declare(
        '[[steps]]\nname = "a"\nsql = "insert into note values (1); delete from customer where id = 2"\n'
        "undo = \"delete from note; insert into customer values (2, 'again')\"\n",
        "steps.toml",
    )
    plan = planned(folder)
    assert plan["risk"] == "destructive"
    assert folder.run("apply", "plan.json").code == 0
    assert fetch(conninfo, "select customer, count(*) over () from note") == [(1, 1)]
    assert folder.run("rollback", "live", "--auto-approve").code == 0
    assert fetch(conninfo, "select name from customer order by 1") == [("Ada King",), ("again",)]


def test_what_is_held_back_holds_back_what_comes_after_it(conninfo: str, project: Projects) -> None:
    folder = begun(project, conninfo)
    folder.declare(REGION)
    folder.declare(
        SET_REGION + '\n[[steps]]\nname = "look"\nafter = "step set_region"\nsql = "select 1"\nundo = "select 1"\n',
        "steps.toml",
    )
    ran = folder.run("plan", "live", "--max-risk", "caution", "--out", "plan.json")
    assert ran.code == 0, ran.err
    plan = json.loads((folder.root / "plan.json").read_text())
    assert [step["address"] for step in plan["steps"]] == ["column:public.customer.region"]
    assert {pending["address"] for pending in plan["pending"]} == {"step:set_region", "step:look"}


def test_import_writes_over_no_step(conninfo: str, project: Projects) -> None:
    """A database does not tell of steps, so a file that has some is never written over."""
    folder = begun(project, conninfo)
    folder.declare(CUSTOMER + SET_REGION)
    run_sql(conninfo, "alter table customer add region text")
    ran = folder.run("import", "live")
    assert ran.code == 1
    assert "import would write over files that declare steps" in ran.err
    assert "public.toml: step set_region" in ran.err
    folder.declare(CUSTOMER)
    folder.declare(SET_REGION, "steps.toml")
    assert folder.run("import", "live").code == 0
    assert "set_region" in (folder.root / "schemas" / "steps.toml").read_text()
    applied(folder)
    assert fetch(conninfo, "select distinct region from customer") == [("eu",)]


def in_parts(project: Projects, conninfo: str, step: str) -> ProjectFolder:
    folder = project({"live": conninfo})
    folder.declare(REGION)
    applied(folder)
    run_sql(conninfo, "insert into customer select n, 'c' || n, null from generate_series(1, 3000) n")
    folder.declare(f'[[steps]]\nname = "regions"\nin_parts = true\n{step}', "steps.toml")
    return folder


def test_a_step_in_parts_is_committed_part_by_part(conninfo: str, project: Projects) -> None:
    folder = in_parts(
        project,
        conninfo,
        "sql = \"update customer set region = 'eu' where region is null -- all\"\n"
        'ensures = "select count(*) = 0 from customer where region is null"\n'
        'undo = "update customer set region = null"\n',
    )
    plan = planned(folder)
    (parts,) = [step for step in plan["steps"] if "batches" in step]
    assert len({step["transaction"] for step in plan["steps"]}) == 3
    assert "FDB856" in {h["code"] for h in parts["hazards"]}
    assert folder.run("apply", "plan.json").code == 0
    assert fetch(conninfo, "select region, count(*), count(distinct xmin::text) > 2 from customer group by 1") == [
        ("eu", 3000, True)
    ]
    assert folder.run("plan", "live", "--detailed-exitcode").code == 0
    assert folder.run("rollback", "live", "--auto-approve").code == 0
    assert fetch(conninfo, "select distinct region from customer") == [(None,)]


@pytest.mark.parametrize("way", ["on", "back"])
@pytest.mark.parametrize("undo", [True, False], ids=["with undo", "without"])
def test_a_step_in_parts_that_stops_goes_on_or_back(conninfo: str, project: Projects, way: str, *, undo: bool) -> None:
    """Without `undo` a rollback leaves what was written, and the next plan goes on with the rest."""
    folder = in_parts(
        project,
        conninfo,
        'sql = "update customer set region = (1 / (id - 2500))::text where region is null"\n'
        + 'undo = "update customer set region = null"\n' * undo,
    )
    ran = folder.run("apply", "live", "--auto-approve", "--accept-irreversible")
    assert (ran.code, "division by zero" in ran.err) == (6, True), ran
    assert fetch(conninfo, "select count(region) > 100 from customer") == [(True,)]
    run_sql(conninfo, "update customer set id = 5000 where id = 2500")
    if way == "on":
        ran = folder.run("apply", "live", "--resume", "--auto-approve", "--accept-irreversible")
        assert ran.code == 0, ran
    else:
        ran = folder.run("rollback", "live", "--auto-approve")
        assert ran.code == 0, ran
        assert fetch(conninfo, "select count(region) > 0 from customer") == [(not undo,)]
        applied(folder, "--accept-irreversible")
    assert fetch(conninfo, "select count(region) from customer") == [(3000,)]
    assert folder.run("plan", "live", "--detailed-exitcode").code == 0


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("insert into customer values (1, 'a')", "only an UPDATE or a DELETE"),
        ("update customer set region = 'eu'", "without a condition"),
        ("update customer c set region = 'eu' where c.id > 1", "no other name"),
        ("update customer set region = o.name from other o where o.id = customer.id", "FROM is not taken"),
        ("delete from customer where id = 1; delete from customer where id = 2", "2 statements"),
    ],
)
def test_what_cannot_be_run_in_parts_is_said(conninfo: str, project: Projects, sql: str, words: str) -> None:
    folder = in_parts(project, conninfo, f'sql = "{sql}"\n')
    ran = folder.run("validate")
    assert (ran.code, words in ran.err) == (1, True), ran
    assert "steps.toml:1" in ran.err
