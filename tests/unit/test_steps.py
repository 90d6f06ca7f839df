"""Order and quarantine together: whatever the order asks for, values that are taken down have a place to wait in."""

from __future__ import annotations

from typing import Any

from faberdb.model import Action, Address, Catalogue, Change, Object, Turn
from faberdb.order.steps import make_steps
from faberdb_providers.postgres.kinds import KINDS
from faberdb_providers.postgres.quarantine import place_for

SCHEMA = Address("schema", ("public",))
THING, BOOK = Address("table", ("public", "thing")), Address("table", ("public", "book"))
NAME = Address("column", ("public", "thing", "name"))


def test_a_column_that_cannot_go_along_with_its_table_is_kept_by_itself() -> None:
    """What comes after the column is gone and before the table is keeps the two apart."""

    def table(address: Address, **attributes: Any) -> Object:
        above = frozenset({THING}) if attributes else frozenset()
        return Object(address, attributes, None, frozenset({SCHEMA}) | above)

    column = Object(NAME, {"type": "text", "null": True}, THING, frozenset({THING}))
    live = {o.address: o for o in (Object(SCHEMA, {}), table(THING), column, table(BOOK, inherits=["thing"]))}
    target = {SCHEMA: live[SCHEMA], BOOK: table(BOOK)}
    changes = {
        THING: Change(THING, Action.DROP, live[THING], None),
        NAME: Change(NAME, Action.DROP, column, None),
        BOOK: Change(BOOK, Action.ALTER, live[BOOK], target[BOOK], turn=Turn(last=frozenset({NAME}))),
    }
    kinds = {kind.name: kind for kind in KINDS}

    steps, kept = make_steps(changes, Catalogue(live, (), frozenset(), 18), target, kinds, quarantine=place_for)

    assert any("DROP COLUMN name" in step.statement.sql for step in steps)
    assert {k.address: k.form for k in kept} == {THING: "moved", NAME: "values"}


def test_what_is_made_of_what_is_destroyed_goes_with_it() -> None:
    """A domain over a type of an extension is no longer moved with the table, and the values of its column are kept."""
    extension, domain = Address("extension", ("hstore",)), Address("domain", ("public", "d"))
    objects = (
        Object(SCHEMA, {}),
        Object(extension, {"schema": "public"}, None, frozenset({SCHEMA})),
        Object(domain, {"type": "public.hstore"}, None, frozenset({SCHEMA, extension})),
        Object(THING, {}, None, frozenset({SCHEMA})),
        Object(NAME, {"type": "public.d", "null": True}, THING, frozenset({THING, domain})),
    )
    live = {o.address: o for o in objects}
    kinds = {kind.name: kind for kind in KINDS}

    def left(*addresses: Address) -> dict[Address, str]:
        changes = {a: Change(a, Action.DROP, live[a], None) for a in addresses}
        target = {a: o for a, o in live.items() if a not in changes}
        _, kept = make_steps(changes, Catalogue(live, (), frozenset(), 18), target, kinds, quarantine=place_for)
        return {k.address: k.form for k in kept}

    assert left(domain, THING, NAME, extension) == {THING: "moved", NAME: "values"}
    assert left(domain, THING, NAME) == {THING: "moved", domain: "moved"}
