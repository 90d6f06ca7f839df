"""How long a database with few and with many rows takes to be changed, changed back, saved, and brought back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.benchmarks.bench import Bench
from tests.conftest import ProjectFolder
from tests.servers import Server, fetch, rows, run_sql

pytestmark = pytest.mark.bench
SIZES = (0, 1_000, 100_000, 1_000_000)
BARS = {
    "small change": 10,
    "large change": 300,
    "small rollback": 120,
    "large rollback": 120,
    "backup": 600,
    "verify": 600,
    "restore": 600,
}
"""Seconds that each may take."""
HEADINGS = (
    "",
    "## Few and many rows",
    "",
    "Seconds, each measured once with a warm cache: what somebody waits for who runs the command. A quarter of the",
    "rows are in a table of stations, the others in one of readings with a foreign key to it and three indexes.",
    "*Small*: a column with a default and a check of the readings, planned, proven and applied by `apply`. *Large*: a",
    "column becomes `bigint` under two indexes, another loses half of its length, a third is dropped and its values go",
    "to quarantine, an index comes. *Backup*, *verify* and *restore* are those of `pg_dump`; before the restore the",
    "database is dropped. After each way back and after the restore, `pg_dump` and digests of all rows are as before.",
    "",
    f"| rows | size | {' | '.join(BARS)} |",
    f"| ---: | ---: | {' | '.join('---:' for _ in BARS)} |",
    f"| at most | | {' | '.join(map(str, BARS.values()))} |",
)
STATION = """
[tables.station]
columns.id = {type = "bigint", identity = "always"}
columns.name = "text"
columns.opened = {type = "date", null = true}
primary_key = ["id"]
"""
READING = """
[tables.reading]
columns.id = {type = "bigint", identity = "always"}
columns.station_id = "bigint"
columns.taken = "timestamptz"
columns.value = "%s"
columns.unit = "%s"
%s
primary_key = ["id"]
foreign_keys.reading_station = {columns = ["station_id"], references = {table = "station"}}
indexes.reading_station_taken = ["station_id", "taken"]
indexes.reading_value = ["value"]
indexes.reading_value_unit = ["value", "unit"]
%s
"""
REMARK = 'columns.remark = {type = "text", null = true}'
BEFORE = STATION + READING % ("integer", "varchar(20)", REMARK, "")
ACTIVE = 'columns.active = {type = "boolean", default = "true"}\nprimary_key'
SMALL = STATION.replace("primary_key", ACTIVE) + READING % (
    "integer",
    "varchar(20)",
    REMARK,
    'checks.reading_value_check = "value >= 0"',
)
LARGE = STATION + READING % ("bigint", "varchar(10)", "", 'indexes.reading_taken = ["taken"]')
FILLED = """
insert into station (name, opened)
select 'station ' || n, date '2000-01-01' + n %% 9000 from generate_series(1, %(stations)s) n;
insert into reading (station_id, taken, value, unit, remark)
select 1 + n %% %(stations)s, timestamptz '2026-01-01 00:00+00' + n * interval '1 second', n %% 100000,
       case n %% 3 when 0 then 'mm' when 1 then 'hPa' else 'm/s' end, 'as read by observer ' || n %% 50
  from generate_series(1, %(readings)s) n;
"""


@pytest.mark.parametrize("size", SIZES)
def test_few_and_many_rows(
    size: int, newest: Server, project: Callable[..., ProjectFolder], tmp_path: Path, page: list[str]
) -> None:
    with newest.database() as live:
        folder = project({"live": live})
        bench = Bench(newest, live, folder, tmp_path / "cache")
        declare(folder, BEFORE)
        bench.faberdb("apply", "live", "--auto-approve")
        if size:
            run_sql(live, FILLED % {"stations": size // 4, "readings": size - size // 4})
        run_sql(live, "analyze")
        ((size_of_all,),) = fetch(live, "select pg_database_size(current_database())")
        seconds: dict[str, float] = {}
        for name, declared in (("small", SMALL), ("large", LARGE)):
            seconds |= there_and_back(bench, name, declared)
        seconds |= saved(bench)
    assert set(seconds) == set(BARS)
    if not any(HEADINGS[1] == said for said in page):
        page += HEADINGS
    measured = " | ".join(f"{seconds[what]:.1f}" for what in BARS)
    page.append(f"| {size:,} | {size_of_all / 1e6:.0f} MB | {measured} |")


def there_and_back(bench: Bench, name: str, declared: str) -> dict[str, float]:
    before = bench.server.dump(bench.conninfo), rows(bench.conninfo)
    declare(bench.folder, declared)
    forward = bench.faberdb("apply", "live", "--auto-approve")
    assert bench.server.dump(bench.conninfo) != before[0]
    back = bench.faberdb("rollback", "live", "--auto-approve")
    assert (bench.server.dump(bench.conninfo), rows(bench.conninfo)) == before
    declare(bench.folder, BEFORE)
    return {f"{name} change": forward.seconds, f"{name} rollback": back.seconds}


def saved(bench: Bench) -> dict[str, float]:
    before = bench.server.dump(bench.conninfo), rows(bench.conninfo)
    taken = bench.faberdb("backup", "live")
    verified = bench.faberdb("backups", "verify", "live")
    bench.server.drop_database(bench.conninfo)
    restored = bench.faberdb("restore", "live", backup_of(bench.folder)["id"], "--auto-approve")
    assert (bench.server.dump(bench.conninfo), rows(bench.conninfo)) == before
    return {"backup": taken.seconds, "verify": verified.seconds, "restore": restored.seconds}


def declare(folder: ProjectFolder, text: str) -> None:
    (folder.root / "schemas" / "public.toml").write_text(text)


def backup_of(folder: ProjectFolder) -> dict[str, str]:
    ran = folder.run("backups", "live", "--json")
    said = [json.loads(line) for line in ran.out.splitlines()]
    return dict(next(line["backup"] for line in said if "backup" in line))
