"""Columns that come from a parent table: what can be different about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from faberdb.model import Address, Change, Object, Risk, Statement, Work
from faberdb_providers.postgres.kinds.base import compact
from faberdb_providers.postgres.kinds.column.not_null import (
    binds_below,
    kept_not_null,
    name_changes,
    set_not_null,
)
from faberdb_providers.postgres.kinds.column.stored import COMPRESSION, STORAGE, storage_changes
from faberdb_providers.postgres.kinds.column.stored_below import STORED, stored_as_above, stored_below
from faberdb_providers.postgres.kinds.lineage import Find, above, all_above, default_above, shared
from faberdb_providers.postgres.names import dotted, ident


def parents_of(table: Address, work: Work) -> list[Object]:
    """The tables that a table is to inherit its columns from, the nearest first."""
    obj = work.after(table) or work.after(table._replace(kind="foreign_table"))
    return all_above(obj, work.after) if obj else []


def around_in_line(change: Change, changes: Mapping[Address, Change], find: Find) -> Iterator[Address]:
    """The changes of the same column in child tables, or in tables above, that a change of NOT NULL comes after: a
    child may let go of it only after those above did, and has one of its own only if it is there before theirs."""
    before, after = change.before, change.after
    if before is None or after is None or binds_below(before) == binds_below(after):
        return
    opens, name, here = not binds_below(after), after.address.path[-1], after.address.path[:2]
    own = find(Address("table", here))
    if opens:
        for parent in all_above(own, find) if own else ():
            column = Address("column", (*parent.address.path, name))
            # One that binds from now on takes the place of what the child says of its own.
            if column in changes and not _binds(changes[column].after):
                yield column
        return
    for column in changes:
        if column.kind == "column" and column.path[-1] == name and column.path[:2] != here:
            if "inherited" in after.attributes and not _binds(changes[column].after):
                continue  # which is seen to with this one
            below = find(Address("table", column.path[:2]))
            if below and any(obj.address.path == here for obj in all_above(below, find)):
                yield column


def let_go_below(column: Object, work: Work) -> Iterator[Statement]:
    """Takes NOT NULL from child tables that had it from a column which passes it on no more: NO INHERIT makes it their
    own."""
    home, name = Address("table", column.address.path[:2]), column.address.path[-1]
    children = (work.before(o.address) for o in work.referrers(home, after=True) if "inherits" in o.attributes)
    for table in (o for o in children if o is not None and home in above(o)):
        mine = Address("column", (*table.address.path, name))
        wanted = work.after(mine)
        # What was written there too changes by itself, or stays.
        if work.before(mine) is not None or (wanted is not None and wanted.attributes.get("not_null")):
            continue
        others = (work.after(Address("column", (*o.address.path, name))) for o in parents_of(table.address, work))
        if not any(o is not None and o.address != column.address and binds_below(o) for o in others):
            yield Statement(
                f"ALTER TABLE {dotted(*table.address.path)} ALTER COLUMN {ident(name)} DROP NOT NULL", Risk.CAUTION
            )


def changes_hands(
    change: Change, live: Mapping[Address, Object], target: Mapping[Address, Object]
) -> Iterator[Address]:
    """The child table of a column that is its own from now on though it was there from above, or comes from above and
    was its own. The server has no words for either."""
    obj, side = (change.before, target) if change.after is None else (change.after, live)
    before, after = (objects.get(Address("table", change.address.path[:2])) for objects in (live, target))
    if change.by or (change.before and change.after) or obj is None or "inherited" in obj.attributes:
        return
    if before is None or after is None or "inherits" not in after.attributes or above(before) != above(after):
        return
    name, there = change.address.path[-1], before if side is live else after
    if any(Address("column", (*o.address.path, name)) in side for o in all_above(there, side.get)):
        yield after.address


def without_default(inlined: Sequence[Object], table: Object, work: Work) -> list[Object]:
    """What is written into CREATE TABLE, with a NULL for the default of each column that has none though it would get
    that of a table above."""
    bare = _bare(inlined, table, work)
    return [*inlined, *(Object(a._replace(kind="default"), {"expression": "NULL"}, a) for a in bare)]


def none_given(table: Object, inlined: Sequence[Object], work: Work) -> Iterator[Statement]:
    """Takes that NULL away again: of a domain, or a type with a length, it would stay as an expression."""
    for column in _bare(inlined, table, work):
        yield Statement(f"ALTER TABLE {dotted(*table.address.path)} ALTER COLUMN {ident(column.path[-1])} DROP DEFAULT")


def _bare(inlined: Sequence[Object], table: Object, work: Work) -> list[Address]:
    given = {o.parent for o in inlined if o.address.kind == "default"}
    columns = (o for o in inlined if o.address.kind == "column" and o.address not in given and _can_have_default(o))
    own = (o.address for o in columns if "inherited" not in o.attributes) if above(table) else ()
    return [a for a in own if default_above(table, a.path[-1], work, after=True) is not None]


def _can_have_default(column: Object) -> bool:
    return not {"generated", "identity"} & column.attributes.keys()


def given_back_below(default: Address, work: Work) -> Iterator[Statement]:
    """Gives child tables back what is different there, since a change of the parent's default reaches them all."""
    todo = [Address("table", default.path[:2])]
    while todo:
        for table in work.referrers(todo.pop(), after=True):
            if not {"partition_of", "inherits"} & table.attributes.keys() or work.before(table.address) is None:
                continue
            todo.append(table.address)
            path = (*table.address.path, default.path[-1])
            column, own = work.after(Address("column", path)), work.after(Address("default", path))
            alter = f"ALTER TABLE {dotted(*path[:-1])} ALTER COLUMN {ident(path[-1])}"
            if own is not None:
                yield Statement(f"{alter} SET DEFAULT {own.attributes['expression']}")
            elif column is not None and has_no_default(column):
                yield Statement(f"{alter} DROP DEFAULT")


def has_no_default(column: Object) -> bool:
    """Whether a column that may have one has no default of its own accord: not because those above have none."""
    return _can_have_default(column) and ("inherited" not in column.attributes or "no_default" in column.attributes)


def default_met(before: Object, after: Object, work: Work) -> Iterator[Statement]:
    """The defaults of columns that a child table has from other tables than before: INHERIT leaves them as they were.
    before, after: the table."""
    for name, column in shared(after, work, "column", after=True).items():
        path = (*after.address.path, name)
        ends = [find(Address("column", path)) for find in (work.before, work.after)]
        own = [find(Address("default", path)) for find in (work.before, work.after)]
        if any(own) or not _can_have_default(column) or any(o and has_no_default(o) for o in ends[1:]):
            continue
        was, wanted = (default_above(t, name, work, after=x) for t, x in ((before, False), (after, True)))
        had = None if ends[0] and has_no_default(ends[0]) else was
        if _text(had) != _text(wanted):
            what = f"SET DEFAULT {_text(wanted)}" if wanted else "DROP DEFAULT"
            yield Statement(f"ALTER TABLE {dotted(*path[:-1])} ALTER COLUMN {ident(name)} {what}")
            yield from given_back_below(Address("default", path), work)


def _text(default: Object | None) -> str:
    return str(default.attributes["expression"]) if default is not None else ""


def own_attributes(
    not_null: Mapping[str, Any],
    storage: str | None,
    compression: str | None,
    settings: Mapping[str, Any],
    defaults: Sequence[Any] | None,
) -> dict[str, Any]:
    """What an inherited column has another way than that of the parent. not_null: what there is to say of a NOT NULL of
    its own."""
    here = defaults or [None, None]
    return {
        "inherited": True,
        **compact(
            {
                **not_null,
                "storage": STORAGE.get(storage or ""),
                "compression": "default" if compression == "" else COMPRESSION.get(compression or ""),
                "no_default": here[0] is not None and here[1] is None,
                "own_default": here[1] is not None and here[0] != here[1],
                **settings,
            }
        ),
    }


def own_changes(old: Mapping[str, Any], new: Mapping[str, Any], obj: Object, work: Work) -> Iterator[Statement]:
    """What leads from what is different about an inherited column to something else."""
    column = f"ALTER TABLE {dotted(*obj.address.path[:-1])} ALTER COLUMN {ident(obj.address.path[-1])}"
    if new.get("not_null") and "type" not in old and not old.get("not_null"):
        yield from bound_by_itself(obj, work)
    elif old.get("not_null") and new.get("not_null"):
        yield from name_changes(old, obj)
        yield from kept_not_null(old, obj, work)
    elif old.get("not_null") and "type" not in new:
        yield from _no_longer_own(obj, work)
    if new.get("no_default") and not old.get("no_default"):
        yield Statement(f"{column} DROP DEFAULT")
    elif not new and work.after(obj.address) is not None:
        pass  # it is only taken down, and the default above may be of another type by now
    elif {"no_default", "own_default"} & old.keys() and not {"type", "no_default", "own_default"} & new.keys():
        yield default_as_above(obj.address, work)
    as_above = (
        {} if "type" in new else stored_as_above(obj.address, [k for k in STORED if k in old and k not in new], work)
    )
    yield from storage_changes(old, {**as_above, **new}, column, work.version)
    yield from stored_below(obj.address, [k for k in STORED if old.get(k) != new.get(k)], work)


def _no_longer_own(obj: Object, work: Work) -> Iterator[Statement]:
    """NOT NULL of its own is gone, unless that was seen to with the one of a table above."""
    name = obj.address.path[-1]
    above = (work.after(Address("column", (*o.address.path, name))) for o in parents_of(_home(obj), work))
    if not any(o is not None and "inherited" in o.attributes and _binds(o) for o in above):
        alter = f"ALTER TABLE {dotted(*obj.address.path[:-1])} ALTER COLUMN {ident(name)}"
        yield Statement(f"{alter} DROP NOT NULL", Risk.CAUTION)


def bound_by_itself(obj: Object, work: Work) -> Iterator[Statement]:
    """NOT NULL that an inherited column has of its own. Child tables let go of theirs first: it would keep its name
    there, and nothing changes that of one that is inherited (PostgreSQL 18)."""
    name = obj.address.path[-1]
    for table in work.referrers(_home(obj), after=True):
        mine = Address("column", (*table.address.path, name))
        before = work.before(mine)
        if before is not None and "not_null" in before.attributes and not _binds(work.after(mine)):
            alter = f"ALTER TABLE {dotted(*table.address.path)} ALTER COLUMN {ident(name)}"
            yield Statement(f"{alter} DROP NOT NULL", Risk.CAUTION)
    yield set_not_null(obj, work)


def _home(column: Object) -> Address:
    return Address("table", column.address.path[:-1])


def _binds(column: Object | None) -> bool:
    return column is not None and binds_below(column)


def default_as_above(column: Address, work: Work) -> Statement:
    """The statement that gives a column the default of the tables above, or none where they have none."""
    alter = f"ALTER TABLE {dotted(*column.path[:-1])} ALTER COLUMN {ident(column.path[-1])}"
    for parent in parents_of(Address("table", column.path[:-1]), work):
        default = work.after(Address("default", (*parent.address.path, column.path[-1])))
        if default is not None:
            return Statement(f"{alter} SET DEFAULT {default.attributes['expression']}")
    return Statement(f"{alter} DROP DEFAULT")
