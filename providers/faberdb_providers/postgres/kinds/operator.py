"""Operators, and the classes and families by which index methods use them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from faberdb.model import Address, Object, Statement, Work
from faberdb_providers.postgres.kinds.background import (
    BackgroundKind,
    in_schema,
    not_brought_along,
    operator,
    procedure,
)
from faberdb_providers.postgres.kinds.base import USER_SCHEMA, Found, Row, compact
from faberdb_providers.postgres.names import dotted, ident


class OperatorKind(BackgroundKind):
    """`CREATE OPERATOR`; https://www.postgresql.org/docs/current/xoper.html

    A commutator or negator that does not exist yet is made as a shell, which its own CREATE fills, so two operators
    that name each other need no order."""

    name = "operator"

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
            "leftarg": left,
            "rightarg": right,
            "commutator": commutator,
            "negator": negator,
            "restrict": restrict,
            "join": join,
            "hashes": hashes,
            "merges": merges,
        }
        address = Address(self.name, (schema, name, f"({left or 'NONE'}, {right or 'NONE'})"))
        return (classid, oid, 0), Object(address, compact(attributes))

    def identity(self, obj: Object) -> str:
        schema, name, arguments = obj.address.path
        return f"OPERATOR {ident(schema)}.{name} {arguments}"

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        schema, name, _ = obj.address.path
        lines = [key.upper() if value is True else f"{key.upper()} = {value}" for key, value in obj.attributes.items()]
        body = ",\n    ".join(lines)
        yield Statement(f"CREATE OPERATOR {ident(schema)}.{name} (\n    {body}\n)")


def _members(owner: str, oid: str) -> str:
    """SQL for the operators and functions that belong to a class, or to a family alone, as two json arrays."""
    family = in_schema("pg_opfamily", "m.amopsortfamily", "opfname", "opfnamespace")
    mine = (
        "exists (select from pg_depend d where d.classid = '{}'::regclass and d.objid = m.oid"
        f" and d.refclassid = '{owner}'::regclass and d.refobjid = {oid} and d.deptype in ('a', 'i'))"
    )
    return (
        "(select json_agg(json_build_array(m.amopstrategy, m.amopopr::regoperator::text,"
        f" case when m.amopsortfamily <> 0 then {family} end)"
        ' order by m.amopstrategy, m.amopopr::regoperator::text collate "C")'
        f" from pg_amop m where {mine.format('pg_amop')}),"
        " (select json_agg(json_build_array(m.amprocnum, format_type(m.amproclefttype, null),"
        " format_type(m.amprocrighttype, null), m.amproc::regprocedure::text) order by m.amprocnum,"
        ' format_type(m.amproclefttype, null) collate "C", format_type(m.amprocrighttype, null) collate "C")'
        f" from pg_amproc m where {mine.format('pg_amproc')})"
    )


def _items(attributes: Any) -> list[str]:
    """The members as CREATE OPERATOR CLASS and ALTER OPERATOR FAMILY ... ADD write them."""
    return [
        f"OPERATOR {strategy} {name}{f' FOR ORDER BY {sort}' if sort else ''}"
        for strategy, name, sort in attributes.get("operators", ())
    ] + [f"FUNCTION {number} ({left}, {right}) {name}" for number, left, right, name in attributes.get("functions", ())]


class _OfMethod(BackgroundKind):
    """A name that means something else for every index method."""

    def identity(self, obj: Object) -> str:
        *path, method = obj.address.path
        return f"{self.sql_name} {dotted(*path)} USING {ident(method)}"


class OperatorClassKind(_OfMethod):
    """`CREATE OPERATOR CLASS`; https://www.postgresql.org/docs/current/sql-createopclass.html"""

    name = "operator_class"
    sql_name = "OPERATOR CLASS"

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
            "default": default,
            "type": type_,
            "family": family,
            "storage": storage,
            "operators": operators,
            "functions": functions,
        }
        return (classid, oid, 0), Object(Address(self.name, (schema, name, method)), compact(attributes))

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        a, (schema, name, method) = obj.attributes, obj.address.path
        items = _items(a)
        if "storage" in a or not items:  # the grammar wants at least one member
            items.insert(0, f"STORAGE {a.get('storage', a['type'])}")
        default, body = "DEFAULT " if a.get("default") else "", ",\n    ".join(items)
        yield Statement(
            f"CREATE OPERATOR CLASS {dotted(schema, name)} {default}FOR TYPE {a['type']} USING {ident(method)}"
            f" FAMILY {a['family']} AS\n    {body}"
        )


class OperatorFamilyKind(_OfMethod):
    """`CREATE OPERATOR FAMILY`; https://www.postgresql.org/docs/current/sql-createopfamily.html"""

    name = "operator_family"
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
        return (classid, oid, 0), Object(Address(self.name, (schema, name, method)), attributes)

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        yield Statement(f"CREATE {self.identity(obj)}")
        items = _items(obj.attributes)
        if items:
            body = ",\n    ".join(items)
            yield Statement(f"ALTER {self.identity(obj)} ADD\n    {body}")


KINDS = (OperatorKind(), OperatorClassKind(), OperatorFamilyKind())
