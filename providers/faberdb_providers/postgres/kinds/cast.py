"""Casts between two types. They belong to the database and to none of its schemas, and have no name of their own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from faberdb.model import Address, Object, Place, Risk, Statement, Work
from faberdb_providers.postgres.kinds.background import not_brought_along
from faberdb_providers.postgres.kinds.base import Found, PostgresKind, Row, compact
from faberdb_providers.postgres.kinds.written import written
from faberdb_providers.postgres.pattern import pattern
from faberdb_providers.postgres.typenames import canonical_type

if TYPE_CHECKING:
    from faberdb_providers.postgres.specs.cast import CastSpec

_CONTEXTS = {"a": "assignment", "i": "implicit"}
_PAIR = pattern(r'((?:"(?:[^"]|"")+"|[^"])+?) as (.+)\Z', re.IGNORECASE)


class CastKind(PostgresKind):
    """`CREATE CAST`; https://www.postgresql.org/docs/current/sql-createcast.html"""

    name = "cast"
    renamable = False
    section = "casts"
    Declared: Any = written("cast", "CastSpec")
    in_schema = False
    rebuilt_on_type_change = True

    def query(self, version: int) -> str:
        return (
            "select 'pg_cast'::regclass::oid, c.oid, 0, format_type(c.castsource, null),"
            " format_type(c.casttarget, null), case when c.castfunc <> 0 then c.castfunc::regprocedure::text end,"
            " c.castcontext::text, c.castmethod::text from pg_cast c"
            f" where {not_brought_along('pg_cast', 'c')} order by 4, 5"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, _, source, target, function, context, method = row
        attributes = {"function": function, "inout": method == "i", "context": _CONTEXTS.get(context)}
        return (classid, oid, 0), Object(Address(self.name, (f"{source} as {target}",)), compact(attributes))

    def declare(self, place: Place, name: str, spec: CastSpec) -> Iterator[Object]:
        pair = _PAIR.match(name)
        if pair is None:
            raise ValueError("a cast is named by its two types: `integer as text`")
        source, target = (canonical_type(part, modifiers=False, schema=place.schema) for part in pair.groups())
        attributes = {
            "function": spec.function,
            "inout": spec.inout,
            "context": None if spec.context == "explicit" else spec.context,
        }
        yield from self.made(place, spec, Address(self.name, (f"{source} as {target}",)), attributes)

    def mentions(self, obj: Object) -> Iterable[str]:
        return [obj.address.path[0], obj.attributes.get("function", "")]

    def identity(self, obj: Object) -> str:
        return cast_identity(obj.address.path[0])

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        a = obj.attributes
        way = f"WITH FUNCTION {a['function']}" if "function" in a else "WITHOUT FUNCTION"
        if a.get("inout"):
            way = "WITH INOUT"
        context = f" AS {a['context'].upper()}" if "context" in a else ""
        yield Statement(f"CREATE {self.identity(obj)} {way}{context}", Risk.CAUTION if context else Risk.SAFE)


def cast_identity(name: str) -> str:
    """How COMMENT ON and DROP name the cast of an address."""
    pair = _PAIR.match(name)
    assert pair is not None
    return f"CAST ({pair[1]} AS {pair[2]})"


KIND = CastKind()
