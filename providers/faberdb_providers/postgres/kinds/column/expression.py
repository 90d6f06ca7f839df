"""The expression of a generated column changes: in place where the server can, and nothing else is lost by it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from faberdb.model import Address, Change, Hazard, Object, Risk, Statement, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.in_the_way import rows_where
from faberdb_providers.postgres.kinds.still_holds import conflicts, untold
from faberdb_providers.postgres.kinds.trying import Tried, rows_failing
from faberdb_providers.postgres.names import dotted, ident

Objects = Mapping[Address, Object]


def only_expression(change: Change) -> bool:
    """Whether the column was generated, is to be, and by another expression."""
    ends = [end.attributes.get("generated") for end in (change.before, change.after) if end is not None]
    return None not in ends and ends[0] != ends[-1]


def refused(change: Change, referrers: Sequence[Object], version: int) -> bool:
    """Whether this server has no SET EXPRESSION, or loses something by it: it makes anew what stands on stored values,
    and forgets the targets of statistics and who owns them."""
    stored = change.after is not None and not change.after.attributes.get("virtual")
    lossy = stored and any(o.address.kind == "statistics" or o.attributes.get("statistics") for o in referrers)
    return version < 17 or lossy


def in_the_way(change: Change, live: Objects, target: Objects) -> str:
    """What else keeps the server from giving a column another expression; empty where nothing does."""
    column, table = change.address.path[-1], Address("table", change.address.path[:-1])
    for objects in (live, target):
        family = _family(table, objects)
        if any(Address("column", (*below.path, column)) in objects for below in family[1:]):
            return "a child table has the column too, and would get the same expression"
        if change.after is None or not change.after.attributes.get("virtual"):
            if any("attached_to" in o.attributes and o.parent in family[1:] for o in objects.values()):
                return "the server would make the index of a partition anew, under another name"
            continue
        for obj in objects.values():
            if obj.address.kind == "check" and obj.parent in family:
                return "the expression of a virtual column cannot change in place in a table with checks"
            if obj.parent is not None and obj.parent.kind == "publication" and not obj.references.isdisjoint(family):
                return "the expression of a virtual column cannot change in place in a table that is published"
    return ""


def _family(table: Address, objects: Objects) -> list[Address]:
    """The table, and those that have its columns from it."""
    found = [table]
    for above in found:
        found += [
            a for a, o in objects.items() if a.kind == "table" and a not in found and above in (*o.references, o.parent)
        ]
    return found


def set_expression(before: Object, after: Object, work: Work) -> Iterator[Statement]:
    """Give a column its expression; stored values are computed anew, and what stands on them follows."""
    home, name = Address("table", after.address.path[:-1]), ident(after.address.path[-1])
    expression = str(after.attributes["generated"])
    sql = f"ALTER TABLE {dotted(*home.path)} ALTER COLUMN {name} SET EXPRESSION AS ({expression})"
    foreign = after.parent is not None and after.parent.kind == "foreign_table"
    if not (foreign or after.attributes.get("virtual")):
        rewrite = Hazard(codes.REWRITE, "the table is rewritten while it is locked", in_use=True)
        value = Tried(expression, after, required=not {"null"} & {*before.attributes, *after.attributes})
        probe = rows_failing(home, [value], work, together=conflicts(after, expression, work))
        yield Statement(sql, Risk.DANGEROUS, (rewrite,), probe=probe, untold=untold(after, work))
    elif after.attributes.get("null") or foreign:
        yield Statement(sql, Risk.CAUTION)
    else:
        scan = Hazard(codes.SET_NOT_NULL, "the table is scanned while it is locked, and a row without a value stops it")
        yield Statement(sql, Risk.DANGEROUS, (scan,), probe=rows_where(home, f"({expression}) is null", work))
