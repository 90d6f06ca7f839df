"""Values of enums under other names: rows have them by then, texts that print them follow, and it is done once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ProjectFolder
from tests.migration import Migration, build_directly, declare
from tests.servers import Server, fetch, run_sql

CASE = Path(__file__).parents[1] / "golden" / "enum" / "rename_values"
STATUS = 'schema = "public"\n[enums]\nstatus = [{values}]\n[tables.loan.columns]\nid = "bigint"\nstatus = "status"\n'
OLD = STATUS.format(values='"lent", "late", "returned"')
RENAMED = STATUS.format(values='"lent", { value = "overdue", renamed_from = "late" }, "returned"')


def test_what_prints_it_follows_in_a_copy_of_little(newest: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("faberdb.prove.planner.FULL_UP_TO", 0)
    before, after = (declare({"public.toml": (CASE / f"{side}.toml").read_text()}) for side in ("before", "after"))
    with newest.database() as live, newest.database() as wanted:
        build_directly(live, before)
        build_directly(wanted, after)
        start = newest.dump(live)
        migration = Migration(newest.scratch())
        plan = migration.plan(live, after)
        migration.apply(live, plan)
        assert newest.dump(live) == newest.dump(wanted)
        assert not migration.plan(live, after).steps
        migration.apply(live, migration.plan_back(live, plan))
        assert newest.dump(live) == start


def test_it_is_done_once(newest: Server, project: Callable[..., ProjectFolder]) -> None:
    with newest.database() as conninfo:
        shop = project({"dev": conninfo})
        shop.declare(OLD)
        assert shop.run("apply", "dev", "--auto-approve").code == 0
        run_sql(conninfo, "insert into loan values (1, 'late')")
        shop.declare(RENAMED)
        ran = shop.run("apply", "dev", "--auto-approve", "--strict")
        assert ran.code == 0, ran
        assert "late renamed to overdue" in ran.out
        assert fetch(conninfo, "select status::text from loan") == [("overdue",)]
        for command in ("plan", "drift"):
            assert shop.run(command, "dev", "--detailed-exitcode").code == 0
        assert shop.run("import", "dev").code == 0
        assert (shop.root / "schemas" / "public.toml").read_text() == RENAMED
        back = shop.run("rollback", "dev", "--auto-approve")
        assert back.code == 0, back
        assert fetch(conninfo, "select status::text from loan") == [("late",)]


def test_one_that_looks_renamed_is_no_guess(newest: Server, project: Callable[..., ProjectFolder]) -> None:
    with newest.database() as conninfo:
        shop = project({"dev": conninfo})
        shop.declare(OLD)
        assert shop.run("apply", "dev", "--auto-approve").code == 0
        shop.declare(STATUS.format(values='"lent", "overdue", "returned"'))
        ran = shop.run("plan", "dev", "--strict")
        assert ran.code == 9, ran
        assert "it may drop what was only renamed: enum public.status" in " ".join(ran.err.split())
        shop.declare(STATUS.format(values='"lent", { value = "overdue", renamed_from = false }, "returned"'))
        assert shop.run("plan", "dev", "--strict").code == 0


def test_one_value_has_one_new_name(newest: Server, project: Callable[..., ProjectFolder]) -> None:
    shop = project({})
    two = '{ value = "a", renamed_from = "late" }, { value = "b", renamed_from = "late" }'
    shop.declare(STATUS.format(values=two))
    ran = shop.run("validate")
    assert ran.code == 1, ran
    assert "two values cannot both be renamed from 'late'" in ran.err


def test_a_value_that_stays_is_no_former_name(newest: Server, project: Callable[..., ProjectFolder]) -> None:
    shop = project({"dev": newest.cluster.conninfo("template1")})
    shop.declare(STATUS.format(values='"late", { value = "overdue", renamed_from = "late" }'))
    ran = shop.run("validate")
    assert ran.code == 1
    assert "'late' is still a value, so none can be renamed from it" in ran.err


def test_what_becomes_of_rows_with_a_removed_value_is_said(
    newest: Server, project: Callable[..., ProjectFolder]
) -> None:
    with newest.database() as conninfo:
        shop = project({"dev": conninfo})
        shop.declare(OLD)
        assert shop.run("apply", "dev", "--auto-approve").code == 0
        shop.declare(STATUS.format(values='"lent"'))
        planned = " ".join(shop.run("plan", "dev").out.split())
        assert (
            "'late', 'returned' go; a row that has it stops this, unless `using` of its column says what becomes of it"
            in planned
        )
        using = '{ type = "status", using = "\'lent\'" }'
        shop.declare(STATUS.format(values='"lent", "returned"').replace('= "status"', f"= {using}"))
        planned = " ".join(shop.run("plan", "dev").out.split())
        assert "'late' goes; `using` says what becomes of rows that have it, and one that it leaves so stops" in planned


def test_a_misspelt_former_value_is_told(newest: Server, project: Callable[..., ProjectFolder]) -> None:
    with newest.database() as conninfo:
        shop = project({"dev": conninfo})
        shop.declare(OLD)
        assert shop.run("apply", "dev", "--auto-approve").code == 0
        overdue = '{ value = "overdue", renamed_from = "lat" }'
        shop.declare(STATUS.format(values=f'"lent", {overdue}, "returned"'))
        refused = shop.run("plan", "dev", "--strict")
        assert refused.code == 9
        said = " ".join(refused.out.split())
        assert (
            "it looks as if 'late' were only renamed to 'overdue', whose renamed_from says 'lat', which is not" in said
        )
        shop.declare(STATUS.format(values=f'"lent", "late", {overdue}, "returned"'))
        planned = shop.run("plan", "dev", "--strict")
        assert planned.code == 0
        assert "its renamed_from says 'lat', which is no value here" in " ".join(planned.out.split())
