"""Procedural languages that no extension brings, and how values of a type look to them. They belong to the database."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from faberdb.model import Address, Hazard, Object, Place, Risk, Statement, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.background import not_brought_along, procedure
from faberdb_providers.postgres.kinds.base import Found, PostgresKind, Row, compact
from faberdb_providers.postgres.kinds.written import written
from faberdb_providers.postgres.names import ident
from faberdb_providers.postgres.pattern import pattern
from faberdb_providers.postgres.typenames import canonical_type

if TYPE_CHECKING:
    from faberdb_providers.postgres.specs.language import AccessMethodSpec, LanguageSpec, TransformSpec

_PAIR = pattern(r"(.+?) for (\S+)\Z", re.IGNORECASE)


class LanguageKind(PostgresKind):
    """`CREATE LANGUAGE`; https://www.postgresql.org/docs/current/sql-createlanguage.html"""

    name = "language"
    alterable = True
    section = "languages"
    Declared: Any = written("language", "LanguageSpec")
    sql_name = "LANGUAGE"
    in_schema = False

    def query(self, version: int) -> str:
        return (
            f"select 'pg_language'::regclass::oid, l.oid, 0, l.lanname, {procedure('l.lanplcallfoid::oid')},"
            f" {procedure('l.laninline::oid')}, {procedure('l.lanvalidator::oid')}, l.lanpltrusted"
            f" from pg_language l where {not_brought_along('pg_language', 'l')} order by l.lanname"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, _, name, handler, inline, validator, trusted = row
        attributes = compact({"handler": handler, "inline": inline, "validator": validator, "trusted": trusted})
        return (classid, oid, 0), Object(Address(self.name, (name,)), attributes)

    def declare(self, place: Place, name: str, spec: LanguageSpec) -> Iterator[Object]:
        attributes = {key: getattr(spec, key) for key in ("handler", "inline", "validator", "trusted")}
        yield from self.made(place, spec, Address(self.name, (name,)), attributes)

    def mentions(self, obj: Object) -> Iterable[str]:
        return [str(value) for value in obj.attributes.values()]

    def claims(self, obj: Object) -> Iterable[tuple[str, ...]]:
        yield ("language", *obj.address.path)

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        yield Statement(_create("CREATE", obj))

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        hazard = Hazard(codes.LANGUAGE, "functions of the language run by the new handler from the moment this commits")
        yield Statement(_create("CREATE OR REPLACE", after), Risk.DANGEROUS, (hazard,))


def _create(verb: str, obj: Object) -> str:
    a = obj.attributes
    clauses = [f"{key.upper()} {a[key]}" for key in ("handler", "inline", "validator") if key in a]
    trusted = "TRUSTED " if a.get("trusted") else ""
    return f"{verb} {trusted}LANGUAGE {ident(obj.address.path[0])} {' '.join(clauses)}"


class TransformKind(PostgresKind):
    """`CREATE TRANSFORM`; https://www.postgresql.org/docs/current/sql-createtransform.html"""

    name = "transform"
    alterable = True
    renamable = False
    section = "transforms"
    Declared: Any = written("language", "TransformSpec")
    in_schema = False
    rebuilt_on_type_change = True

    def query(self, version: int) -> str:
        from_sql, to_sql = (
            f"case when t.{column} <> 0 then t.{column}::regprocedure::text end"
            for column in ("trffromsql", "trftosql")
        )
        return (
            "select 'pg_transform'::regclass::oid, t.oid, 0, format_type(t.trftype, null), l.lanname,"
            f" {from_sql}, {to_sql} from pg_transform t join pg_language l on l.oid = t.trflang"
            f" where {not_brought_along('pg_transform', 't')} order by 4, 5"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, _, type_, language, from_sql, to_sql = row
        attributes = compact({"from_sql": from_sql, "to_sql": to_sql})
        return (classid, oid, 0), Object(Address(self.name, (f"{type_} for {language}",)), attributes)

    def declare(self, place: Place, name: str, spec: TransformSpec) -> Iterator[Object]:
        pair = _PAIR.match(name)
        if pair is None or not (spec.from_sql or spec.to_sql):
            raise ValueError("a transform is named `TYPE for LANGUAGE` and needs `from_sql`, `to_sql` or both")
        type_ = canonical_type(pair[1], modifiers=False, schema=place.schema)
        attributes = {"from_sql": spec.from_sql, "to_sql": spec.to_sql}
        yield from self.made(place, spec, Address(self.name, (f"{type_} for {pair[2]}",)), attributes)

    def mentions(self, obj: Object) -> Iterable[str]:
        return [obj.address.path[0], *obj.attributes.values()]

    def identity(self, obj: Object) -> str:
        return transform_identity(obj.address.path[0])

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        yield Statement(self._create("CREATE", obj))

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        yield Statement(self._create("CREATE OR REPLACE", after), Risk.CAUTION)

    def _create(self, verb: str, obj: Object) -> str:
        words = {"from_sql": "FROM SQL", "to_sql": "TO SQL"}
        ways = [f"{words[key]} WITH FUNCTION {obj.attributes[key]}" for key in words if key in obj.attributes]
        return f"{verb} {self.identity(obj)} ({', '.join(ways)})"


def transform_identity(name: str) -> str:
    """How COMMENT ON and DROP name the transform of an address."""
    pair = _PAIR.match(name)
    assert pair is not None
    return f"TRANSFORM FOR {pair[1]} LANGUAGE {ident(pair[2])}"


class AccessMethodKind(PostgresKind):
    """`CREATE ACCESS METHOD`; https://www.postgresql.org/docs/current/sql-create-access-method.html"""

    name = "access_method"
    renamable = False
    section = "access_methods"
    Declared: Any = written("language", "AccessMethodSpec")
    sql_name = "ACCESS METHOD"
    in_schema = False

    def query(self, version: int) -> str:
        return (
            f"select 'pg_am'::regclass::oid, a.oid, 0, a.amname, {procedure('a.amhandler::oid')}, a.amtype = 't'"
            f" from pg_am a where {not_brought_along('pg_am', 'a')} order by a.amname"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, _, name, handler, table = row
        return (classid, oid, 0), Object(Address(self.name, (name,)), compact({"handler": handler, "table": table}))

    def declare(self, place: Place, name: str, spec: AccessMethodSpec) -> Iterator[Object]:
        attributes = {"handler": spec.handler, "table": spec.table}
        yield from self.made(place, spec, Address(self.name, (name,)), attributes)

    def mentions(self, obj: Object) -> Iterable[str]:
        return [obj.attributes["handler"]]

    def claims(self, obj: Object) -> Iterable[tuple[str, ...]]:
        yield ("access method", *obj.address.path)

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        what = "TABLE" if obj.attributes.get("table") else "INDEX"
        name, handler = ident(obj.address.path[0]), obj.attributes["handler"]
        yield Statement(f"CREATE ACCESS METHOD {name} TYPE {what} HANDLER {handler}")


KINDS = (LanguageKind(), TransformKind(), AccessMethodKind())
