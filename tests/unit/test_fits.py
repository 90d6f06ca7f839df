"""What helps where a plan no longer fits."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from faberdb.apply.fits import check_age
from faberdb.errors import StaleError
from tests.unit.view_samples import new_table


@pytest.mark.parametrize(
    ("kind", "help_"),
    [
        ("apply", "make a new one: faberdb plan dev --out plan.json"),
        ("rollback", "begin again: faberdb rollback dev"),
    ],
)
def test_a_plan_that_takes_another_back_is_made_by_the_command_that_runs_it(kind: str, help_: str) -> None:
    plan = new_table()._replace(kind=kind, environment="dev")
    with pytest.raises(StaleError) as caught:
        check_age(plan, datetime(2100, 1, 1, tzinfo=UTC))
    assert caught.value.advice == help_
