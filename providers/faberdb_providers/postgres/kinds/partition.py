"""What a partition or child table shares with the tables above it, and what it keeps when it comes and goes: ATTACH and
DETACH, INHERIT and NO INHERIT leave the table, its rows and its identity as they are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from faberdb.model import Action, Address, Change, Hazard, Object, Risk, Statement, Unmanaged, Work
from faberdb_providers.postgres.names import dotted, ident, literal, qualified, resolve, unquoted

Objects = Mapping[Address, Object]
SHARED = ("column", "check", "primary_key", "unique", "exclusion", "index", "foreign_key")
KEYS = ("primary_key", "unique", "exclusion")
_LABELS = {"primary_key": "pkey", "unique": "key", "exclusion": "excl", "index": "idx"}


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


Find = Callable[[Address], Object | None]


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


def _now(work: Work) -> Find:
    """The tables above as they are when a table comes or goes: all else about them has changed by then."""
    return lambda address: work.after(address) or work.before(address)


def shared(table: Object, work: Work, kind: str) -> dict[str, Object]:
    """By name, the objects of a kind on the tables above that a child table has too."""
    found: dict[str, Object] = {}
    for parent in all_above(table, _now(work)):
        for obj in work.children(parent.address, after=work.after(parent.address) is not None):
            if obj.address.kind == kind and "inherited" not in obj.attributes and not obj.attributes.get("no_inherit"):
                found.setdefault(obj.address.path[-1], obj)
    return found


def _default(table: Object, column: str, work: Work) -> Object | None:
    """The default that a column of a child table has from above."""
    for parent in all_above(table, _now(work)):
        address = Address("default", (*parent.address.path, column))
        found = work.after(address) if work.after(parent.address) else work.before(address)
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


def waited_for(change: Change, changes: Mapping[Address, Change], find: Find) -> Iterator[Address]:
    """The changes of what a table shares with those above: it comes after them, and when it is dropped it goes before
    them, so that it is set aside, and comes back, as it was."""
    before, after = change.before, change.after
    old, new = (above(obj) if obj else [] for obj in (before, after))
    moved = before is not None and after is not None
    if old == new:
        return
    tables = [a.address for obj in (before, after) if obj for a in all_above(obj, find)]
    parents = [a for a in tables if a not in changes or moved or changes[a].action is Action.ALTER]
    if not parents:
        return
    paths = {a.path for a in parents}
    kinds = (*SHARED, "default") if moved else ("column", "check", "default")
    for address in changes:
        if address.path[:2] in paths and len(address.path) > 2 and address.kind in kinds:
            yield address


def carried(table: Object, other: Object, live: Objects, target: Objects) -> Iterator[Address]:
    """What hangs on a table and comes or goes with ATTACH, DETACH and their kin. table, other: before and after."""
    if above(table) == above(other):
        return

    def find(address: Address) -> Object | None:
        return target.get(address) or live.get(address)

    parents = {o.address for o in (*all_above(table, find), *all_above(other, find))}
    there = [o for o in target.values() if o.parent in parents]
    there += [o for o in live.values() if o.parent in parents and o.parent not in target]
    columns = {o.address.path[-1] for o in there if o.address.kind == "column"}
    checks = {o.address.path[-1] for o in there if o.address.kind == "check" and not o.attributes.get("no_inherit")}
    shapes = [(o.address.kind, shape(o)) for o in there if o.address.kind in (*KEYS, "index", "foreign_key")]
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
            if address.path[-1] in columns and "inherited" not in one.attributes:
                yield address
        elif address.kind == "check":
            if address.path[-1] in checks:
                yield address
        elif (address.kind, shape(one)) in shapes:
            yield address


def left_columns(table: Object, other: Object, live: Objects, target: Objects) -> list[str]:
    """Columns that a table has from those above, and would keep though it is to have them no more."""
    if not set(above(table)) - set(above(other)):
        return []

    def columns(objects: Objects, obj: Object) -> set[str]:
        homes = {o.address for o in (obj, *all_above(obj, objects.get))}
        return {a.path[-1] for a, o in objects.items() if a.kind == "column" and o.parent in homes}

    own = {a.path[-1] for a, o in live.items() if o.parent == table.address and "inherited" not in o.attributes}
    return sorted(columns(live, table) - own - columns(target, other))


def shape(obj: Object) -> str:
    """What makes two indexes or keys, on a table and on a part of it, the same."""
    a = obj.attributes
    keys = ("on", "columns", "elements", "unique", "where", "using", "include", "nulls_not_distinct", "references")
    return repr([a.get(key) for key in keys])


def attach(obj: Object) -> Statement:
    """ATTACH PARTITION."""
    parent = qualified(resolve(obj.address.path[0], obj.attributes["partition_of"]))
    hazard = Hazard(
        "attach",
        "the table is locked while all its rows are checked, unless a check constraint says what the bound says",
    )
    sql = f"ALTER TABLE {parent} ATTACH PARTITION {qualified(obj.address)} {obj.attributes['bound']}"
    return Statement(sql, Risk.DANGEROUS, (hazard,))


def detach(obj: Object) -> Statement:
    """DETACH PARTITION."""
    parent = qualified(resolve(obj.address.path[0], obj.attributes["partition_of"]))
    hazard = Hazard("detach", "queries on the parent wait for a moment, and no longer find the rows of the partition")
    return Statement(f"ALTER TABLE {parent} DETACH PARTITION {qualified(obj.address)}", Risk.DANGEROUS, (hazard,))


def descent_changes(before: Object, after: Object, work: Work) -> Iterator[Statement]:
    """What makes a table a part of other tables than it was, or of none."""
    schema, name = after.address.path[0], qualified(after.address)
    old, new = before.attributes, after.attributes
    keys = ("partition_of", "bound", "not_null_names")
    if any(old.get(key) != new.get(key) for key in keys):
        leaves, joins = bool(old.get("partition_of")), bool(new.get("partition_of"))
        if leaves:
            yield detach(before)
            if not joins:
                yield from _stays_behind(before, after, work)
        if joins:
            yield from _fits(before, after, work)
            yield attach(after)
            yield from _follows(before, after, work)
    for gone in [p for p in old.get("inherits", ()) if p not in new.get("inherits", ())]:
        yield Statement(f"ALTER TABLE {name} NO INHERIT {qualified(resolve(schema, gone))}", Risk.DANGEROUS)
    added = [p for p in new.get("inherits", ()) if p not in old.get("inherits", ())]
    if added:
        yield from _fits(before, after, work)
    for parent in added:
        yield Statement(f"ALTER TABLE {name} INHERIT {qualified(resolve(schema, parent))}", Risk.DANGEROUS)


def _fits(before: Object, after: Object, work: Work) -> Iterator[Statement]:
    """What a table must have before it can become a part of another."""
    table = qualified(after.address)
    names = _not_null_names(after, work, after=True)
    now = _not_null_names(before, work, after=False)
    for name, column in shared(after, work, "column").items():
        mine = work.before(Address("column", (*after.address.path, name)))
        if column.attributes.get("null") and mine is not None and not {"null", "inherited"} & mine.attributes.keys():
            wanted = work.after(mine.address)
            if wanted is None or ("inherited" in wanted.attributes and "not_null" not in wanted.attributes):
                yield Statement(f"ALTER TABLE {table} ALTER COLUMN {ident(name)} DROP NOT NULL", Risk.CAUTION)
        if column.attributes.get("null") or (mine is None and name not in now):
            continue
        if mine is not None and mine.attributes.get("null"):
            what = f"ADD CONSTRAINT {ident(names[name])} NOT NULL {ident(name)}"
            what = what if work.version >= 18 else f"ALTER COLUMN {ident(name)} SET NOT NULL"
            hazard = Hazard(
                "set-not-null", "the table is scanned while it is locked, and a row without a value stops it"
            )
            yield Statement(f"ALTER TABLE {table} {what}", Risk.DANGEROUS, (hazard,))
        elif work.version >= 18 and now[name] != names[name]:
            yield Statement(f"ALTER TABLE {table} RENAME CONSTRAINT {ident(now[name])} TO {ident(names[name])}")
    had = shared(before, work, "check")
    for name, check in shared(after, work, "check").items():
        mine = work.before(Address("check", (*after.address.path, name)))
        if mine is None and name not in had:
            unenforced = " NOT ENFORCED" if check.attributes.get("not_enforced") else ""
            hazard = Hazard("add-constraint", "the table is locked while all rows are checked")
            sql = (
                f"ALTER TABLE {table} ADD CONSTRAINT {ident(name)} CHECK ({check.attributes['expression']}){unenforced}"
            )
            yield Statement(sql, Risk.DANGEROUS, (hazard,))


def _follows(before: Object, after: Object, work: Work) -> Iterator[Statement]:
    """What a table that has become a part of another takes over that it need not have had."""
    table = qualified(after.address)
    had = shared(before, work, "column")
    for name in shared(after, work, "column"):
        mine = Address("column", (*after.address.path, name))
        wanted, live = work.after(mine), work.before(mine)
        if live is not None and wanted is None and live.attributes.get("statistics") is not None:
            yield Statement(f"ALTER TABLE ONLY {table} ALTER COLUMN {ident(name)} SET STATISTICS -1")
        if live is None or name in had or work.before(mine._replace(kind="default")) is not None:
            continue
        default = _default(after, name, work)
        if default is not None and not (wanted and wanted.attributes.get("no_default")):
            sql = f"ALTER TABLE {table} ALTER COLUMN {ident(name)} SET DEFAULT {default.attributes['expression']}"
            yield Statement(sql)


def _stays_behind(before: Object, after: Object, work: Work) -> Iterator[Statement]:
    """What a table keeps from the table it was a part of is taken away where it is not wanted."""
    table = qualified(after.address)
    alter = f"ALTER TABLE {table}"
    names = _not_null_names(before, work, after=False)
    for name, column in shared(before, work, "column").items():
        mine = work.after(Address("column", (*after.address.path, name)))
        if mine is None:
            continue
        if not column.attributes.get("null"):
            wanted = mine.attributes.get("not_null_name") or f"{after.address.path[-1]}_{name}_not_null"
            if mine.attributes.get("null"):
                yield Statement(f"{alter} ALTER COLUMN {ident(name)} DROP NOT NULL", Risk.CAUTION)
            elif work.version >= 18 and names[name] != wanted:
                yield Statement(f"{alter} RENAME CONSTRAINT {ident(names[name])} TO {ident(wanted)}")
        default = Address("default", mine.address.path)
        if _default(before, name, work) and work.before(default) is None and work.after(default) is None:
            yield Statement(f"{alter} ALTER COLUMN {ident(name)} DROP DEFAULT")
        if mine.attributes.get("statistics") is not None and work.before(mine.address) is None:
            target = mine.attributes["statistics"]
            yield Statement(f"ALTER TABLE ONLY {table} ALTER COLUMN {ident(name)} SET STATISTICS {target}")
    for kind in ("check", "foreign_key"):
        for name in shared(before, work, kind):
            if work.after(Address(kind, (*after.address.path, name))) is None:
                yield Statement(f"{alter} DROP CONSTRAINT {ident(name)}", Risk.CAUTION)
    for kind in (*KEYS, "index"):
        kept = [shape(o) for o in work.children(after.address, after=True) if o.address.kind == kind]
        mine_too = [shape(o) for o in work.children(after.address, after=False) if o.address.kind == kind]
        for key in shared(before, work, kind).values():
            if shape(key) not in (*kept, *mine_too):
                name = chosen_name(after.address.path[-1], key)
                what = f"DROP INDEX {dotted(after.address.path[0], name)}"
                yield Statement(what if kind == "index" else f"{alter} DROP CONSTRAINT {ident(name)}", Risk.CAUTION)


def _not_null_names(table: Object, work: Work, *, after: bool) -> dict[str, str]:
    """What the NOT NULL constraints of a table are called (PostgreSQL 18), by column."""
    own = table.attributes.get("not_null_names", {})
    names: dict[str, str] = {}
    for here in (table, *all_above(table, _now(work))):
        settled = after if here is table else work.after(here.address) is not None
        for column in work.children(here.address, after=settled):
            a, name = column.attributes, column.address.path[-1]
            if column.address.kind == "column" and "inherited" not in a and not a.get("null"):
                names.setdefault(name, a.get("not_null_name") or f"{here.address.path[-1]}_{name}_not_null")
    return {**names, **own}


def object_name(table: str, columns: str, label: str) -> str:
    """A name as the server's makeObjectName puts it together: at most 63 bytes, the longer part cut first."""
    first, second = table.encode(), columns.encode()
    room = 63 - len(label) - 1 - (1 if second else 0)
    one, two = len(first), len(second)
    while one + two > room:
        if one > two:
            one -= 1
        else:
            two -= 1
    parts = [first[:one].decode(errors="ignore"), *([second[:two].decode(errors="ignore")] if second else []), label]
    return "_".join(parts)


def is_chosen(name: str, kind: str, table: str, columns: Sequence[str]) -> bool:
    """Whether the server would give an index of a partition this name by itself. columns: as those of the parent's
    index are called."""
    joined = "" if kind == "primary_key" else "_".join(columns)
    return any(name == object_name(table, joined, f"{_LABELS[kind]}{n or ''}") for n in range(10))


def chosen_name(table: str, key: Object) -> str:
    """The name that the server gives the index of a partition that goes with this one of its parent."""
    a = key.attributes
    parts = [*a.get("on", ()), *a.get("columns", ()), *(e.split(" WITH ")[0] for e in a.get("elements", ()))]
    names = [_column_name(part) for part in (*parts, *a.get("include", ()))]
    joined = "" if key.address.kind == "primary_key" else "_".join(names)
    return object_name(table, joined, _LABELS[key.address.kind])


def _column_name(element: str) -> str:
    """What the server calls the column of an index, from its element."""
    plain = unquoted(element)
    if plain is not None:
        return plain
    match = re.match(r"([a-z_][a-z0-9_]*)(\(|[ ]|\Z)", element)
    return match[1] if match else "expr"


def upper_index(obj: Object, find: Any) -> Object | None:
    """The index or key of the parent table that one of a partition belongs to."""
    name = resolve(obj.address.path[0], obj.attributes["attached_to"]).path[1]
    table = find(obj.parent) if obj.parent else None
    for parent in above(table) if table is not None else ():
        for kind in (obj.address.kind, "index", *KEYS):
            found = find(Address(kind, (*parent.path, name)))
            if found is not None:
                return found  # type: ignore[no-any-return] # find is a lookup of objects
    return None


def attach_index(obj: Object) -> Statement:
    """Makes an index of a partition a part of its parent's."""
    whole = qualified(resolve(obj.address.path[0], obj.attributes["attached_to"]))
    part = dotted(obj.address.path[0], obj.address.path[-1])
    return Statement(f"ALTER INDEX {whole} ATTACH PARTITION {part}", Risk.CAUTION)


def name_index(obj: Object) -> Statement:
    """Gives the index that the server made for a partition its name, whatever it is called now."""
    whole = qualified(resolve(obj.address.path[0], obj.attributes["attached_to"]))
    part = dotted(*obj.address.path[:-1])
    text = literal(f"ALTER INDEX %s RENAME TO {ident(obj.address.path[-1]).replace('%', '%%')}").strip()
    return Statement(
        f"DO $faberdb$ BEGIN EXECUTE (SELECT format({text}, x.indexrelid::regclass)\n"
        f"    FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_index x ON x.indexrelid = i.inhrelid\n"
        f"    WHERE i.inhparent = {literal(whole).strip()}::regclass"
        f" AND x.indrelid = {literal(part).strip()}::regclass);"
        " END $faberdb$"
    )


def part_dropped(obj: Object, work: Work) -> Iterator[Statement]:
    """Takes down an index that is a part of another, which alone can drop it: only its name goes."""
    whole = upper_index(obj, work.before)
    name = f"ALTER INDEX {dotted(obj.address.path[0], obj.address.path[-1])} RENAME TO"
    if work.after(obj.address) is not None:
        yield Statement(f"{name} {ident(obj.address.path[-1][:49] + '__faberdb_old')}")
    elif whole is not None and work.after(whole.address) is not None:
        yield Statement(f"{name} {ident(chosen_name(obj.address.path[-2], whole))}")


def part_forces(change_before: Object | None, target: Objects, live: Objects, *, replaced: bool) -> Iterator[Address]:
    """The parent's index, without which a part of it can neither leave it nor be dropped."""
    if change_before is None or "attached_to" not in change_before.attributes or change_before.parent not in target:
        return
    whole = upper_index(change_before, live.get)
    if whole is not None and whole.address in target and (replaced or whole.attributes.get("only")):
        yield whole.address


def with_siblings(objects: Objects) -> dict[Address, Object]:
    """Indexes that are ON ONLY their table, as made after all of its partitions: one made later would get an index of
    its own. The server keeps no record of that."""
    found: dict[Address, Object] = {}
    for address, obj in objects.items():
        if "only" in obj.attributes:
            parts = {a for a, o in objects.items() if o.parent == obj.parent and _is_part(o)}
            found[address] = replace(obj, references=obj.references | parts)
    return found


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
    todo = [(o, mode) for a, mode in modes.items() for o in below.get(a, ()) if _is_part(o)]
    while todo:
        obj, mode = todo.pop()
        if obj.address in declared or obj.address in left:
            continue
        said = Unmanaged(obj.address.kind.replace("_", " "), obj.address.name, _REASON)
        left[obj.address] = said if mode == "unmanaged" and _is_part(obj) else None
        todo += [(o, mode) for o in below.get(obj.address, ())]
    return left


_REASON = "its table is declared with children = unmanaged"


def _is_part(obj: Object) -> bool:
    return "partition_of" in obj.attributes
