"""Two plans from the same inputs are the same bytes, also where Python orders its sets in another way."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from tests.conftest import ProjectFolder
from tests.servers import Server, run_sql

THERE = """
create type mood as enum ('sad', 'ok');
create table customer (id bigint primary key, code text unique, is_in mood, old_1 int, old_2 int, old_3 int);
create table visit (id bigint primary key, customer bigint references customer,
    at timestamptz check (at > '2000-01-01'));
create index visit_at on visit (at); create index visit_customer on visit (customer);
create view sad as select id, code from customer where is_in = 'sad';
create view visits as select v.id, s.code from visit v join sad s on s.id = v.customer;
create function seen(bigint) returns bigint language sql
    begin atomic select count(*) from visit where customer = $1; end;
"""
WANTED = """
schema = "public"
[enums]
mood = ["sad", "ok", "glad"]
colour = ["red", "blue"]
[tables.customer]
primary_key = ["id"]
comment = "who comes"
[tables.customer.columns]
id = "bigint"
code = { type = "varchar(40)", null = true }
is_in = { type = "mood", null = true }
new_1 = { type = "colour", null = true }
new_2 = { type = "text", default = "'x'" }
[tables.customer.grants]
public = ["select", "insert", "update"]
[tables.call]
primary_key = ["id"]
renamed_from = "visit"
[tables.call.columns]
id = "bigint"
customer = { type = "bigint", null = true }
at = { type = "timestamptz", null = true }
[tables.call.foreign_keys]
call_customer_fkey = { columns = ["customer"], references = { table = "customer" }, on_delete = "cascade" }
[tables.call.indexes]
call_at = ["at"]
call_both = ["customer", "at"]
[views]
sad = "select id, code, new_1 from customer where is_in = 'sad'"
glad = "select id, code from customer where is_in <> 'sad'"
calls = "select v.id, s.code from call v join sad s on s.id = v.customer join glad g on g.id = v.customer"
"""
ITS_OWN = re.compile(r'^ *"(?:plan_id|created_at|expires_at|sha256)": .*\n', re.M)


def test_in_processes_with_other_seeds(newest: Server, project: Callable[..., ProjectFolder]) -> None:
    """But for their ids and times, and the digest over those."""
    with newest.database() as conninfo:
        run_sql(conninfo, THERE)
        folder = project({"dev": conninfo})
        folder.declare(WANTED)
        texts = []
        for seed in ("1", "2", "3"):
            seeded = replace(folder, env={**folder.env, "PYTHONHASHSEED": seed})
            planned = seeded.run("plan", "dev", "--out", "plan.json", timeout=180)
            assert planned.code == 0, planned
            text = (folder.root / "plan.json").read_text()
            assert len(ITS_OWN.findall(text)) == 4
            texts.append(ITS_OWN.sub("", text))
        assert texts[0].count('"sql"') > 10
        assert texts[1:] == texts[:1] * 2
