"""Values of composite types, carried by the names of their attributes while the type is away.

As text they say only in which order the values of attributes stand, so the text of a type that has others, or the same
in another order, would give them to the wrong ones. So they become values of a twin: a type with the attributes that
this one had, which reads that text as it was meant, and has a cast to the new form that knows each by its name. The
server takes a cast through arrays of any shape and through domains by itself. Types inside of this one whose text
differs too have twins of their own; values of other types of the user's are text in a twin, as those types may be away
at the same time. All other values stay as they are: no notation lies between that has less to say than their type.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from faberdb.errors import DeclarationError
from faberdb.model import Address, Object, Statement, Work
from faberdb_providers.postgres.kinds.acl import TYPES
from faberdb_providers.postgres.kinds.lossless import refuses, stored_as
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


def own_type(obj: Object) -> bool:
    """Whether a column or an attribute is of a type of the user's, or an array of one."""
    return any(r.kind in TYPES and r != obj.parent for r in obj.references)


def converted(value: str, old: Object, new: Object, work: Work) -> str:
    """The expression that makes a value of an attribute one of its new form: by the cast that there is, or by its text
    where there is none, or its type may be away."""
    before, after = old.attributes["type"], new.attributes["type"]
    if own_type(old):
        return f"{value}::text::{after}"
    if before == after:
        return value
    return f"{value}::{after}" if work.castable(before, after) else f"{value}::text::{after}"


class Twins:
    """The types that the values of a type are of while that is made anew, and what leads from them to its new form."""

    def __init__(self, type_: Address, columns: Iterable[Object], work: Work) -> None:
        self._type, self._work = type_, work
        self._names: dict[Address, str] = {}
        self._made: list[Statement] = []
        self._gone: list[Statement] = []
        self._attributes: dict[str, tuple[Address, list[tuple[Object, str]]]] = {}
        for column in columns:
            self.of(column)

    def of(self, obj: Object) -> str:
        """What a column, an attribute or a domain is of meanwhile, or over."""
        named = str(obj.attributes["type"])
        array = "[]" if named.endswith("[]") else ""
        for address in sorted(obj.references):
            if address.kind == "range_type" and text_differs(address, self._work):
                raise _of_ranges(obj, self._type)
            if qualified(address) != named.removesuffix(array) or not text_differs(address, self._work):
                continue
            if address.kind == "composite_type":
                return f"{self._composite(address)}{array}"
            if address.kind == "domain":
                return self._under(address, array)
        return "text" if own_type(obj) else named

    def make(self) -> Iterator[Statement]:
        """The types."""
        yield from self._made

    def ways_back(self) -> Iterator[Statement]:
        """The casts from them to the new forms."""
        for twin, (type_, held) in self._attributes.items():
            new = {o.address: o for o in attributes_of(type_, self._work, after=True)}
            lines = [self._set(old, new[old.address], of) for old, of in held if old.address in new]
            # Of a row without attributes that stay, there is still a row.
            lines = lines or [f"made.{ident(a.path[-1])} := NULL;" for a in list(new)[:1]]
            yield Statement(conversion(twin, qualified(type_), lines))
            yield Statement(f"CREATE CAST ({twin} AS {qualified(type_)}) WITH FUNCTION {twin}({twin})")

    def drop(self) -> Iterator[Statement]:
        """All of it is gone."""
        for twin, (type_, _) in self._attributes.items():
            yield Statement(f"DROP CAST ({twin} AS {qualified(type_)})")
            yield Statement(f"DROP FUNCTION {twin}({twin})")
        yield from reversed(self._gone)

    def _set(self, old: Object, new: Object, of: str) -> str:
        name = ident(old.address.path[-1])
        value, nested = f"($1).{name}", own_type(old) and of != "text"
        if not nested:
            # A cast that is asked for cuts what is too long without a word; an assignment refuses it.
            fits = of != new.attributes["type"] and refuses(of, stored_as(new, self._work))
            return f"made.{name} := {value if fits else converted(value, old, new, self._work)};"
        return f"made.{name} := {value}::{new.attributes['type']};"

    def _composite(self, type_: Address) -> str:
        if type_ in self._names:
            return self._names[type_]
        before = self._work.before(type_)
        assert before is not None
        order: list[str] = before.attributes["order"]
        had = sorted(attributes_of(type_, self._work, after=False), key=lambda o: order.index(o.address.path[-1]))
        held = [(o, self.of(o) if self._stays(o) else "text") for o in had]
        twin = self._name(type_)
        self._attributes[twin] = type_, held
        lines = ", ".join(f"{ident(o.address.path[-1])} {of}" for o, of in held)
        self._made.append(Statement(f"CREATE TYPE {twin} AS ({lines})"))
        self._gone.append(Statement(f"DROP TYPE {twin}"))
        return twin

    def _stays(self, attribute: Object) -> bool:
        """Whether its values go on into the new form, by types that are there by then."""
        new = self._work.after(attribute.address)
        return new is not None and {r for r in attribute.references if r.kind in TYPES} <= new.references

    def _under(self, domain: Address, array: str) -> str:
        """What stands for a domain, or an array of it. An array of arrays there is only with a domain between."""
        before = self._work.before(domain)
        assert before is not None
        of = self.of(before)
        if not (array and of.endswith("[]")):
            return f"{of}{array}"
        if domain not in self._names:
            twin = self._name(domain)
            self._made.append(Statement(f"CREATE DOMAIN {twin} AS {of}"))
            self._gone.append(Statement(f"DROP DOMAIN {twin}"))
        return f"{self._names[domain]}{array}"

    def _name(self, of: Address) -> str:
        schema, name = self._type.path
        number = f"_{len(self._names) + 1}" if self._names else ""
        self._names[of] = qualified(Address("type", (schema, clipped(name, f"__faberdb{number}"))))
        return self._names[of]


def _of_ranges(holder: Object, type_: Address) -> DeclarationError:
    """The bounds of a range have no names, and no cast leads from one range type to another."""
    return DeclarationError(
        f"what it is made of cannot change while {holder.address.spoken} holds ranges over it",
        where=type_.spoken,
        advice="declare another type with a range type of its own, and a column beside this one that takes the values"
        " over; nothing was changed on any database",
    )


def conversion(source: str, target: str, lines: list[str]) -> str:
    """The function, named as what it takes, that makes values of one row type those of another."""
    body = " ".join(lines)
    return (
        f"CREATE FUNCTION {source}({source}) RETURNS {target} LANGUAGE plpgsql STRICT AS $faberdb$"
        f" DECLARE made {target}; BEGIN {body} RETURN made; END $faberdb$"
    )
