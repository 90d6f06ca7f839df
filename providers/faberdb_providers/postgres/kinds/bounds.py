"""What the bound of a partition means as a condition on rows, and which rows are in its way."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction

from faberdb.model import Address, Hazard, Object, Risk, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.in_the_way import Probe, rows_in
from faberdb_providers.postgres.kinds.index import compared
from faberdb_providers.postgres.names import dotted, literal
from faberdb_providers.postgres.pattern import pattern
from faberdb_providers.postgres.signatures import split

_BY = pattern(r"(\w+) \((.*)\)\Z", re.DOTALL)
_LIST = pattern(r"FOR VALUES IN \((.*)\)\Z", re.DOTALL)
_RANGE = pattern(r"FOR VALUES FROM \((.*)\) TO \((.*)\)\Z", re.DOTALL)
_HASH = pattern(r"FOR VALUES WITH \(modulus (\d+), remainder (\d+)\)\Z", re.IGNORECASE)
_EDGES = ("MINVALUE", "MAXVALUE")


def misfits(obj: Object, work: Work, besides: Iterable[tuple[Address, str]] = (), *, fresh: bool = False) -> Probe:
    """A query for rows that keep a table from becoming a partition with its bound: its own that do not belong there,
    nor where the tables above are partitions themselves, and those of the default partition that do. Empty where there
    are none, or their place cannot be told. besides: other conditions for rows in the way, and their tables. fresh:
    whether the table is made for it, and has no rows of its own."""
    whole = work.after(obj.parent) if obj.parent is not None else None
    if whole is None or "bound" not in obj.attributes:
        return ()
    found = list(besides)
    places = [condition for condition in _places(obj, work) if condition]
    if places and _has_rows(obj, work) and not fresh:
        found.append((obj.address, " or ".join(f"({condition}) is not true" for condition in places)))
    mine = "" if obj.attributes["bound"] == "DEFAULT" else within(whole, str(obj.attributes["bound"]), work)
    if mine:
        found += [(o.address, mine) for o in _beside(obj, work) if _has_rows(o, work)]
    return rows_in(found, work)


def misplaced(obj: Object, work: Work, *, fresh: bool = False) -> str:
    """Why there may be such rows that no query finds; empty where there can be none."""
    concerned = [*([] if fresh else [obj]), *_beside(obj, work)]
    placed = None not in _places(obj, work) or not any(_has_rows(o, work) for o in concerned)
    return "" if placed else "which partition a row belongs to is told only when it goes there"


def _has_rows(table: Object, work: Work) -> bool:
    """Whether a table is there before, and is the one that is there then: one that is made anew begins empty."""
    return work.before(table.address) is not None and work.keep(table.address) is None


def _beside(part: Object, work: Work) -> list[Object]:
    """The default partition that takes the rows which a new one is for."""
    beside = work.children(part.parent, after=True) if part.parent is not None else ()
    return [o for o in beside if o.attributes.get("bound") == "DEFAULT" and o != part]


def _places(part: Object, work: Work) -> list[str | None]:
    """The conditions that rows of a partition meet, of its own bound and of those above; empty for one that all do,
    None for one that cannot be told."""
    whole = work.after(part.parent) if part.parent is not None and "bound" in part.attributes else None
    return [place(whole, part, work), *_places(whole, work)] if whole is not None else []


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


def homes(whole: Object, work: Work) -> str | None:
    """The condition for a row of a table to find a partition, at whatever depth, that takes it; empty where each does,
    None where it cannot be told."""
    if "partition_by" not in whole.attributes:
        return ""
    parts = [o for o in work.children(whole.address, after=True) if "bound" in o.attributes]
    below = [homes(part, work) for part in parts]
    if not any(below) and None not in below and _all_taken(parts):
        return ""
    places = [place(whole, part, work) for part in parts]
    if None in (*below, *places):
        return None
    all_of = [[f"({one})" for one in pair if one] for pair in zip(places, below, strict=True)]
    both = [" and ".join(conditions) or "true" for conditions in all_of]
    return " or ".join(f"({condition})" for condition in both) or "false"


def place(whole: Object, part: Object, work: Work) -> str | None:
    """The condition for a row of a partitioned table to belong to one of its partitions; None where it cannot be
    told."""
    bound = str(part.attributes["bound"])
    if bound != "DEFAULT":
        return within(whole, bound, work) or None
    others = [o for o in work.children(whole.address, after=True) if "bound" in o.attributes and o != part]
    taken = [within(whole, str(other.attributes["bound"]), work) for other in others]
    return (f"({' or '.join(taken)}) is not true" if taken else "") if all(taken) else None


def _all_taken(parts: Iterable[Object]) -> bool:
    """Whether partitions leave no row without a place whatever it holds: one takes the rest, or they are as many as
    there are remainders."""
    bounds = [str(part.attributes["bound"]) for part in parts]
    hashed = [match for bound in bounds if (match := _HASH.match(bound))]
    return "DEFAULT" in bounds or sum(Fraction(1, int(match[1])) for match in hashed) == 1


def within(whole: Object, bound: str, work: Work) -> str:
    """The condition for a row of a partitioned table to be within a bound; empty where it cannot be told."""
    by = _BY.match(str(whole.attributes.get("partition_by", "")))
    if by is None:
        return ""
    listed_keys = split(by[2])
    keys = [f"({compared(key)})" for key in listed_keys]
    if listed := _LIST.match(bound):
        values = split(listed[1])
        given = [value for value in values if value.upper() != "NULL"]
        parts = [f"{keys[0]} in ({', '.join(given)})"] if given else []
        parts += [f"{keys[0]} is null"] if len(given) < len(values) else []
        return f"({' or '.join(parts)})"
    if ends := _RANGE.match(bound):
        if any(key != compared(key) for key in listed_keys):
            return ""  # its operator class has an order of its own
        low, high = _edge(keys, split(ends[1]), ">=", ">"), _edge(keys, split(ends[2]), "<", "<=")
        present = [f"{key} is not null" for key in keys]
        return f"({' and '.join([*present, *filter(None, (low, high))])})"
    live = work.before(whole.address)  # the server knows of hashes by the table that is there
    if (part := _HASH.match(bound)) and live and live.attributes.get("partition_by") == by[0]:
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
