"""How long real schemas take to be imported, planned and created, beside what pg_dump and psql take for them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from psycopg.conninfo import make_conninfo

from tests.benchmarks.bench import Bench, Spent
from tests.conftest import ProjectFolder
from tests.corpus.beside import MARKS, SHARED
from tests.servers import Server, fetch, pg_dump, run_file

pytestmark = [pytest.mark.bench, *MARKS]
SCHEMAS = ("zabbix", "coder", "kea-dhcp")
RELATIONS = """
select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where n.nspname !~ '^(pg_|information_schema$)'
"""
HEADINGS = (
    "",
    "## Real schemas",
    "",
    "Seconds, each measured once with a warm cache. *create* makes the database and proves the plan before it runs;",
    "*psql* runs what pg_dump wrote in an empty database.",
    "",
    "| schema | relations | import | plan, no changes | create | pg_dump | psql | peak memory |",
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
)


@pytest.mark.parametrize("name", SCHEMAS)
def test_real_schemas(
    name: str, newest: Server, project: Callable[..., ProjectFolder], tmp_path: Path, page: list[str]
) -> None:
    with newest.database() as live:
        run_file(newest, live, SHARED / "corpus" / "real" / name / "schema.sql")
        made = make_conninfo(live, dbname=f"made_{name.replace('-', '_')}")
        folder = project({"live": live, "made": made})
        bench = Bench(newest, live, folder, tmp_path / "cache")
        try:
            line = timed(bench, name, tmp_path / "dump.sql")
            assert newest.dump(made) == newest.dump(live)
        finally:
            newest.drop_database(made)
    if not any(HEADINGS[1] == said for said in page):
        page += HEADINGS
    page.append(line)


def timed(bench: Bench, name: str, file: Path) -> str:
    """The line of one schema."""
    server, live = bench.server, bench.conninfo
    imported = bench.faberdb("import", "live")
    bench.faberdb("plan", "live")
    planned, dumped = bench.pair("plan", "live")
    created = bench.faberdb("create", "made", "--auto-approve")
    file.write_text(pg_dump(server.binaries, live))
    with server.database() as empty:
        psql = [str(server.binaries.bin / "psql"), "-X", "-q", "-d", empty, "-f", str(file)]
        restored = bench.measure(psql, 0)
    ((relations,),) = fetch(live, RELATIONS)
    spent: list[Spent] = [imported, planned, created, dumped, restored]
    memory = max(s.memory for s in spent[:3])
    return f"| {name} | {relations} | " + " | ".join(f"{s.seconds:.2f}" for s in spent) + f" | {memory:.0f} MB |"
