"""How far sequences have come. Positions are data: they are never rewound, they go over from one sequence to the one
that takes its place, and a sequence that a column begins to draw from hands out nothing that the column has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from faberdb.model import Address, Risk, Statement
from faberdb_providers.postgres.kinds.lineage import all_above, was_there
from faberdb_providers.postgres.kinds.lossless import stored_as
from faberdb_providers.postgres.names import dotted, ident, literal, qualified
from faberdb_providers.postgres.pattern import pattern

if TYPE_CHECKING:
    from faberdb.model import Change, Kept, Object, Work

LIMITS = {"smallint": 2**15 - 1, "integer": 2**31 - 1, "bigint": 2**63 - 1}
_DRAWN = pattern(r"\(?nextval\('(?:[^']|'')+'::regclass\)\)?(?:::[a-z ]+)?")
"""A default that is the next value of a sequence as it is: only then do values of the column tell its position."""


def position_within(sequence: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Statement]:
    """Bring a sequence's position (sequence: its SQL name) into narrower bounds, without which ALTER refuses them. A
    sequence past its new end stays at the end, used up; one that was never used begins where it now starts."""
    low, high = bounds(new)
    before = bounds(old)
    if low <= before[0] and high >= before[1]:
        return
    start = int(new.get("start", first_value(new)))
    yield Statement(
        f"SELECT setval({literal(sequence)}, CASE WHEN is_called THEN greatest({low}, least({high}, last_value))"
        f" ELSE {start} END, is_called) FROM {sequence} WHERE last_value NOT BETWEEN {low} AND {high}",
        Risk.CAUTION,
    )


def position_lost(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> bool:
    """Whether a sequence with these parameters (None: there is none) cannot keep how far it has come."""
    if old is None or new is None:
        return old is not None
    low, high = bounds(new)
    return low > bounds(old)[0] or high < bounds(old)[1]


def keep_position(sequence: str, kept: Kept) -> Iterator[Statement]:
    """Note how far a sequence (its SQL name) has come."""
    place = noted(kept)
    yield Statement(f"CREATE TABLE {place} AS SELECT 1 AS id, last_value, is_called FROM {sequence}")
    yield Statement(f"ALTER TABLE {place} ADD PRIMARY KEY (id)")


def noted(kept: Kept) -> str:
    """Where a position waits. Columns of one table keep their values in one place, and each its position beside it."""
    slot = kept.detail.get("slot")
    return f"{kept.place}_position" + (f"_{slot[0]}" if slot else "")


def restore_position(
    sequence: str, attributes: Mapping[str, Any], kept: Kept, others: Iterable[str] = (), values: str = ""
) -> Iterator[Statement]:
    """Put a sequence back to where it was, or ahead if it, others, or the values in use have gone further."""
    itself = f"SELECT last_value, is_called FROM {sequence} WHERE is_called"
    yield _furthest(sequence, attributes, [itself, *map(_position_in, (noted(kept), *others)), *filter(None, [values])])


def go_on(
    sequence: str, attributes: Mapping[str, Any], others: Iterable[str] = (), values: str = ""
) -> Iterator[Statement]:
    """Let a sequence go on where others (SQL names of what has their positions) have come to and past the values in
    use, wherever these are ahead of it."""
    found = [*map(_position_in, others), *filter(None, [values])]
    if found:
        yield _furthest(sequence, attributes, [_position_in(sequence), *found])


def _position_in(place: str) -> str:
    return f"SELECT last_value, is_called FROM {place}"


def _furthest(sequence: str, attributes: Mapping[str, Any], positions: Iterable[str]) -> Statement:
    """Set a sequence to the one of these positions that is furthest on its way. One that was not handed out yet is
    behind the same one that was."""
    low, high = bounds(attributes)
    way = "DESC" if int(attributes.get("increment", 1)) > 0 else "ASC"
    return Statement(
        f"SELECT setval({literal(sequence)}, r.last_value, r.is_called) FROM (SELECT * FROM"
        f" ({' UNION ALL '.join(positions)}) p WHERE p.last_value BETWEEN {low} AND {high}"
        f" ORDER BY p.last_value {way}, p.is_called DESC LIMIT 1) r",
        Risk.CAUTION,
    )


def values_in(column: Object, attributes: Mapping[str, Any], work: Work) -> str:
    """A query for the position that a sequence with these parameters is at least at, seen from the values of a column;
    empty where these do not tell."""
    foreign = column.parent is not None and column.parent.kind == "foreign_table"
    if foreign or _stored_as(column, work) not in (*LIMITS, "numeric"):
        return ""
    (low, high), name = bounds(attributes), ident(column.address.path[-1])
    edge = "max" if int(attributes.get("increment", 1)) > 0 else "min"
    table = dotted(*column.address.path[:-1])
    return f"SELECT {edge}({name})::bigint, true FROM {table} WHERE {name} BETWEEN {low} AND {high}"


def _stored_as(column: Object, work: Work) -> str:
    """The type of a column, which one that is inherited has from above, without domains and modifiers."""
    table = work.after(Address("table", column.address.path[:-1]))
    above = all_above(table, work.after) if table is not None and "type" not in column.attributes else []
    same = (work.after(Address("column", (*o.address.path, column.address.path[-1]))) for o in above)
    typed = next((o for o in (column, *same) if o is not None and "type" in o.attributes), None)
    return stored_as(typed, work).split("(")[0] if typed is not None else ""


def until_now(column: Object, work: Work, *, gone: bool) -> list[str]:
    """SQL names of what has the positions of the sequences that a column had its values from until now: its identity's,
    its own, and those that its default drew from. gone: those that the plan drops are in quarantine by the time that
    they are asked."""
    before = work.before(column.address)
    if before is None:
        return []
    found, kept = [], work.keep(column.address)
    if "identity" in before.attributes and kept is not None and kept.detail.get("position"):
        found.append(noted(kept))
    default = work.before(Address("default", column.address.path))
    drawn = {r for r in default.references if r.kind == "sequence"} if default is not None else set()
    own = {o.address for o in work.children(column.address, after=False) if o.address.kind == "sequence"}
    for address in sorted(drawn | own):
        moved = work.keep(address)
        if gone and moved is not None and moved.form == "moved":
            found.append(dotted(moved.place, address.path[-1]))
        elif moved is not None or work.after(address) is not None:
            found.append(qualified(address))
    return found


def left_by(column: Address, changes: Mapping[Address, Change], live: Mapping[Address, Object]) -> set[Address]:
    """The sequences that a column's default drew from and that the plan drops: their positions are asked for where
    they are then."""
    default = live.get(Address("default", column.path))
    drawn = default.references if default is not None else ()
    return {r for r in drawn if r.kind == "sequence" and r in changes and changes[r].after is None}


def begins_to_draw(default: Object, work: Work, *, gone: bool) -> Iterator[Statement]:
    """Once a default draws from a sequence that it did not draw from: the column may have values from elsewhere. Where
    a sequence that was there before and is not the column's own stands is left to whoever declared that. gone: as for
    `until_now`."""
    column, before = work.after(Address("column", default.address.path)), work.before(default.address)
    if column is None or not was_there(column, work):
        return
    plain = _DRAWN.fullmatch(str(default.attributes["expression"]))
    for address in sorted(default.references - (before.references if before is not None else frozenset())):
        sequence = work.after(address) if address.kind == "sequence" else None
        if sequence is None or (sequence.parent != column.address and work.before(address) is not None):
            continue
        attributes = sequence.attributes
        others = [o for o in until_now(column, work, gone=gone) if o != qualified(address)]
        yield from go_on(qualified(address), attributes, others, values_in(column, attributes, work) if plain else "")


def bounds(attributes: Mapping[str, Any]) -> tuple[int, int]:
    """The least and greatest value of a sequence with these parameters."""
    limit = LIMITS[attributes.get("type", "bigint")]
    up = attributes.get("increment", 1) > 0
    low, high = (1, limit) if up else (-limit - 1, -1)
    return int(attributes.get("min", low)), int(attributes.get("max", high))


def first_value(attributes: Mapping[str, Any]) -> int:
    """Where a sequence with these parameters starts if nothing else is said."""
    if attributes.get("increment", 1) > 0:
        return int(attributes.get("min", 1))
    return int(attributes.get("max", -1))
