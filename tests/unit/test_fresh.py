"""What a plan makes is in nobody's way, but what already holds rows is, whatever it becomes a part of."""

from __future__ import annotations

from faberdb.diff.changes import diff
from faberdb.model import Address, Hazard, Kept, Object, Risk, Statement
from faberdb.order.fresh import Fresh
from faberdb.order.situation import Situation
from faberdb_providers.postgres.kinds import KINDS

KIND = {kind.name: kind for kind in KINDS}

WHOLE = Object(Address("table", ("public", "orders")), {})
PART = Object(Address("table", ("public", "orders_2020")), {}, WHOLE.address)
ALONE = Object(PART.address, {})
INDEX = Object(Address("index", ("public", "orders", "by_day")), {"on": ["day"]}, WHOLE.address)
COLUMN = Object(Address("column", ("public", "orders", "day")), {"type": "date"}, WHOLE.address)
DEFAULT = Object(Address("default", ("public", "orders", "day")), {"expression": "now()"}, COLUMN.address)
BUILD = Statement("CREATE INDEX", Risk.DANGEROUS, (Hazard("FDB301", "writes wait", in_use=True),))


def calmed(
    obj: Object,
    live: list[Object],
    target: list[Object],
    statement: Statement = BUILD,
    giving: dict[Address, Kept] | None = None,
    *,
    first: bool = True,
) -> Statement:
    old, new = ({o.address: o for o in objects} for objects in (live, target))
    changes = diff(old, new, KIND)
    situation = Situation(old, new, 18, giving=giving or {})
    return Fresh(changes, old, new, giving or {}, KIND).calmed(statement, obj, situation, first=first)


def test_on_a_new_table_nothing_is_locked_or_scanned() -> None:
    assert calmed(INDEX, [], [WHOLE, INDEX]) == Statement("CREATE INDEX", Risk.SAFE)


def test_on_one_that_was_there_it_is() -> None:
    assert calmed(INDEX, [WHOLE], [WHOLE, INDEX]) == BUILD


def test_a_new_table_that_takes_in_one_with_rows_has_rows() -> None:
    assert calmed(INDEX, [ALONE], [WHOLE, PART, INDEX]) == BUILD
    assert calmed(INDEX, [], [WHOLE, PART, INDEX]).risk is Risk.SAFE


def test_what_comes_back_from_quarantine_comes_with_its_rows() -> None:
    kept = {WHOLE.address: Kept(WHOLE.address, "moved", "faberdb_quarantine_1")}
    assert calmed(INDEX, [], [WHOLE, INDEX], giving=kept) == BUILD


def test_a_new_column_is_one_of_all_the_rows_there_are() -> None:
    fill = Statement("UPDATE", Risk.DANGEROUS)
    assert calmed(COLUMN, [WHOLE], [WHOLE, COLUMN], fill, first=False) == fill
    assert calmed(DEFAULT, [WHOLE], [WHOLE, COLUMN, DEFAULT], fill) == fill


def test_what_is_not_about_use_stays_a_hazard() -> None:
    opens = Statement("GRANT", Risk.CAUTION, (Hazard("FDB602", "everybody can use this"),))
    assert calmed(INDEX, [], [WHOLE, INDEX], opens) == opens


def test_what_is_destroyed_is_destroyed() -> None:
    drop = Statement("DROP", Risk.DESTRUCTIVE)
    assert calmed(INDEX, [], [WHOLE, INDEX], drop) == drop


def test_the_other_end_of_a_key_is_locked_for_a_moment() -> None:
    person = Object(Address("table", ("public", "person")), {})
    number = Object(Address("column", ("public", "person", "id")), {"type": "bigint"}, person.address)
    key = Object(
        Address("foreign_key", ("public", "orders", "fk")),
        {"columns": ["who"], "references": {"table": "person", "columns": ["id"]}},
        WHOLE.address,
        frozenset({WHOLE.address, person.address, number.address}),
    )
    assert calmed(key, [person, number], [person, number, WHOLE, key]).risk is Risk.CAUTION
    assert calmed(key, [], [person, number, WHOLE, key]).risk is Risk.SAFE
