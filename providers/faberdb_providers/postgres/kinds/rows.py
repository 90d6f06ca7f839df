"""How the rows of a table are known again, when some of their values went to quarantine and come back.

By a key that stays: the primary key, or a unique constraint over columns that are never null. For want of one by the
content of the columns that stay; rows alike in all of those are told apart by their order in the file, which is exact
as long as nobody writes to them in between. Of a table that others inherit from, each row also by the table it is in,
because no key reaches over several; as a regclass, which survives a rename, and a dump as well.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from faberdb.model import Hazard, Risk, Statement
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.acl import TYPES
from faberdb_providers.postgres.kinds.by_name import text_differs
from faberdb_providers.postgres.kinds.lineage import all_above
from faberdb_providers.postgres.kinds.lossless import altered, lossless, of_own_type
from faberdb_providers.postgres.names import dotted, ident

if TYPE_CHECKING:
    from faberdb.model import Address, Kept, Object, Work


def columns_in(table: Address, work: Work, *, after: bool) -> dict[str, Object]:
    """The columns of a table by name, those that it inherits as they are declared above."""
    find = work.after if after else work.before
    obj = find(table)
    found: dict[str, Object] = {}
    for address in [table, *(o.address for o in (all_above(obj, find) if obj else ()))]:
        for child in work.children(address, after=after):
            if child.address.kind == "column" and "type" in child.attributes:
                found.setdefault(child.address.path[-1], child)
    return found


def known_by(table: Address, work: Work, changing: Collection[str] = ()) -> dict[str, list[str]]:
    """What tells the rows of a table apart before and after the plan: columns of a `key`, or the `content`. cast: for
    each of them the type in which it is compared, empty for its own. part: also by the table that each is in. changing:
    columns whose values change though nothing else of them does."""
    goes = work.after(table) is None
    wanted = columns_in(table, work, after=True)
    stay: dict[str, str] = {}
    for name, old in columns_in(table, work, after=False).items():
        # The other columns of a table that goes to quarantine are the same when it comes back, but for those whose type
        # may be gone or another by then.
        new = old if goes and not of_own_type(old) else wanted.get(name)
        if (
            name in changing
            or new is None
            or altered(old, new)
            or any(text_differs(r, work) for r in old.references if r.kind in TYPES)
            or any(_rows_differ(r, work) for r in old.references if r.kind == "table" and r != old.parent)
            or "generated" in old.attributes
            or "generated" in new.attributes
        ):
            continue
        types = old.attributes["type"], new.attributes["type"]
        stay[name] = "" if types[0] == types[1] else types[1] if lossless(*types) else types[0]
    below = heirs(table, work)
    detail: dict[str, list[str]] = {"part": ["tableoid"]} if below else {}
    key = next((k for k in _keys(table, work) if set(k) <= stay.keys() and _shared_by(k, below, work)), None)
    columns = list(stay) if key is None else key
    detail["content" if key is None else "key"] = columns
    if any(stay[c] for c in columns):
        detail["cast"] = [stay[c] for c in columns]
    return detail


def _rows_differ(table: Address, work: Work) -> bool:
    """Whether a row of a table, as a value, is another one after the plan."""
    old, new = ({n: o.attributes for n, o in columns_in(table, work, after=side).items()} for side in (False, True))
    types = ({n: a["type"] for n, a in side.items()} for side in (old, new))
    return work.after(table) is not None and next(types) != next(types)


def _keys(table: Address, work: Work) -> list[list[str]]:
    """Columns that no two rows have alike, the best first: those of keys that stay, and of these the primary key."""
    columns = columns_in(table, work, after=False)
    found = []
    for key in work.children(table, after=False):
        named = key.attributes.get("columns", ())
        required = all(c in columns and not columns[c].attributes.get("null") for c in named)
        unique = key.address.kind == "primary_key" or (key.address.kind == "unique" and required)
        if unique and "without_overlaps" not in key.attributes:
            gone = work.after(key.address) is None and work.after(table) is not None
            found.append((gone, key.address.kind != "primary_key", list(named)))
    return [named for _, _, named in sorted(found)]


def heirs(table: Address, work: Work) -> list[Object]:
    """The tables that inherit from a table, and theirs; not partitions, over which a key reaches."""
    found: list[Object] = []
    todo = [table]
    while todo:
        for obj in work.referrers(todo.pop(), after=False):
            if obj.address.kind == "table" and "inherits" in obj.attributes and obj not in found:
                found.append(obj)
                todo.append(obj.address)
    return found


def _shared_by(key: list[str], below: Sequence[Object], work: Work) -> bool:
    return all(any(sorted(key) == sorted(k) for k in _keys(heir.address, work)) for heir in below)


def of_rows(detail: Mapping[str, Any]) -> tuple[Hazard, ...]:
    """What can go wrong for rows that no key tells apart."""
    if "key" in detail:
        return ()
    if not detail.get("content"):
        said = "no other column tells its rows apart: kept values come back in the order of the rows in the file"
    else:
        said = (
            "no key tells its rows apart: kept values come back by the content of the other columns,"
            " and to rows alike in all of them by their order in the file"
        )
    return (Hazard(codes.ROWS_WITHOUT_A_KEY, f"{said}; exact as long as nobody writes to the table in between"),)


_COPIED = Hazard(codes.VALUES_COPIED, "the values are copied to quarantine while the table is locked")


def copy_of(
    table: tuple[str, ...],
    kept: Kept,
    wanted: Sequence[str],
    where: str = "",
    *,
    probe: tuple[str, ...] = (),
    hazards: tuple[Hazard, ...] = (),
) -> Iterator[Statement]:
    """Copy expressions of every row, and what tells the rows apart, beside the table. probe: for rows of which one of
    the expressions cannot be computed."""
    name, part = dotted(*table), "tableoid::regclass AS part, " if "part" in kept.detail else ""
    if "key" in kept.detail:
        keys = ", ".join(f"{ident(k)} AS key_{n}" for n, k in enumerate(kept.detail["key"], 1))
        condition = f" WHERE {where}" if where else ""
        select = f"SELECT row_number() OVER () AS id, {part}{keys}, {', '.join(wanted)} FROM {name}{condition}"
    else:
        content = _content(kept, "")
        select = (
            f"SELECT row_number() OVER () AS id, {part}{content} AS digest,"
            f" row_number() OVER ({_alike(kept, content, '')}) AS ordinal, {', '.join(wanted)} FROM {name}"
        )
    # Between the copy and the change nobody may write, or the row written would be lost to the copy.
    yield Statement(f"LOCK TABLE {name} IN ACCESS EXCLUSIVE MODE", Risk.DANGEROUS, shared=True)
    sql = f"CREATE TABLE {kept.place} AS {select}"
    yield Statement(sql, Risk.DANGEROUS, (_COPIED, *hazards, *of_rows(kept.detail)), probe=probe, shared=True)
    yield Statement(f"ALTER TABLE {kept.place} ADD PRIMARY KEY (id)", shared=True)


def match(table: tuple[str, ...], kept: Kept) -> tuple[str, str]:
    """What to select kept values `q` from, and the condition that finds the row `t` of each."""
    detail, part = kept.detail, " AND t.tableoid = q.part" if "part" in kept.detail else ""
    if "key" in detail:
        types = detail.get("cast", [""] * len(detail["key"]))
        sides = [
            (f"t.{ident(k)}::{c}", f"q.key_{n}::{c}") if c else (f"t.{ident(k)}", f"q.key_{n}")
            for n, (k, c) in enumerate(zip(detail["key"], types, strict=True), 1)
        ]
        return f"{kept.place} q", " AND ".join(f"{a} = {b}" for a, b in sides) + part
    content = _content(kept, "s.")
    source = (
        f"{kept.place} q, (SELECT s.tableoid AS part, s.ctid AS place, {content} AS digest,"
        f" row_number() OVER ({_alike(kept, content, 's.')}) AS ordinal FROM {dotted(*table)} s) n"
    )
    found = "t.tableoid = n.part AND t.ctid = n.place AND n.digest = q.digest AND n.ordinal = q.ordinal"
    return source, found + part


def _content(kept: Kept, prefix: str) -> str:
    types = kept.detail.get("cast", [""] * len(kept.detail["content"]))
    columns = [prefix + ident(c) + (f"::{t}" if t else "") for c, t in zip(kept.detail["content"], types, strict=True)]
    return f"md5(ROW({', '.join(columns)})::text)"


def _alike(kept: Kept, content: str, prefix: str) -> str:
    """The window over rows of the same content. In the order of the file, which a rewrite of the table preserves."""
    within = f"{content}, {prefix}tableoid" if "part" in kept.detail else content
    return f"PARTITION BY {within} ORDER BY {prefix}tableoid, {prefix}ctid"
