"""How fast rows get their values in parts, of a small table and a large one: `make bench-stall`, docs/backfills.md."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.migration import Migration, build_directly, declare, every
from tests.servers import Server, fetch, run_sql

PAGE = Path(__file__).parents[3] / "docs" / "backfills.md"
FEW, MANY = 100_000, int(os.environ.get("FABERDB_RATE_ROWS", "3000000"))
TABLE = """
[tables.acc]
primary_key = ["id"]
columns.id = "bigint"
columns.note = "text"
"""
INDEX = 'indexes.acc_note_idx = ["note"]\n'
TOKEN = 'columns.token = { type = "uuid", null = true, default = "gen_random_uuid()" }\n'
HEAD = """\
<!-- Written by `make bench-stall`; edit the test it comes from, tests/benchmarks/stall/test_rate.py. -->

# How fast rows get their values

A table with a key and a text gets a column with a default that is another for each row: alone, and with an index over
the text, whose values are in no order, so that each row that is written anew lands on another page of it. Filled in
parts of a twentieth of a second, with half of that between two of them; seconds are those between the first part and
the last, by the journal of the database. {processors} processors; *of the rate* is beside that of {few:,} rows.

| table | rows | seconds | rows a second | of the rate |
| --- | ---: | ---: | ---: | ---: |
"""


@pytest.mark.stall
def test_the_rate_does_not_fall_as_the_table_grows(newest: Server) -> None:
    lines, ratios = [], []
    for called, before in (("with its key", TABLE), ("with an index in no order", TABLE + INDEX)):
        rates = {number: _rate(newest, before, number) for number in (FEW, MANY)}
        ratios.append((rates[MANY][1]) / rates[FEW][1])
        for rows, (seconds, rate) in rates.items():
            lines.append(f"| {called} | {rows:,} | {seconds:.1f} | {rate:,.0f} | {rate / rates[FEW][1]:.2f} |")
    PAGE.write_text(HEAD.format(processors=os.cpu_count(), few=FEW) + "\n".join(lines) + "\n")
    assert ratios[0] >= 0.8, ratios


def _rate(server: Server, before: str, number: int) -> tuple[float, float]:
    """Seconds that so many rows take, and how many that are in a second."""
    with server.database() as conninfo:
        build_directly(conninfo, declare({"public.toml": before}))
        run_sql(conninfo, f"insert into acc select n, md5(n::text) from generate_series(1, {number}) n")
        run_sql(conninfo, "vacuum analyze acc")
        migration = Migration(server.scratch(), online=every)
        plan = migration.plan(conninfo, declare({"public.toml": before + TOKEN}))
        migration.apply(conninfo, plan)
        assert fetch(conninfo, "select count(distinct token) from acc") == [(number,)]
        (step,) = [step.id for step in plan.steps if step.statement.batches]
        ((seconds,),) = fetch(
            conninfo,
            "select extract(epoch from max(at) filter (where outcome = 'done') - min(at) filter"
            f" (where outcome = 'intent'))::float8 from faberdb.journal where step = '{step}'",
        )
        return float(seconds), number / float(seconds)
