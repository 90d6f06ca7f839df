"""Base types, and the shells that come before them.

A base type needs functions that read and print its values, and these take and return the type. So its name comes first,
as a shell, then the functions, then the type itself; the server knows only the last, and the first two as one. It lets
go of neither without the other: in quarantine, a type and the functions it is made of stay together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from faberdb.errors import DeclarationError
from faberdb.model import Action, Address, Change, Object, Place, Risk, Statement, Verdict, Work
from faberdb_providers.postgres.kinds.background import not_brought_along, procedure
from faberdb_providers.postgres.kinds.base import USER_SCHEMA, Found, PostgresKind, Row, compact
from faberdb_providers.postgres.kinds.lineage import Find
from faberdb_providers.postgres.kinds.types import TypeKind
from faberdb_providers.postgres.kinds.written import written
from faberdb_providers.postgres.names import dotted, ident, literal, qualified, routine

if TYPE_CHECKING:
    from faberdb_providers.postgres.specs.base_type import BaseTypeSpec

_FUNCTIONS = ("input", "output", "receive", "send", "typmod_in", "typmod_out", "analyze", "subscript")
_ALTERED = {"receive", "send", "typmod_in", "typmod_out", "analyze", "subscript", "storage"}
"""What ALTER TYPE sets."""
_ALIGNMENT = {"c": "char", "s": "int2", "i": "int4", "d": "double"}
_STORAGE = {"p": "plain", "e": "external", "x": "extended", "m": "main"}
_RAW = "raw_array_subscript_handler"
"""What the server takes for elements of a type of fixed length if nobody says."""


class BaseTypeKind(TypeKind):
    """`CREATE TYPE`; https://www.postgresql.org/docs/current/sql-createtype.html#SQL-CREATETYPE-BASE-TYPES"""

    name = "base_type"
    section = "base_types"
    forerunner = "shell_type"
    Declared: Any = written("base_type", "BaseTypeSpec")

    def query(self, version: int) -> str:
        subscript = procedure("t.typsubscript::oid") if version >= 14 else "null"
        functions = ("typinput", "typoutput", "typreceive", "typsend", "typmodin", "typmodout", "typanalyze")
        return (
            "select 'pg_type'::regclass::oid, t.oid, 0, n.nspname, t.typname,"
            f" {', '.join(procedure(f't.{name}::oid') for name in functions)}, {subscript}, t.typlen::int, t.typbyval,"
            " t.typalign::text, t.typstorage::text, t.typcategory::text, t.typispreferred, t.typdefault,"
            " case when t.typelem <> 0 then format_type(t.typelem, null) end, t.typdelim::text, t.typcollation <> 0"
            " from pg_type t join pg_namespace n on n.oid = t.typnamespace"
            f" where t.typtype = 'b' and t.typisdefined and {not_brought_along('pg_type', 't')} and {USER_SCHEMA}"
            " order by n.nspname, t.typname"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, _, schema, name, *rest = row
        functions = dict(zip(_FUNCTIONS, rest, strict=False))
        length, by_value, alignment, storage, category, preferred, default, element, delimiter, collatable = rest[8:]
        if element and functions["subscript"] == _RAW:
            del functions["subscript"]
        attributes = {
            **functions,
            "internallength": length if length > 0 else None,
            "passedbyvalue": by_value,
            "alignment": _unless("int4", _ALIGNMENT[alignment]),
            "storage": _unless("plain", _STORAGE[storage]),
            "category": _unless("U", category),
            "preferred": preferred,
            "default": default,
            "element": element,
            "delimiter": _unless(",", delimiter),
            "collatable": collatable,
        }
        return (classid, oid, 0), Object(Address(self.name, (schema, name)), compact(attributes))

    def declare(self, place: Place, name: str, spec: BaseTypeSpec) -> Iterator[Object]:
        address = Address(self.name, (place.schema, name))
        usual = {"alignment": "int4", "storage": "plain", "category": "U", "delimiter": ","}
        said = [key for key in self.Declared.model_fields if key in self.Declared.__annotations__]
        attributes = {key: value for key in said if (value := getattr(spec, key)) != usual.get(key)}
        shell, schema = shell_of(address), Address("schema", (place.schema,))
        yield from self.made(place, spec, address, attributes, references=[schema, shell])
        old = shell_of(self.formerly(address, spec.renamed_from)) if spec.renamed_from else None
        yield Object(shell, {}, schema, frozenset([schema]), place.scope, place.origin, old)

    def mentions(self, obj: Object) -> Iterable[str]:
        return [str(obj.attributes[key]) for key in (*_FUNCTIONS, "element") if key in obj.attributes]

    def compare(self, before: Object, after: Object) -> Verdict | None:
        old, new = before.attributes, after.attributes
        if old == new:
            return None
        plain = "storage" not in old or "storage" not in new  # the one way of storing that nothing leads to or from
        if {key for key in {*old, *new} if old.get(key) != new.get(key)} <= _ALTERED - (
            {"storage"} if plain else set()
        ):
            return Verdict(Action.ALTER)
        return Verdict(Action.REPLACE, "how its values are made of text and stored cannot be altered")

    def define(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        body = ",\n    ".join(f"{key} = {_value(key, value)}" for key, value in obj.attributes.items())
        yield Statement(f"CREATE TYPE {qualified(obj.address)} (\n    {body}\n)")

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        old, new = before.attributes, after.attributes
        keys = [key for key in (*_FUNCTIONS, "storage") if old.get(key) != new.get(key)]
        sets = ", ".join(f"{key} = {new.get(key, 'NONE')}" for key in keys)
        yield Statement(f"ALTER {self.identity(after)} SET ({sets})", Risk.CAUTION)
        if "storage" not in keys:
            return
        for column in work.referrers(after.address, after=True):
            # Those that are there are stored as before; what is written to them later is to be as declared.
            if column.attributes.get("type") == qualified(after.address) and "storage" not in column.attributes:
                table, name = dotted(*column.address.path[:-1]), ident(column.address.path[-1])
                sql = f"ALTER TABLE {table} ALTER COLUMN {name} SET STORAGE {new['storage']}"
                yield Statement(sql, Risk.CAUTION)

    def let_go(self, obj: Object, work: Work) -> Iterable[Statement]:
        raise DeclarationError(
            "a base type cannot be made anew, neither by itself nor because of a function it is made of",
            where=obj.address.spoken,
            advice="declare the new form under another name, and the columns as of that; a later plan can drop the old"
            " one, and one after that give its name to the new one (`renamed_from`)",
        )

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        yield from super().create(obj, inlined, work)
        for function in made_of(obj, work.after):
            if (kept := work.kept(function.address)) is not None and travels_with(obj.address, function):
                yield moved(function.address, kept.place, function.address.path[0])

    def drop(self, obj: Object, work: Work) -> Iterable[Statement]:
        # While the type is still where their signatures say it is.
        for function in made_of(obj, work.before):
            if (kept := work.keep(function.address)) is not None and travels_with(obj.address, function):
                yield moved(function.address, function.address.path[0], kept.place)
        yield from super().drop(obj, work)


class ShellTypeKind(PostgresKind):
    """A type of which there is only the name so far. One that nobody completed is `alone`, and nobody's to drop."""

    name = "shell_type"

    def query(self, version: int) -> str:
        return (
            "select 'pg_type'::regclass::oid, t.oid, -1, n.nspname, t.typname from pg_type t"
            " join pg_namespace n on n.oid = t.typnamespace"
            f" where not t.typisdefined and {not_brought_along('pg_type', 't')} and {USER_SCHEMA}"
            " order by n.nspname, t.typname"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, part, schema, name = row
        # Of no part that anything refers to, so that it is listed as what it is.
        return (classid, oid, part), _shell((schema, name), alone=True)

    def compare(self, before: Object, after: Object) -> Verdict | None:
        if before.attributes != after.attributes:
            # Nothing turns a type into a shell again, so there would be no way back.
            raise DeclarationError(
                "there is a shell of that name already, which nobody has made a type of",
                where=after.address.spoken,
                advice=f"drop it by hand, with the functions that name it: DROP TYPE {qualified(after.address)}",
            )
        return None

    def stays(self, obj: Object, above: Object | None) -> bool:
        return bool(obj.attributes.get("alone"))

    def declare(self, place: Place, name: str, spec: Any) -> Iterator[Object]:
        raise LookupError("a shell is declared with its type")

    def write(self, obj: Object) -> Mapping[str, Any]:
        return {}

    def names(self, obj: Object) -> Iterable[tuple[str, ...]]:
        yield ("type", *obj.address.path)

    def keeps(self, change: Change) -> str:
        return "moved" if change.action is Action.DROP else ""

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        if work.kept(obj.address) is None:
            yield Statement(f"CREATE TYPE {qualified(obj.address)}")

    def drop(self, obj: Object, work: Work) -> Iterable[Statement]:
        return ()  # it is one with its type

    def rename(self, before: Object, after: Object) -> Iterable[Statement]:
        return ()


def shell_of(type_: Address) -> Address:
    """The shell of a base type."""
    return Address("shell_type", type_.path)


def makes_a_type(function: Object) -> bool:
    """Whether a base type is made of the function."""
    return any(reference.kind == "shell_type" for reference in function.references)


def with_shells(objects: Mapping[Address, Object]) -> dict[Address, Object]:
    """The objects, with shells for the base types: their functions refer to these, where the server knows a circle."""
    found = dict(objects)
    for address, type_ in objects.items():
        if address.kind != "base_type":
            continue
        shell = shell_of(address)
        found[shell] = _shell(address.path)
        found[address] = type_._replace(references=type_.references | {shell})
        for function in made_of(type_, found.get):
            around = function.references - {address} | {shell}
            found[function.address] = function._replace(references=around)
    return found


def made_of(type_: Object, find: Find) -> Iterator[Object]:
    """The functions that a type is made of, less those of the server."""
    for reference in sorted(type_.references):
        function = find(reference) if reference.kind == "function" else None
        if function is not None:
            yield function


def moved(function: Address, source: str, schema: str) -> Statement:
    """Take a function from one schema to another."""
    there = routine("function", (source, *function.path[1:]))
    return Statement(f"ALTER FUNCTION {there} SET SCHEMA {ident(schema)}", Risk.CAUTION)


def travels_with(type_: Address, function: Object) -> bool:
    """Whether the signature of a function names the type, so that the one is only found where the other is."""
    name = dotted(*type_.path)
    return name in function.address.path[-1] or name in str(function.attributes.get("returns", ""))


def _shell(path: tuple[str, ...], *, alone: bool = False) -> Object:
    schema = Address("schema", path[:1])
    return Object(Address("shell_type", path), {"alone": True} if alone else {}, schema, frozenset([schema]))


def _unless(usual: str, value: str) -> str | None:
    return None if value == usual else value


def _value(key: str, value: Any) -> str:
    if key in ("category", "default", "delimiter"):
        return literal(str(value)).strip()
    return str(value).lower() if isinstance(value, bool) else str(value)


KINDS = (ShellTypeKind(), BaseTypeKind())
