"""Each folder KIND/CASE is a page of a manual that runs: what there is, what is wanted, and the plan between them.

before.toml and after.toml are written by hand, rows.sql too where rows matter; plan.txt and plan.sql are what faberdb
makes of them, written anew by `pytest tests/golden --update-golden`. A first line `# PostgreSQL 18` in after.toml keeps
a case from older servers. The texts are those of the newest server; the way there and back is gone on each.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from faberdb.plan.document import Plan
from faberdb.views.human import Human
from faberdb.views.sql import plan_sql
from faberdb_providers.postgres.kinds import KINDS
from tests.migration import Declared, Migration, build_directly, declare
from tests.servers import Server, rows, run_sql

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


@pytest.mark.parametrize("case", CASES, ids=named)
def test_there_and_back(
    case: Path,
    server: Server,
    newest: Server,
    texts: Callable[[str, str], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The plan is as written; applied, it gives what a direct build gives; taken back, all is as it was."""
    _skip_older(case, server)
    migration = Migration(server.scratch())
    before, after = (_declared(case / name) for name in ("before.toml", "after.toml"))
    with server.database() as live, server.database() as wanted:
        build_directly(live, before)
        build_directly(wanted, after)
        if (case / "rows.sql").exists():
            run_sql(live, (case / "rows.sql").read_text())
        start, start_rows = server.dump(live), rows(live)
        plan = migration.plan(live, after)
        if server is newest:
            texts("plan.sql", plan_sql(plan))
            texts("plan.txt", _printed(plan, capsys))
        migration.apply(live, plan)
        assert server.dump(live) == server.dump(wanted)
        assert not migration.plan(live, after).steps
        migration.apply(live, migration.plan_back(live, plan))
        assert server.dump(live) == start
        assert rows(live) == start_rows


def _declared(file: Path) -> Declared:
    return declare({"public.toml": file.read_text()})


def _skip_older(case: Path, server: Server) -> None:
    first = (case / "after.toml").read_text().partition("\n")[0]
    since = re.match(r"# PostgreSQL (\d+)", first)
    if since and server.major < int(since[1]):
        pytest.skip(f"PostgreSQL {server.major} cannot do this")


def _printed(plan: Plan, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    Human(color=False).plan(plan)
    return capsys.readouterr().out


# A default is written with its column.
WITHOUT_FOLDER = {"default"}


@pytest.mark.parametrize("kind", [k.name for k in KINDS if k.managed and k.name not in WITHOUT_FOLDER])
def test_every_kind_has_cases(kind: str) -> None:
    assert len([case for case in CASES if case.parent.name == kind]) >= 3
