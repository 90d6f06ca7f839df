"""Privileges on what is not declared itself: the database, languages, what the server and extensions bring.

The name of an entry says on what and for whom: `"database to reader"`, `"language plpgsql to reader"`, `"function
pg_catalog.pg_stat_reset() to monitor"`, with what GRANT calls it and its name as the server prints it, schema included.
An empty list takes away what the grantee would have. Those on the database, which other projects may share, are left
as they are where nothing is declared of the grantee; an entry for any other object that is not declared goes, back to
what initdb or the extension gave.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from faberdb.model import Action, Address, Object, Place, Statement, Verdict, Work
from faberdb_providers.postgres.kinds.acl import (
    DATABASE,
    OWNER,
    PUBLIC,
    Held,
    attributes_from,
    attributes_of,
    differences,
    every,
    grantors_called,
    phrases_of,
    renamed_grantee,
)
from faberdb_providers.postgres.kinds.base import Found, Row
from faberdb_providers.postgres.kinds.granted import GrantedKind
from faberdb_providers.postgres.kinds.granting import elsewhere
from faberdb_providers.postgres.kinds.written import written
from faberdb_providers.postgres.names import ident
from faberdb_providers.postgres.pattern import pattern

if TYPE_CHECKING:
    from faberdb_providers.postgres.specs.privilege import PrivilegeSpec

_WORDS = {
    "table": "table",
    "view": "table",
    "materialized view": "table",
    "foreign table": "table",
    "table column": "column",
    "view column": "column",
    "foreign table column": "column",
    "aggregate": "function",
    "foreign-data wrapper": "foreign data wrapper",
    "server": "foreign server",
}
"""What pg_identify_object calls otherwise than GRANT does."""
_KEY = pattern(r'(?P<on>.+) to (?P<grantee>"(?:[^"]|"")+"|[^\s"]+)', re.S)
_COLUMN = pattern(r'(.+)[.]("(?:[^"]|"")+"|[^."]+)')
_KINDS = "database language table column sequence function procedure type domain schema".split()


class PrivilegeKind(GrantedKind):
    """`GRANT`; https://www.postgresql.org/docs/current/sql-grant.html"""

    name = "privilege"
    renamable = False
    section = "privileges"
    Declared: Any = written("privilege", "PrivilegeSpec")

    def query(self, version: int) -> str:
        found = differences(" union all ".join(_lists()), "classid, objid, part, extension")
        # A grantee's privileges are no object of the catalogue, and a member's row would be taken for the extension's.
        return (
            "select 0, row_number() over ()::int, 0, i.type, i.identity, d.extension, d.grantee, d.found, d.usual"
            f" from ({found}) d, lateral pg_identify_object(d.classid, d.objid, d.part) i"
            f" where d.grantee <> '{OWNER}' or d.classid = 'pg_database'::regclass"
        )

    def read(self, row: Row) -> Found | None:
        classid, number, _, type_, identity, extension, grantee, found, usual = row
        word = _WORDS.get(type_, type_)
        on = word if word == "database" else f"{word} {identity}"
        held = {key: value for key, value in attributes_from(usual).items() if value}
        attributes = {"on": on, "grantee": grantee, **attributes_from(found), "at_first": held}
        needs = frozenset({Address("extension", (extension,))}) if extension else frozenset()
        return (classid, number, 0), Object(_address(attributes), attributes, None, needs)

    def declare(self, place: Place, name: str, spec: PrivilegeSpec) -> Iterator[Object]:
        key = _KEY.fullmatch(name)
        if key is None or not any(key["on"] == k or key["on"].startswith(f"{k} ") for k in _KNOWN):
            raise ValueError(
                f"{name!r} does not say on what; write `database to ROLE` or `function SCHEMA.NAME() to ROLE`"
            )
        if key["on"].startswith("column ") and not _COLUMN.fullmatch(key["on"]):
            raise ValueError(f"{name!r} does not name a column; write `column SCHEMA.TABLE.COLUMN to ROLE`")
        grantee = key["grantee"]
        plain = grantee[1:-1].replace('""', '"') if grantee[0] == '"' else grantee
        attributes = {"on": key["on"], "grantee": plain, **attributes_of(spec.privileges)}
        yield from self.made(place, spec, _address(attributes), attributes)

    def fragments(self, obj: Object) -> Iterable[str]:
        return [obj.attributes["on"]]

    def grantee(self, address: Address) -> str | None:
        key = _KEY.fullmatch(address.path[0])
        return key["grantee"].strip('"').replace('""', '"') if key else None

    def absent(self, obj: Object) -> bool:
        a = obj.attributes
        return bool(a["on"] == "database" and a["grantee"] not in (PUBLIC, OWNER) and not phrases_of(a))

    def stays(self, obj: Object, above: Object | None) -> bool:
        return bool(obj.attributes["on"] == "database")

    def with_roles(self, obj: Object, called: Callable[[str], str]) -> Object:
        attributes = grantors_called(obj.attributes, called)
        attributes["grantee"] = renamed_grantee(attributes["grantee"], called)
        return obj._replace(address=_address(attributes), attributes=attributes)

    def compare(self, before: Object, after: Object) -> Verdict | None:
        return None if _said(before.attributes) == _said(after.attributes) else Verdict(Action.ALTER)

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        kind = _kind(obj.attributes["on"])
        wanted, at_first = Held.of(obj.attributes, kind, work.version), obj.attributes.get("at_first")
        if at_first is None:  # as declared, and only the server knows what the grantee has already
            yield from _change(obj, Held(every(kind, work.version)), Held(), work)
            yield from _change(obj, Held(), wanted, work)
        else:
            yield from _change(obj, Held.of(at_first, kind, work.version), wanted, work)

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        old, new = (Held.of(side.attributes, _kind(side.attributes["on"]), work.version) for side in (before, after))
        yield from _change(after, old, new, work)

    def drop(self, obj: Object, work: Work) -> Iterable[Statement]:
        kind = _kind(obj.attributes["on"])
        had, at_first = (Held.of(side, kind, work.version) for side in (obj.attributes, obj.attributes["at_first"]))
        yield from _change(obj, had, at_first, work)

    def rename(self, before: Object, after: Object) -> Iterable[Statement]:
        return ()


_KNOWN = (*_KINDS, "foreign data wrapper", "foreign server")


def _lists() -> Iterator[str]:
    """Access control lists of what the server and extensions bring, with what they were at first. Of the schemas that
    initdb makes pg_dump looks at pg_catalog only."""
    catalogues = (
        ("pg_class", "rel", "case x.relkind when 'S' then 's' else 'r' end::\"char\"", "x.relnamespace"),
        ("pg_proc", "pro", "'f'", "x.pronamespace"),
        ("pg_type", "typ", "'T'", "x.typnamespace"),
        ("pg_namespace", "nsp", "'n'", "x.oid"),
        ("pg_language", "lan", "'l'", ""),
        ("pg_foreign_data_wrapper", "fdw", "'F'", ""),
        ("pg_foreign_server", "srv", "'S'", ""),
    )
    arms = [
        f"select '{catalogue}'::regclass::oid as classid, x.oid as objid, 0 as part, x.{prefix}owner as owner,"
        f" x.{prefix}acl as acl, acldefault({letter}, x.{prefix}owner) as usual,"
        f" {schema + _CATALOGUE if schema else 'x.oid < 16384'} as of_server from {catalogue} x"
        f" where x.{prefix}acl is not null"
        for catalogue, prefix, letter, schema in catalogues
    ]
    arms.append(
        "select 'pg_class'::regclass::oid, a.attrelid, a.attnum::int, x.relowner, a.attacl,"
        f" acldefault('c', x.relowner), x.relnamespace{_CATALOGUE}"
        " from pg_attribute a join pg_class x on x.oid = a.attrelid"
        # Only of a column does a REVOKE of all that was given leave no list behind.
        " where a.attacl is not null or (a.attrelid, a.attnum) in"
        " (select objoid, objsubid from pg_init_privs where classoid = 'pg_class'::regclass)"
    )
    # What was given at first, and the extension, are looked for once for all of them: joined to each catalogue they
    # took most of what the catalogue of a small database takes.
    yield (
        "select x.classid, x.objid, x.part, e.extname as extension, x.owner, coalesce(x.acl, x.usual) as acl,"
        f" coalesce(p.initprivs, x.usual) as base from ({' union all '.join(arms)}) x"
        " left join pg_init_privs p on p.classoid = x.classid and p.objoid = x.objid and p.objsubid = x.part"
        " left join pg_depend d on d.classid = x.classid and d.objid = x.objid and d.objsubid = 0 and d.deptype = 'e'"
        " left join pg_extension e on e.oid = d.refobjid"
        " where x.acl is distinct from p.initprivs and (x.of_server or d.objid is not null)"
    )
    yield (
        "select 'pg_database'::regclass::oid, x.oid, 0, null, x.datdba, x.datacl, acldefault('d', x.datdba)"
        " from pg_database x where x.datname = current_database() and x.datacl is not null"
    )


_CATALOGUE = " = 'pg_catalog'::regnamespace"


def _said(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in attributes.items() if key != "at_first"}


def _kind(on: str) -> str:
    """The kind that has the same privileges."""
    for word in _KNOWN:
        if on == word or on.startswith(f"{word} "):
            return word.replace(" ", "_")
    raise ValueError(f"there are no privileges on {on!r}")


def _address(attributes: Mapping[str, Any]) -> Address:
    grantee = attributes["grantee"]
    return Address("privilege", (f"{attributes['on']} to {grantee if grantee == OWNER else ident(grantee)}",))


def _change(obj: Object, old: Held, new: Held, work: Work) -> Iterator[Statement]:
    on = obj.attributes["on"]
    kind = _kind(on)
    name, column = on[len(kind) + 1 :], ""
    if kind == "column":
        found = _COLUMN.fullmatch(name)
        assert found is not None, name  # or it would have been refused when it was declared
        name, column = found.groups()
    word = {"column": "TABLE"}.get(kind, kind.replace("_", " ").upper())
    what = f"{word} {name or DATABASE}"
    yield from elsewhere(what, kind, obj.attributes["grantee"], old, new, work.version, column)


KIND = PrivilegeKind()
