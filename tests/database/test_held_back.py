"""`--max-risk` leaves out what is riskier, and what needs it; that stays pending until it is planned."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from tests.conftest import ProjectFolder
from tests.servers import Server, fetch, run_sql

BEFORE = """\
[enums]
mood = ["good", "bad"]

[tables.customer]
primary_key = ["id"]

[tables.customer.columns]
id    = "bigint"
email = { type = "text", null = true }
age   = { type = "int", null = true }

[tables.old]
primary_key = ["id"]

[tables.old.columns]
id   = "bigint"
mood = "mood"

[tables.old.indexes.old_mood_idx]
on = ["mood"]

[views.grown]
query = "select id, age from customer where age > 17"
"""


@pytest.fixture
def shop(newest: Server, project: Callable[..., ProjectFolder]) -> Iterator[ProjectFolder]:
    with newest.database() as conninfo:
        folder = project({"dev": conninfo})
        folder.declare(BEFORE)
        done = folder.run("apply", "dev", "--auto-approve")
        assert done.code == 0, done.err
        run_sql(conninfo, "insert into customer values (1, 'a@x', 20); insert into old values (1, 'good')")
        yield folder


def pending(folder: ProjectFolder, *args: str) -> dict[str, str]:
    """What a plan holds back, with the action."""
    planned = folder.run("plan", "dev", "--json", *args)
    assert planned.code == 0, planned.err + planned.out
    lines = [json.loads(line) for line in planned.out.splitlines()]
    (summary,) = [line for line in lines if line["type"] == "plan_summary"]
    return {one["address"]: one["action"] for one in summary["pending"]}


def tables(folder: ProjectFolder) -> list[str]:
    asked = (
        "select relname::text from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by 1"
    )
    return [name for (name,) in fetch(folder.env["DEV_URL"], asked)]


def test_what_is_riskier_waits_and_the_rest_is_done(shop: ProjectFolder) -> None:
    """A nullable column is safe; an index blocks writes while it is built, and a dropped table takes its rows along."""
    after = BEFORE.replace("age   =", "note  = { type = 'text', null = true }\nage   =")
    after = after[: after.index("[tables.old]")] + after[after.index("[views") :]
    shop.declare(after + "[tables.customer.indexes.customer_email_idx]\non = ['email']\n")
    held = {"table:public.old": "drop", "index:public.customer.customer_email_idx": "create"}
    assert pending(shop, "--max-risk", "caution") == held
    done = shop.run("apply", "dev", "--max-risk", "caution", "--auto-approve")
    assert done.code == 0, done.err
    assert "Held back" in done.out
    assert tables(shop) == ["customer", "old"]
    assert "2 changes held back as too risky" in shop.run("status", "dev").out
    assert json.loads((shop.root / ".faberdb/state/dev.json").read_text())["pending"][0]["risk"] == "dangerous"
    # Nothing is forgotten: the next plan has them, and once they are done nothing is pending.
    assert pending(shop, "--max-risk", "caution") == held
    again = shop.run("apply", "dev", "--max-risk", "caution", "--auto-approve")
    assert again.code == 0
    assert "Nothing to do for now" in again.out
    done = shop.run("apply", "dev", "--auto-approve")
    assert done.code == 0, done.err
    assert tables(shop) == ["customer"]
    assert "held back" not in shop.run("status", "dev").out
    assert pending(shop) == {}


def test_what_needs_it_waits_too(shop: ProjectFolder) -> None:
    """A required column without a default is dangerous: it fails where there are rows. The view that shows it, and its
    check, cannot come before it; another view can."""
    after = BEFORE.replace("age   =", "born  = { type = 'date', backfill = 'now()' }\nage   =")
    after += "[views.born]\nquery = 'select born from customer'\n\n[views.all_ids]\nquery = 'select id from customer'\n"
    shop.declare(after + "[tables.customer.checks]\nborn_check = \"born > '1900-01-01'\"\n")
    held = pending(shop, "--max-risk", "caution")
    assert held.keys() == {"column:public.customer.born", "view:public.born", "check:public.customer.born_check"}
    done = shop.run("apply", "dev", "--max-risk", "caution", "--auto-approve")
    assert done.code == 0, done.err
    assert fetch(shop.env["DEV_URL"], "select viewname::text from pg_views where schemaname = 'public' order by 1") == [
        ("all_ids",),
        ("grown",),
    ]


def test_a_changed_type_waits_with_its_view(shop: ProjectFolder) -> None:
    shop.declare(BEFORE.replace('age   = { type = "int"', 'age   = { type = "bigint"'))
    held = {"column:public.customer.age": "alter", "view:public.grown": "replace"}
    assert pending(shop, "--max-risk", "caution") == held
    done = shop.run("apply", "dev", "--max-risk", "caution", "--auto-approve")
    assert done.code == 0, done.err
    assert "Nothing to do for now" in done.out


def test_an_index_waits_with_the_one_that_is_to_replace_it(shop: ProjectFolder) -> None:
    """To build one blocks writes and to drop one does not: nobody is left without both."""
    shop.declare(BEFORE.replace("[tables.old.indexes.old_mood_idx]", "[tables.old.indexes.old_mood_id_idx]"))
    held = {"index:public.old.old_mood_id_idx": "create", "index:public.old.old_mood_idx": "drop"}
    assert pending(shop, "--max-risk", "caution") == held


def test_a_name_that_changes_is_not_pending(shop: ProjectFolder) -> None:
    after = BEFORE.replace("email = { type", "mail = { renamed_from = 'email', type")
    after = after[: after.index("[tables.old]")] + after[after.index("[views") :]
    shop.declare(after)
    assert pending(shop, "--max-risk", "dangerous") == {"table:public.old": "drop"}
    done = shop.run("apply", "dev", "--max-risk", "dangerous", "--auto-approve")
    assert done.code == 0, done.err
    columns = "select attname::text from pg_attribute where attrelid = 'customer'::regclass and attnum = 2"
    assert fetch(shop.env["DEV_URL"], columns) == [("mail",)]


def test_what_is_held_back_has_its_new_name(shop: ProjectFolder) -> None:
    after = BEFORE.replace("[tables.customer]", "[tables.client]\nrenamed_from = 'customer'").replace(
        "[tables.customer.columns]", "[tables.client.columns]"
    )
    after = after.replace("from customer", "from client").replace('email = { type = "text", null = true }\n', "")
    shop.declare(after)
    assert pending(shop, "--max-risk", "dangerous") == {"column:public.client.email": "drop"}
    done = shop.run("apply", "dev", "--max-risk", "dangerous", "--auto-approve")
    assert done.code == 0, done.err
    assert tables(shop) == ["client", "old"]
    assert fetch(shop.env["DEV_URL"], "select email from client") == [("a@x",)]


def test_names_change_all_or_none(shop: ProjectFolder) -> None:
    """A rename breaks those who use the old name."""
    after = BEFORE.replace("[tables.customer]", "[tables.client]\nrenamed_from = 'customer'").replace(
        "[tables.customer.columns]", "[tables.client.columns]"
    )
    shop.declare(after.replace("from customer", "from client") + "[tables.new.columns]\nid = 'int'\n")
    assert pending(shop, "--max-risk", "caution") == {"table:public.client": "rename"}
    done = shop.run("apply", "dev", "--max-risk", "caution", "--auto-approve")
    assert done.code == 0, done.err
    assert tables(shop) == ["customer", "new", "old"]
    done = shop.run("apply", "dev", "--auto-approve")
    assert done.code == 0, done.err
    assert tables(shop) == ["client", "new", "old"]
    assert fetch(shop.env["DEV_URL"], "select email from client") == [("a@x",)]


def test_a_plan_that_is_left_can_be_taken_back(shop: ProjectFolder, newest: Server) -> None:
    before = newest.dump(shop.env["DEV_URL"])
    after = BEFORE[: BEFORE.index("[tables.old]")] + BEFORE[BEFORE.index("[views") :]
    shop.declare(after.replace("age   =", "note  = { type = 'text', null = true }\nage   ="))
    assert shop.run("apply", "dev", "--max-risk", "safe", "--auto-approve").code == 0
    back = shop.run("rollback", "dev", "--auto-approve")
    assert back.code == 0, back.err
    assert newest.dump(shop.env["DEV_URL"]) == before


def test_a_saved_plan_is_applied_as_it_is(shop: ProjectFolder) -> None:
    shop.declare(BEFORE + "[tables.new.columns]\nid = 'int'\n")
    assert shop.run("plan", "dev", "--out", "plan.json").code == 0
    refused = shop.run("apply", "plan.json", "--max-risk", "safe")
    assert refused.code == 1
    assert "a saved plan is applied as it is" in refused.err


def test_rows_that_make_a_step_too_risky(newest: Server, project: Callable[..., ProjectFolder]) -> None:
    """What is held back is decided before live rows are looked at, and these are why a check cannot become valid."""
    wanted = '[tables.t]\nprimary_key = ["id"]\n[tables.t.columns]\nid = "bigint"\nn = "int"\n'
    wanted += '[tables.t.checks]\nc = "n > 0"\n'
    with newest.database() as conninfo:
        run_sql(
            conninfo, "create table t (id bigint primary key, n int not null); insert into t values (1, -1), (2, 1)"
        )
        run_sql(conninfo, "alter table t add constraint c check (n > 0) not valid")
        folder = project({"dev": conninfo})
        folder.declare(wanted)
        for command in (("plan", "dev", "--out", "plan.json"), ("apply", "dev", "--auto-approve")):
            refused = folder.run(*command, "--max-risk", "caution")
            assert refused.code == 9, refused
            assert "rows that are there now make the plan riskier than caution" in refused.err
            assert "check public.t.c: dangerous, with 1 row in its way" in refused.err
            assert "correct these rows and plan again" in refused.err
            assert "Risk: dangerous." in refused.out
            assert "in the way: id = 1" in refused.out
        assert not (folder.root / "plan.json").exists()
        assert fetch(conninfo, "select convalidated from pg_constraint where conname = 'c'") == [(False,)]
        blind = folder.run("plan", "dev", "--max-risk", "caution", "--no-check-data")
        assert blind.code == 0, blind
        run_sql(conninfo, "update t set n = 3 where id = 1")
        done = folder.run("apply", "dev", "--auto-approve", "--max-risk", "caution")
        assert done.code == 0, done
