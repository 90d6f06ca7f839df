"""Operators. One is known by its name and the types it stands between: `+(money, money)`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from faberdb.model import Action, Address, Change, Object, Place, Risk, Statement, Verdict, Work
from faberdb_providers.postgres.kinds.background import not_brought_along, operator, procedure
from faberdb_providers.postgres.kinds.base import USER_SCHEMA, Found, PostgresKind, Row, compact
from faberdb_providers.postgres.kinds.written import written
from faberdb_providers.postgres.names import ident
from faberdb_providers.postgres.pattern import pattern
from faberdb_providers.postgres.typenames import canonical_type, split_list

if TYPE_CHECKING:
    from faberdb_providers.postgres.specs.operator import OperatorSpec

_NAME = pattern(r"\s*([-+*/<>=~!@#%^&|`?]+)\s*\((.*)\)\s*\Z", re.DOTALL)
_ALWAYS = ("restrict", "join")
_LATER = ("commutator", "negator", "hashes", "merges")
"""What ALTER OPERATOR can add since PostgreSQL 17; it never takes any of it away."""


class OperatorKind(PostgresKind):
    """`CREATE OPERATOR`; https://www.postgresql.org/docs/current/xoper.html

    A commutator or negator that does not exist yet is made as a shell, which its own CREATE fills, so two operators
    that name each other need no order."""

    name = "operator"
    renamable = False
    section = "operators"
    Declared: Any = written("operator", "OperatorSpec")
    rebuilt_on_type_change = True

    def query(self, version: int) -> str:
        return (
            "select 'pg_operator'::regclass::oid, o.oid, 0, n.nspname, o.oprname,"
            " case when o.oprleft <> 0 then format_type(o.oprleft, null) end,"
            " case when o.oprright <> 0 then format_type(o.oprright, null) end, o.oprcode::text,"
            f" {operator('o.oprcom')}, {operator('o.oprnegate')}, {procedure('o.oprrest::oid')},"
            f" {procedure('o.oprjoin::oid')}, o.oprcanhash, o.oprcanmerge"
            " from pg_operator o join pg_namespace n on n.oid = o.oprnamespace"
            f" where o.oprcode <> 0 and {not_brought_along('pg_operator', 'o')} and {USER_SCHEMA}"
            " order by n.nspname, o.oprname, 6, 7"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, _, schema, name, left, right, function, commutator, negator, restrict, join, hashes, merges = row
        attributes = {
            "function": function,
            "commutator": commutator,
            "negator": negator,
            "restrict": restrict,
            "join": join,
            "hashes": hashes,
            "merges": merges,
        }
        address = Address(self.name, (schema, f"{name}({left or 'NONE'}, {right or 'NONE'})"))
        return (classid, oid, 0), Object(address, compact(attributes))

    def declare(self, place: Place, name: str, spec: OperatorSpec) -> Iterator[Object]:
        parts = _NAME.match(name)
        sides = split_list(parts[2]) if parts else []
        if parts is None or len(sides) != 2:
            raise ValueError("an operator is named with its two types: `+(integer, integer)`, or `-(NONE, integer)`")
        types = [s.upper() if s.lower() == "none" else _type(s, place) for s in sides]
        attributes = {key: getattr(spec, key) for key in ("function", *_LATER, *_ALWAYS)}
        address = Address(self.name, (place.schema, f"{parts[1]}({', '.join(types)})"))
        yield from self.made(place, spec, address, attributes, references=[Address("schema", (place.schema,))])

    def mentions(self, obj: Object) -> Iterable[str]:
        # Not the commutator and the negator: they mention this one too.
        functions = [obj.attributes[key] for key in ("function", *_ALWAYS) if key in obj.attributes]
        return [*functions, *_sides(obj.address)]

    def fragments(self, obj: Object) -> Iterable[str]:
        return [str(obj.attributes[key]) for key in _LATER if key in obj.attributes]

    def claims(self, obj: Object) -> Iterable[tuple[str, ...]]:
        schema, name = obj.address.path
        symbol, _, types = name.partition("(")
        yield ("operator", schema, types, symbol)

    def compare(self, before: Object, after: Object) -> Verdict | None:
        old, new = before.attributes, after.attributes
        if old == new:
            return None
        if old["function"] != new["function"]:
            return Verdict(Action.REPLACE, "its function changes")
        if any(key in old and old[key] != new.get(key) for key in _LATER):
            return Verdict(Action.REPLACE, "what an operator is to others can be added, but not taken away")
        return Verdict(Action.ALTER)

    def part_of(self, change: Change) -> Address | None:
        return change.address if change.action is Action.ALTER else None

    def refused_in_place(self, change: Change, referrers: Sequence[Object], version: int) -> bool:
        old, new = (side.attributes if side else {} for side in (change.before, change.after))
        return version < 17 and any(old.get(key) != new.get(key) for key in _LATER)

    def identity(self, obj: Object) -> str:
        return operator_identity(*obj.address.path)

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        schema, name = obj.address.path
        left, right = _sides(obj.address)
        words: dict[str, Any] = {"function": obj.attributes["function"]}
        words |= {side: type_ for side, type_ in (("leftarg", left), ("rightarg", right)) if type_ != "NONE"}
        words |= obj.attributes
        body = ",\n    ".join(_words(words))
        yield Statement(f"CREATE OPERATOR {ident(schema)}.{name.partition('(')[0]} (\n    {body}\n)")

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        old, new = before.attributes, after.attributes
        changed = {k: new.get(k, "NONE") for k in (*_ALWAYS, *_LATER) if old.get(k) != new.get(k)}
        yield Statement(f"ALTER {self.identity(after)} SET ({', '.join(_words(changed))})", Risk.CAUTION)


def operator_identity(schema: str, name: str) -> str:
    """How COMMENT ON, ALTER and DROP name the operator of an address."""
    symbol, _, types = name.partition("(")
    return f"OPERATOR {ident(schema)}.{symbol} ({types}"


def _type(text: str, place: Place) -> str:
    return canonical_type(text, modifiers=False, schema=place.schema)


def _sides(address: Address) -> list[str]:
    return split_list(address.path[1].partition("(")[2].removesuffix(")"))


def _words(values: dict[str, Any]) -> list[str]:
    return [key.upper() if value is True else f"{key.upper()} = {value}" for key, value in values.items()]


KIND = OperatorKind()
