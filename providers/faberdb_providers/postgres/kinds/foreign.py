"""Foreign data wrappers, servers and user mappings. What may be a secret in their options is never read further than
to know that it is there, and never written further than the name of the environment variable that holds it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from faberdb.model import Action, Address, Attributes, Hazard, Object, Place, Risk, Statement, Verdict, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.background import not_brought_along, procedure
from faberdb_providers.postgres.kinds.base import Found, PostgresKind, Row, compact
from faberdb_providers.postgres.kinds.granting import bare
from faberdb_providers.postgres.kinds.written import written
from faberdb_providers.postgres.names import ident, literal
from faberdb_providers.postgres.pattern import pattern

if TYPE_CHECKING:
    from faberdb_providers.postgres.specs.foreign import ServerSpec, UserMappingSpec, WrapperSpec
    from faberdb_providers.postgres.specs.options import Values

SECRET = "(secret)"  # noqa: S105 - it stands where a secret was
_HARMLESS = frozenset(
    "user username password_required use_scram_passthrough gssdelegation sslcert sslkey fetch_size".split()
)
_SECRET_NAME = pattern(
    "pass|pwd|secret|token|cred|private|auth|dsn|conn_?(info|str)|connection|ur[il]$|(api|access|account|sa|shared|session|signing|encryption)_?key",
    re.I,
)
_SECRET_VALUE = pattern(r"://[^/\s]*:[^/\s]*@|(pass(word|wd)?|pwd|secret|token)\s*=", re.I)

_LEFT_OUT = pattern(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}")
"""What stands on a scratch server where a statement leaves a secret out."""


def is_secret(name: str, text: str, *, trusting: bool) -> bool:
    """Whether an option's value may be a secret; not trusting takes every one that is not known to be harmless."""
    if name.lower() in _HARMLESS:
        return False
    return not trusting or bool(_SECRET_NAME.search(name) or _SECRET_VALUE.search(text) or _LEFT_OUT.fullmatch(text))


def disclosed(values: Sequence[str] | None, *, trusting: bool = True) -> dict[str, str]:
    """Options `name=value` by name, secrets masked."""
    pairs = [item.split("=", 1) for item in values or ()]
    return {name: SECRET if is_secret(name, text, trusting=trusting) else text for name, text in pairs}


def declared_options(values: Values, *, trusting: bool = True) -> tuple[dict[str, str], dict[str, str]]:
    """Options with secrets masked, and the variables that hold those. Raises ValueError for a secret that is written
    down."""
    texts, variables = {}, {}
    for name, value in values.items():
        if not isinstance(value, str | int | float):
            texts[name], variables[name] = SECRET, value.env
            continue
        texts[name] = str(value).lower() if isinstance(value, bool) else str(value)
        if is_secret(name, texts[name], trusting=trusting):
            raise ValueError(f'the option {name!r} may be a secret; write `{name} = {{ env = "NAME" }}` instead')
    return texts, variables


def variable(address: Address, option: str) -> str:
    """The environment variable that holds a secret nobody gave a name to."""
    return re.sub(r"[^A-Z0-9]+", "_", "_".join((*address.path, option)).upper()).strip("_")


def written_options(obj: Object, values: Mapping[str, str]) -> dict[str, Any]:
    """Options as a declaration writes them."""
    return {name: {"env": variable(obj.address, name)} if text == SECRET else text for name, text in values.items()}


def options_clause(obj: Object, values: Mapping[str, str], action: str = "") -> str:
    """OPTIONS (...), or nothing where there are none."""
    items = ", ".join(f"{action}{ident(name)} {_value(obj, name, text)}" for name, text in values.items())
    return f" OPTIONS ({items})" if items else ""


def option_moves(obj: Object, old: Mapping[str, str], new: Mapping[str, str]) -> str:
    """OPTIONS (...) of an ALTER that leads from one set of options to the other; nothing where they are the same."""
    items = [f"DROP {ident(name)}" for name in old if name not in new]
    items += [f"SET {ident(n)} {_value(obj, n, text)}" for n, text in new.items() if n in old and old[n] != text]
    items += [f"ADD {ident(n)} {_value(obj, n, text)}" for n, text in new.items() if n not in old]
    return f" OPTIONS ({', '.join(items)})" if items else ""


def _value(obj: Object, name: str, text: str) -> str:
    return f"'${{{_variable(obj, name)}}}'" if text == SECRET else literal(text).strip()


def _variable(obj: Object, option: str) -> str:
    return str(obj.hints.get("env", {}).get(option) or variable(obj.address, option))


def with_secrets(sql: str, risk: Risk, obj: Object, hazards: tuple[Hazard, ...] = ()) -> Statement:
    """The statement, which says where the values come from that it leaves out."""
    names = tuple(dict.fromkeys(re.findall(r"'\$\{([A-Za-z_][A-Za-z0-9_]*)\}'", sql)))
    if not names:
        return Statement(sql, risk, hazards)
    message = f"the environment variable {' and '.join(names)} must be set when this is applied"
    return Statement(sql, max(risk, Risk.CAUTION), (*hazards, Hazard(codes.SECRET, message)), secrets=names)


class _Foreign(PostgresKind):
    """What wrappers, servers and mappings share: options that are altered one by one."""

    trusting = True
    words: tuple[tuple[str, str], ...] = ()
    """Other attributes that ALTER changes, and how it takes them away."""

    def write(self, obj: Object) -> Mapping[str, Any]:
        rest = {k: v for k, v in obj.attributes.items() if k not in ("options", "public")}
        values = written_options(obj, obj.attributes.get("options", {}))
        return {**rest, **({"options": values} if values else {})}

    def with_options(
        self, place: Place, spec: Any, address: Address, attributes: Attributes, *more: Address, parent: Address | None
    ) -> Iterator[Object]:
        texts, variables = declared_options(spec.options, trusting=self.trusting)
        hints = {"env": variables} if variables else {}
        yield from self.made(place, spec, address, {**attributes, "options": texts}, parent, more, hints)

    def compare(self, before: Object, after: Object) -> Verdict | None:
        if before.attributes == after.attributes:
            return None
        old, new = dict(before.attributes), dict(after.attributes)
        for key, none in (("options", "DROP"), *self.words):
            if key in new or none or key not in old:
                old.pop(key, None)
                new.pop(key, None)
        if old != new:
            return Verdict(Action.REPLACE, "ALTER has no words for the change")
        return Verdict(Action.ALTER)

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        old, new = before.attributes, after.attributes
        words = ""
        for key, none in self.words:
            if old.get(key) != new.get(key):
                words += f" {key.upper()} {self.spelled(key, new[key])}" if key in new else f" {none}"
        words += option_moves(after, old.get("options", {}), new.get("options", {}))
        hazard = Hazard(codes.FOREIGN_OPTIONS, "queries on its foreign tables use this from the moment it commits")
        yield with_secrets(f"ALTER {self.identity(after)}{words}", Risk.CAUTION, after, (hazard,))

    def spelled(self, key: str, value: str) -> str:
        """An attribute's value as SQL."""
        return literal(value).strip()

    def drop(self, obj: Object, work: Work) -> Iterable[Statement]:
        hazard = Hazard(
            codes.FOREIGN_DROP, "queries that reach other servers through it fail from the moment this commits"
        )
        yield Statement(f"DROP {self.identity(obj)}", Risk.DANGEROUS, (hazard,))


class ForeignDataWrapperKind(_Foreign):
    """`CREATE FOREIGN DATA WRAPPER`; https://www.postgresql.org/docs/current/sql-createforeigndatawrapper.html"""

    name = "foreign_data_wrapper"
    section = "foreign_data_wrappers"
    Declared: Any = written("foreign", "WrapperSpec")
    sql_name = "FOREIGN DATA WRAPPER"
    words = (("handler", "NO HANDLER"), ("validator", "NO VALIDATOR"))

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

    def declare(self, place: Place, name: str, spec: WrapperSpec) -> Iterator[Object]:
        attributes = {"handler": spec.handler, "validator": spec.validator}
        yield from self.with_options(place, spec, Address(self.name, (name,)), attributes, parent=None)

    def mentions(self, obj: Object) -> Iterable[str]:
        return [obj.attributes[key] for key in ("handler", "validator") if key in obj.attributes]

    def claims(self, obj: Object) -> Iterable[tuple[str, ...]]:
        yield ("foreign data wrapper", *obj.address.path)

    def spelled(self, key: str, value: str) -> str:
        return value

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        a = obj.attributes
        words = "".join(f" {key.upper()} {a[key]}" for key in ("handler", "validator") if key in a)
        yield with_secrets(
            f"CREATE {self.identity(obj)}{words}{options_clause(obj, a.get('options', {}))}", Risk.SAFE, obj
        )
        yield from bare(obj.address, work)


class ForeignServerKind(_Foreign):
    """`CREATE SERVER`; https://www.postgresql.org/docs/current/sql-createserver.html"""

    name = "foreign_server"
    section = "foreign_servers"
    Declared: Any = written("foreign", "ServerSpec")
    sql_name = "SERVER"
    words = (("version", ""),)  # which cannot go back to none

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

    def declare(self, place: Place, name: str, spec: ServerSpec) -> Iterator[Object]:
        attributes = {"wrapper": spec.wrapper, "type": spec.type, "version": spec.version}
        wrapper = Address("foreign_data_wrapper", (spec.wrapper,))
        yield from self.with_options(place, spec, Address(self.name, (name,)), attributes, wrapper, parent=None)

    def mentions(self, obj: Object) -> Iterable[str]:
        return [ident(obj.attributes["wrapper"])]

    def claims(self, obj: Object) -> Iterable[tuple[str, ...]]:
        yield ("foreign server", *obj.address.path)

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        a = obj.attributes
        words = "".join(f" {key.upper()} {literal(a[key]).strip()}" for key in ("type", "version") if key in a)
        wrapper = f" FOREIGN DATA WRAPPER {ident(a['wrapper'])}"
        sql = f"CREATE {self.identity(obj)}{words}{wrapper}{options_clause(obj, a.get('options', {}))}"
        yield with_secrets(sql, Risk.SAFE, obj)
        yield from bare(obj.address, work)


class UserMappingKind(_Foreign):
    """`CREATE USER MAPPING`; https://www.postgresql.org/docs/current/sql-createusermapping.html"""

    name = "user_mapping"
    renamable = False
    section = "user_mappings"
    within = ("foreign_server",)
    Declared: Any = written("foreign", "UserMappingSpec")
    trusting = False

    def query(self, version: int) -> str:
        # The catalogue itself is for superusers; the view hides the options that are not for us, and what cannot be
        # read cannot be managed: such a mapping is no object, so it stays listed as unmanaged.
        return (
            "select 'pg_user_mapping'::regclass::oid, m.umid, 0, m.srvname, m.usename, m.umuser = 0, m.umoptions"
            " from pg_user_mappings m where m.umoptions is not null or (select r.rolsuper from pg_roles r"
            " where r.rolname = current_user) order by m.srvname, m.usename"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, _, server, user, public, opts = row
        parent = Address("foreign_server", (server,))
        attributes = compact({"options": disclosed(opts, trusting=False)})
        address = Address(self.name, (server, "public" if public else user))
        return (classid, oid, 0), Object(address, attributes, parent)

    def declare(self, place: Place, name: str, spec: UserMappingSpec) -> Iterator[Object]:
        server = place.container
        assert server is not None
        yield from self.with_options(place, spec, Address(self.name, (*server.path, name)), {}, parent=server)

    def with_roles(self, obj: Object, called: Callable[[str], str]) -> Object:
        server, user = obj.address.path
        if user == "public":  # everybody, and no role
            return obj
        return obj._replace(address=Address(self.name, (server, called(user))))

    def identity(self, obj: Object) -> str:
        server, user = obj.address.path
        # No role can be called public, so the word is free for everybody.
        return f"USER MAPPING FOR {'PUBLIC' if user == 'public' else ident(user)} SERVER {ident(server)}"

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        values = options_clause(obj, obj.attributes.get("options", {}))
        yield with_secrets(f"CREATE {self.identity(obj)}{values}", Risk.SAFE, obj)

    def rename(self, before: Object, after: Object) -> Iterable[Statement]:
        return ()


KINDS = (ForeignDataWrapperKind(), ForeignServerKind(), UserMappingKind())
