"""NOT NULL, which has a name and properties of its own since PostgreSQL 18."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from faberdb.model import Address, Hazard, Object, Risk, Statement, Work
from faberdb_providers.postgres.kinds.in_the_way import rows_where
from faberdb_providers.postgres.kinds.rows import heirs
from faberdb_providers.postgres.names import dotted, ident


def set_not_null(obj: Object, work: Work) -> Statement:
    """Makes a column NOT NULL that may hold rows without a value."""
    table, name = dotted(*obj.address.path[:-1]), ident(obj.address.path[-1])
    probe = rows_where(Address("table", obj.address.path[:-1]), f"t.{name} is null", work)
    if obj.parent is not None and obj.parent.kind == "foreign_table":
        return Statement(f"ALTER TABLE {table} ALTER COLUMN {name} SET NOT NULL", Risk.CAUTION)
    hazard = Hazard("set-not-null", "the table is scanned while it is locked, and a row without a value stops it")
    if {"not_null_no_inherit", "not_null_not_valid"} & obj.attributes.keys():
        return named_not_null(obj)
    if obj.attributes.get("not_null_name"):
        sql = f"ALTER TABLE {table} ADD CONSTRAINT {ident(obj.attributes['not_null_name'])} NOT NULL {name}"
    else:
        sql = f"ALTER TABLE {table} ALTER COLUMN {name} SET NOT NULL"
    return Statement(sql, Risk.DANGEROUS, (hazard,), probe=probe)


def not_null_name(obj: Object) -> str:
    """What the constraint is called."""
    return str(obj.attributes.get("not_null_name") or f"{obj.address.path[-2]}_{obj.address.path[-1]}_not_null")


def named_not_null(obj: Object) -> Statement:
    """NOT NULL with what only a constraint of its own can say."""
    a, table = obj.attributes, dotted(*obj.address.path[:-1])
    words = " NO INHERIT" if a.get("not_null_no_inherit") else ""
    words += " NOT VALID" if a.get("not_null_not_valid") else ""
    sql = (
        f"ALTER TABLE {table} ADD CONSTRAINT {ident(not_null_name(obj))} NOT NULL {ident(obj.address.path[-1])}{words}"
    )
    if a.get("not_null_not_valid"):
        return Statement(sql, Risk.CAUTION)
    hazard = Hazard("set-not-null", "the table is scanned while it is locked, and a row without a value stops it")
    return Statement(sql, Risk.DANGEROUS, (hazard,))


FROM_ABOVE = ("not_null_inherited", "not_null_name", "not_null_no_inherit", "not_null_not_valid")


def own_not_null(attributes: Mapping[str, Any]) -> bool:
    """Whether a column is NOT NULL by a constraint of its own."""
    return not {"null", "inherited", "not_null_inherited"} & attributes.keys()


def as_far_as_alterable(attributes: Mapping[str, Any], other: Mapping[str, Any]) -> Mapping[str, Any]:
    """Attributes without what no statement changes: whether a NOT NULL of a table above is also said here."""
    if "not_null_inherited" not in {*attributes, *other} or {"null", "inherited"} & {*attributes, *other}:
        return attributes
    return {key: value for key, value in attributes.items() if key not in FROM_ABOVE}


def name_changes(old: Mapping[str, Any], after: Object) -> Iterator[Statement]:
    """A NOT NULL constraint that stays takes another name."""
    if old.get("not_null_name") != after.attributes.get("not_null_name"):
        usual = f"{after.address.path[-2]}_{after.address.path[-1]}_not_null"
        table = dotted(*after.address.path[:-1])
        had = ident(old.get("not_null_name", usual))
        yield Statement(f"ALTER TABLE {table} RENAME CONSTRAINT {had} TO {ident(not_null_name(after))}")


def loosened(before: Object, after: Object, work: Work) -> bool:
    """Whether NOT NULL goes and comes again, because it is to be not valid, or no longer that of child tables: NO
    INHERIT alone would leave them one of their own."""
    old, new = before.attributes, after.attributes
    if not (own_not_null(old) and own_not_null(new)):
        return False
    own = bool(new.get("not_null_no_inherit") and not old.get("not_null_no_inherit"))
    return bool(new.get("not_null_not_valid") and not old.get("not_null_not_valid")) or (
        own and bool(heirs(Address("table", after.address.path[:-1]), work))
    )


def let_go(before: Object) -> Statement:
    """The constraint is gone."""
    table = dotted(*before.address.path[:-1])
    return Statement(f"ALTER TABLE {table} DROP CONSTRAINT {ident(not_null_name(before))}", Risk.CAUTION)


def not_null_changes(old: Mapping[str, Any], after: Object) -> Iterator[Statement]:
    """How a NOT NULL constraint that stays becomes valid, or is inherited or not."""
    new, table, name = after.attributes, dotted(*after.address.path[:-1]), ident(not_null_name(after))
    if old.get("not_null_not_valid") and not new.get("not_null_not_valid"):
        yield Statement(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}", Risk.CAUTION)
    if old.get("not_null_no_inherit") != new.get("not_null_no_inherit"):
        inherit = "NO INHERIT" if new.get("not_null_no_inherit") else "INHERIT"
        yield Statement(f"ALTER TABLE {table} ALTER CONSTRAINT {name} {inherit}", Risk.CAUTION)
