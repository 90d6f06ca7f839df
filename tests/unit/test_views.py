"""What people and programs read: every sort of change as it is shown, and no name that can break it."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import Phase, given, settings
from syrupy.assertion import SnapshotAssertion

from faberdb.model import Address, Estimate, Hazard, Kept, LiveRows, Object, Risk, Unmanaged
from faberdb.plan.document import Plan
from faberdb.views import make_view
from faberdb.views.markdown import plan_markdown
from faberdb.views.sql import plan_sql
from faberdb.views.view import StatusRow
from tests.unit.plan_values import PLANS
from tests.unit.view_samples import (
    CASES,
    column_change,
    create,
    drop,
    dropped,
    large_table,
    live_rows,
    plan,
    renamed,
    rollback,
    steps,
    thing,
)

cases = pytest.mark.parametrize("case", CASES)
Captured = pytest.CaptureFixture[str]


@cases
def test_plan_for_people(case: str, capsys: Captured, snapshot: SnapshotAssertion) -> None:
    make_view(json=False, color=False).plan(CASES[case](), saved="plan.json", next_step="faberdb apply plan.json")
    printed = capsys.readouterr()
    assert printed.err == ""
    assert printed.out == snapshot


@cases
def test_verbose_plan_shows_every_statement(case: str, capsys: Captured, snapshot: SnapshotAssertion) -> None:
    make_view(json=False, color=False, verbose=1).plan(CASES[case]())
    out = capsys.readouterr().out
    flat = " ".join(out.split())
    assert all(" ".join(step.statement.sql.split()) in flat for step in CASES[case]().steps)
    assert out == snapshot


@cases
def test_colours_change_no_word(case: str, capsys: Captured) -> None:
    made = CASES[case]()
    make_view(json=False, color=False, verbose=1).plan(made)
    plain = capsys.readouterr().out
    make_view(json=False, color=True, verbose=1).plan(made)
    coloured = capsys.readouterr().out
    assert "\x1b" not in plain
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain


@cases
def test_plan_for_pull_requests(case: str, snapshot: SnapshotAssertion) -> None:
    assert plan_markdown(CASES[case]()) == snapshot


def test_plan_as_sql(snapshot: SnapshotAssertion) -> None:
    made = column_change()
    assert plan_sql(made) == snapshot
    assert plan_sql(made._replace(rollback=made.steps[3:5]), rollback=True) == snapshot
    assert plan_sql(plan()) == snapshot


def test_a_comment_at_the_end_of_a_statement_does_not_swallow_its_end() -> None:
    view = create(thing("view:public.v", query="select 1 -- one"))
    made = plan([view], steps((view, "CREATE VIEW public.v AS\nselect 1 -- one", Risk.SAFE)))
    assert "select 1 -- one\n;\n" in plan_sql(made)


def test_nothing_to_do(capsys: Captured, snapshot: SnapshotAssertion) -> None:
    for made in (
        plan(),
        plan()._replace(kind="rollback", of_plan="0f9e8d7c6b5a"),
        plan()._replace(unmanaged=dropped().unmanaged),
    ):
        make_view(json=False, color=False).no_changes(made)
    assert capsys.readouterr().out == snapshot
    assert plan_markdown(plan()) == snapshot


def test_drift(capsys: Captured, snapshot: SnapshotAssertion) -> None:
    view = make_view(json=False, color=False)
    changes = [*column_change().changes[:3], *dropped().changes]
    view.drift("production", changes, "2026-11-23T12:00:00+00:00")
    view.drift("production", [], "2026-11-23T12:00:00+00:00")
    view.drift("production", [], "")
    assert capsys.readouterr().out == snapshot


def test_drift_found_while_planning_is_told(capsys: Captured) -> None:
    made = rollback()._replace(drift=dropped().changes)
    make_view(json=False, color=False).plan(made)
    told = "table public.legacy_import is gone"
    assert told in capsys.readouterr().out
    assert told.replace("_", "\\_") in plan_markdown(made)


def test_an_apply(capsys: Captured, snapshot: SnapshotAssertion) -> None:
    for made in (column_change(), rollback()):
        view = make_view(json=False, color=False)
        view.begin(made)
        for number, step in enumerate(made.steps, 1):
            view.step(step, number, len(made.steps))
        view.applied(made, 1.234)
    printed = capsys.readouterr()
    assert printed.err == snapshot
    assert printed.out == snapshot


STATUS = [
    StatusRow("dev", "embedded", "not running; any command that needs it starts it", "none"),
    StatusRow(
        "production",
        "server",
        "shop, PostgreSQL 18.4",
        "serial 3, 2 plans applied",
        "2026-11-23 12:00 apply 1a2b3c4d by ann@laptop",
        "as recorded (schema files are not looked at: faberdb plan production)",
        "postgresql:///shop?host=/tmp/x",
        "3 things, 24 kB",
        as_recorded=True,
    ),
]


def test_status_files_notes(capsys: Captured, snapshot: SnapshotAssertion) -> None:
    view = make_view(json=False, color=False)
    view.status(STATUS)
    view.files("wrote", [("schemas/public.toml", "changed"), ("schemas/audit.toml", "new"), ("schemas/a.toml", "same")])
    view.done("next: edit schemas/public.toml")
    view.note("a dry run: nothing was changed")
    printed = capsys.readouterr()
    assert printed.out == snapshot
    assert printed.err == "a dry run: nothing was changed\n"


def test_json_lines(capsys: Captured, snapshot: SnapshotAssertion) -> None:
    view, made = make_view(json=True, color=False), dropped()
    view.plan(made, saved="plan.json", next_step="faberdb apply plan.json")
    view.plan(renamed())
    view.plan(large_table())
    view.no_changes(plan())
    view.drift("production", made.changes[:1], "2026-11-23T12:00:00+00:00")
    view.begin(made)
    view.step(made.steps[0], 1, 4)
    view.applied(made, 1.2344)
    view.status(STATUS)
    view.files("wrote", [("schemas/public.toml", "changed")])
    view.note("a dry run")
    view.done("stopped")
    printed = capsys.readouterr()
    lines = [json.loads(line) for line in printed.out.splitlines()]
    assert printed.err == ""
    assert lines[0]["type"] == "version"
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00", line.pop("@timestamp")) for line in lines)
    assert all(line["@message"] for line in lines)
    assert "\n".join(json.dumps(line, ensure_ascii=False) for line in lines) == snapshot


EVIL = 'x\n\x1b[2J"; -- </details> ```\n| `y` \u202e\\! drop'


def test_a_name_cannot_break_out(capsys: Captured) -> None:
    """Neither to the terminal, nor out of a comment of the script, nor out of a cell or fence of the Markdown."""
    table = create(Object(Address("table", (EVIL, EVIL)), {"options": {EVIL: EVIL}, "query": EVIL}))
    made = plan(
        [table], steps((table, "SELECT 1", Risk.SAFE, Hazard(EVIL, EVIL))), unmanaged=(Unmanaged(EVIL, EVIL, EVIL),)
    )
    much = Estimate(EVIL, (EVIL,), None, 10**9, 9, 10**9, EVIL)
    made = made._replace(kept=(Kept(table.address, "moved", EVIL),), steps=(made.steps[0]._replace(estimate=much),))
    make_view(json=False, color=False, verbose=1).plan(made, saved=EVIL, next_step=EVIL)
    out, script, markdown = capsys.readouterr().out, plan_sql(made), plan_markdown(made)
    for text in (out, script, markdown):
        assert "\x1b" not in text
        assert "\u202e" not in text
    code = [line for line in script.splitlines() if line and not line.startswith("--")]
    settings = [r"\set ON_ERROR_STOP on", "SET search_path = '';", "SET check_function_bodies = off;"]
    assert code == [*settings, "BEGIN;", "SELECT 1;", "COMMIT;"]
    outside_fences = re.sub(r"(`{3,})sql\n.*?\n\1\n", "", markdown, flags=re.DOTALL)
    row = next(line for line in outside_fences.splitlines() if line.startswith("| +"))
    assert len(re.findall(r"(?<!\\)\|", row)) == 5


@settings(max_examples=40, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(PLANS)
def test_every_plan_can_be_shown(made: Plan) -> None:
    import contextlib
    import io

    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        make_view(json=False, color=False, verbose=1).plan(made)
        make_view(json=False, color=False).no_changes(made)
        make_view(json=False, color=False).drift(made.environment, made.changes, made.created_at)
        make_view(json=True, color=False).plan(made)
    plan_markdown(made)
    plan_sql(made)
    plan_sql(made, rollback=True)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", out.getvalue().split('{"type": "version"')[0])


def test_where_a_database_is_stands_in_one_line(capsys: Captured) -> None:
    url = f"user=postgres host={'/a-folder' * 12} port=5432 dbname=shop"
    make_view(json=False, color=False).status([StatusRow("dev", "embedded", url=url)])
    assert url in capsys.readouterr().out


def test_where_no_row_was_looked_at_none_is_said_to_fit() -> None:
    asked = live_rows()
    unknown = LiveRows(unchecked="it depends on an earlier step of the plan")
    made = asked._replace(steps=tuple(step._replace(live=unknown) for step in asked.steps))
    assert "Live data: 4 steps not checked." in plan_markdown(made)
    assert "Live data: 3 steps checked, rows in the way of 2; 1 not checked." in plan_markdown(asked)


def test_routines_are_called_as_people_call_them(capsys: Captured) -> None:
    old, new = thing('function:public.sum."(integer, text)"'), thing('function:public.total."(integer, text)"')
    way = plan([], steps((new.address, "ALTER FUNCTION", Risk.DANGEROUS)), renames=((old, new),))
    back = plan(
        [create(thing('comment:function.public.sum."(integer, text)"', str(old.address), text="All"))],
        steps((old.address, "ALTER FUNCTION", Risk.DANGEROUS)),
        renames=((old, new),),
    )
    make_view(json=False, color=False).plan(way)
    assert "→ function public.total(integer, text)  renamed from sum(integer, text)" in capsys.readouterr().out
    make_view(json=False, color=False).plan(back)
    assert "→ function public.sum(integer, text)  renamed to total(integer, text)" in capsys.readouterr().out
    assert "`public.total(integer, text)`, was `public.sum(integer, text)`" in plan_markdown(way)
    assert "`public.sum(integer, text)`, becomes `public.total(integer, text)`" in plan_markdown(back)


def test_steps_of_one_object_are_told_apart_by_what_they_do(capsys: Captured) -> None:
    gone = drop(thing("table:public.old"))
    made = plan(
        [gone],
        steps(
            (create(gone.before or thing("")), "CREATE SCHEMA faberdb_quarantine_1", Risk.SAFE),
            (create(gone.before or thing("")), "REVOKE ALL ON SCHEMA faberdb_quarantine_1 FROM PUBLIC", Risk.SAFE),
            (gone, "ALTER TABLE public.old SET SCHEMA faberdb_quarantine_1", Risk.DESTRUCTIVE),
        ),
    )
    view = make_view(json=False, color=False)
    view.begin(made)
    for number, step in enumerate(made.steps, 1):
        view.step(step, number, 3)
    assert capsys.readouterr().err.splitlines()[1:] == [
        "[1/3] CREATE SCHEMA faberdb_quarantine_1",
        "[2/3] REVOKE ALL ON SCHEMA faberdb_quarantine_1 FROM PUBLIC",
        "[3/3] drop table public.old",
    ]


def test_a_plan_that_runs_no_statement_has_nothing_to_prove(capsys: Captured) -> None:
    made = plan(proof=None, protection={Address.parse("table:public.customer"): True})
    make_view(json=False, color=True).plan(made)
    out = capsys.readouterr().out
    assert "There is nothing to prove: no statement is run." in out
    assert "Not proven" not in out
    assert "\x1b[1;31m" not in out
