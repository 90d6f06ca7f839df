"""Random servers, there and back: what belongs to a whole server, held against a direct build on another one by
pg_dumpall."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import event, given, settings
from hypothesis import seed as seeded

from tests.apart import dump_globals, everything, folders, own_database, scratch_like
from tests.conftest import INSTALLED
from tests.database.random_servers import Pair, pairs
from tests.database.test_random_pairs import PAIRS
from tests.migration import Migration, build_directly, declare, unheard
from tests.servers import Server, fetch

IN_DATABASE = """
select r.rolname, s.setconfig::text from pg_db_role_setting s join pg_roles r on r.oid = s.setrole
 where s.setdatabase <> 0 order by 1
"""


@pytest.mark.timeout(1200)
def test_random_servers(cache: Path) -> None:
    _search(cache, 15, 0)


@pytest.mark.soak
@pytest.mark.parametrize("part", range(100, 106))
def test_many_random_servers(cache: Path, part: int) -> None:
    """300 pairs."""
    _search(cache, 50, part)


def _search(cache: Path, examples: int, seed: int) -> None:
    major = max(INSTALLED)

    @seeded(seed)
    @settings(PAIRS, max_examples=examples)
    @given(pairs(major))
    def search(pair: Pair) -> None:
        there_and_back(cache, major, pair)

    search()


def there_and_back(cache: Path, major: int, pair: Pair) -> None:
    """The whole story of one pair, on two servers that end with it."""
    place = f"{os.getpid()}"
    before, after = (text.replace("HERE", place) for text in (pair.before, pair.after))
    binaries = INSTALLED[major]
    with (
        own_database(binaries, cache) as (here, live),
        own_database(binaries, cache) as (other, wanted),
        scratch_like(here, live, cache) as scratch,
        folders(here, before + after),
    ):
        migration = Migration(scratch, asked=everything)
        build_directly(live, declare({"a.toml": before}), everything)
        declared = declare({"a.toml": after})
        build_directly(wanted, declared, everything, other.cluster.folder_for)
        assert not unheard(wanted, declared, everything)
        start, end = _dump(here, live), _dump(other, wanted)
        plan = migration.plan(live, declared)
        if not plan.applyable:
            event("nothing to do")
            assert start == end, "the plan is empty, but the servers are not alike"
            return
        event("there and back")
        migration.apply(live, plan)
        assert _dump(here, live) == end, "not the same as a direct build"
        again = migration.plan(live, declared)
        assert not again.steps, [step.statement.sql for step in again.steps]
        migration.apply(live, migration.plan_back(live, plan))
        assert _dump(here, live) == start, "the rollback leads elsewhere"


def _dump(server: Server, conninfo: str) -> str:
    return f"{dump_globals(server, conninfo)}\n{server.dump(conninfo)}\n{fetch(conninfo, IN_DATABASE)}"
