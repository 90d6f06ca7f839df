"""Operator classes and families: by which operators and functions an index method uses a type."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from faberdb.model import Address, Object, Place, Risk, Statement, Work
from faberdb_providers.postgres.kinds.background import in_schema, not_brought_along
from faberdb_providers.postgres.kinds.base import USER_SCHEMA, Found, PostgresKind, Row, compact
from faberdb_providers.postgres.kinds.written import written
from faberdb_providers.postgres.names import dotted, ident
from faberdb_providers.postgres.pattern import pattern
from faberdb_providers.postgres.typenames import canonical_type

if TYPE_CHECKING:
    from faberdb_providers.postgres.specs.operator_class import OperatorClassSpec, OperatorFamilySpec

_NAME = pattern(r'\s*(?:"((?:[^"]|"")+)"|([^\s"]+))\s+using\s+(\S+)\s*\Z', re.IGNORECASE)


def _members(owner: str, oid: str) -> str:
    """SQL for the operators and functions that belong to a class, or to a family alone, as two arrays of what CREATE
    OPERATOR CLASS and ALTER OPERATOR FAMILY ... ADD write behind OPERATOR and FUNCTION."""
    family = in_schema("pg_opfamily", "m.amopsortfamily", "opfname", "opfnamespace")
    mine = (
        "exists (select from pg_depend d where d.classid = '{}'::regclass and d.objid = m.oid"
        f" and d.refclassid = '{owner}'::regclass and d.refobjid = {oid} and d.deptype in ('a', 'i'))"
    )
    return (
        "(select array_agg(m.amopstrategy || ' ' || m.amopopr::regoperator::text ||"
        f" case when m.amopsortfamily <> 0 then ' FOR ORDER BY ' || {family} else '' end"
        ' order by m.amopstrategy, m.amopopr::regoperator::text collate "C")'
        f" from pg_amop m where {mine.format('pg_amop')}),"
        " (select array_agg(m.amprocnum || ' (' || format_type(m.amproclefttype, null) || ', ' ||"
        " format_type(m.amprocrighttype, null) || ') ' || m.amproc::regprocedure::text order by m.amprocnum,"
        ' format_type(m.amproclefttype, null) collate "C", format_type(m.amprocrighttype, null) collate "C")'
        f" from pg_amproc m where {mine.format('pg_amproc')})"
    )


def _items(attributes: Mapping[str, Any]) -> list[str]:
    operators = [f"OPERATOR {member}" for member in attributes.get("operators", ())]
    return operators + [f"FUNCTION {member}" for member in attributes.get("functions", ())]


class _OfMethod(PostgresKind):
    """A name that means something else for every index method."""

    def place_of(self, place: Place, name: str) -> Address:
        """The address of an entry `NAME using METHOD`."""
        parts = _NAME.match(name)
        if parts is None:
            raise ValueError(f"it is named with its index method, as in `{name.split()[0]} using btree`")
        plain = parts[1].replace('""', '"') if parts[1] else parts[2]
        return self.address(place.schema, plain, parts[3].lower())

    def address(self, schema: str, name: str, method: str) -> Address:
        return Address(self.name, (schema, f"{ident(name)} using {ident(method)}"))

    def claims(self, obj: Object) -> Iterable[tuple[str, ...]]:
        name, method = name_and_method(obj.address)
        yield (self.name, obj.address.path[0], method, name)

    def identity(self, obj: Object) -> str:
        return of_method(self.sql_name, *obj.address.path)

    def rename(self, before: Object, after: Object) -> Iterable[Statement]:
        yield Statement(f"ALTER {self.identity(before)} RENAME TO {ident(name_and_method(after.address)[0])}")

    def _renamed(self, place: Place, spec: Any, address: Address) -> Any:
        """The old name, which need not repeat the method."""
        if not spec.renamed_from or " using " in spec.renamed_from.lower():
            return spec
        old = self.address(place.schema, spec.renamed_from, name_and_method(address)[1])
        return spec.model_copy(update={"renamed_from": old.path[1]})


def name_and_method(address: Address) -> tuple[str, str]:
    """The two parts of an operator class's or family's address."""
    parts = _NAME.match(address.path[1])
    assert parts is not None
    return parts[1].replace('""', '"') if parts[1] else parts[2], parts[3]


def of_method(words: str, schema: str, name: str) -> str:
    """How COMMENT ON, ALTER and DROP name the operator class or family of an address."""
    plain, method = name_and_method(Address("", (schema, name)))
    return f"{words} {dotted(schema, plain)} USING {method}"


class OperatorFamilyKind(_OfMethod):
    """`CREATE OPERATOR FAMILY`; https://www.postgresql.org/docs/current/sql-createopfamily.html"""

    name = "operator_family"
    alterable = True
    section = "operator_families"
    Declared: Any = written("operator_class", "OperatorFamilySpec")
    sql_name = "OPERATOR FAMILY"

    def query(self, version: int) -> str:
        return (
            "select 'pg_opfamily'::regclass::oid, o.oid, 0, n.nspname, o.opfname, am.amname,"
            f" {_members('pg_opfamily', 'o.oid')}"
            " from pg_opfamily o join pg_namespace n on n.oid = o.opfnamespace join pg_am am on am.oid = o.opfmethod"
            f" where {not_brought_along('pg_opfamily', 'o')} and {USER_SCHEMA} order by n.nspname, o.opfname, am.amname"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, _, schema, name, method, operators, functions = row
        attributes = compact({"operators": operators, "functions": functions})
        return (classid, oid, 0), Object(self.address(schema, name, method), attributes)

    def declare(self, place: Place, name: str, spec: OperatorFamilySpec) -> Iterator[Object]:
        address = self.place_of(place, name)
        attributes = {"operators": spec.operators or None, "functions": spec.functions or None}
        spec = self._renamed(place, spec, address)
        yield from self.made(place, spec, address, attributes, references=[Address("schema", (place.schema,))])

    def mentions(self, obj: Object) -> Iterable[str]:
        return _items(obj.attributes)

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        yield Statement(f"CREATE {self.identity(obj)}")
        yield from self._add(_items(obj.attributes), obj, Risk.SAFE)

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        old, new = _items(before.attributes), _items(after.attributes)
        gone = [_slot(item) for item in old if item not in new]
        if gone:
            yield Statement(f"ALTER {self.identity(after)} DROP\n    " + ",\n    ".join(gone), Risk.CAUTION)
        yield from self._add([item for item in new if item not in old], after, Risk.CAUTION)

    def _add(self, items: Sequence[str], obj: Object, risk: Risk) -> Iterator[Statement]:
        if items:
            yield Statement(f"ALTER {self.identity(obj)} ADD\n    " + ",\n    ".join(items), risk)


def _slot(item: str) -> str:
    """A member as ALTER OPERATOR FAMILY ... DROP names it: by its number and the types it is for."""
    word, number, rest = item.split(" ", 2)
    if word == "FUNCTION":
        return f"{word} {number} {rest[: rest.index(')') + 1]}"
    types = rest.partition(" FOR ORDER BY ")[0]
    return f"{word} {number} {types[types.index('(') :]}"


class OperatorClassKind(_OfMethod):
    """`CREATE OPERATOR CLASS`; https://www.postgresql.org/docs/current/sql-createopclass.html"""

    name = "operator_class"
    section = "operator_classes"
    Declared: Any = written("operator_class", "OperatorClassSpec")
    sql_name = "OPERATOR CLASS"
    rebuilt_on_type_change = True

    def query(self, version: int) -> str:
        return (
            "select 'pg_opclass'::regclass::oid, o.oid, 0, n.nspname, o.opcname, am.amname, o.opcdefault,"
            f" format_type(o.opcintype, null), {in_schema('pg_opfamily', 'o.opcfamily', 'opfname', 'opfnamespace')},"
            " case when o.opckeytype <> 0 then format_type(o.opckeytype, null) end,"
            f" {_members('pg_opclass', 'o.oid')}"
            " from pg_opclass o join pg_namespace n on n.oid = o.opcnamespace join pg_am am on am.oid = o.opcmethod"
            f" where {not_brought_along('pg_opclass', 'o')} and {USER_SCHEMA} order by n.nspname, o.opcname, am.amname"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, _, schema, name, method, default, type_, family, storage, operators, functions = row
        attributes = {
            "type": type_,
            "default": default,
            "family": family,
            "storage": storage,
            "operators": operators,
            "functions": functions,
        }
        return (classid, oid, 0), Object(self.address(schema, name, method), compact(attributes))

    def declare(self, place: Place, name: str, spec: OperatorClassSpec) -> Iterator[Object]:
        address = self.place_of(place, name)
        plain, method = name_and_method(address)
        own = FAMILIES.address(place.schema, plain, method)
        attributes = {
            "type": canonical_type(spec.type, modifiers=False),
            "default": spec.default,
            "family": spec.family or dotted(place.schema, plain),
            "storage": spec.storage,
            "operators": spec.operators or None,
            "functions": spec.functions or None,
        }
        needed = [Address("schema", (place.schema,)), *([] if spec.family else [own])]
        yield from self.made(place, self._renamed(place, spec, address), address, attributes, references=needed)
        if not spec.family:
            yield Object(own, {}, None, frozenset(needed[:1]), place.scope, place.origin)

    def mentions(self, obj: Object) -> Iterable[str]:
        a = obj.attributes
        return [a["type"], a["family"], a.get("storage", ""), *_items(a)]

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        a = obj.attributes
        items = _items(a)
        if "storage" in a or not items:  # the grammar wants at least one member
            items.insert(0, f"STORAGE {a.get('storage', a['type'])}")
        name, method = name_and_method(obj.address)
        default, body = "DEFAULT " if a.get("default") else "", ",\n    ".join(items)
        yield Statement(
            f"CREATE OPERATOR CLASS {dotted(obj.address.path[0], name)} {default}FOR TYPE {a['type']} USING {method}"
            f" FAMILY {a['family']} AS\n    {body}"
        )


FAMILIES = OperatorFamilyKind()
KINDS = (FAMILIES, OperatorClassKind())
