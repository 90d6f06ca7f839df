"""What a plan needs that the role which applies it may not do, found before anything is changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from faberdb.errors import RefusedError
from faberdb.model import Action, Kept, Step
from faberdb_providers.postgres.bookkeeping import WHOLE
from faberdb_providers.postgres.connection import Connection
from faberdb_providers.postgres.fencing import Query
from faberdb_providers.postgres.names import ident

OF_OWNERS = frozenset(
    (
        *("table", "view", "materialized_view", "foreign_table", "sequence", "column", "check", "primary_key"),
        *("unique", "exclusion", "foreign_key", "index", "policy", "rule", "owner"),
    )
)
"""Kinds whose steps only the owner of the relation, which their address begins with, may run."""
IN_SCHEMAS = frozenset(
    (
        *("table", "view", "materialized_view", "foreign_table", "sequence", "function", "procedure", "aggregate"),
        *("enum", "domain", "composite_type", "range_type", "base_type", "collation"),
    )
)
"""Kinds that take CREATE on their schema to be made."""
MAY_GIVE = frozenset(("role", "membership", "grant"))
"""Kinds whose steps may give the role a right that later steps take."""

_OWNED_BY_OTHERS = """
select distinct n.nspname, c.relname, r.rolname,
       case c.relkind when 'v' then 'view' when 'm' then 'materialized view' when 'S' then 'sequence' when 'f'
            then 'foreign table' when 'i' then 'index' when 'I' then 'index' else 'table' end
  from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_roles r on r.oid = c.relowner
 where (n.nspname, c.relname) in (select * from unnest(%s::text[], %s::text[]))
   and not pg_has_role(c.relowner, 'USAGE') order by 1, 2
"""
_CLOSED = """
select n.nspname, r.rolname from pg_namespace n join pg_roles r on r.oid = n.nspowner
 where n.nspname = any(%s::text[]) and not has_schema_privilege(n.oid, 'CREATE') order by 1
"""
_NO_SCHEMAS = """
select d.datname, r.rolname,
       (select count(*) from pg_namespace where nspname in ('faberdb', 'faberdb_quarantine')) < 2
    or (select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where n.nspname = 'faberdb' and c.relname in ('plan', 'fence')) < 2
  from pg_database d join pg_roles r on r.oid = d.datdba
 where d.datname = current_database() and not has_database_privilege(d.oid, 'CREATE')
"""
"""Whether the schemas of ours are still to be made, by a role that may make none."""
_NO_TABLES = """
select n.oid is null, r.rolname from pg_roles me
  left join pg_namespace n on n.nspname = 'faberdb_quarantine' left join pg_roles r on r.oid = n.nspowner
 where me.rolname = current_user and (n.oid is null or not has_schema_privilege(n.oid, 'CREATE'))
"""
"""Whether tables for values in quarantine could not be made; whether that is because the schema is missing."""


def no_room(query: Query) -> bool:
    """Whether the database has no journal, and the role may not make one. Raises psycopg.Error."""
    return any(missing for _, _, missing in query(_NO_SCHEMAS))


def refuse_without_rights(
    session: Connection, steps: Sequence[Step], kept: Sequence[Kept], *, beside: bool, back: bool
) -> None:
    """Raises RefusedError naming each object that the role of the session may not alter, each schema in which it may
    make nothing, and the database if it may make no schema there, and has to. What takes other rights, the server says
    when it comes to it. kept: what the plan puts in quarantine. beside: whether the journal is beside the state. back:
    whether the plan takes another back."""
    lines = [*_no_schemas(session, steps, beside=beside), *_no_quarantine(session, kept, beside=beside, back=back)]
    if not any(step.address.kind in ("role", "membership") for step in steps):  # which may give it the right
        lines += [*_not_owned(session, steps), *_not_open(session, steps)]
    if lines:
        raise RefusedError(
            f"role {ident(_role(session))} may not do what the plan does in {session.label}",
            detail=tuple(lines),
            advice="connect as a role that may, or let one that can give these rights; nothing was changed",
        )


def _role(session: Connection) -> str:
    return str(session.query("select current_user")[0][0])


def _no_schemas(session: Connection, steps: Iterable[Step], *, beside: bool) -> Iterator[str]:
    steps = list(steps)
    made = [s.address.name for s in steps if s.address.kind == "schema" and s.action is Action.CREATE]
    if any(s.address.kind in MAY_GIVE for s in steps):
        made = []  # ours are made before the first step, those of the plan when it may have the right
    for database, owner, missing in session.query(_NO_SCHEMAS):
        ours = ["faberdb (its journal)", "faberdb_quarantine"] if missing and not beside else []
        if wanted := [*ours, *made]:
            grant = f"GRANT CREATE ON DATABASE {ident(database)} TO {ident(_role(session))}"
            yield (
                f"schemas are made, {', '.join(wanted)}, which takes CREATE on the database: {grant} (its owner is"
                f" {ident(owner)})"
            )


def _no_quarantine(session: Connection, kept: Sequence[Kept], *, beside: bool, back: bool) -> Iterator[str]:
    """What is moved to quarantine gets schemas of its own, which the steps make; values go to tables in one that is
    there with the journal, or is made for them."""
    role = ident(_role(session)) if kept else ""
    ways = "" if back else '; or keep nothing of it, so that only a backup brings it back: on_drop = "drop" in [safety]'
    apart = sorted({one.place for one in kept if one.form in WHOLE})
    tables = len(apart) < len({one.place for one in kept})
    barred = session.query(_NO_TABLES) if tables else []
    missing, owner = barred[0] if barred else (False, None)
    if missing and beside:
        apart.append("faberdb_quarantine")
    for database, of, _ in session.query(_NO_SCHEMAS) if apart else []:
        grant = f"GRANT CREATE ON DATABASE {ident(database)} TO {role}"
        yield (
            f"what the plan takes away is kept in quarantine, for which schemas are made, {', '.join(apart)}, which"
            f" takes CREATE on the database: {grant} (its owner is {ident(of)}){ways}"
        )
    if owner:
        yield (
            "what the plan takes away is kept in tables of schema faberdb_quarantine, which takes USAGE and CREATE on"
            f" it: GRANT USAGE, CREATE ON SCHEMA faberdb_quarantine TO {role} (its owner is {ident(owner)}){ways}"
        )


def _not_owned(session: Connection, steps: Iterable[Step]) -> Iterator[str]:
    paths = [path for s in steps for path in [_relation(s)] if path]
    names = {path[:2] for path in paths if len(path) > 1}
    found = session.query(_OWNED_BY_OTHERS, [schema for schema, _ in names], [name for _, name in names])
    role = ident(_role(session)) if found else ""
    for schema, name, owner, what in found:
        grant = f"GRANT {ident(owner)} TO {role}"
        yield f"{what} {schema}.{name} is altered, and only its owner {ident(owner)} may do that: {grant}"


def _relation(step: Step) -> tuple[str, ...]:
    """The address of what only its owner may alter; empty where that is no relation."""
    kind, path = step.address.kind, step.address.path
    if kind == "owner":
        return path[1:] if path[0] in OF_OWNERS else ()
    if step.action is Action.DROP and len(path) == 2 and kind != "table":  # tables are moved, not dropped
        return ()  # the owner of the schema may do that too
    return path if kind in OF_OWNERS else ()


def _not_open(session: Connection, steps: Sequence[Step]) -> Iterator[str]:
    schemas = {
        s.address.path[0]
        for s in steps
        if s.action is Action.CREATE and s.address.kind in IN_SCHEMAS and len(s.address.path) > 1
    }
    # A step for the schema itself, or for what is granted on it, may change that.
    schemas -= {part for s in steps if s.address.kind not in OF_OWNERS | IN_SCHEMAS for part in s.address.path}
    found = session.query(_CLOSED, sorted(schemas))
    role = ident(_role(session)) if found else ""
    for schema, owner in found:
        grant = f"GRANT CREATE ON SCHEMA {ident(schema)} TO {role}"
        yield f"something is made in schema {schema}, which takes CREATE on it: {grant} (its owner is {ident(owner)})"
