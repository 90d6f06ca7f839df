"""The risk of a step is what it was measured to do; what nobody measured is what its kind says."""

from __future__ import annotations

import pytest

from faberdb.model import Action, Address, Effects, Hazard, Lock, Risk, Statement, Step
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.hazards.catalogue import level_of
from faberdb_providers.postgres.measuring.weighing import weighed

COLUMN = Address("column", ("public", "customer", "email"))
REWRITE = Hazard(codes.REWRITE, "the table is rewritten while it is locked", in_use=True)
RENAME = Hazard(codes.RENAME, "queries that use the old name fail from the moment this commits")
ALONE = "ACCESS EXCLUSIVE"


def step(
    *hazards: Hazard,
    risk: Risk = Risk.SAFE,
    effects: Effects | None = None,
    number: int = 1,
    transaction: int = 1,
    address: Address = COLUMN,
    action: Action = Action.ALTER,
    sql: str = "...",
) -> Step:
    return Step(f"{number:04d}", address, action, Statement(sql, risk, hazards), transaction, effects=effects)


def effects(*locked: str, rewrites: tuple[str, ...] = (), scans: tuple[str, ...] = (), mode: str = ALONE) -> Effects:
    return Effects(tuple(Lock(name, mode) for name in locked), rewrites, scans)


def weigh(*steps: Step) -> list[tuple[Risk, list[str]]]:
    found = weighed(steps, level_of)
    return [(s.statement.risk, [h.code for h in s.statement.hazards]) for s in found]


def test_a_rewrite_that_nobody_saw_is_none() -> None:
    believed = step(REWRITE, risk=Risk.DANGEROUS, effects=effects("table public.customer"))
    assert weigh(believed) == [(Risk.CAUTION, [])]  # the table is locked for a moment all the same


def test_what_else_the_step_does_stays() -> None:
    believed = step(REWRITE, RENAME, risk=Risk.DANGEROUS, effects=effects("table public.customer"))
    assert weigh(believed) == [(level_of(codes.RENAME), [codes.RENAME])]


def test_a_rewrite_that_nobody_foresaw_is_one() -> None:
    unforeseen = step(effects=effects("table public.customer", rewrites=("table public.customer",)))
    assert weigh(unforeseen) == [(Risk.DANGEROUS, [codes.REWRITE])]
    (seen,) = weighed([unforeseen], level_of)
    assert seen.statement.hazards[0].message == "the table is rewritten while it is locked"


def test_a_scan_is_a_danger_only_while_writes_wait() -> None:
    scanned = effects("table public.customer", scans=("table public.customer",), mode="SHARE UPDATE EXCLUSIVE")
    assert weigh(step(effects=scanned)) == [(Risk.SAFE, [])]
    scanned = effects("table public.customer", scans=("table public.customer",), mode="SHARE")
    assert weigh(step(effects=scanned)) == [(Risk.DANGEROUS, [codes.RECHECKED])]


def test_a_lock_of_an_earlier_step_of_the_transaction_is_still_held() -> None:
    first = step(effects=effects("table public.customer"))
    second = step(effects=effects(scans=("table public.customer",)), number=2)
    assert weigh(first, second)[1] == (Risk.DANGEROUS, [codes.RECHECKED])


def test_a_scan_for_something_else_than_a_column_has_a_code_of_its_own() -> None:
    scanned = effects("table public.customer", scans=("table public.customer",))
    table = Address("table", ("public", "customer"))
    assert weigh(step(effects=scanned, address=table)) == [(Risk.DANGEROUS, [codes.SCANNED])]


def test_an_index_that_is_built_anew_is_said() -> None:
    built = effects("table public.customer", "index public.by_email", rewrites=("index public.by_email",))
    assert weigh(step(effects=built)) == [(Risk.DANGEROUS, [codes.INDEX_BUILD])]


def test_a_lock_on_another_table_is_said() -> None:
    other = step(effects=effects("table public.customer", "table public.orders"))
    assert weigh(other) == [(Risk.CAUTION, [codes.OTHER_TABLE_LOCKED])]
    (seen,) = weighed([other], level_of)
    assert seen.statement.hazards[0].message == "table public.orders is locked for a moment too"


def test_what_the_plan_makes_is_in_nobodys_way() -> None:
    table = Address("table", ("public", "customer"))
    making = step(address=table, action=Action.CREATE, effects=Effects(), sql="CREATE TABLE ...")
    scanned = effects("table public.customer", scans=("table public.customer",))
    assert weigh(making, step(effects=scanned, number=2, transaction=2))[1] == (Risk.SAFE, [])
    # In the same transaction it is another table of that name, which was there before.
    assert weigh(making, step(effects=scanned, number=2))[1] == (Risk.DANGEROUS, [codes.RECHECKED])


def test_what_a_table_is_made_anew_with_was_out_of_sight() -> None:
    table = Address("table", ("public", "customer"))
    making = step(address=table, action=Action.REPLACE, effects=Effects())
    building = step(REWRITE, risk=Risk.DANGEROUS, effects=Effects(), number=2)
    assert weigh(making, building)[1] == (Risk.DANGEROUS, [codes.REWRITE])


def test_what_was_not_measured_stays_as_it_is_said() -> None:
    assert weigh(step(REWRITE, risk=Risk.DANGEROUS)) == [(Risk.DANGEROUS, [codes.REWRITE])]


@pytest.mark.parametrize("rewrites", [(), ("table public.customer",)])
def test_data_that_leaves_makes_it_destructive_whatever_is_measured(rewrites: tuple[str, ...]) -> None:
    leaving = step(REWRITE, risk=Risk.DESTRUCTIVE, effects=effects("table public.customer", rewrites=rewrites))
    assert weigh(leaving)[0][0] is Risk.DESTRUCTIVE
