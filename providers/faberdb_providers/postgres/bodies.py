"""Bodies of routines, looked into by the validators of their languages once all that they may name is there.

Routines are made with check_function_bodies = off, because a body may name what is made after it. So nobody has looked
into it when the last step has run, and the server would only when somebody calls it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from faberdb.model import Address, Object
from faberdb_providers.postgres.kinds.base import USER_SCHEMA
from faberdb_providers.postgres.kinds.routine import TYPES
from faberdb_providers.postgres.names import identifiers

Connection = psycopg.Connection[Any]

ROUTINES = f"""
select case p.prokind when 'p' then 'procedure' else 'function' end, n.nspname, p.proname, {TYPES},
       p.oid::bigint, format('%%I.%%I', m.nspname, v.proname), coalesce(p.proconfig, '{{}}')
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace join pg_language l on l.oid = p.prolang
  join pg_proc v on v.oid = l.lanvalidator join pg_namespace m on m.oid = v.pronamespace
 where p.prokind <> 'a' and (n.nspname, p.proname) in (select * from unnest(%s::text[], %s::text[]))
 order by 1, 2, 3, 4
"""

SCHEMAS = f"select n.nspname from pg_namespace n where {USER_SCHEMA} order by 1"

UNREADABLE = ("42601", "42602", "42611", "42622", "42939", "42P11")
"""SQLSTATEs of texts that are no sentence of their language."""

READERS = ("scan.l", "gram.y", "pl_scanner.c", "pl_gram.y", "pl_comp.c")
"""The server's source files that read SQL and PL/pgSQL. Others give the same codes to what depends on the objects that
are named: an INSERT has more values than the table has columns."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a body was not accepted, where in it (0 where that is not known), and whether it cannot be read at all."""

    error: psycopg.Error
    line: int
    unreadable: bool


@dataclass(frozen=True, slots=True)
class Body:
    """A routine on the server: who validates it, and the settings it runs with."""

    address: Address
    oid: int
    validator: str
    settings: tuple[tuple[str, str], ...]

    @property
    def finds_its_own(self) -> bool:
        """Whether it says itself where names are looked up."""
        return any(name.lower() == "search_path" for name, _ in self.settings)

    def under(self, path: Sequence[str]) -> tuple[tuple[str, str], ...]:
        """The settings to look into it under."""
        return self.settings if self.finds_its_own else (*self.settings, ("search_path", identifiers(path)))


def refusals(connection: Connection, routines: Iterable[Object]) -> dict[Address, Refusal]:
    """What the validators have against the bodies of those of the routines that they do not accept.

    Where a routine does not say where its names are looked up, its callers do: then it is enough that they are found in
    any of the database's schemas.
    """
    groups: dict[tuple[str, tuple[tuple[str, str], ...]], list[Body]] = {}
    for body in _bodies(connection, [r.address for r in routines if len(r.address.path) > 1]):
        groups.setdefault((body.validator, body.under(_near(body))), []).append(body)
    doubtful = [
        body
        for (_, settings), members in groups.items()
        if _refusal(connection, members, settings) is not None
        for body in members
    ]
    everywhere = [name for (name,) in connection.execute(SCHEMAS).fetchall()] if doubtful else []
    found = {}
    for body in doubtful:
        near = _near(body)
        error = _refusal(connection, [body], body.under(near))
        if error is not None and not body.finds_its_own and not _unreadable(error):
            wide = [*near, *(name for name in everywhere if name not in near)]
            error = error if _refusal(connection, [body], body.under(wide)) else None
        if error is not None:
            found[body.address] = Refusal(error, _line(error), _unreadable(error))
    return found


def _bodies(connection: Connection, addresses: Sequence[Address]) -> list[Body]:
    wanted = set(addresses)
    rows = connection.execute(ROUTINES, ([a.path[0] for a in addresses], [a.path[1] for a in addresses])).fetchall()
    bodies = [
        Body(Address(kind, (schema, name, types)), oid, validator, tuple(_setting(text) for text in settings))
        for kind, schema, name, types, oid, validator, settings in rows
    ]
    return [body for body in bodies if body.address in wanted]


def _setting(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name, value


def _near(body: Body) -> list[str]:
    return list(dict.fromkeys((body.address.path[0], "public")))


def _refusal(
    connection: Connection, bodies: Sequence[Body], settings: Sequence[tuple[str, str]]
) -> psycopg.Error | None:
    """The error of the first of the bodies, which have one validator, that this one does not accept."""
    try:
        with connection.transaction():
            connection.execute("set local check_function_bodies = on")
            for name, value in settings:
                connection.execute("select set_config(%s, %s, true)", (name, value))
            oids = [body.oid for body in bodies]
            connection.execute(f"select {bodies[0].validator}(oid) from unnest(%s::oid[]) oid".encode(), (oids,))
    except psycopg.Error as error:
        return error
    return None


def _unreadable(error: psycopg.Error) -> bool:
    return error.diag.sqlstate in UNREADABLE and error.diag.source_file in READERS


def _line(error: psycopg.Error) -> int:
    position, text = error.diag.internal_position, error.diag.internal_query
    return text.count("\n", 0, int(position) - 1) + 1 if position and text else 0
