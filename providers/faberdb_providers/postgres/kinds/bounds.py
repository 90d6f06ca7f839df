"""What the bound of a partition means as a condition on rows, and which rows are in its way."""

from __future__ import annotations

import re

from faberdb.model import Hazard, Object, Risk, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.in_the_way import rows_in
from faberdb_providers.postgres.names import dotted, literal
from faberdb_providers.postgres.signatures import split

_BY = re.compile(r"(\w+) \((.*)\)\Z", re.DOTALL)
_LIST = re.compile(r"FOR VALUES IN \((.*)\)\Z", re.DOTALL)
_RANGE = re.compile(r"FOR VALUES FROM \((.*)\) TO \((.*)\)\Z", re.DOTALL)
_HASH = re.compile(r"FOR VALUES WITH \(modulus (\d+), remainder (\d+)\)\Z", re.IGNORECASE)
_EDGES = ("MINVALUE", "MAXVALUE")


def misfits(obj: Object, work: Work) -> tuple[str, ...]:
    """A query for rows that keep a table from becoming a partition with its bound: its own that do not belong there,
    and those of the default partition that do. Empty where there are none, or their place cannot be told."""
    whole = work.after(obj.parent) if obj.parent is not None else None
    if whole is None or "bound" not in obj.attributes:
        return ()
    others = [o for o in work.children(whole.address, after=True) if "bound" in o.attributes and o != obj]
    found = []
    if obj.attributes["bound"] == "DEFAULT":
        taken = [condition for other in others if (condition := within(whole, str(other.attributes["bound"])))]
        if taken and work.before(obj.address) is not None:
            found.append((obj.address, " or ".join(taken)))
        return rows_in(found, work)
    mine = within(whole, str(obj.attributes["bound"]))
    if mine and work.before(obj.address) is not None:
        found.append((obj.address, f"({mine}) is not true"))
    rest = [o.address for o in others if o.attributes["bound"] == "DEFAULT" and work.before(o.address) is not None]
    if mine:
        found += [(address, mine) for address in rest]
    return rows_in(found, work)


def beside_rows(obj: Object, work: Work) -> tuple[Risk, tuple[Hazard, ...]]:
    """The risk of making a table: of a new partition the lock on the table above, and the look at its default one."""
    whole = work.before(obj.parent) if obj.parent is not None and "bound" in obj.attributes else None
    if whole is None:
        return Risk.SAFE, ()
    others = [o for o in work.children(whole.address, after=False) if o.attributes.get("bound") == "DEFAULT"]
    if not others:
        return Risk.CAUTION, (Hazard(codes.PARTITION, "the table above is locked for a moment"),)
    said = "the default partition is searched for rows that belong into the new one, while both and the table above are"
    return Risk.DANGEROUS, (Hazard(codes.DEFAULT_PARTITION, f"{said} locked"),)


def within(whole: Object, bound: str) -> str:
    """The condition for a row of a partitioned table to be within a bound; empty where it cannot be told."""
    by = _BY.match(str(whole.attributes.get("partition_by", "")))
    if by is None:
        return ""
    keys = [f"({key})" for key in split(by[2])]
    if listed := _LIST.match(bound):
        values = split(listed[1])
        given = [value for value in values if value.upper() != "NULL"]
        parts = [f"{keys[0]} in ({', '.join(given)})"] if given else []
        parts += [f"{keys[0]} is null"] if len(given) < len(values) else []
        return f"({' or '.join(parts)})"
    if ends := _RANGE.match(bound):
        low, high = _edge(keys, split(ends[1]), ">=", ">"), _edge(keys, split(ends[2]), "<", "<=")
        present = [f"{key} is not null" for key in keys]
        return f"({' and '.join([*present, *filter(None, (low, high))])})"
    if part := _HASH.match(bound):
        table = literal(dotted(*whole.address.path)).strip()
        return f"satisfies_hash_partition({table}::regclass, {part[1]}, {part[2]}, {', '.join(keys)})"
    return ""


def _edge(keys: list[str], values: list[str], usual: str, beyond: str) -> str:
    """One end of a range: the values up to the first that is endless. beyond: how they compare if that one lies on the
    other side of all there are."""
    count = next((n for n, value in enumerate(values) if value.upper() in _EDGES), len(values))
    if not count:
        return ""
    turned = count < len(values) and (values[count].upper() == "MAXVALUE")
    return f"({', '.join(keys[:count])}) {beyond if turned else usual} ({', '.join(values[:count])})"
