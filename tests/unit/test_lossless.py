"""A plan says of each step how long its way back loses nothing."""

from __future__ import annotations

import pytest

from faberdb.model import IRREVERSIBLE, NOTHING_KEPT, Action, Address, Hazard, Kept, Risk, Statement, Step
from faberdb.plan.lossless import lossless_until

TABLE = Address("table", ("public", "customer"))
EMAIL = Address("column", ("public", "customer", "email"))
PARTITION = Address("table", ("public", "customer_2020"))
KEPT = (Kept(TABLE, "moved", "faberdb_quarantine.q_1", carries=(PARTITION,)),)


@pytest.mark.parametrize(
    ("address", "codes", "wanted"),
    [
        (TABLE, (), "purge"),
        (PARTITION, (), "purge"),
        (EMAIL, (), "open"),
        (EMAIL, (IRREVERSIBLE,), "never"),
        (TABLE, (NOTHING_KEPT,), "never"),
    ],
)
def test_what_is_kept_comes_back_until_a_purge(address: Address, codes: tuple[str, ...], wanted: str) -> None:
    statement = Statement("drop", Risk.SAFE, tuple(Hazard(code, "said") for code in codes))
    assert lossless_until(KEPT)(Step("1", address, Action.DROP, statement, 1)) == wanted
