"""Indexes and keys of partitions: each is a part of one of the table above, which names, makes and drops it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from faberdb.model import Action, Address, Change, Hazard, Object, Risk, Statement, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.lineage import KEYS, Find, Objects, above, is_part
from faberdb_providers.postgres.names import dotted, ident, literal, object_name, qualified, relative, resolve, unquoted

_LABELS = {"primary_key": "pkey", "unique": "key", "exclusion": "excl", "index": "idx"}


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


def upper_index(obj: Object, find: Find) -> Object | None:
    """The index or key of the parent table that one of a partition belongs to."""
    name = resolve(obj.address.path[0], obj.attributes["attached_to"]).path[1]
    table = find(obj.parent) if obj.parent else None
    for parent in above(table) if table is not None else ():
        for kind in (obj.address.kind, "index", *KEYS):
            found = find(Address(kind, (*parent.path, name)))
            if found is not None:
                return found
    return None


def made_alone(obj: Object, work: Work) -> bool:
    """Whether the index of a partition is not made along with the one of its table, which is or was ON ONLY that."""
    whole = upper_index(obj, work.after)
    before = work.before(whole.address) if whole is not None else None
    if whole is None or (before is not None and work.before(_table(obj)) is None and _alike(before, whole)):
        return False  # a new partition gets what its table has
    return any(side is not None and "only" in side.attributes for side in (whole, before))


def _table(obj: Object) -> Address:
    assert obj.parent is not None
    return obj.parent


def _alike(one: Object, other: Object) -> bool:
    """Whether they are the same index, on all partitions or not."""
    return {k: v for k, v in one.attributes.items() if k != "only"} == {
        k: v for k, v in other.attributes.items() if k != "only"
    }


def on_the_rest(whole: Object, work: Work, make: Callable[[Object], str], *, anew: bool = False) -> Iterator[Statement]:
    """What makes an index or key that was ON ONLY its table one on all partitions: those that have none get one.
    make: the statement that makes one of a partition. anew: it was dropped, and with it those of the partitions."""
    hazard = Hazard(codes.INDEX_BUILD, "writes to the partition wait until the index is built", in_use=True)
    for part in work.children(_table(whole), after=True):
        if "partition_of" not in part.attributes or work.before(part.address) is None:
            continue
        ends = (True,) if anew else (True, False)
        indexes = [o for end in ends for o in work.children(part.address, after=end)]
        if any("attached_to" in o.attributes and upper_index(o, work.after) == whole for o in indexes):
            continue
        name = chosen_name(part.address.path[-1], whole)
        attached = {
            **whole.attributes,
            "attached_to": relative(part.address.path[0], (*whole.address.path[:1], whole.address.path[-1])),
        }
        made = Object(Address(whole.address.kind, (*part.address.path, name)), attached)
        yield Statement(make(made), Risk.DANGEROUS, (hazard,))
        yield attach_index(made)


def attach_index(obj: Object) -> Statement:
    """Makes an index of a partition a part of its parent's."""
    whole = qualified(resolve(obj.address.path[0], obj.attributes["attached_to"]))
    part = dotted(obj.address.path[0], obj.address.path[-1])
    return Statement(f"ALTER INDEX {whole} ATTACH PARTITION {part}", Risk.CAUTION)


def name_index(obj: Object) -> Statement:
    """Gives the index that the server made for a partition its name, whatever it is called now; it may be this one."""
    whole = qualified(resolve(obj.address.path[0], obj.attributes["attached_to"]))
    part, name = dotted(*obj.address.path[:-1]), obj.address.path[-1]
    text = literal(f"ALTER INDEX %s RENAME TO {ident(name).replace('%', '%%')}").strip()
    return Statement(
        f"DO $faberdb$ BEGIN EXECUTE coalesce((SELECT format({text}, x.indexrelid::regclass)\n"
        f"    FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_index x ON x.indexrelid = i.inhrelid\n"
        f"    JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid AND c.relname <> {literal(name).strip()}\n"
        f"    WHERE i.inhparent = {literal(whole).strip()}::regclass"
        f" AND x.indrelid = {literal(part).strip()}::regclass), 'SELECT');"
        " END $faberdb$"
    )


def part_dropped(obj: Object, work: Work) -> Iterator[Statement]:
    """Takes down an index that is a part of another, which alone can drop it: only its name goes."""
    whole = upper_index(obj, work.before)
    name = f"ALTER INDEX {dotted(obj.address.path[0], obj.address.path[-1])} RENAME TO"
    if work.after(obj.address) is not None:
        yield Statement(f"{name} {ident(obj.address.path[-1][:49] + '__faberdb_old')}")
    elif whole is not None and (work.after(whole.address) is not None or _leaves(obj, whole, work)):
        chosen = chosen_name(obj.address.path[-2], whole)
        if chosen != obj.address.path[-1]:
            yield Statement(f"{name} {ident(chosen)}")


def _leaves(obj: Object, whole: Object, work: Work) -> bool:
    """Whether the table of an index of a partition is a part no more of that whose index it belongs to, so that it
    stays with it, and goes by itself then."""
    table = work.after(_table(obj))
    return table is not None and whole.parent not in above(table)


def part_forces(change_before: Object | None, target: Objects, live: Objects, *, replaced: bool) -> Iterator[Address]:
    """The parent's index, without which a part of it can neither leave it nor be dropped."""
    if change_before is None or "attached_to" not in change_before.attributes or change_before.parent not in target:
        return
    whole = upper_index(change_before, live.get)
    if whole is not None and whole.address in target and (replaced or whole.attributes.get("only")):
        yield whole.address


def with_siblings(objects: Objects) -> dict[Address, Object]:
    """Indexes that are ON ONLY their table, as made after all of its partitions: one made later would get an index of
    its own. The server keeps no record of that. Partitions that have none carry a hint to them."""
    found: dict[Address, Object] = {}
    for address, obj in objects.items():
        if "only" not in obj.attributes:
            continue
        parts = {a for a, o in objects.items() if o.parent == obj.parent and is_part(o)}
        found[address] = obj._replace(references=obj.references | parts)
        own = [o for o in objects.values() if o.parent in parts and "attached_to" in o.attributes]
        with_own = {o.parent for o in own if upper_index(o, objects.get) == obj}
        for part in parts - with_own:
            known = found.get(part, objects[part])
            without = [*known.hints.get(_WITHOUT, ()), str(address)]
            found[part] = known._replace(hints={**known.hints, _WITHOUT: without})
    return found


_WITHOUT = "partition without"


def left_by(whole: Object, change: Change) -> bool:
    """Whether the change takes a partition away from an index that is ON ONLY its table, and is not concerned."""
    gone = change.action is Action.DROP and change.address.kind == "table" and change.address != whole.parent
    return gone and "only" in whole.attributes


def unwanted(part: Object | None, live: Objects, target: Objects) -> Iterator[Address]:
    """The indexes of which a new partition would get a part that it is not to have, unless they were made after it."""
    for text in part.hints.get(_WITHOUT, ()) if part is not None else ():
        address = Address.parse(text)
        if address in live and address in target:
            yield address
