"""A real schema, edited at random as a developer would: planned, applied, taken back, held against a direct build."""

from __future__ import annotations

import copy
import random
import tomllib
from collections.abc import Iterator

import pytest

from faberdb.declare.layout import layout
from faberdb.declare.write import render
from faberdb.errors import FaberError
from faberdb_providers.postgres.provider import provider
from tests.corpus.beside import MARKS, SHARED
from tests.corpus.edits import Toml, edit
from tests.database.random_rows import fill
from tests.database.ways_out import applied_or_emptied
from tests.migration import Declared, Migration, build_directly, declare, opened
from tests.servers import Server, rows, run_file

pytestmark = MARKS
OFTEN = ("chinook", "temporal")
TRIES = 200
SELDOM = ("northwind", "pagila", "procrastinate", "supabase-auth", "graphile-worker", "gh-kjanus03-tsn", "mattermost")


def imported(conninfo: str) -> dict[str, str]:
    """The schema files that `import` writes."""
    with opened(conninfo) as session:
        objects = session.inspect().objects
    written = [o for a, o in objects.items() if not provider.platform(a)]
    return render(written, provider.kinds)


def builds(server: Server, declared: Declared) -> bool:
    with server.database() as scratch:
        try:
            build_directly(scratch, declared)
        except (AssertionError, FaberError):
            return False
    return True


def edits(server: Server, files: dict[str, Toml], seed: int) -> Iterator[tuple[str, Declared]]:
    """Edits that leave a schema a server takes, one after the other: of as many tries as the seed says, and of more
    until there is one."""
    rng = random.Random(seed)
    tries, taken = rng.randint(1, 20), 0
    for number in range(TRIES):
        if number >= tries and taken:
            return
        name = rng.choice(sorted(files))
        tried = copy.deepcopy(files)
        said = edit(rng, tried[name])
        if said is None:
            continue
        try:
            declared = declare({n: layout(data) for n, data in tried.items()})
        except FaberError:
            continue
        if builds(server, declared):
            files.update(tried)
            taken += 1
            yield said, declared
    assert taken, f"none of {TRIES} edits left a schema that a server takes"


def there_and_back(server: Server, name: str, seed: int) -> None:
    with server.database() as live, server.database() as wanted:
        run_file(server, live, SHARED / "corpus" / "real" / name / "schema.sql")
        fill(live)
        start = server.dump(live)
        said = list(edits(server, {n: tomllib.loads(t) for n, t in imported(live).items()}, seed))
        declared = said[-1][1]
        build_directly(wanted, declared)
        migration = Migration(server.scratch())
        plan = migration.plan(live, declared)
        applied = applied_or_emptied(server, migration, live, declared, plan)
        assert server.dump(live) == server.dump(wanted), [edit for edit, _ in said]
        assert not migration.plan(live, declared).steps
        migration.apply(live, migration.plan_back(live, applied.plan))
        assert server.dump(live) == start, [edit for edit, _ in said]
        assert rows(live) == applied.rows, [edit for edit, _ in said]


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("name", OFTEN)
def test_edited_at_random(newest: Server, name: str, seed: int) -> None:
    there_and_back(newest, name, seed)


@pytest.mark.soak
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("seed", range(100, 110))
@pytest.mark.parametrize("name", [*OFTEN, *SELDOM])
def test_edited_at_random_often(newest: Server, name: str, seed: int) -> None:
    there_and_back(newest, name, seed)
