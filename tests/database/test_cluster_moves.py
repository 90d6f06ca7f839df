"""CLUSTER goes by another index than before: SET WITHOUT CLUSTER names none, so whoever lets go does it first."""

from __future__ import annotations

import pytest

from tests.migration import Migration, declare
from tests.servers import Server, run_sql

TABLE = """
[tables.loan.columns]
id = "bigint"
due = "date"
reader = "bigint"
[tables.loan.primary_key]
columns = ["id"]
{loan_pkey}
[tables.loan.indexes.loan_due_idx]
on = ["due"]
{loan_due_idx}
[tables.loan.indexes.loan_reader_idx]
on = ["reader"]
{loan_reader_idx}
"""
BY_HAND = """
create table loan (id bigint primary key, due date not null, reader bigint not null);
create index loan_due_idx on loan (due);
create index loan_reader_idx on loan (reader);
"""
INDEXES = ("loan_due_idx", "loan_pkey", "loan_reader_idx")
MOVES = [("loan_reader_idx", "loan_due_idx"), ("loan_due_idx", "loan_reader_idx"), ("loan_reader_idx", "loan_pkey")]


@pytest.mark.parametrize("reverse_ties", [False, True])
@pytest.mark.parametrize(("before", "after"), MOVES)
def test_the_mark_moves_there_and_back(server: Server, before: str, after: str, reverse_ties: bool) -> None:
    migration = Migration(server.scratch(), reverse_ties=reverse_ties)
    text = TABLE.format(**{name: "clustered = true" if name == after else "" for name in INDEXES})
    with server.database() as live:
        run_sql(live, f"{BY_HAND} alter table loan cluster on {before};")
        start = server.dump(live)
        plan = migration.plan(live, declare({"schema.toml": text}))
        migration.apply(live, plan)
        assert not migration.plan(live, declare({"schema.toml": text})).steps
        migration.apply(live, migration.plan_back(live, plan))
        assert server.dump(live) == start
