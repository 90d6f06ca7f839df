"""What attributes of composite types hold in the rows, before they go or become something lesser, and when they come
back: in every column that holds their type, however deep."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from faberdb.model import Hazard, Statement
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.by_name import converted
from faberdb_providers.postgres.kinds.carrying import follows, is_array
from faberdb_providers.postgres.kinds.held import (
    ELEMENTS,
    INSIDE,
    attribute_step,
    attributes_within,
    fields,
    holders,
    laid_over,
    places,
    read,
    split,
    type_at,
)
from faberdb_providers.postgres.kinds.rows import copy_of
from faberdb_providers.postgres.kinds.values import put_back
from faberdb_providers.postgres.names import clipped, ident, qualified

if TYPE_CHECKING:
    from faberdb.model import Address, Kept, Object, Work
    from faberdb_providers.postgres.kinds.held import (
        Path,
    )

_IN_ARRAYS = Hazard(
    codes.VALUES_IN_ARRAYS,
    "a rollback gives kept values back to the elements of arrays by their position: where an array has more or fewer"
    " elements by then, or several dimensions, they stay in quarantine",
)
_INSIDE = Hazard(
    codes.VALUES_INSIDE,
    "what stands inside of ranges is kept with all around it, and stays in quarantine: no rollback gives it back",
)


def holding(attribute: Object, work: Work) -> list[tuple[Object, Path]]:
    """The columns whose rows hold values of an attribute, with the paths to them; less those that follow the columns of
    tables above theirs, of which these rows are rows too."""
    assert attribute.parent is not None
    last = attribute_step(attribute.address.path[-1])
    found = [(c, (*path, last)) for c, path in holders(attribute.parent, work) if not follows(c, work)]
    return sorted(found, key=lambda held: (held[0].address, held[1]))


def keep_values(attribute: Object, work: Work, carrier: Address | None = None) -> Iterator[Statement]:
    """Copy what an attribute holds before it goes, or becomes something lesser. carrier: only from columns of this
    type, which is about to be made anew under them."""
    kept, after = work.keep(attribute.address), work.after(attribute.address)
    for column, place in places(kept, work, after=False) if kept else ():
        if carrier is not None and carrier not in column.references:
            continue
        path, name = _path(attribute, column, place), ident(column.address.path[-1])
        wanted = [f"{read(name, path)} AS value"]
        if after is not None and INSIDE not in path:
            became = converted(f"({converted('{}', attribute, after, work)})", after, attribute, work)
            wanted.append(f"{read(name, path, became)} AS became")
        said = (_INSIDE,) if INSIDE in path else (_IN_ARRAYS,) if ELEMENTS in path else ()
        yield from copy_of(column.address.path[:-1], place, wanted, hazards=said)


def values_back(attribute: Object, work: Work, carrier: Address | None = None) -> Iterator[Statement]:
    """Put the values of an attribute back. Where there is nothing any more to hold one, none is made for it."""
    kept = work.kept(attribute.address)
    assert attribute.parent is not None
    for column, place in places(kept, work, after=True) if kept else ():
        path = _path(attribute, column, place)
        if (carrier is not None and carrier not in column.references) or INSIDE in path:
            continue
        near, far = split(path)
        name = ident(column.address.path[-1])
        there, conditions = fields(f"t.{name}", near), ["q.value IS NOT NULL"]
        if near:
            conditions.append(f"{fields(f't.{name}', near[:-1])} IS DISTINCT FROM NULL")
        # One that was there all the time, if as something lesser, may have been written since.
        lesser, type_ = work.before(attribute.address) is not None, attribute.attributes["type"]
        value = f"q.value::{type_}"
        if far:
            setting = f"pg_temp.{ident(clipped(f'faberdb_set_{attribute.address.path[-1]}'))}"
            yield _made_setting(setting, attribute)
            text = laid_over(there, far, "q.value", "q.became" if lesser else "", setting)
            value = f"({text})::{type_at(column, near, work)}"
        elif lesser:
            conditions.append(f"({there})::text IS NOT DISTINCT FROM q.became")
        target = ".".join([name, *(ident(step[1:]) for step in near)])
        yield from put_back(column.address.path[:-1], place, [(target, value, " AND ".join(conditions))], work)
        if far:
            yield Statement(f"DROP FUNCTION {setting}({qualified(attribute.parent)}, text)")


def _made_setting(name: str, attribute: Object) -> Statement:
    """The function that sets an attribute of a value of its type to what a text says."""
    assert attribute.parent is not None
    type_, field = qualified(attribute.parent), f"made.{ident(attribute.address.path[-1])}"
    return Statement(
        f"CREATE FUNCTION {name}(made {type_}, text) RETURNS {type_} LANGUAGE plpgsql AS $faberdb$"
        f" BEGIN {field} := $2::{attribute.attributes['type']}; RETURN made; END $faberdb$"
    )


def keep_within(type_: Object, work: Work) -> Iterator[Statement]:
    """Copy from the columns of a type, before it is made anew under them, what attributes in it lose."""
    for attribute in attributes_within(type_.address, work, after=False).values():
        yield from keep_values(attribute, work, type_.address)


def back_within(type_: Object, work: Work) -> Iterator[Statement]:
    """Put back into the columns of a type, now that it is there again, what attributes in it had lost."""
    for attribute in attributes_within(type_.address, work, after=True).values():
        yield from values_back(attribute, work, type_.address)


def lost_within(type_: Object, work: Work) -> bool:
    """Whether a type that is made anew has attributes no longer whose values are in rows."""
    children = (o for o in work.children(type_.address, after=False) if o.address.kind == "attribute")
    return any(work.keep(o.address) is not None and work.after(o.address) is None for o in children)


def _path(attribute: Object, column: Object, place: Kept) -> Path:
    """Quarantine of before there were paths has them right in the columns, and of arrays the whole value."""
    found = place.detail.get("path")
    if found is None:
        return (INSIDE,) if is_array(column) else (attribute_step(attribute.address.path[-1]),)
    return tuple(found)
