"""How GRANT and REVOKE are spelled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from faberdb.model import Address, Hazard, Object, Risk, Statement, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.acl import (
    CLASS,
    DATABASE,
    DEFAULTS,
    OWNER,
    PUBLIC,
    RELATIONS,
    ROUTINES,
    TYPES,
    Held,
    every,
    without_grant,
)
from faberdb_providers.postgres.names import dotted, ident, literal, routine

_WORDS = {
    **dict.fromkeys(RELATIONS, "TABLE"),
    **dict.fromkeys(TYPES, "TYPE"),
    "aggregate": "FUNCTION",
    "domain": "DOMAIN",
    "foreign_data_wrapper": "FOREIGN DATA WRAPPER",
    "foreign_server": "FOREIGN SERVER",
}


def on(kind: str, path: Sequence[str]) -> str:
    """What GRANT calls an object."""
    word = _WORDS.get(kind, kind.upper())
    if kind == "column":
        return f"TABLE {dotted(*path[:-1])}"
    if kind in ROUTINES:
        return f"{word} {routine('function' if kind == 'aggregate' else kind, path)}"
    return f"{word} {dotted(*path)}"


def owner_query(kind: str, path: Sequence[str]) -> str:
    """A query for the name of an object's owner."""
    relation = path[:-1] if kind == "column" else path
    if kind in (*RELATIONS, "sequence", "column"):
        where = f"relowner) FROM pg_class WHERE oid = {literal(dotted(*relation))}::regclass"
    elif kind in TYPES:
        where = f"typowner) FROM pg_type WHERE oid = {literal(dotted(*path))}::regtype"
    elif kind in ROUTINES:
        where = f"proowner) FROM pg_proc WHERE oid = {literal(routine('function', path))}::regprocedure"
    else:
        prefix = {
            "schema": "nsp",
            "foreign_server": "srv",
            "foreign_data_wrapper": "fdw",
            "language": "lan",
            "tablespace": "spc",
        }[kind]
        catalogue = "pg_namespace" if kind == "schema" else f"pg_{kind}"
        where = f"{prefix}owner) FROM {catalogue} WHERE {prefix}name = {literal(path[0])}"
    return f"SELECT pg_get_userbyid({where}"


DATABASE_OWNER = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
REVOKED = Hazard(codes.REVOKE, "whoever needs the privilege fails from the moment this commits")
FOR_ALL = Hazard(codes.GRANT_TO_PUBLIC, "every role of the server can use this, also roles made later")


def changed(
    target: Sequence[str], grantee: str, old: Held, new: Held, version: int, *, grantor: str = ""
) -> Iterator[Statement]:
    """What leads from one set of privileges on an object to the other."""
    kind, *path = target
    column = f" ({ident(path[-1])})" if kind == "column" else ""
    for verb, privileges, link, option, risk, hazards in _moves(grantee, old, new):
        names = ", ".join(name + column for name in _names(kind, privileges, version))
        sql = f"{verb}{names} ON {on(kind, path)} {link} {_role(grantee)}{option}"
        if grantee == OWNER:
            sql = with_owner(sql, owner_query(kind, path))
        if grantor:
            # The server records whoever runs GRANT, and only that role can take back what it gave.
            yield Statement(f"SET ROLE {ident(grantor)}")
        yield Statement(sql, risk, hazards)
        if grantor:
            yield Statement("RESET ROLE")


def default_privileges(
    rule: Object, before: Mapping[str, Any], after: Mapping[str, Any], version: int
) -> Iterator[Statement]:
    """What leads from one set of default privileges to the other."""
    a = rule.attributes
    what, grantee, role = a["on"], a["grantee"], a.get("role", OWNER)
    where = f" IN SCHEMA {ident(a['schema'])}" if "schema" in a else ""
    old, new = (Held.of(side, what, version) for side in (before, after))
    for verb, privileges, link, option, _, hazards in _moves(grantee, old, new):
        names = ", ".join(_names(what, privileges, version))
        to = _role(role if grantee == OWNER else grantee)
        rest = f"{where} {verb}{names} ON {what.upper()} {link} {to}{option}"
        sql = f"ALTER DEFAULT PRIVILEGES FOR ROLE {_role(role)}{rest}"
        if role == OWNER:
            sql = with_owner(sql, DATABASE_OWNER)
        yield Statement(sql, Risk.CAUTION if hazards else Risk.SAFE, hazards)


def elsewhere(
    what: str, kind: str, grantee: str, old: Held, new: Held, version: int, column: str = ""
) -> Iterator[Statement]:
    """What leads from one set of privileges to the other on what no kind manages. what: its name in GRANT, `@database`
    for the database; column: of a table."""
    for verb, privileges, link, option, risk, hazards in _moves(grantee, old, new):
        names = ", ".join(n + (f" ({column})" if column else "") for n in _names(kind, privileges, version))
        sql = f"{verb}{names} ON {what} {link} {_role(grantee)}{option}"
        if kind == "database":
            text = literal(sql.replace("%", "%%").replace(OWNER, "%2$I").replace(DATABASE, "%1$I")).strip()
            sql = (
                f"DO $faberdb$ BEGIN EXECUTE format({text}, current_database(),\n    ({DATABASE_OWNER})); END $faberdb$"
            )
        yield Statement(sql, risk, hazards)


_Move = tuple[str, frozenset[str], str, str, Risk, tuple[Hazard, ...]]


def _moves(grantee: str, old: Held, new: Held) -> Iterator[_Move]:
    """(verb, privileges, TO or FROM, grant option, risk, hazards) of each statement."""
    gone = old.privileges - new.privileges
    if gone:
        yield "REVOKE ", gone, "FROM", "", Risk.DANGEROUS, (REVOKED,)
    kept_only = (old.grantable & new.privileges) - new.grantable
    if kept_only:
        yield "REVOKE GRANT OPTION FOR ", kept_only, "FROM", "", Risk.DANGEROUS, (REVOKED,)
    risk, hazards = (Risk.CAUTION, (FOR_ALL,)) if grantee == PUBLIC else (Risk.SAFE, ())
    passed_on = new.grantable - old.grantable
    added = new.privileges - old.privileges - passed_on
    if added:
        yield "GRANT ", added, "TO", "", risk, hazards
    if passed_on:
        yield "GRANT ", passed_on, "TO", " WITH GRANT OPTION", risk, hazards


def _names(kind: str, privileges: frozenset[str], version: int) -> list[str]:
    return ["ALL"] if privileges == every(kind, version) else [p.upper() for p in sorted(privileges)]


def _role(grantee: str) -> str:
    return "PUBLIC" if grantee == PUBLIC else grantee if grantee == OWNER else ident(grantee)


def with_owner(sql: str, query: str) -> str:
    """The statement with the owner's name in it, which only the server knows."""
    text = literal(sql.replace("%", "%%").replace(OWNER, "%1$I")).strip()
    return f"DO $faberdb$ BEGIN EXECUTE format({text},\n    ({query})); END $faberdb$"


def cleared(target: Sequence[str], grantee: str) -> Statement:
    """Takes away whatever the grantee may have been given by default."""
    kind, *path = target
    column = f" ({ident(path[-1])})" if kind == "column" else ""
    sql = f"REVOKE ALL{column} ON {on(kind, path)} FROM {_role(grantee)}"
    return Statement(with_owner(sql, owner_query(kind, path)) if grantee == OWNER else sql)


def given_by_default(kind: str, path: Sequence[str], work: Work) -> set[str]:
    """Grantees to whom ALTER DEFAULT PRIVILEGES, as it stands live or as it is wanted, gives something when the owner
    of the database makes such an object. Rules for what other roles make do not count: their grantee may be that
    owner."""
    rules: list[Object] = [*work.children(DEFAULTS, after=False), *work.children(DEFAULTS, after=True)]
    return {
        rule.attributes["grantee"]
        for rule in rules
        if "role" not in rule.attributes
        and rule.attributes["on"] == CLASS.get(kind)
        and rule.attributes.get("schema", path[0]) == path[0]
    }


def bare(address: Address, work: Work) -> Iterator[Statement]:
    """Takes from an object that was just made what ALTER DEFAULT PRIVILEGES gave to grantees no grant is wanted for."""
    target = (address.kind, *address.path)
    for grantee in sorted(given_by_default(address.kind, address.path, work)):
        if work.after(Address("grant", (*target, grantee))) is None:
            yield cleared(target, grantee)
            usual = without_grant(address.kind, address.path, grantee, work.version)
            yield from changed(target, grantee, Held(), usual, work.version)
