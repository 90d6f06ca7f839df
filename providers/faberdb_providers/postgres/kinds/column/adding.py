"""A new column of a table that is there: with what the server fills it with, or with values that come afterwards."""

from __future__ import annotations

from collections.abc import Iterator

from faberdb.model import Address, Hazard, Object, Risk, Statement, Work
from faberdb_providers.postgres.kinds.column.clause import beyond, filled_by_default, render_column
from faberdb_providers.postgres.kinds.column.identity import bare_identity, identity_changes, position_of_identity
from faberdb_providers.postgres.kinds.column.inherited import own_changes
from faberdb_providers.postgres.kinds.column.not_null import set_not_null
from faberdb_providers.postgres.kinds.in_the_way import rows_failing, rows_where
from faberdb_providers.postgres.kinds.storage import toast_options
from faberdb_providers.postgres.kinds.undisturbed import fires, reaching
from faberdb_providers.postgres.kinds.values import checked_at_once, restore
from faberdb_providers.postgres.names import dotted, ident

_EMPTY = Hazard("required-column", "fails if the table has rows, which have no value for it", in_use=True)
_REWRITE = Hazard("rewrite", "the table is rewritten while it is locked", in_use=True)
_LATE = {"null", "identity", "not_null_name", "not_null_no_inherit", "not_null_not_valid"}
"""What a column that is filled afterwards gets only then."""


def add_column(obj: Object, default: str | None, work: Work) -> Iterator[Statement]:
    """The statements that give a table a column, or an inherited column what is different about it. default: the
    expression of a default that can be written along with it."""
    if "inherited" in obj.attributes:
        yield from own_changes({}, obj.attributes, obj, work)
        if default is not None:
            yield _default(obj, default)
    elif "generated" in obj.attributes or not (work.kept(obj.address) or obj.hints.get("backfill")):
        yield from _at_once(obj, default, work)
    else:
        yield from _then_filled(obj, default, work)


def _default(obj: Object, expression: str) -> Statement:
    table, name = dotted(*obj.address.path[:-1]), ident(obj.address.path[-1])
    return Statement(f"ALTER TABLE {table} ALTER COLUMN {name} SET DEFAULT {expression}")


def _at_once(obj: Object, default: str | None, work: Work) -> Iterator[Statement]:
    home, foreign = Address("table", obj.address.path[:-1]), obj.parent is not None and _is_foreign(obj.parent)
    risk, hazards = Risk.SAFE, tuple[Hazard, ...]()
    computed = "generated" in obj.attributes and not obj.attributes.get("virtual")
    made, given = obj, default is not None or {"identity", "generated"} & obj.attributes.keys()
    if "identity" in obj.attributes or (computed and not foreign):
        risk, hazards = Risk.DANGEROUS, (_REWRITE,)
    elif not obj.attributes.get("null") and not given and not foreign:
        risk, hazards = Risk.DANGEROUS, (_EMPTY,)
    if default is None and filled_by_default(obj, work):
        made, risk, hazards = Object(obj.address, {**obj.attributes, "null": True}), Risk.SAFE, ()
    probe = rows_where(home, "", work) if risk else ()
    if computed and not foreign:
        probe = rows_failing(home, [(str(obj.attributes["generated"]), obj)], work)
    clause = render_column(made, default, work.version)
    yield Statement(f"ALTER TABLE {dotted(*home.path)} ADD COLUMN {clause}", risk, hazards, probe=probe)
    yield from beyond(obj, work.version)
    yield from toast_options(obj, work)
    yield from bare_identity(obj, work)


def _is_foreign(table: Address) -> bool:
    return table.kind == "foreign_table"


def _then_filled(obj: Object, default: str | None, work: Work) -> Iterator[Statement]:
    whole, name, kept = obj.address.path[:-1], ident(obj.address.path[-1]), work.kept(obj.address)
    plain = Object(obj.address, {**{k: v for k, v in obj.attributes.items() if k not in _LATE}, "null": True})
    yield Statement(f"ALTER TABLE {dotted(*whole)} ADD COLUMN {render_column(plain, None, work.version)}")
    yield from beyond(obj, work.version)
    yield from toast_options(obj, work)
    if kept:
        yield from restore(plain, kept, work)
    else:
        backfill = obj.hints["backfill"]
        update = reaching(whole, f"UPDATE {dotted(*whole)} SET {name} = {backfill}", work)
        probe = rows_failing(Address("table", whole), [(str(backfill), obj)], work)
        yield from checked_at_once(whole, work)
        yield Statement(update, Risk.DANGEROUS, fires(whole, work), probe=probe)
    if default is not None:
        yield _default(obj, default)
    if not obj.attributes.get("null"):
        yield set_not_null(obj, work)
    if "identity" in obj.attributes:
        yield from identity_changes(Object(obj.address, {"type": obj.attributes["type"]}), obj)
        yield from bare_identity(obj, work)
        yield from position_of_identity(obj, work, new=True)
