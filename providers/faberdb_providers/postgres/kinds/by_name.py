"""Values of composite types, carried by the names of their attributes while the type is away.

As text they say only in which order the values of attributes stand, so the text of a type that has others, or the same
in another order, would give them to the wrong ones. Domains over such types, arrays of them, and types that have them
as attributes are carried the same way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from faberdb.model import Address, Object, Statement, Work
from faberdb_providers.postgres.kinds.acl import TYPES
from faberdb_providers.postgres.names import clipped, ident, qualified


def text_differs(address: Address, work: Work) -> bool:
    """Whether the text of a value means another to the new form of a type than it did to the old."""
    before, after = work.before(address), work.after(address)
    if before is None or after is None:
        return False
    old, new = ({o.address: o for o in attributes_of(address, work, after=side)} for side in (False, True))
    if address.kind == "composite_type":
        if before.attributes != after.attributes:
            return True
        if any(old[a].attributes != new[a].attributes for a in old if a in new):
            return True
    had, has = ({r for o in side for r in o.references} for side in ((before, *old.values()), (after, *new.values())))
    return any(text_differs(r, work) for r in had & has if r.kind in TYPES and r != address)


def attributes_of(address: Address, work: Work, *, after: bool) -> list[Object]:
    """The attributes of a composite type; none of any other."""
    return [o for o in work.children(address, after=after) if o.address.kind == "attribute"]


def as_json(column: Object) -> tuple[str, str]:
    """The type a column is of meanwhile, and its values as that. Not jsonb, which would tidy up attributes that are
    JSON themselves."""
    return "json", f"to_json({ident(column.address.path[-1])})"


def from_json(type_: Object, column: Object) -> str:
    """The values of a column again. Only inside an object can JSON become an array of rows, or a domain, without a
    subquery, which USING does not take."""
    name = ident(column.address.path[-1])
    return f"(json_populate_record(NULL::{_wrapper(type_, column)}, json_build_object('value', {name}))).value"


def around_wrappers(type_: Object, columns: Iterable[Object], made: list[Statement]) -> Iterator[Statement]:
    """The statements that make a type and bring its columns back, with what `from_json` needs in between."""
    wrappers = {_wrapper(type_, column): str(column.attributes["type"]) for column in columns}
    yield made[0]
    yield from (Statement(f"CREATE TYPE {name} AS (value {of})") for name, of in sorted(wrappers.items()))
    yield from made[1:]
    yield from (Statement(f"DROP TYPE {name}") for name in sorted(wrappers))


def _wrapper(type_: Object, column: Object) -> str:
    schema, name = type_.address.path
    one = "" if str(column.attributes["type"]).endswith("[]") else "_one"
    return qualified(Address("type", (schema, clipped(name, f"__faberdb{one}"))))
