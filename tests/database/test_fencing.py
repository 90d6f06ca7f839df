"""Who lost the lock writes nothing any more, even where its session is alive and holds a lock of that name again, as
behind a pooler."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime

import pytest

from faberdb.errors import LockedError, LockLostError, RolledBackError
from faberdb.model import Limits, Step
from faberdb.plan.codec import from_json
from faberdb_providers.postgres import fencing
from faberdb_providers.postgres.target import Target
from tests.conftest import ProjectFolder
from tests.database.saved_plan import TWO_MOODS, saved
from tests.servers import Server, fetch


class Two:
    """A session that took the lock first, and one that takes it over."""

    def __init__(self, conninfo: str, plan: str) -> None:
        self.conninfo, self.steps = conninfo, from_json(plan, "plan.json").steps
        self.first = Target.open(conninfo, "the shop", read_only=False)
        self.second = Target.open(conninfo, "the shop", read_only=False)
        self.take(self.first, "ann")

    def take(self, target: Target, holder: str) -> None:
        target.lock(holder)
        target.prepare_bookkeeping()
        target.fence_off(holder)

    def overtake(self) -> None:
        """The second has it, and gave it back; the first holds a lock again, that it was never given."""
        self.first.execute("select pg_advisory_unlock_all()")
        self.take(self.second, "bob")
        self.second.execute("select pg_advisory_unlock_all()")
        self.first.lock("ann")

    def written(self) -> list[tuple[object, ...]]:
        return fetch(self.conninfo, "select plan_id, state from faberdb.plan order by 1") + fetch(
            self.conninfo, "select plan_id, step from faberdb.journal order by 1, 2"
        )


@pytest.fixture
def two(newest: Server, project: Callable[..., ProjectFolder]) -> Iterator[Two]:
    with saved(newest, project, TWO_MOODS) as plan:
        made = Two(plan.conninfo, (plan.folder.root / "plan.json").read_text())
        with closing(made.first), closing(made.second):
            yield made


def test_a_write_with_an_older_token_is_none(two: Two) -> None:
    two.overtake()
    before = two.written()
    assert two.first.lock_lost()
    plan_id = str(before[0][0])
    writes: list[Callable[[], object]] = [
        lambda: two.first.begin_plan("late", "apply", "ann", "{}"),
        lambda: two.first.end_plan(plan_id, "stopped"),
        lambda: two.first.run_transaction("late", two.steps, Limits(), lambda step: None, lambda: None),
    ]
    for write in writes:
        with pytest.raises(LockLostError, match="somebody else has taken over the lock of the shop"):
            write()
    assert two.written() == before


def test_whoever_takes_over_waits_for_the_transaction_before(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fencing, "PATIENCE", 0.3)
    seen = []

    def meanwhile(step: Step) -> None:
        assert not two.first.lock_lost()
        two.first.execute("select pg_advisory_unlock_all()")
        two.second.lock("bob")
        with pytest.raises(LockedError, match="by a session that no longer holds the lock"):
            two.second.fence_off("bob")
        seen.append(step)

    assert two.first.run_transaction("one", two.steps, Limits(), meanwhile, lambda: None) is None
    assert seen
    two.second.fence_off("bob")
    assert two.first.lock_lost()


def test_an_apply_that_was_fenced_off_ends_before_its_first_step(
    newest: Server, project: Callable[..., ProjectFolder], monkeypatch: pytest.MonkeyPatch
) -> None:
    from faberdb.apply.execute import Context, execute
    from faberdb_providers.postgres.provider import provider
    from tests.migration import opened

    with saved(newest, project, TWO_MOODS) as plan:
        text = (plan.folder.root / "plan.json").read_text()
        document = from_json(text, "plan.json")
        hold = Target._hold

        def overtaken(self: Target, steps: object, limits: Limits) -> None:
            with closing(Target.open(plan.conninfo, "the shop", read_only=False)) as other:
                other.fence_off("bob")
            hold(self, document.steps, limits)

        monkeypatch.setattr(Target, "_hold", overtaken)
        with opened(plan.conninfo, read_only=False) as session:
            context = Context(
                "ann", datetime.fromisoformat(document.created_at), text, Limits(), dict, lambda *told: None
            )
            with pytest.raises(RolledBackError, match="the session that holds the lock is gone"):
                execute(document, provider.target(session), context)
        assert newest.dump(plan.conninfo) == plan.before
