"""Typed tables: their columns are those of a composite type. They let go of it while it changes, and their columns with
it, so that each column is changed as that of any table, with its values; then they are of the type again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from faberdb.model import Address, Change, Object, Risk, Statement, Turn, Work
from faberdb_providers.postgres.kinds.namesake import retyped
from faberdb_providers.postgres.names import dotted, qualified


def typed_by(type_: tuple[str, ...], objects: Mapping[Address, Object]) -> Iterator[Address]:
    """The tables of a composite type."""
    return (a for a, o in objects.items() if a.kind == "table" and o.attributes.get("of") == dotted(*type_))


def places_change(before: Object, after: Object) -> bool:
    """Whether attributes of a type that stay get others before them: a new one is only ever added at the end."""
    old, new = before.attributes["order"], after.attributes["order"]
    stay = [name for name in old if name in set(new)]
    return bool(stay != new[: len(stay)])


def out_of_place(before: Object, after: Object) -> bool:
    """Whether a table of the type would have its columns in another order than that, once it is changed or once it is
    changed back: nothing moves a column to another place, so the table is made anew."""
    return places_change(before, after) or places_change(after, before)


def lets_go(before: Object, after: Object, work: Work) -> bool:
    """Whether a table takes leave of its type, for good or while that changes."""
    return "of" in before.attributes and (
        before.attributes["of"] != after.attributes.get("of") or _changes(before, work)
    )


def untyped(before: Object, after: Object, work: Work) -> Iterator[Statement]:
    """NOT OF."""
    if lets_go(before, after, work):
        yield Statement(f"ALTER TABLE {qualified(after.address)} NOT OF", Risk.CAUTION)


def typed(before: Object, after: Object, work: Work) -> Iterator[Statement]:
    """OF."""
    wanted = after.attributes.get("of")
    if wanted and (before.attributes.get("of") != wanted or _changes(before, work)):
        yield Statement(f"ALTER TABLE {qualified(after.address)} OF {wanted}", Risk.CAUTION)


def untyped_aside(table: Object, work: Work) -> Iterator[Statement]:
    """NOT OF, of a table that goes to quarantine because its columns would be out of place."""
    if made_anew(table, work):
        yield Statement(f"ALTER TABLE {qualified(table.address)} NOT OF", Risk.CAUTION)


def typed_again(table: Object, work: Work) -> Iterator[Statement]:
    """OF, of a table that comes back from there."""
    if made_anew(table, work):
        yield Statement(f"ALTER TABLE {qualified(table.address)} OF {table.attributes['of']}", Risk.CAUTION)


def as_typed(table: Object, inlined: Sequence[Object], work: Work) -> list[Object]:
    """What is written into the statement of a new table, its columns in the order that its type has."""
    type_ = work.after(row_type(table)) if "of" in table.attributes else None
    order: list[str] = type_.attributes["order"] if type_ is not None else []
    places = {name: number for number, name in enumerate(order)}
    return sorted(
        inlined, key=lambda o: places.get(o.address.path[-1], 0) if o.address.kind == "column" else len(order)
    )


def turn_of_type(change: Change, changes: Mapping[Address, Change]) -> Turn:
    """A table lets go of its type before that changes, and is of one as that is to be."""
    old, new = (
        {row_type(obj).path} if obj is not None and "of" in obj.attributes else set()
        for obj in (change.before, change.after)
    )
    kinds = ("attribute", "composite_type")
    found = [a for a in changes if a.kind in kinds and a.path[:2] in old | new] if old | new else []
    return Turn(
        ahead=frozenset(a for a in found if a.path[:2] in old), last=frozenset(a for a in found if a.path[:2] in new)
    )


def columns_before(column: Address, target: Mapping[Address, Object]) -> Iterator[Address]:
    """The columns that stand before this one in its table because they do in the type of that."""
    table = target.get(Address("table", column.path[:2]))
    type_ = target.get(row_type(table)) if table is not None and "of" in table.attributes else None
    order: list[str] = type_.attributes["order"] if type_ is not None else []
    if column.path[-1] in order:
        yield from (Address("column", (*column.path[:-1], n)) for n in order[: order.index(column.path[-1])])


def row_type(table: Object) -> Address:
    """The composite type of a typed table; declared ones may name it without its schema."""
    named = Address.parse(f"composite_type:{table.attributes['of']}")
    types = (r for r in table.references if r.kind == "composite_type")
    return next((r for r in types if r.path[-len(named.path) :] == named.path), named)


def made_anew(table: Object, work: Work) -> bool:
    """Whether the type of a table stays, and has its attributes in such an order that the table cannot."""
    before, after = (
        (find(row_type(table)) for find in (work.before, work.after)) if "of" in table.attributes else (None,) * 2
    )
    return before is not None and after is not None and out_of_place(before, after)


def _changes(table: Object, work: Work) -> bool:
    type_ = row_type(table)
    old, new = ({o.address: o for o in work.children(type_, after=side)} for side in (False, True))
    return old.keys() != new.keys() or any(
        o.attributes != new[a].attributes or retyped(o, new[a]) for a, o in old.items()
    )
