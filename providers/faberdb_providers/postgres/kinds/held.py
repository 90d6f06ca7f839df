"""Where values of a type are: in columns of the type, of domains over it, of arrays, and inside of other types. And the
SQL that reads what is there, or lays something over it.

A path leads from a column to the values: the names of attributes, and ELEMENTS for the elements of an array. What is
read is text, as the types on the way may be gone when the text is read; for each array on the way it is the text of an
array of texts. Values of other containers (ranges) are only kept, with all around them: INSIDE ends such a path.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from faberdb.model import Address
from faberdb_providers.postgres.kinds.acl import TYPES
from faberdb_providers.postgres.names import ident, literal, qualified

if TYPE_CHECKING:
    from faberdb.model import Kept, Object, Work

Path = tuple[str, ...]
ELEMENTS, INSIDE = "[]", "()"


def attribute_step(name: str) -> str:
    """The step of a path into an attribute."""
    return f".{name}"


def holders(type_: Address, work: Work, below: Path = ()) -> Iterator[tuple[Object, Path]]:
    """The live columns that hold values of a type, and keep them there, each with every path that leads to some."""
    for obj in work.referrers(type_, after=False):
        after, kind = work.after(obj.address), obj.address.kind
        if after is None or after.attributes.get("type") != obj.attributes.get("type"):
            continue
        path = _into(obj, type_, below)
        if path is None:
            continue
        if kind in ("domain", "range_type"):
            yield from holders(obj.address, work, path)
        elif kind in ("attribute", "column") and obj.parent is not None:
            yield from holders(obj.parent, work, (attribute_step(obj.address.path[-1]), *path))
        if kind == "column" and not {"generated"} & (obj.attributes.keys() | after.attributes.keys()):
            yield obj, path


def _into(obj: Object, type_: Address, below: Path) -> Path | None:
    """The path from what is made of a type to what is below that; None where it refers to it for something else."""
    if obj.address.kind == "range_type":
        return (INSIDE,)
    type_name = obj.attributes.get("type")
    if type_name == qualified(type_):
        return below
    if type_name == f"{qualified(type_)}[]":
        return (ELEMENTS, *below)
    # Only the multirange type of a range type is known by another name.
    return (INSIDE,) if type_name and type_.kind == "range_type" and obj.address.kind != "domain" else None


def places(kept: Kept, work: Work, *, after: bool) -> Iterator[tuple[Object, Kept]]:
    """The columns whose values are kept for a type, or a part of one, each with its own table in quarantine."""
    for number in [key.removeprefix("column_") for key in kept.detail if key.startswith("column_")]:
        column_address = Address("column", tuple(kept.detail[f"column_{number}"]))
        column = work.after(column_address) if after else work.before(column_address)
        if column is not None:
            mine = {
                k: kept.detail[f"{k}_{number}"]
                for k in ("key", "content", "cast", "part", "path")
                if f"{k}_{number}" in kept.detail
            }
            yield column, kept._replace(place=f"{kept.place}_{number}", carries=(), detail=mine)


def types_within(obj: Object, objects: Mapping[Address, Object]) -> set[Address]:
    """The types that an object is made of, and those that they are made of."""
    found = {r for r in obj.references if r.kind in TYPES and r != obj.parent}
    for type_ in [objects[r] for r in found if r in objects]:
        names = type_.attributes.get("order", ()) if type_.address.kind == "composite_type" else ()
        attributes = (objects.get(Address("attribute", (*type_.address.path, name))) for name in names)
        for part in (type_, *attributes):
            found |= types_within(part, objects) if part is not None else set()
    return found


def attributes_within(type_: Address, work: Work, *, after: bool) -> dict[Address, Object]:
    """The attributes of a type and of all that it is made of."""
    found: dict[Address, Object] = {}
    obj = work.after(type_) if after else work.before(type_)
    children = [o for o in work.children(type_, after=after) if o.address.kind == "attribute"]
    found |= {o.address: o for o in children}
    for part in ([obj] if obj else []) + children:
        for below in part.references:
            if below.kind in TYPES and below != type_:
                found |= attributes_within(below, work, after=after)
    return found


def type_at(column: Object, path: Path, work: Work) -> str:
    """The type that a wanted column has at the end of a path of attributes."""
    obj: Object | None = column
    for step in path:
        obj = _attribute_of(obj, step[1:], work) if obj else None
    return str(obj.attributes["type"]) if obj else ""


def _attribute_of(obj: Object, name: str, work: Work) -> Object | None:
    for below in obj.references:
        type_ = work.after(below)
        if type_ is None or qualified(below) != obj.attributes.get("type"):
            continue
        if below.kind == "domain":
            return _attribute_of(type_, name, work)
        parts = (o for o in work.children(below, after=True) if o.address.kind in ("attribute", "column"))
        return next((o for o in parts if o.address.path[-1] == name), None)
    return None


def fields(value: str, path: Path) -> str:
    """Attributes of attributes of a value."""
    for step in path:
        value = f"({value}).{ident(step[1:])}"
    return value


def split(path: Path) -> tuple[Path, Path]:
    """A path up to the first array, and from there."""
    number = next((n for n, step in enumerate(path) if not step.startswith(".")), len(path))
    return path[:number], path[number:]


def read(value: str, path: Path, then: str = "{}", level: int = 1) -> str:
    """What is at the end of a path, as text. then: what becomes of it."""
    near, far = split(path)
    value = fields(value, near)
    if not far:
        return f"({then.replace('{}', value)})::text"
    if far[0] == INSIDE:
        return f"({value})::text"
    inner = read(f"e{level}", far[1:], then, level + 1)
    return (
        f"(SELECT array_agg({inner} ORDER BY n) FROM (SELECT unnest({value}) AS e{level},"
        f" generate_series(1, cardinality({value})) AS n) s)::text"
    )


def laid_over(value: str, path: Path, kept: str, became: str, setting: str, level: int = 1) -> str:
    """The text of an array with kept values laid over its elements, as far as these still have what those became
    (where that is given). One that has more or fewer elements by now stays as it is; so does one of several dimensions,
    which SQL does not put together again. setting: the function that sets the last attribute of the path to a text."""
    element, text, other = f"e{level}", f"k{level}", f"b{level}" if became else ""
    near, far = split(path[1:])
    target, holder = fields(element, near), fields(element, near[:-1])
    guards = [f"{holder} IS DISTINCT FROM NULL"]
    if far:
        new = laid_over(target, far, text, other, setting, level + 1)
    else:
        # As JSON alone, a value that is JSON itself could not be null.
        new, near = f"{setting}({holder}, {text})", near[:-1]
        guards += [f"{text} IS NOT NULL"]
        guards += [f"({target})::text IS NOT DISTINCT FROM {other}"] if other else []
        new = f"{new}::text" if near else f"CASE WHEN {' AND '.join(guards)} THEN {new} ELSE {element} END"
    if near:
        for step in reversed(near):
            new = f"json_build_object({literal(step[1:]).strip()}, {new})"
        new = f"CASE WHEN {' AND '.join(guards)} THEN json_populate_record({element}, {new}) ELSE {element} END"
    more = f", unnest({became}::text[]) AS {other}" if became else ""
    return (
        f"CASE WHEN array_ndims({value}) = 1 AND cardinality({value}) = cardinality({kept}::text[])"
        f" THEN array_dims({value}) || '=' || ARRAY(SELECT {new} FROM (SELECT unnest({value}) AS {element},"
        f" unnest({kept}::text[]) AS {text}{more}, generate_series(1, cardinality({value})) AS n) s ORDER BY n)::text"
        f" ELSE ({value})::text END"
    )
