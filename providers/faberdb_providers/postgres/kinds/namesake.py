"""A column whose type gives way to another one of the same name: an enum to a domain.

No statement can say both names at once, so the type that goes is out of the way first, in quarantine, and the column is
still of it there; then the new one is made, and the column changes its type as any other does, with its values.
"""

from __future__ import annotations

from faberdb.model import Address, Object, Work
from faberdb_providers.postgres.kinds.acl import RELATIONS, TYPES
from faberdb_providers.postgres.names import dotted, qualified

_OF_ROWS = (*TYPES, *RELATIONS)


def retyped(before: Object, after: Object) -> bool:
    """Whether the type of a column is another one, even if of the same name."""
    if before.attributes.get("type") != after.attributes.get("type"):
        return True
    old, new = _type_of(before), _type_of(after)
    return old is not None and new is not None and old != new


def as_it_stands(before: Object, work: Work) -> Object:
    """A live column when it is about to change: of the type that it had, where that is by then."""
    after, type_ = work.after(before.address), _type_of(before)
    kept = work.keep(type_) if type_ is not None else None
    if after is None or type_ is None or kept is None or before.attributes["type"] != after.attributes.get("type"):
        return before
    if kept.form != "moved" or not retyped(before, after):
        return before
    array = "[]" if str(before.attributes["type"]).endswith("[]") else ""
    there = f"{dotted(kept.place, type_.path[-1])}{array}"
    return before._replace(attributes={**before.attributes, "type": there})


def _type_of(column: Object) -> Address | None:
    """What a column, or the elements of its array, are of, where that is a type of the user's own."""
    name = str(column.attributes.get("type", "")).removesuffix("[]")
    return next((r for r in column.references if r.kind in _OF_ROWS and qualified(r) == name), None)
