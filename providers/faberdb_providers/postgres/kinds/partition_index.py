"""Indexes and keys of partitions: each is a part of one of the table above, which names, makes and drops it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from faberdb.model import Address, Object, Risk, Statement, Work
from faberdb_providers.postgres.kinds.lineage import KEYS, Find, Objects, above, is_part
from faberdb_providers.postgres.names import dotted, ident, literal, object_name, qualified, resolve, unquoted

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
            parts = {a for a, o in objects.items() if o.parent == obj.parent and is_part(o)}
            found[address] = replace(obj, references=obj.references | parts)
    return found
