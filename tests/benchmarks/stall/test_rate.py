"""How fast rows get their values in parts, of a small table and a large one: `make bench-stall`, docs/backfills.md."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.migration import Migration, build_directly, declare, every
from tests.servers import Server, fetch, run_sql

PAGE = Path(__file__).parents[3] / "docs" / "backfills.md"
FEW, MANY = 100_000, int(os.environ.get("FABERDB_RATE_ROWS", "3000000"))
BEFORE = """
[tables.acc]
primary_key = ["id"]
columns.id = "bigint"
columns.note = "text"
indexes.acc_note_idx = ["note"]
"""
AFTER = BEFORE + 'columns.token = { type = "uuid", null = true, default = "gen_random_uuid()" }\n'
HEAD = """\
<!-- Written by `make bench-stall`; edit the test it comes from, tests/benchmarks/stall/test_rate.py. -->

# How fast rows get their values

A table with a key, a text and an index over that gets a column with a default that is another for each row. It is
filled in parts of a twentieth of a second, with half of that between two of them; seconds are those between the first
part and the last, by the journal of the database. {processors} processors.

| rows | seconds | rows a second |
| ---: | ---: | ---: |
"""


@pytest.mark.stall
def test_the_rate_does_not_fall_as_the_table_grows(newest: Server) -> None:
    rates = {}
    for number in (FEW, MANY):
        with newest.database() as conninfo:
            build_directly(conninfo, declare({"public.toml": BEFORE}))
            run_sql(conninfo, f"insert into acc select n, md5(n::text) from generate_series(1, {number}) n")
            run_sql(conninfo, "vacuum analyze acc")
            migration = Migration(newest.scratch(), online=every)
            plan = migration.plan(conninfo, declare({"public.toml": AFTER}))
            migration.apply(conninfo, plan)
            assert fetch(conninfo, "select count(distinct token) from acc") == [(number,)]
            (step,) = [step.id for step in plan.steps if step.statement.batches]
            ((seconds,),) = fetch(
                conninfo,
                "select extract(epoch from max(at) filter (where outcome = 'done') - min(at) filter"
                f" (where outcome = 'intent'))::float8 from faberdb.journal where step = '{step}'",
            )
            rates[number] = (float(seconds), number / float(seconds))
    lines = [f"| {rows:,} | {seconds:.1f} | {rate:,.0f} |" for rows, (seconds, rate) in rates.items()]
    ratio = rates[MANY][1] / rates[FEW][1]
    lines.append(f"\nThe rate of the large one is {ratio:.2f} of that of the small one (wanted: at least 0.8).")
    PAGE.write_text(HEAD.format(processors=os.cpu_count()) + "\n".join(lines) + "\n")
    assert ratio >= 0.8
