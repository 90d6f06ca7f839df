"""NOT NULL, which has a name and properties of its own since PostgreSQL 18."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from faberdb.model import Address, Hazard, Object, Risk, Statement, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.in_the_way import rows_where
from faberdb_providers.postgres.kinds.lineage import all_above, at
from faberdb_providers.postgres.kinds.online.not_null import is_proven, proven
from faberdb_providers.postgres.names import dotted, ident


def set_not_null(obj: Object, work: Work) -> Statement:
    """Makes a column NOT NULL that may hold rows without a value."""
    table, name = dotted(*obj.address.path[:-1]), ident(obj.address.path[-1])
    if obj.parent is not None and obj.parent.kind == "foreign_table":
        return Statement(f"ALTER TABLE {table} ALTER COLUMN {name} SET NOT NULL", Risk.CAUTION)
    hazard = Hazard(codes.SET_NOT_NULL, "the table is scanned while it is locked, and a row without a value stops it")
    if {"not_null_no_inherit", "not_null_not_valid"} & obj.attributes.keys():
        return named_not_null(obj)._replace(probe=_without_value(obj, work))
    if obj.attributes.get("not_null_name"):
        sql = f"ALTER TABLE {table} ADD CONSTRAINT {ident(obj.attributes['not_null_name'])} NOT NULL {name}"
    else:
        sql = f"ALTER TABLE {table} ALTER COLUMN {name} SET NOT NULL"
    return Statement(sql, Risk.DANGEROUS, (hazard,), probe=_without_value(obj, work))


def made_not_null(obj: Object, work: Work) -> Iterator[Statement]:
    """The same of a column whose table may be in use."""
    if is_proven(obj, work):
        yield from proven(obj, not_null_name(obj), _without_value(obj, work), work)
    else:
        yield set_not_null(obj, work)


def _without_value(obj: Object, work: Work) -> tuple[str, ...]:
    """A query for rows that are in the way of NOT NULL; of children too, unless it is theirs to say."""
    if obj.attributes.get("not_null_not_valid"):
        return ()
    table, name = Address("table", obj.address.path[:-1]), ident(obj.address.path[-1])
    own = bool(obj.attributes.get("not_null_no_inherit"))
    return rows_where(table, f"t.{name} is not distinct from null", work, own=own)


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
    hazard = Hazard(codes.SET_NOT_NULL, "the table is scanned while it is locked, and a row without a value stops it")
    return Statement(sql, Risk.DANGEROUS, (hazard,))


FROM_ABOVE = ("not_null_inherited", "not_null_name", "not_null_no_inherit", "not_null_not_valid")


def own_not_null(attributes: Mapping[str, Any]) -> bool:
    """Whether a column is NOT NULL by a constraint of its own."""
    return not {"null", "inherited", "not_null_inherited"} & attributes.keys()


def binds_below(column: Object) -> bool:
    """Whether the same column of child tables is NOT NULL because this one is."""
    a = column.attributes
    bound = "not_null" in a if "inherited" in a else "null" not in a
    return bound and "not_null_no_inherit" not in a


def in_the_way_of_type(column: Object, work: Work) -> list[Object]:
    """Columns that let go of NOT NULL while the type of one changes, from the top: PostgreSQL 18 makes the constraint
    anew then, and cannot where a child table has written one of another name. column: the top one, as it is live."""
    if work.version < 18 or column.parent is None:
        return []
    name, found = column.address.path[-1], []
    for table in work.all_of("table", after=False):
        line = all_above(table, work.before) if "inherits" in table.attributes else []
        if table.address == column.parent or column.parent in [o.address for o in line]:
            found.append((len(line), line, work.before(Address("column", (*table.address.path, name)))))
    own = [(depth, line, c) for depth, line, c in found if c is not None and own_not_null(c.attributes)]
    ways = [
        (depth, c)
        for depth, _, c in own
        for _, line, other in own
        if c.parent in [o.address for o in line] and not_null_name(c) != not_null_name(other)
    ]
    stay = (c for _, c in sorted(ways, key=lambda way: (way[0], way[1].address)) if _stays(c, work))
    return list({c.address: c for c in stay}.values())


def _stays(column: Object, work: Work) -> bool:
    after = work.after(column.address)
    same = after is not None and own_not_null(after.attributes) and not_null_name(after) == not_null_name(column)
    return same and "identity" not in column.attributes


def without_not_null(columns: Sequence[Object], work: Work, change: Iterable[Statement]) -> Iterator[Statement]:
    """The statements that change the type of columns, while some let go of NOT NULL."""
    for column in columns:
        alter = f"ALTER TABLE {dotted(*column.address.path[:-1])} ALTER COLUMN {ident(column.address.path[-1])}"
        yield Statement(f"{alter} DROP NOT NULL", Risk.CAUTION)
    yield from change
    for column in reversed(columns):
        yield set_not_null(column, work)


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


def loosened(before: Object, after: Object) -> bool:
    """Whether NOT NULL goes and comes again, because it is to be not valid."""
    old, new = before.attributes, after.attributes
    both = own_not_null(old) and own_not_null(new)
    return both and bool(new.get("not_null_not_valid") and not old.get("not_null_not_valid"))


def let_go(before: Object) -> Statement:
    """The constraint is gone."""
    table = dotted(*before.address.path[:-1])
    return Statement(f"ALTER TABLE {table} DROP CONSTRAINT {ident(not_null_name(before))}", Risk.CAUTION)


def kept_not_null(old: Mapping[str, Any], after: Object, work: Work) -> Iterator[Statement]:
    """A NOT NULL constraint that stays, and has its name by now, becomes valid or not, or is inherited or not."""
    if after.attributes.get("not_null_not_valid") and not old.get("not_null_not_valid"):
        yield let_go(after)
        yield named_not_null(after)
    else:
        yield from not_null_changes(old, after, work)


def not_null_changes(old: Mapping[str, Any], after: Object, work: Work) -> Iterator[Statement]:
    """How a NOT NULL constraint that stays becomes valid, or is inherited or not."""
    new, table, name = after.attributes, dotted(*after.address.path[:-1]), ident(not_null_name(after))
    if old.get("not_null_not_valid") and not new.get("not_null_not_valid"):
        sql = f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}"
        yield Statement(sql, Risk.CAUTION, probe=_without_value(after, work))
    if old.get("not_null_no_inherit") != new.get("not_null_no_inherit"):
        inherit = "NO INHERIT" if new.get("not_null_no_inherit") else "INHERIT"
        yield Statement(f"ALTER TABLE {table} ALTER CONSTRAINT {name} {inherit}", Risk.CAUTION)


def not_null_names(table: Object, work: Work, *, after: bool) -> dict[str, str]:
    """What the NOT NULL constraints of a table are called (PostgreSQL 18), by column."""
    own = table.attributes.get("not_null_names", {})
    names: dict[str, str] = {}
    for here in (table, *all_above(table, at(work, after=after))):
        for column in work.children(here.address, after=after):
            a, name = column.attributes, column.address.path[-1]
            if column.address.kind == "column" and (own_not_null(a) or "not_null" in a):
                names.setdefault(name, a.get("not_null_name") or f"{here.address.path[-1]}_{name}_not_null")
    return {**names, **own}
