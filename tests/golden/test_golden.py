"""Each folder KIND/CASE is a page of a manual that runs: what there is, what is wanted, and the plan between them.

before.toml and after.toml are written by hand, rows.sql too where rows matter; plan.txt and plan.sql are what faberdb
makes of them, written anew by `pytest tests/golden --update-golden`. A first line `# PostgreSQL 18` in after.toml keeps
a case from older servers. The texts are those of the newest server. The way there and back is gone on it by one
case in four, and by one in twelve on an older server in turn; `make soak` goes it with all cases on each.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet
from psycopg.conninfo import make_conninfo

from faberdb.model import Address, Risk
from faberdb.plan.document import Plan
from faberdb.views.human import Human
from faberdb.views.sql import plan_sql
from faberdb_providers.postgres.kinds import KINDS
from faberdb_providers.postgres.server_wide import OF_SERVER
from tests.apart import dump_globals, everything, folders, own_database, scratch_like
from tests.conftest import INSTALLED
from tests.migration import Declared, Migration, build_directly, declare, unheard
from tests.servers import Server, fetch, rows, run_sql

HERE = Path(__file__).parent
CASES = sorted(folder.parent for folder in HERE.glob("*/*/after.toml"))


def named(case: Path) -> str:
    return case.relative_to(HERE).as_posix()


@pytest.fixture
def texts(case: Path, request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Holds a text against the file of the case, or writes the file."""

    def same(name: str, text: str) -> None:
        file = case / name
        if request.config.getoption("--update-golden"):
            file.write_text(text)
        assert file.exists(), f"{named(case)}/{name} is missing; write it with --update-golden"
        assert text == file.read_text()

    return same


NEWEST, *OLDER = sorted(INSTALLED, reverse=True)
EVERY, EVERY_OLDER = 4, 12
"""How many cases go by from one that runs to the next, and to the next that also runs on an older server."""


def _runs() -> Iterator[ParameterSet]:
    """Every case on every server; what only `make soak` runs is marked."""
    for number, case in enumerate(CASES):
        in_turn = OLDER[number // EVERY_OLDER % len(OLDER)] if OLDER and number % EVERY_OLDER == 0 else None
        for major in (NEWEST, *OLDER):
            often = number % EVERY == 0 if major == NEWEST else major == in_turn
            yield pytest.param(case, major, id=f"{named(case)}-pg{major}", marks=() if often else pytest.mark.soak)


@dataclass(frozen=True)
class Ground:
    """Two empty databases, one to change and one to build what is wanted in, and how to look at either."""

    server: Server
    live: str
    wanted: str
    migration: Migration
    dump: Callable[[str], str]
    folder_for: Callable[[str], str] | None = None
    """What stands, for the second, for a folder that is the first one's."""


@contextmanager
def _ground(case: Path, server: Server, cache: Path) -> Iterator[Ground]:
    if case.parent.name not in OF_SERVER:
        server.cluster.add_tablespaces(["fast", "slow"])
        with server.database() as live, server.database() as wanted:
            yield Ground(server, live, wanted, Migration(server.scratch()), server.dump)
        return
    with (
        own_database(server.binaries, cache) as (here, live),
        own_database(server.binaries, cache) as (other, wanted),
        scratch_like(here, live, cache) as scratch,
        folders(here, "".join((case / name).read_text() for name in ("before.toml", "after.toml"))),
    ):

        def dump(conninfo: str) -> str:
            owner = here if conninfo == live else other
            return dump_globals(owner, conninfo) + owner.dump(conninfo)

        yield Ground(here, live, wanted, Migration(scratch, asked=everything), dump, other.cluster.folder_for)


@pytest.mark.parametrize(("case", "major"), list(_runs()))
def test_there_and_back(
    case: Path,
    major: int,
    servers: Callable[[int], Server],
    cache: Path,
    texts: Callable[[str, str], None],
    label_provider: Callable[[Server], str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The plan is as written; applied, it gives what a direct build gives; taken back, all is as it was."""
    server = servers(major)
    _skip_without(case, server)
    options = label_provider(server) if case.parent.name == "security_label" else None
    before, after = (_declared(case / name) for name in ("before.toml", "after.toml"))
    with _ground(case, server, cache) as ground:
        live, wanted, migration, dump = ground.live, ground.wanted, ground.migration, ground.dump
        build_directly(live, before, migration.asked)
        build_directly(wanted, after, migration.asked, ground.folder_for)
        assert not unheard(wanted, after, migration.asked)
        if (case / "rows.sql").exists():
            run_sql(live, (case / "rows.sql").read_text())
        start, start_rows = dump(live), rows(live)
        plan = migration.plan(live, after)
        assert not _unexplained(plan)
        if major == NEWEST:
            shown = plan._replace(database={"name": "shop"}, server_version=major * 10000)
            texts("plan.sql", plan_sql(shown))
            texts("plan.txt", _printed(shown, capsys))
        migration.apply(make_conninfo(live, options=options), plan)
        assert dump(live) == dump(wanted)
        assert not migration.plan(live, after).steps
        back = migration.plan_back(live, plan)
        assert not _unexplained(back)
        migration.apply(make_conninfo(live, options=options), back)
        assert dump(live) == start
        assert rows(live) == start_rows


def _unexplained(plan: Plan) -> set[Address]:
    """What the plan calls dangerous, or worse, without a word why."""
    risky = {step.address for step in plan.steps if step.statement.risk >= Risk.DANGEROUS}
    return risky - {step.address for step in plan.steps if step.statement.hazards}


def _declared(file: Path) -> Declared:
    return declare({"public.toml": file.read_text()})


def _skip_without(case: Path, server: Server) -> None:
    """Leave a case out where the server lacks the version or the extension for it."""
    first = (case / "after.toml").read_text().partition("\n")[0]
    since = re.match(r"# PostgreSQL (\d+)", first)
    if since and server.major < int(since[1]):
        pytest.skip(f"PostgreSQL {server.major} cannot do this")
    if case.parent.name in ("extension", "extension_dependency"):
        names = fetch(server.cluster.conninfo("template1"), "select name from pg_available_extensions")
        if ("vector",) not in names:
            pytest.skip("the server does not have the extension vector")


def _printed(plan: Plan, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    Human(color=False).plan(plan)
    return capsys.readouterr().out


# They are written with their column, and their type.
WITHOUT_FOLDER = {"default", "shell_type"}


@pytest.mark.parametrize("kind", [k.name for k in KINDS if k.managed and k.name not in WITHOUT_FOLDER])
def test_every_kind_has_cases(kind: str) -> None:
    assert len([case for case in CASES if case.parent.name == kind]) >= 3
