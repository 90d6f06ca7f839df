"""How long plans take and how much memory, as ratios to pg_dump of the same database in the same run: `make bench`.

Nothing is asserted about time. The figures are printed and written to docs/benchmarks.md; a run on a machine that does
other work says so by its load.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.benchmarks.bench import ROUNDS, Bench, Line, Share
from tests.conftest import ProjectFolder
from tests.servers import Server, run_sql

pytestmark = pytest.mark.bench

CHANGED = 20
TYPES = (
    "text not null",
    "integer default 0 not null",
    "timestamptz default now()",
    "numeric(10,2)",
    "varchar(50)",
    "boolean default false not null",
    "jsonb",
    "date",
)


def tables(count: int) -> str:
    """SQL for tables of 10 columns, 2 indexes and, but for the first, a foreign key."""
    columns = ", ".join(f"c{number} {type_}" for number, type_ in enumerate(TYPES))
    made = [
        f"create table t{n} (id bigint primary key, parent_id bigint, {columns});"
        f" create index t{n}_a on t{n} (c0); create index t{n}_b on t{n} (c1, c2);"
        for n in range(count)
    ]
    keys = [
        f"alter table t{n} add constraint t{n}_fk foreign key (parent_id) references t{n - 1};" for n in range(1, count)
    ]
    return "\n".join([*made, *keys, "analyze;"])


@pytest.mark.parametrize("count", [100, 1000])
def test_plans(
    count: int, newest: Server, project: Callable[..., ProjectFolder], tmp_path: Path, page: list[str]
) -> None:
    with newest.database() as conninfo:
        run_sql(conninfo, "set max_parallel_workers_per_gather = 0; " + tables(count))
        folder = project({"live": conninfo})
        bench = Bench(newest, conninfo, folder, tmp_path / "cache")
        bench.faberdb("import", "live")
        file = folder.root / "schemas" / "public.toml"
        same = file.read_text()
        changed = edited(same, count)
        cold = [bench.pair("plan", "live", fresh=True) for _ in range(ROUNDS)]
        warm = [bench.pair("plan", "live") for _ in range(ROUNDS)]
        file.write_text(changed)
        warm_changed = [bench.pair("plan", "live", ends=2) for _ in range(ROUNDS)]
        cold_changed = [bench.pair("plan", "live", fresh=True, ends=2) for _ in range(ROUNDS)]
        file.write_text(same)
        bench.faberdb("plan", "live")  # the cold runs have left a cache that knows of no plan without changes
        file.write_text(widened(same, count))
        with_rows = [bench.pair("plan", "live", ends=2) for _ in range(ROUNDS)]
        proof_with_rows = [bench.proof("plan", "live") for _ in range(ROUNDS)]
        file.write_text(changed)
        proof = [bench.proof("plan", "live") for _ in range(ROUNDS)]
        bars = ("at most 2", "at most 4", "at most 1") if count == 1000 else ("", "", "")
        page += [
            "",
            f"## {count} tables",
            "",
            "| plan | faberdb | pg_dump | ratio | work | peak memory | bar |",
            "| --- | ---: | ---: | ---: | ---: | ---: | --- |",
            Line("no changes, warm", warm).text(bars[0]),
            Line("no changes, cold", cold).text(""),
            Line(f"{CHANGED} tables changed, warm", warm_changed).text(bars[1]),
            Line(f"{CHANGED} tables changed, cold", cold_changed).text(""),
            Line(f"{CHANGED} tables changed, proven with rows, warm", with_rows).text(""),
            "",
            "| the proof of | proof | whole plan | proof to the rest | bar |",
            "| --- | ---: | ---: | ---: | --- |",
            Share(f"{CHANGED} tables changed, warm", proof).text(bars[2]),
            Share(f"{CHANGED} tables changed, with rows, warm", proof_with_rows).text(bars[2]),
        ]


def edited(text: str, count: int) -> str:
    """The declaration with one more column in some tables."""
    for number in range(0, count, count // CHANGED):
        head = f"[tables.t{number}.columns]\n"
        assert head in text
        text = text.replace(head, head + 'extra = { type = "integer", null = true }\n')
    return text


def widened(text: str, count: int) -> str:
    """The declaration with a column of another type in as many tables, to which rows matter."""
    for number in range(0, count, count // CHANGED):
        head, columns, rest = text.partition(f"[tables.t{number}.columns]\n")
        assert columns
        assert '"numeric(10,2)"' in rest.partition("\n[tables.")[0]
        text = head + columns + rest.replace('"numeric(10,2)"', '"numeric(12,4)"', 1)
    return text
