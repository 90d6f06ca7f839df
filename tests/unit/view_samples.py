"""Plans of every sort, made by hand, for the tests of what is shown of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from faberdb.model import (
    NOT_ASKED,
    Action,
    Address,
    Change,
    Estimate,
    Hazard,
    Kept,
    KeptBytes,
    LiveRows,
    Object,
    Risk,
    Statement,
    Step,
    Unmanaged,
)
from faberdb.plan.document import Evidence, Plan

CUSTOMER = "table:public.customer"
CUSTOMER_TABLE = "table public.customer"
TYPE_CHANGE = Hazard("FDB104", "the table may be rewritten while it is locked, and a value may not fit the new type")
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
    after = before._replace(attributes={**before.attributes, **attributes})
    return Change(before.address, Action.ALTER, before, after, reason)


def rebuild(before: Object, reason: str, **attributes: Any) -> Change:
    return alter(before, reason, **attributes)._replace(action=Action.REPLACE)


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


def large_table() -> Plan:
    """Much to copy and to rewrite; of what is small nothing is said."""
    code = alter(thing("column:public.customer.code", CUSTOMER, type="bigint"), type="integer")
    index = create(thing("index:public.customer.customer_code_idx", CUSTOMER, on=["code"]))
    small = create(thing("check:public.country.country_code_check", "table:public.country", expression="code <> ''"))
    copy, change, build, check = steps(
        (code, "CREATE TABLE faberdb_quarantine.q_1 AS SELECT id, code FROM public.customer", Risk.DANGEROUS),
        (code, "ALTER TABLE public.customer ALTER COLUMN code TYPE integer", Risk.DANGEROUS, TYPE_CHANGE),
        (index, "CREATE INDEX customer_code_idx ON public.customer (code)", Risk.DANGEROUS),
        (small, "ALTER TABLE public.country ADD CHECK (code <> '')", Risk.CAUTION),
    )
    table, rows, size = (CUSTOMER_TABLE,), 35_000_000, 12_000_000_000
    estimates = {
        copy: Estimate("copies from", table, rows, size, 200, size, "at 70 MB/s"),
        change: Estimate("rewrites", table, rows, size, 400, 2 * size, "at 30 MB/s"),
        build: Estimate("builds an index over", table, rows, size, 60, 2_200_000_000, "read at 400 MB/s"),
        check: Estimate("reads", ("table public.country",), None, 2_000_000, 0, 0, "at 400 MB/s"),
    }
    kept = Kept(code.address, "values", "faberdb_quarantine.q_1", (), {"key": ["id"]})
    found = [step._replace(estimate=estimate) for step, estimate in estimates.items()]
    return plan([code, index, small], found, kept=(kept,), kept_bytes=KeptBytes(size, size))


def live_rows() -> Plan:
    """Steps that rows are in the way of, that they fit, and of which nothing is known; a key that would move a
    cursor."""
    table = "ALTER TABLE public.customer"
    name = alter(thing("column:public.customer.name", CUSTOMER, type="text", null=True), null=False)
    key = create(thing("unique:public.customer.customer_email_key", CUSTOMER, columns=["email"]))
    check = create(thing("check:public.customer.old", CUSTOMER, expression="born > '1900-01-01'"))
    age = create(thing("check:public.customer.age", CUSTOMER, expression="age > 0"))
    in_the_way = Hazard("FDB415", "at least 10,000 rows that are there now would stop it")
    found = (
        LiveRows(10_000, more=True, keys=("id = 1", "id = '\x1b[2J'")),
        LiveRows(2, keys=("id = 7", "id = 9")),
        LiveRows(),
        LiveRows(unchecked="it depends on an earlier step of the plan"),
    )
    done = steps(
        (name, f"{table} ALTER COLUMN name SET NOT NULL", Risk.DANGEROUS, in_the_way),
        (key, f"{table} ADD CONSTRAINT customer_email_key UNIQUE (email)", Risk.DANGEROUS),
        (check, f"{table} ADD CONSTRAINT old CHECK (born > '1900-01-01')", Risk.CAUTION),
        (age, f"{table} ADD CONSTRAINT age CHECK (age > 0)", Risk.CAUTION),
    )
    done = tuple(step._replace(live=live) for step, live in zip(done, found, strict=True))
    return plan([name, key, check, age], done)


def rows_not_asked_for() -> Plan:
    asked, nothing = live_rows(), LiveRows(unchecked=NOT_ASKED)
    bare = (step._replace(statement=step.statement._replace(hazards=())) for step in asked.steps)
    return asked._replace(steps=tuple(step._replace(live=nothing) for step in bare))


CASES: dict[str, Callable[[], Plan]] = {
    "new table": new_table,
    "column change": column_change,
    "large table": large_table,
    "dropped": dropped,
    "renamed": renamed,
    "long query": long_query,
    "rollback": rollback,
    "live rows": live_rows,
    "rows not asked for": rows_not_asked_for,
}
