"""Foreign data wrappers, servers and user mappings. What may be a secret in their options is never read further than
to know that it is there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from faberdb.model import Address, Hazard, Object, Risk, Statement, Work
from faberdb_providers.postgres.kinds.background import BackgroundKind, not_brought_along, procedure
from faberdb_providers.postgres.kinds.base import Found, Row, compact
from faberdb_providers.postgres.names import ident, literal

SECRET = "(secret)"  # noqa: S105 - it stands where a secret was
_HARMLESS = frozenset(
    "user username password_required use_scram_passthrough gssdelegation sslcert sslkey fetch_size".split()
)
_SECRET_NAME = re.compile(
    "pass|pwd|secret|token|cred|private|auth|(api|access|account|sa|shared|session|signing|encryption)_?key", re.I
)
_SECRET_VALUE = re.compile(r"://[^/\s]*:[^/\s]*@|(pass(word|wd)?|pwd|secret|token)\s*=", re.I)


def disclosed(values: Sequence[str] | None, *, trusting: bool = True) -> dict[str, str]:
    """Options `name=value` by name, secrets masked; not trusting masks every value that is not known to be harmless."""

    def value(name: str, text: str) -> str:
        if name.lower() in _HARMLESS:
            return text
        return SECRET if not trusting or _SECRET_NAME.search(name) or _SECRET_VALUE.search(text) else text

    pairs = sorted(item.split("=", 1) for item in values or ())
    return {name: value(name, text) for name, text in pairs}


def options_clause(values: dict[str, str], action: str = "") -> str:
    """OPTIONS (...), or nothing where there are none."""
    items = ", ".join(f"{action}{ident(name)} {literal(text).strip()}" for name, text in values.items())
    return f" OPTIONS ({items})" if items else ""


def created(sql: str, values: dict[str, str]) -> Statement:
    """The statement, with a warning where it cannot give a secret back."""
    if SECRET not in values.values():
        return Statement(sql, Risk.CAUTION)
    names = ", ".join(name for name, text in values.items() if text == SECRET)
    message = f"faberdb does not know the value of {names}; set it again by hand"
    return Statement(sql, Risk.DESTRUCTIVE, (Hazard("secret-lost", message),))


class ForeignDataWrapperKind(BackgroundKind):
    """`CREATE FOREIGN DATA WRAPPER`; https://www.postgresql.org/docs/current/sql-createforeigndatawrapper.html"""

    name = "foreign_data_wrapper"
    sql_name = "FOREIGN DATA WRAPPER"

    def query(self, version: int) -> str:
        return (
            "select 'pg_foreign_data_wrapper'::regclass::oid, w.oid, 0, w.fdwname, w.fdwoptions,"
            f" {procedure('w.fdwhandler')}, {procedure('w.fdwvalidator')} from pg_foreign_data_wrapper w"
            f" where {not_brought_along('pg_foreign_data_wrapper', 'w')} order by w.fdwname"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, _, name, opts, handler, validator = row
        attributes = {"handler": handler, "validator": validator, "options": disclosed(opts)}
        return (classid, oid, 0), Object(Address(self.name, (name,)), compact(attributes))

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        a = obj.attributes
        words = "".join(f" {key.upper()} {a[key]}" for key in ("handler", "validator") if key in a)
        values = a.get("options", {})
        yield created(f"CREATE {self.identity(obj)}{words}{options_clause(values)}", values)


class ForeignServerKind(BackgroundKind):
    """`CREATE SERVER`; https://www.postgresql.org/docs/current/sql-createserver.html"""

    name = "foreign_server"
    sql_name = "SERVER"

    def query(self, version: int) -> str:
        return (
            "select 'pg_foreign_server'::regclass::oid, s.oid, 0, s.srvname, w.fdwname, s.srvtype, s.srvversion,"
            " s.srvoptions from pg_foreign_server s join pg_foreign_data_wrapper w on w.oid = s.srvfdw"
            f" where {not_brought_along('pg_foreign_server', 's')} order by s.srvname"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, _, name, wrapper, type_, version, opts = row
        attributes = {"wrapper": wrapper, "type": type_, "version": version, "options": disclosed(opts)}
        return (classid, oid, 0), Object(Address(self.name, (name,)), compact(attributes))

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        a, values = obj.attributes, obj.attributes.get("options", {})
        words = "".join(f" {key.upper()} {literal(a[key]).strip()}" for key in ("type", "version") if key in a)
        wrapper = f" FOREIGN DATA WRAPPER {ident(a['wrapper'])}"
        yield created(f"CREATE {self.identity(obj)}{words}{wrapper}{options_clause(values)}", values)


class UserMappingKind(BackgroundKind):
    """`CREATE USER MAPPING`; https://www.postgresql.org/docs/current/sql-createusermapping.html"""

    name = "user_mapping"

    def query(self, version: int) -> str:
        # The catalogue itself is for superusers; the view hides the options that are not for us.
        return (
            "select 'pg_user_mapping'::regclass::oid, m.umid, 0, m.srvname, m.usename, m.umuser = 0, m.umoptions"
            " from pg_user_mappings m order by m.srvname, m.usename"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, _, server, user, public, opts = row
        path = (server, "PUBLIC" if public else user)
        attributes = compact({"public": public, "options": disclosed(opts, trusting=False)})
        return (classid, oid, 0), Object(Address(self.name, path), attributes)

    def with_roles(self, obj: Object, called: Callable[[str], str]) -> Object:
        server, user = obj.address.path
        named = user if obj.attributes.get("public") else called(user)
        return replace(obj, address=Address(self.name, (server, named)))

    def identity(self, obj: Object) -> str:
        server, user = obj.address.path
        return f"USER MAPPING FOR {'PUBLIC' if obj.attributes.get('public') else ident(user)} SERVER {ident(server)}"

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        values = obj.attributes.get("options", {})
        yield created(f"CREATE {self.identity(obj)}{options_clause(values)}", values)


KINDS = (ForeignDataWrapperKind(), ForeignServerKind(), UserMappingKind())
