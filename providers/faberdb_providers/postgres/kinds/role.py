"""Roles. They belong to the whole server, so only those are read, made or dropped that the project asks for, and never
a password: one who logs in is made without, and whoever may sets it on the server."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from faberdb.model import Address, Hazard, Object, Place, Risk, Statement, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.base import Found, PostgresKind, Row, compact
from faberdb_providers.postgres.kinds.setting import setting_name, setting_text, setting_value
from faberdb_providers.postgres.kinds.written import written
from faberdb_providers.postgres.names import dollar_quoted, ident, literal
from faberdb_providers.postgres.presence import HERE

if TYPE_CHECKING:
    from faberdb_providers.postgres.specs.role import RoleSpec

_LONG_AGO = "-infinity"
"""The moment before all others, at which a password has ceased to be valid ever since."""


class RoleKind(PostgresKind):
    """`CREATE ROLE`; https://www.postgresql.org/docs/current/sql-createrole.html"""

    name = "role"
    section = "roles"
    Declared: Any = written("role", "RoleSpec")
    of_server = True
    in_schema = False
    alterable = True

    def query(self, version: int) -> str:
        until = (
            f"case when r.rolvaliduntil = '{_LONG_AGO}' then '{_LONG_AGO}' else to_char(nullif(r.rolvaliduntil,"
            " 'infinity') at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') end"
        )
        stored = "(select s.setconfig from pg_db_role_setting s where s.setrole = r.oid and s.setdatabase = {})"
        return (
            "select 'pg_authid'::regclass::oid, r.oid, 0, r.rolname, r.rolcanlogin, r.rolsuper, r.rolcreatedb,"
            " r.rolcreaterole, not r.rolinherit, r.rolreplication, r.rolbypassrls, nullif(r.rolconnlimit, -1),"
            f" {until}, {stored.format('0')}, {stored.format(HERE)}"
            # What initdb made is the server's own: pg_monitor and the like, and whom it was made as.
            " from pg_roles r where r.oid >= 16384 order by r.rolname"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, _, name, *flags, limit, until, everywhere, here = row
        attributes = {
            **dict(zip(_FLAGS, flags, strict=True)),
            "connection_limit": limit,
            "valid_until": until if until in (None, _LONG_AGO) else f"{until.removesuffix('.000000')}+00",
            "settings": _read(everywhere),
            "database_settings": _read(here),
        }
        return (classid, oid, 0), Object(Address(self.name, (name,)), compact(attributes))

    def declare(self, place: Place, name: str, spec: RoleSpec) -> Iterator[Object]:
        if name.startswith("pg_") or name in ("public", "none"):
            raise ValueError(f"no role can be called {name!r}: PostgreSQL keeps that name for itself")
        attributes = {
            **{flag: getattr(spec, flag) for flag in _FLAGS if flag != "no_inherit"},
            "no_inherit": not spec.inherit,
            "connection_limit": spec.connection_limit,
            "valid_until": spec.valid_until,
            "settings": {key.lower(): setting_text(value) for key, value in spec.settings.items()},
            "database_settings": {key.lower(): setting_text(value) for key, value in spec.database_settings.items()},
        }
        yield from self.made(place, spec, Address(self.name, (name,)), attributes)

    def write(self, obj: Object) -> Mapping[str, Any]:
        fragment = dict(obj.attributes)
        if fragment.pop("no_inherit", False):
            fragment["inherit"] = False
        return fragment

    def claims(self, obj: Object) -> Iterable[tuple[str, ...]]:
        yield ("role", *obj.address.path)

    def elsewhere(self, address: Address, called: Callable[[str], str]) -> Address:
        return Address(self.name, (called(address.path[0]),)) if address.kind == self.name else address

    def with_roles(self, obj: Object, called: Callable[[str], str]) -> Object:
        return obj._replace(address=self.elsewhere(obj.address, called))

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        words = list(_words({}, obj.attributes))
        hazards = tuple(_powers(obj, {}))
        risk = Risk.CAUTION if hazards else Risk.SAFE
        if obj.attributes.get("login"):
            hazards = (_without_password(obj), *hazards)
        yield Statement(" ".join((f"CREATE {self.identity(obj)}", *words)), risk, hazards)
        yield from _settings({}, obj)

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        old, new = before.attributes, after.attributes
        words = list(_words(old, new))
        if words:
            hazards, risk = tuple(_powers(after, old)), Risk.CAUTION
            if new.get("login") and not old.get("login"):
                hazards = (*hazards, _LOGIN)
            if lost := [flag for flag in _FLAGS if old.get(flag) and not new.get(flag) and flag != "no_inherit"]:
                risk = Risk.DANGEROUS
                hazards = (*hazards, _loses(", ".join(lost)))
            yield Statement(" ".join((f"ALTER {self.identity(after)}", *words)), risk, hazards)
        yield from _settings(old, after)

    def drop(self, obj: Object, work: Work) -> Iterable[Statement]:
        name = obj.address.path[0]
        login = obj.attributes.get("login")
        yield Statement(
            f"DROP {self.identity(obj)}",
            Risk.DESTRUCTIVE if login else Risk.DANGEROUS,
            (_PASSWORD,) if login else (_MEMBERS, _ANY_PASSWORD),
            probe=(_DEPENDING.format(literal(name).strip()),),
            hindsight=True,
        )

    def rename(self, before: Object, after: Object) -> Iterable[Statement]:
        hazard = Hazard(
            codes.ROLE_RENAMED,
            "whoever logs in under the old name fails from the moment this commits; a password stored as MD5 is lost",
        )
        new = ident(after.address.path[0])
        yield Statement(f"ALTER {self.identity(before)} RENAME TO {new}", Risk.DANGEROUS, (hazard,))


_FLAGS = ("login", "superuser", "createdb", "createrole", "no_inherit", "replication", "bypassrls")
_POWERS = ("superuser", "createrole", "replication", "bypassrls")
"""What lets a role do more than its privileges say."""

_LOGIN = Hazard(
    codes.ROLE_LOGIN,
    "from now on it can be logged in as, with the password it may have from before or where none is asked",
)
_PASSWORD = Hazard(
    codes.ROLE_PASSWORD,
    "undo: none for its password, which is lost for good: a rollback makes the role anew without one",
)
_ANY_PASSWORD = Hazard(codes.ROLE_PASSWORD, "undo: none for a password that it may have from when it could log in")
_MEMBERS = Hazard(codes.ROLE_DROPPED, "whoever had something through it loses that from the moment this commits")
_AT_LOGIN = Hazard(codes.ROLE_SETTINGS, "sessions that are open keep what they have; it counts from the next login on")

_DEPENDING = (
    "select coalesce(d.datname, 'of the server') as database, count(*) as objects,"
    " string_agg(distinct s.classid::regclass::text, ' ') as listed_in from pg_shdepend s"
    " left join pg_database d on d.oid = s.dbid where s.refclassid = 'pg_authid'::regclass"
    " and s.refobjid = (select oid from pg_roles where rolname = {}) group by 1 order by 1"
)


def _loses(what: str) -> Hazard:
    return Hazard(codes.ROLE_LOSES, f"it loses {what}; whoever relies on that fails, in every database of the server")


def _without_password(obj: Object) -> Hazard:
    name = obj.address.name
    return Hazard(
        codes.ROLE_WITHOUT_PASSWORD,
        f"it is made without a password: until somebody sets one (in psql: \\password {name}), it can be logged in as"
        " only where pg_hba.conf asks for none",
    )


def _powers(obj: Object, old: Mapping[str, Any]) -> Iterator[Hazard]:
    gained = [flag for flag in _POWERS if obj.attributes.get(flag) and not old.get(flag)]
    if gained:
        what = ", ".join(gained)
        yield Hazard(
            codes.ROLE_POWER, f"{what}: that holds in every database of the server, whatever its privileges are"
        )


def _words(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """The options of CREATE and ALTER ROLE that tell two roles apart. What is as it was is not said, because only
    superusers may say some of it even so."""
    for flag in _FLAGS:
        if old.get(flag) != new.get(flag):
            word = "INHERIT" if flag == "no_inherit" else flag.upper()
            yield word if bool(new.get(flag)) != (flag == "no_inherit") else f"NO{word}"
    if old.get("connection_limit") != new.get("connection_limit"):
        yield f"CONNECTION LIMIT {new.get('connection_limit', -1)}"
    if old.get("valid_until") != new.get("valid_until"):
        yield f"VALID UNTIL {literal(new.get('valid_until', 'infinity')).strip()}"


def _read(stored: Iterable[str] | None) -> dict[str, str]:
    return dict(sorted((key.lower(), value) for key, _, value in (item.partition("=") for item in stored or ())))


def _settings(old: Mapping[str, Any], obj: Object) -> Iterator[Statement]:
    role = ident(obj.address.path[0])
    for key, here in (("settings", False), ("database_settings", True)):
        before, after = old.get(key, {}), obj.attributes.get(key, {})
        for name in sorted({*before, *after}):
            if before.get(name) == after.get(name):
                continue
            new = f"SET {setting_name(name)} TO {setting_value(name, after[name])}" if name in after else ""
            change = new or f"RESET {setting_name(name)}"
            sql = _in_database(f"ALTER ROLE {role} IN DATABASE ", change) if here else f"ALTER ROLE {role} {change}"
            yield Statement(sql, Risk.CAUTION if old else Risk.SAFE, (_AT_LOGIN,) if old else ())


def _in_database(head: str, tail: str) -> str:
    """The statement with the name of the database, which is another in every environment."""
    text = literal(f"{head.replace('%', '%%')}%I {tail.replace('%', '%%')}").strip()
    return f"DO {dollar_quoted(f'BEGIN EXECUTE format({text}, current_database()); END')}"


KIND = RoleKind()
