"""What people and programs read: every sort of change as it is shown, coloured or plain, and nothing a name can break."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from syrupy.assertion import SnapshotAssertion

from faberdb.model import Action, Address, Change, Hazard, Kept, Object, Risk, Statement, Step, Unmanaged
from faberdb.plan.document import Evidence, Plan
from faberdb.views import make_view
from faberdb.views.markdown import plan_markdown
from faberdb.views.sql import plan_sql
from faberdb.views.view import StatusRow
from tests.unit.plan_values import CHANGES, PLANS

CUSTOMER = "table:public.customer"
TYPE_CHANGE = Hazard(
    "type-change", "the table may be rewritten while it is locked, and a value may not fit the new type"
)
RENAMED = Hazard("rename", "queries that use the old name fail from the moment this commits")
QUERY = """ SELECT date_trunc('month'::text, o.placed_at) AS month,
    sum(l.quantity * l.price) AS revenue
   FROM public.orders o
     JOIN public.order_line l ON l.order_id = o.id
  WHERE o.status <> 'cancelled'::public.order_status
  GROUP BY (date_trunc('month'::text, o.placed_at))"""


def thing(address: str, parent: str = "", **attributes: Any) -> Object:
    return Object(Address.parse(address), attributes, Address.parse(parent) if parent else None)


def create(obj: Object) -> Change:
    return Change(obj.address, Action.CREATE, None, obj)


def drop(obj: Object) -> Change:
    return Change(obj.address, Action.DROP, obj, None)


def alter(before: Object, reason: str = "", **attributes: Any) -> Change:
    after = replace(before, attributes={**before.attributes, **attributes})
    return Change(before.address, Action.ALTER, before, after, reason)


def rebuild(before: Object, reason: str, **attributes: Any) -> Change:
    return replace(alter(before, reason, **attributes), action=Action.REPLACE)


def steps(
    *written: tuple[Change | Address, str, Risk, *tuple[Hazard, ...]], alone: Sequence[int] = ()
) -> tuple[Step, ...]:
    found, transaction = [], 1
    for number, (what, sql, risk, *hazards) in enumerate(written, 1):
        transaction += number > 1 and (number in alone or number - 1 in alone)
        address, action = (what.address, what.action) if isinstance(what, Change) else (what, Action.RENAME)
        statement = Statement(sql, risk, tuple(hazards), outside=number in alone)
        found.append(Step(f"{number:04d}", address, action, statement, transaction))
    return tuple(found)


def plan(changes: Sequence[Change] = (), done: Sequence[Step] = (), **more: Any) -> Plan:
    standard: dict[str, Any] = {
        "plan_id": "1a2b3c4d5e6f",
        "kind": "apply",
        "of_plan": "",
        "created_at": "2026-11-23T12:00:00+00:00",
        "expires_at": "2026-11-30T12:00:00+00:00",
        "environment": "production",
        "database": {"system": "7", "oid": 5, "name": "shop"},
        "server_version": 180004,
        "proof": Evidence("scratch cluster 18 (embedded wheel)", "full", True, True),
        "from_fingerprint": "sha256:a",
        "to_fingerprint": "sha256:b",
        "lineage": "l",
        "state_serial": 3,
    }
    empty = dict.fromkeys(("renames", "differences", "rollback", "kept", "unmanaged"), ())
    return Plan(
        **{
            **empty,
            **standard,
            "changes": tuple(sorted(changes, key=lambda c: c.address)),
            "steps": tuple(done),
            **more,
        }
    )


def new_table() -> Plan:
    table, pre = create(thing("table:public.invoice")), "column:public.invoice."
    columns = [
        create(thing(pre + "id", "table:public.invoice", type="bigint", identity={"generated": "always"})),
        create(thing(pre + "customer_id", "table:public.invoice", type="bigint")),
        create(thing(pre + "status", "table:public.invoice", type="public.invoice_status")),
        create(thing(pre + "note", "table:public.invoice", type="text", null=True)),
        create(thing(pre + "total", "table:public.invoice", type="numeric(12,2)", generated="(net + tax)")),
    ]
    default = create(thing("default:public.invoice.status", pre + "status", expression="'open'::public.invoice_status"))
    key = create(thing("primary_key:public.invoice.invoice_pkey", "table:public.invoice", columns=["id"]))
    reference = create(
        thing(
            "foreign_key:public.invoice.invoice_customer_fkey",
            "table:public.invoice",
            columns=["customer_id"],
            references={"table": "customer", "columns": ["id"]},
            on_delete="restrict",
        )
    )
    index = create(
        thing(
            "index:public.invoice.invoice_open_idx",
            "table:public.invoice",
            on=["customer_id", "lower(note)"],
            unique=True,
            where="(status = 'open'::public.invoice_status)",
        )
    )
    comment = create(thing("comment:table.public.invoice", "table:public.invoice", text="What a customer owes us"))
    enum = create(thing("enum:public.invoice_status", values=["open", "paid", "written off"]))
    create_table = """CREATE TABLE public.invoice (
    id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
    customer_id bigint NOT NULL,
    status public.invoice_status DEFAULT 'open'::public.invoice_status NOT NULL,
    note text,
    total numeric(12,2) GENERATED ALWAYS AS (net + tax) STORED NOT NULL,
    CONSTRAINT invoice_pkey PRIMARY KEY (id)
)"""
    locked = Hazard("index-lock", "writers wait while the index is built")
    done = steps(
        (enum, "CREATE TYPE public.invoice_status AS ENUM ('open', 'paid', 'written off')", Risk.SAFE),
        (table, create_table, Risk.SAFE),
        (comment, "COMMENT ON TABLE public.invoice IS 'What a customer owes us'", Risk.SAFE),
        (
            index,
            "CREATE UNIQUE INDEX invoice_open_idx ON public.invoice (customer_id, lower(note))",
            Risk.CAUTION,
            locked,
        ),
        (reference, "ALTER TABLE public.invoice ADD CONSTRAINT invoice_customer_fkey FOREIGN KEY …", Risk.DANGEROUS),
    )
    return plan([table, *columns, default, key, reference, index, comment, enum], done)


def column_change() -> Plan:
    """A type change under views that must be rebuilt around it, with other small changes of the same table."""
    email = alter(
        thing("column:public.customer.email", CUSTOMER, type="text", storage="main"), type="character varying(50)"
    )
    null = alter(thing("column:public.customer.name", CUSTOMER, type="text", null=True), null=False)
    default = alter(
        thing("default:public.customer.status", "column:public.customer.status", expression="'new'"),
        expression="'active'",
    )
    options = alter(
        thing(CUSTOMER, options={"fillfactor": "70"}, unlogged=True), options={"fillfactor": "90"}, unlogged=False
    )
    states = [f"state_{n}" for n in range(12)]
    enum = alter(thing("enum:public.customer_status", values=states), values=[*states[:4], "state_3a", *states[4:]])
    view = rebuild(
        thing("view:public.active_customer", query="select 1", row=[["id", "bigint"]]),
        "it depends on column public.customer.email",
    )
    comment = rebuild(
        thing("comment:view.public.active_customer", "view:public.active_customer", text="Who buys"),
        "it depends on view public.active_customer",
    )
    table = "ALTER TABLE public.customer"
    done = steps(
        (enum, "ALTER TYPE public.customer_status ADD VALUE 'state_3a' BEFORE 'state_4'", Risk.SAFE),
        (view, "DROP VIEW public.active_customer", Risk.CAUTION),
        (
            email,
            f"{table} ALTER COLUMN email TYPE character varying(50) USING email::character varying(50)",
            Risk.DANGEROUS,
            TYPE_CHANGE,
        ),
        (null, f"{table} ALTER COLUMN name SET NOT NULL", Risk.DANGEROUS),
        (default, f"{table} ALTER COLUMN status SET DEFAULT 'active'", Risk.SAFE),
        (options, f"{table} SET (fillfactor = 90)", Risk.CAUTION),
        (view, "CREATE VIEW public.active_customer AS\nselect 1", Risk.SAFE),
        (comment, "COMMENT ON VIEW public.active_customer IS 'Who buys'", Risk.SAFE),
        alone=[1],
    )
    kept = Kept(email.address, "values", "faberdb_quarantine.q_4", (), {"key": ["id"]})
    return plan([email, null, default, options, enum, view, comment], done, kept=(kept,))


def dropped() -> Plan:
    table = drop(thing("table:public.legacy_import"))
    below = [
        drop(thing(f"column:public.legacy_import.{name}", "table:public.legacy_import", type="text"))
        for name in ("id", "line", "at")
    ]
    key = drop(
        thing("primary_key:public.legacy_import.legacy_import_pkey", "table:public.legacy_import", columns=["id"])
    )
    default = drop(thing("default:public.legacy_import.at", "column:public.legacy_import.at", expression="now()"))
    fax = drop(thing("column:public.customer.fax", CUSTOMER, type="text", null=True))
    index = drop(thing("index:public.customer.customer_fax_idx", CUSTOMER, on=["fax"]))
    done = steps(
        (table, "CREATE SCHEMA faberdb_quarantine_7", Risk.SAFE),
        (index, "DROP INDEX public.customer_fax_idx", Risk.CAUTION),
        (fax, "ALTER TABLE public.customer DROP COLUMN fax", Risk.DESTRUCTIVE),
        (table, "ALTER TABLE public.legacy_import SET SCHEMA faberdb_quarantine_7", Risk.DESTRUCTIVE),
    )
    kept = (
        Kept(table.address, "moved", "faberdb_quarantine_7", tuple(c.address for c in below)),
        Kept(fax.address, "values", "faberdb_quarantine.q_8"),
    )
    unmanaged = (
        Unmanaged("function", "public.touch()", "this kind of object is not managed yet"),
        Unmanaged("trigger", "touch on public.customer", "this kind of object is not managed yet"),
    )
    return plan([table, *below, key, default, fax, index], done, kept=kept, unmanaged=unmanaged)


def renamed() -> Plan:
    old, new = (thing(f"column:public.customer.{n}", CUSTOMER, type="text") for n in ("name", "full_name"))
    table, client = thing("table:public.client"), thing("table:public.account")
    wider = alter(new, type="character varying(200)")
    done = steps(
        (new.address, "ALTER TABLE public.customer RENAME COLUMN name TO full_name", Risk.DANGEROUS, RENAMED),
        (client.address, "ALTER TABLE public.client RENAME TO account", Risk.DANGEROUS, RENAMED),
        (wider, "ALTER TABLE public.customer ALTER COLUMN full_name TYPE character varying(200)", Risk.CAUTION),
    )
    return plan([wider], done, renames=((old, new), (table, client)))


def long_query() -> Plan:
    revenue = thing(
        "materialized_view:public.revenue", query=QUERY, row=[["month", "timestamp"], ["revenue", "numeric"]]
    )
    query = QUERY.replace("AS revenue", "AS revenue,\n    count(DISTINCT o.id) AS orders")
    view = rebuild(
        revenue,
        "a materialized view cannot change its query in place",
        query=query,
        row=[*revenue.attributes["row"], ["orders", "bigint"]],
    )
    index = rebuild(
        thing("index:public.revenue.revenue_month_idx", "materialized_view:public.revenue", on=["month"], unique=True),
        "it depends on materialized view public.revenue",
    )
    done = steps(
        (view, "DROP MATERIALIZED VIEW public.revenue", Risk.CAUTION),
        (view, f"CREATE MATERIALIZED VIEW public.revenue AS\n{query}", Risk.CAUTION),
        (index, "CREATE UNIQUE INDEX revenue_month_idx ON public.revenue (month)", Risk.CAUTION),
    )
    unmanaged = tuple(
        Unmanaged("function", f"public.f{n}()", "this kind of object is not managed yet") for n in range(7)
    )
    return plan([view, index], done, unmanaged=unmanaged, proof=None)


def rollback() -> Plan:
    phone = drop(thing("column:public.customer.phone", CUSTOMER, type="text", null=True))
    fax = create(thing("column:public.customer.fax", CUSTOMER, type="text", null=True))
    done = steps(
        (fax, "ALTER TABLE public.customer ADD COLUMN fax text", Risk.SAFE),
        (
            fax,
            "UPDATE public.customer t SET fax = q.value FROM faberdb_quarantine.q_8 q WHERE t.id = q.key_1",
            Risk.DANGEROUS,
        ),
        (phone, "ALTER TABLE public.customer DROP COLUMN phone", Risk.DESTRUCTIVE),
    )
    kept = (Kept(phone.address, "values", "faberdb_quarantine.q_9"),)
    return plan([phone, fax], done, kind="rollback", of_plan="0f9e8d7c6b5a", plan_id="77aa88bb99cc", kept=kept)


CASES: dict[str, Callable[[], Plan]] = {
    "new table": new_table,
    "column change": column_change,
    "dropped": dropped,
    "renamed": renamed,
    "long query": long_query,
    "rollback": rollback,
}
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
    assert plan_sql(replace(made, rollback=made.steps[3:5]), rollback=True) == snapshot
    assert plan_sql(plan()) == snapshot


def test_a_comment_at_the_end_of_a_statement_does_not_swallow_its_end() -> None:
    view = create(thing("view:public.v", query="select 1 -- one"))
    made = plan([view], steps((view, "CREATE VIEW public.v AS\nselect 1 -- one", Risk.SAFE)))
    assert "select 1 -- one\n;\n" in plan_sql(made)


def test_nothing_to_do(capsys: Captured, snapshot: SnapshotAssertion) -> None:
    for made in (
        plan(),
        replace(plan(), kind="rollback", of_plan="0f9e8d7c6b5a"),
        replace(plan(), unmanaged=dropped().unmanaged),
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
    made = replace(rollback(), drift=dropped().changes)
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
        "in step",
        "postgresql:///shop?host=/tmp/x",
        "3 things, 24 kB",
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
    """Neither to the terminal, nor out of a comment of the script, nor out of a table, cell or fence of the Markdown."""
    table = create(Object(Address("table", (EVIL, EVIL)), {"options": {EVIL: EVIL}, "query": EVIL}))
    made = plan(
        [table], steps((table, "SELECT 1", Risk.SAFE, Hazard(EVIL, EVIL))), unmanaged=(Unmanaged(EVIL, EVIL, EVIL),)
    )
    made = replace(made, kept=(Kept(table.address, "moved", EVIL),))
    make_view(json=False, color=False, verbose=1).plan(made, saved=EVIL, next_step=EVIL)
    out, script, markdown = capsys.readouterr().out, plan_sql(made), plan_markdown(made)
    for text in (out, script, markdown):
        assert "\x1b" not in text
        assert "\u202e" not in text
    code = [line for line in script.splitlines() if line and not line.startswith("--")]
    assert code == [r"\set ON_ERROR_STOP on", "SET search_path = '';", "BEGIN;", "SELECT 1;", "COMMIT;"]
    outside_fences = re.sub(r"(`{3,})sql\n.*?\n\1\n", "", markdown, flags=re.DOTALL)
    row = next(line for line in outside_fences.splitlines() if line.startswith("| +"))
    assert len(re.findall(r"(?<!\\)\|", row)) == 5


@settings(max_examples=40, deadline=None)
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
