"""`faberdb lint ENV`: what the migration tool of a project has not run on an environment yet."""

from __future__ import annotations

from collections.abc import Callable

from tests.conftest import ProjectFolder
from tests.servers import Server, run_sql

# The columns are those that Prisma 7 makes.
HISTORY = """
create table _prisma_migrations (id varchar(36) primary key, checksum varchar(64) not null, finished_at timestamptz,
    migration_name varchar(255) not null, logs text, rolled_back_at timestamptz,
    started_at timestamptz not null default now(), applied_steps_count integer not null default 0);
insert into _prisma_migrations (id, checksum, migration_name, finished_at) values ('1', '', '1_first', now());
create table book (id int, title text);
"""


def of_prisma(project: Callable[..., ProjectFolder], conninfo: str) -> ProjectFolder:
    folder = project({"dev": conninfo})
    file = folder.root / "faberdb.toml"
    file.write_text(file.read_text().replace('hosting = "server"', 'hosting = "server"\nmigration_tool = "prisma"'))
    for name, text in (("1_first", "create table book (id int, title text);"), ("2_second", SECOND)):
        (folder.root / "prisma/migrations" / name).mkdir(parents=True)
        (folder.root / "prisma/migrations" / name / "migration.sql").write_text(text)
    return folder


SECOND = "\nalter table book alter id type bigint;\n"


def test_what_is_pending_is_looked_at_and_nothing_else(newest: Server, project: Callable[..., ProjectFolder]) -> None:
    with newest.database() as live:
        run_sql(live, HISTORY)
        folder = of_prisma(project, live)
        found = folder.run("lint", "dev", "--detailed-exitcode")
        assert found.code == 2, found.err
        assert "prisma/migrations/2_second/migration.sql:2: dangerous FDB101" in found.out
        assert "1_first" not in found.out
        run_sql(live, "update _prisma_migrations set migration_name = '2_second'")
        refused = folder.run("lint", "dev", "--detailed-exitcode")
        assert "1_first/migration.sql" in refused.out
        run_sql(
            live,
            "insert into _prisma_migrations (id, checksum, migration_name, finished_at)"
            " values ('2', '', '1_first', now())",
        )
        nothing = folder.run("lint", "dev", "--detailed-exitcode")
        assert (nothing.code, "nothing is pending on dev" in nothing.err) == (0, True)


def test_a_tool_whose_migrations_are_programs_is_not_guessed_at(
    newest: Server, project: Callable[..., ProjectFolder]
) -> None:
    with newest.database() as live:
        folder = project({"dev": live})
        without = folder.run("lint", "dev")
        assert (without.code, "names no migration tool" in without.err) == (1, True)
        file = folder.root / "faberdb.toml"
        file.write_text(file.read_text().replace('hosting = "server"', 'hosting = "server"\nmigration_tool = "knex"'))
        found = folder.run("lint", "dev")
        assert found.code == 1
        assert "without running its program" in found.err
        assert "dbmate, drizzle, prisma" in found.err
