"""Random pairs of schemas on a real server: there and back, held against a direct build."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st

from faberdb.plan.codec import from_json, to_json
from faberdb.plan.document import Plan
from tests.database.random_rows import fill
from tests.database.random_schemas import Pair, pairs
from tests.database.test_grants import make_roles
from tests.database.ways_out import Ways, applied_or_emptied
from tests.migration import Migration, build_directly, declare, every, unheard
from tests.servers import Server, rows

PAIRS = settings(
    deadline=None,
    database=None,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate, Phase.shrink),
)


def there_and_back(server: Server, pair: Pair, *, reverse_ties: bool = False) -> str:
    """The whole story of one pair, and which way it went; fails at the first thing that is not as promised."""
    # Half of them as if every table were large and in use.
    online = every if sum(map(len, pair.after.values())) % 2 else Migration.online
    migration = Migration(server.scratch(), reverse_ties=reverse_ties, online=online)
    before, after = declare(pair.before), declare(pair.after)
    with server.database() as live, server.database() as wanted:
        build_directly(live, before)
        build_directly(wanted, after)
        assert not unheard(wanted, after)
        fill(live)
        start = server.dump(live)
        plan = migration.plan(live, after)
        if not plan.applyable:
            assert start == server.dump(wanted), "the plan is empty, but the databases are not alike"
            return "nothing to do"
        applied = applied_or_emptied(server, migration, live, after, plan)
        assert server.dump(live) == server.dump(wanted), "not the same as a direct build"
        again = migration.plan(live, after)
        assert not again.steps, [step.statement.sql for step in again.steps]
        migration.apply(live, migration.plan_back(live, from_json(to_json(applied.plan), "plan.json")))
        assert server.dump(live) == start, "the rollback leads elsewhere"
        assert rows(live) == applied.rows, "the rollback lost rows"
        return applied.way


@pytest.mark.parametrize("part", range(6))
@pytest.mark.timeout(1200)
def test_random_pairs(newest: Server, part: int) -> None:
    """300 pairs in parts, which the test workers share."""
    _search(newest, 50, part)


@pytest.mark.soak
@pytest.mark.parametrize("part", range(100, 110))
def test_many_random_pairs(newest: Server, part: int) -> None:
    """3,000 pairs, in parts that are large enough for how often rows stop a plan not to be a matter of chance."""
    _search(newest, 300, part)


def _search(server: Server, examples: int, seed: int) -> None:
    make_roles(server)
    ways = Ways()

    @seeded(seed)
    @settings(PAIRS, max_examples=examples)
    @given(pairs(server.major), st.booleans())
    def search(pair: Pair, reverse_ties: bool) -> None:
        ways.count(there_and_back(server, pair, reverse_ties=reverse_ties))

    search()
    ways.hold()


@pytest.mark.timeout(1200)
def test_two_plans_from_the_same_inputs_are_byte_identical(newest: Server) -> None:
    """But for their ids and times."""

    make_roles(newest)

    @seeded(1)
    @settings(PAIRS, max_examples=10)
    @given(pairs(newest.major))
    def search(pair: Pair) -> None:
        migration = Migration(newest.scratch())
        with newest.database() as live:
            build_directly(live, declare(pair.before))
            first, second = (migration.plan(live, declare(pair.after), plan_id) for plan_id in ("one", "two"))
        assert _text(first) == _text(second)

    search()


def _text(plan: Plan) -> str:
    return to_json(plan._replace(plan_id="", created_at="", expires_at=""))
