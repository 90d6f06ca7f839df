"""The tables that a partition or child table stands under, and what it shares with them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Set

from faberdb.model import Action, Address, Attributes, Change, Object, Turn, Unmanaged, Work
from faberdb_providers.postgres.names import ident, resolve

Objects = Mapping[Address, Object]
Find = Callable[[Address], Object | None]
SHARED = ("column", "check", "primary_key", "unique", "exclusion", "index", "foreign_key")
KEYS = ("primary_key", "unique", "exclusion")


def not_null_names(version: int) -> str:
    """SQL for the names of NOT NULL constraints on inherited columns of pg_class c, where the parent's has another.
    Before PostgreSQL 18 they have none."""
    if version < 18:
        return "null::json"
    return (
        "(select json_object_agg(na.attname, nk.conname order by na.attnum) from pg_constraint nk join pg_attribute na"
        " on na.attrelid = nk.conrelid and na.attnum = nk.conkey[1] where nk.conrelid = c.oid and nk.contype = 'n'"
        " and nk.coninhcount > 0 and not na.attislocal and (c.relispartition or nk.conislocal) and nk.conname <> all"
        " (select pk.conname from pg_inherits h join pg_constraint pk on pk.conrelid = h.inhparent and pk.contype = 'n'"
        " join pg_attribute pa on pa.attrelid = h.inhparent and pa.attnum = pk.conkey[1] and pa.attname = na.attname"
        " where h.inhrelid = c.oid))"
    )


def above(obj: Object) -> list[Address]:
    """The tables that a table is a partition or child of."""
    names = [*filter(None, [obj.attributes.get("partition_of")]), *obj.attributes.get("inherits", ())]
    return [resolve(obj.address.path[0], name) for name in names]


def all_above(table: Object, find: Find) -> list[Object]:
    """Those tables, and those that they in turn are parts of, the nearest first."""
    found: list[Object] = []
    todo = above(table)
    while todo:
        obj = find(todo.pop(0))
        if obj is not None and obj not in found:
            found.append(obj)
            todo += above(obj)
    return found


def all_below(table: Object, work: Work) -> list[Object]:
    """The wanted tables that are parts of this one, or of one that is."""
    found: list[Object] = []
    todo = [table]
    while todo:
        one = todo.pop()
        parts = [o for o in work.referrers(one.address, after=True) if one.address in above(o) and o not in found]
        found += parts
        todo += parts
    return found


def at(work: Work, *, after: bool | None) -> Find:
    """The tables above as they are live or wanted, or else as they are when a table comes or goes: all else about them
    has changed by then."""
    if after is None:
        return lambda address: work.after(address) or work.before(address)
    return work.after if after else work.before


def shared(table: Object, work: Work, kind: str, *, after: bool | None = None) -> dict[str, Object]:
    """By name, the objects of a kind on the tables above that a child table has too. after: as those are wanted, or as
    they are live; otherwise as they are when a table comes or goes."""
    found: dict[str, Object] = {}
    for parent in all_above(table, at(work, after=after)):
        wanted = work.after(parent.address) is not None if after is None else after
        for obj in work.children(parent.address, after=wanted):
            if obj.address.kind == kind and "inherited" not in obj.attributes and not obj.attributes.get("no_inherit"):
                found.setdefault(obj.address.path[-1], obj)
    return found


def was_there(column: Object, work: Work) -> bool:
    """Whether a column was there before, be it from above."""
    home, name = column.address.path[:-1], column.address.path[-1]
    table = work.before(Address("table", home)) if "inherited" in column.attributes else None
    homes = [home, *(o.address.path for o in (all_above(table, work.before) if table is not None else ()))]
    return any(work.before(Address("column", (*path, name))) is not None for path in homes)


def default_above(table: Object, column: str, work: Work, *, after: bool) -> Object | None:
    """The default that a column of a child table has from above, as it is live or wanted there."""
    find = at(work, after=after)
    for parent in all_above(table, find):
        found = find(Address("default", (*parent.address.path, column)))
        if found is not None:
            return found
    return None


def places(table: Object) -> Iterator[tuple[str, ...]]:
    """What a partition claims: its bound, and a place among the partitions of its table, which is to be had once those
    have left that leave. What ends in no name is no name that a text could mention."""
    if "partition_of" in table.attributes:
        parent = above(table)[0].path
        yield ("partition", *parent, "")
        yield ("bound", *parent, table.attributes["bound"], "")


def turn_of(change: Change, changes: Mapping[Address, Change], live: Objects, target: Objects) -> Turn:
    """The changes of what a table shares with those above that it comes before or after.

    It leaves a table as that is, and comes to one as that is to be; where it stays, it follows what changes there
    before it is moved. When it is dropped or made anew, it goes before them, so that it is set aside, and comes back,
    as it was.
    """
    before, after = change.before, change.after
    if change.action is Action.ALTER:
        assert before is not None
        assert after is not None
        old, new = ({o.address.path for o in all_above(o, side.get)} for o, side in ((before, live), (after, target)))
        if old == new and not moves(before.attributes, after.attributes):
            return Turn()
        shared_before = _shared_with(old & new, changes, (*SHARED, "default"))
        # A foreign key that points back at one of them is made when all its rows are in their places.
        shared_before -= {a for a in shared_before if a.kind == "foreign_key" and _points_at(changes[a], old & new)}
        return Turn(
            shared_before,
            _shared_with(new - old, changes, (*SHARED, "default")),
            _shared_with(old - new, changes, (*SHARED, "default")),
        )
    old, new = (
        {o.address.path for o in (all_above(obj, side.get) if obj else ()) if _stays(o, changes)}
        for obj, side in ((before, live), (after, target))
    )
    kinds = ("column", "check", "default")
    return Turn(last=_shared_with(new, changes, kinds), ahead=_shared_with(old, changes, kinds))


def pointed_at(key: Object) -> Address:
    """The table that a foreign key points at."""
    return resolve(key.address.path[0], key.attributes["references"]["table"])


def _points_at(change: Change, tables: Set[tuple[str, ...]]) -> bool:
    return any(pointed_at(key).path in tables for key in (change.before, change.after) if key is not None)


def pointing_around(change: Change, live: Objects, target: Objects) -> Iterator[Address]:
    """The foreign keys that cannot stay while a partition leaves the tables above it and comes back: those that point
    at one of these, since rows may refer to the rows that are away meanwhile."""
    back = comes_back_to(change, live, target)
    for address, obj in live.items() if back else ():
        if address.kind == "foreign_key" and address in target and pointed_at(obj) in back:
            yield address


def comes_back_to(change: Change, live: Objects, target: Objects) -> Set[Address]:
    """The tables that a partition leaves and comes back to, at any depth."""
    before, after = change.before, change.after
    if before is None or after is None or not (is_part(before) and is_part(after)):
        return frozenset()
    if change.action is Action.ALTER and not comes_anew(before.attributes, after.attributes):
        return frozenset()
    return {o.address for o in all_above(before, live.get)} & {o.address for o in all_above(after, target.get)}


def comes_anew(old: Attributes, new: Attributes) -> bool:
    """Whether a partition has to be detached and attached for a change of it."""
    return any(old.get(key) != new.get(key) for key in ("partition_of", "bound", "not_null_names"))


def moves(old: Attributes, new: Attributes) -> bool:
    """Whether a table is a part of other tables than it was, or another part."""
    return comes_anew(old, new) or old.get("inherits") != new.get("inherits")


def _stays(table: Object, changes: Mapping[Address, Change]) -> bool:
    return table.address not in changes or changes[table.address].action is Action.ALTER


def _shared_with(
    tables: Set[tuple[str, ...]], changes: Mapping[Address, Change], kinds: tuple[str, ...]
) -> frozenset[Address]:
    if not tables:
        return frozenset()
    return frozenset(a for a in changes if len(a.path) > 2 and a.kind in kinds and a.path[:2] in tables)


def carried(table: Object, other: Object, live: Objects, target: Objects) -> Iterator[Address]:
    """What hangs on a table and comes or goes with ATTACH, DETACH and their kin. table, other: before and after."""
    if above(table) == above(other):
        return

    old = {o.address for o in all_above(table, live.get)}
    new = {o.address for o in all_above(other, target.get)}
    # Its own meets what is above it from now on; what it had from above stays with it, as its own.
    meets = [o for o in target.values() if o.parent in new]
    keeps = [o for o in live.values() if o.parent in old - new]
    comes = [o for o in target.values() if o.parent in new - old]
    # One that it had from above stays, as its own; one of its own is met by that of a table that it comes to.
    kept, met = (
        {o.address.path[-1] for o in side.values() if o.parent in parents and o.address.kind == "column"}
        for side, parents in ((live, old), (target, new))
    )
    for address in {a: None for side in (live, target) for a, o in side.items() if o.parent == table.address}:
        before, after = live.get(address), target.get(address)
        one = before or after
        assert one is not None
        if before is not None and after is not None:
            if before.attributes.get("attached_to") == after.attributes.get("attached_to") or shape(before) != shape(
                after
            ):
                continue
            yield address
        elif address.kind == "column":
            if (address.path[-1] in (kept if before is None else met)) and "inherited" not in one.attributes:
                yield address
        elif any(_the_same(one, o) for o in (keeps if before is None else meets)):
            yield address
        elif any(_same_check(one, o) for o in (comes if before is None else keeps)):
            yield address  # made before they come together, and dropped after they part


def _same_check(own: Object, above: Object) -> bool:
    return own.address.kind == "check" and _the_same(own, above) and own.attributes == above.attributes


def _the_same(own: Object, above: Object) -> bool:
    """Whether ATTACH makes one of what a table has and what is above it, or DETACH the one of the other."""
    if own.address.kind != above.address.kind:
        return False
    if own.address.kind == "check":
        return own.address.path[-1] == above.address.path[-1] and not above.attributes.get("no_inherit")
    if own.address.kind == "foreign_key":
        return alike(own, above)
    return own.address.kind in (*KEYS, "index") and shape(own) == shape(above)


def left_columns(table: Object, other: Object, live: Objects, target: Objects) -> list[str]:
    """Columns that a table has from those above, and would keep though it is to have them no more."""
    if not set(above(table)) - set(above(other)):
        return []

    def columns(objects: Objects, obj: Object) -> set[str]:
        homes = {o.address for o in (obj, *all_above(obj, objects.get))}
        return {a.path[-1] for a, o in objects.items() if a.kind == "column" and o.parent in homes}

    own = {a.path[-1] for a, o in live.items() if o.parent == table.address and "inherited" not in o.attributes}
    return sorted(columns(live, table) - own - columns(target, other))


def partitioned_by(column: Address, live: Objects, target: Objects) -> Iterator[Address]:
    """The tables that are partitioned by a column: its own, or partitions of that which are partitioned themselves."""
    name = column.path[-1]
    for address, obj in live.items():
        if "partition_by" not in obj.attributes or "partition_by" not in getattr(target.get(address), "attributes", {}):
            continue
        keys = obj.attributes["partition_by"]
        if column.path[:2] in [o.address.path for o in (obj, *all_above(obj, live.get))] and (
            re.search(rf"(?<![\w.\"]){re.escape(ident(name))}(?![\w\"])", keys)
        ):
            yield address


def shape(obj: Object) -> str:
    """What makes the server take an index or key of a part for that of its table: how it is stored does not matter."""
    a = obj.attributes
    keys = ("on", "columns", "elements", "unique", "where", "using", "include", "nulls_not_distinct")
    return repr([a.get(key) for key in keys])


def alike(key: Object, other: Object) -> bool:
    """Whether two foreign keys, on a table and on a part of it, differ in nothing but their names."""
    one, two = ({**o.attributes, "references": pointed_at(o)} for o in (key, other))
    there = [o.attributes["references"].get("columns") for o in (key, other)]
    return one == two and there[0] == there[1]


def is_part(obj: Object) -> bool:
    """Whether a table is a partition."""
    return "partition_of" in obj.attributes


_REASON = "its table is declared with children = unmanaged"


def children_left_alone(declared: Objects, live: Objects) -> dict[Address, Unmanaged | None]:
    """Undeclared partitions of tables whose declaration leaves them to others, with all that hangs on them."""
    modes = {a: o.hints["children"] for a, o in declared.items() if "children" in o.hints}
    left: dict[Address, Unmanaged | None] = {}
    if not modes:
        return left
    below: dict[Address, list[Object]] = {}
    for obj in live.values():
        if obj.parent is not None:
            below.setdefault(obj.parent, []).append(obj)
    todo = [(o, mode) for a, mode in modes.items() for o in below.get(a, ()) if is_part(o)]
    while todo:
        obj, mode = todo.pop()
        if obj.address in declared or obj.address in left:
            continue
        said = Unmanaged(obj.address.kind.replace("_", " "), obj.address.name, _REASON)
        left[obj.address] = said if mode == "unmanaged" and is_part(obj) else None
        todo += [(o, mode) for o in below.get(obj.address, ())]
    return left
