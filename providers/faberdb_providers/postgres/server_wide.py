"""What belongs to the whole server: roles, tablespaces, privileges on settings. Other databases and other projects
share it, so nothing of it is read unless the project asks for it, and nobody's is dropped from under them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from faberdb.errors import RefusedError
from faberdb.model import OF_OTHERS, Action, Address, Change, Unmanaged
from faberdb_providers.postgres.names import ident, identifiers
from faberdb_providers.postgres.presence import HERE

if TYPE_CHECKING:
    from faberdb_providers.postgres.connection import Connection

OF_SERVER = frozenset(("role", "membership", "tablespace", "parameter_privilege"))
"""The kinds of such objects."""
SPACES = "/faberdb_spaces"
"""Below this, in the folder of a cluster of our own, lie the folders that its tablespaces have elsewhere."""
_ATTACHED = ("comment", "owner", "grant")

Asked = Callable[[Address], bool]
"""Whether the project asks for an object of the server."""


def of_server(address: Address) -> bool:
    """Whether it is such an object, or hangs on one."""
    return (address.path[0] if address.kind in _ATTACHED else address.kind) in OF_SERVER


COMMENTS = """
union all
select d.classoid, d.objoid, 0, d.description, null, null, null from pg_shdescription d
 where d.classoid in ('pg_authid'::regclass, 'pg_tablespace'::regclass) and d.objoid >= 16384
"""
"""Beside the query for comments: only on what is known by its address, since all of the server's are there."""

_PARAMETERS = "select 'parameters', count(*), sum(hashint8extended(xmin::text::bigint, 0)) from pg_parameter_acl"
_PULSE = (
    "select 'role rows', count(*), sum(hashtextextended(r::text, 0)) from pg_roles r",
    "select 'memberships', count(*), sum(hashtextextended(m::text, 0)) from pg_auth_members m",
    "select 'comments of the server', count(*), sum(hashint8extended(xmin::text::bigint, 0)) from pg_shdescription",
    "select 'tablespaces', count(*), sum(hashint8extended(xmin::text::bigint, 0)) from pg_tablespace",
)


def pulse_parts(version: int) -> tuple[str, ...]:
    """What the pulse is made of besides, where something of the server is asked for."""
    return (*_PULSE, _PARAMETERS) if version >= 15 else _PULSE


def others(left: Iterable[Address]) -> Iterable[Unmanaged]:
    """How many of each kind there are besides those that are asked for."""
    numbers: dict[str, int] = {}
    for address in left:
        if address.kind in ("role", "tablespace"):
            numbers[address.kind] = numbers.get(address.kind, 0) + 1
    for kind, number in sorted(numbers.items()):
        yield Unmanaged(f"{kind}s", str(number), OF_OTHERS)


def given_to_maker(version: int) -> str:
    """Condition on pg_auth_members m and its member's pg_roles p: it came by itself, as from 16 on whoever makes a role
    without being a superuser is given the right to manage it. Nobody could declare that of the role that plans."""
    if version < 16:
        return "false"
    return (
        "(m.grantor = 10 and m.admin_option and not m.inherit_option and not m.set_option and p.rolname = current_user)"
    )


_ELSEWHERE = f"""
select r.rolname, d.datname, count(*) from pg_shdepend s
  join pg_roles r on s.refclassid = 'pg_authid'::regclass and s.refobjid = r.oid join pg_database d on d.oid = s.dbid
 where r.rolname = any(%s::text[]) and s.dbid <> {HERE} group by 1, 2 order by 1, 2
"""
_SET_ELSEWHERE = """
select r.rolname, d.datname from pg_db_role_setting s join pg_roles r on r.oid = s.setrole
  join pg_database d on d.oid = s.setdatabase
 where r.rolname = any(%s::text[]) and d.datname <> current_database() order by 1, 2
"""
# What a role may do in the database itself is declared, and found by its references.
_SHARED = f"""
select r.rolname, s.deptype::text, split_part(w.text, ' ', 1), substring(w.text from position(' ' in w.text) + 1)
  from pg_shdepend s join pg_roles r on s.refclassid = 'pg_authid'::regclass and s.refobjid = r.oid,
       pg_describe_object(s.classid, s.objid, 0) w (text)
 where r.rolname = any(%s::text[]) and s.dbid = 0 and s.deptype in ('a', 'o')
   and not (s.classid = 'pg_database'::regclass and s.objid = {HERE} and s.deptype = 'a') order by 1, 3, 4
"""
_STANDING = """
select t.spcname, array_agg(d.datname::text order by d.datname) from pg_tablespace t,
       pg_tablespace_databases(t.oid) x join pg_database d on d.oid = x
 where t.spcname = any(%s::text[]) and d.datname <> current_database() group by 1 order by 1
"""
_KEPT = """
select s.spcname, string_agg(c.oid::regclass::text, ', ' order by c.oid::regclass::text) from pg_class c
  join pg_namespace n on n.oid = c.relnamespace and n.nspname ~ '^faberdb_quarantine'
  join pg_tablespace s on s.oid = c.reltablespace
 where s.spcname = any(%s::text[]) and c.relkind <> 't' group by 1 order by 1
"""
_MEMBERS = """
select distinct r.rolname, p.rolname from pg_auth_members m join pg_roles r on r.oid = m.roleid
  join pg_roles p on p.oid = m.member
 where r.rolname = any(%s::text[]) and not {given} order by 1, 2
"""


def refuse_in_use(session: Connection, changes: Mapping[Address, Change]) -> None:
    """Raises RefusedError where something is to be dropped that others need: what a role has in other databases, or
    they in a tablespace, keeps the server from dropping it, and memberships of roles that nobody manages here would be
    lost without a way back."""
    dropped = [a for a, c in changes.items() if c.action is Action.DROP]
    gone = [a.path[0] for a in dropped if a.kind == "role"]
    spaces = [a.path[0] for a in dropped if a.kind == "tablespace"]
    if not (gone or spaces):
        return
    lines, ways = [], []
    for space, databases in session.query(_STANDING, spaces):
        lines.append(f"tablespace {ident(space)} holds something of the database {identifiers(databases)}")
        ways.append("in each of these: ALTER TABLE ALL IN TABLESPACE ... SET TABLESPACE, and the same of indexes")
        ways.append("CHECKPOINT, where it was dropped a moment ago, as files stay until then")
    for role, database, count in session.query(_ELSEWHERE, gone):
        lines.append(f"role {ident(role)} owns or may use {count} things in the database {ident(database)}")
        ways.append(f"in {ident(database)}: REASSIGN OWNED BY {ident(role)} TO ...; DROP OWNED BY {ident(role)}")
    for role, database in session.query(_SET_ELSEWHERE, gone):
        lines.append(f"role {ident(role)} has settings in the database {ident(database)}, which would go with it")
        ways.append(f"ALTER ROLE {ident(role)} IN DATABASE {ident(database)} RESET ALL")
    for role, how, what, name in session.query(_SHARED, gone):
        if changes.keys().isdisjoint(_letting_go(role, what, name)):
            lines.append(f"role {ident(role)} {'owns' if how == 'o' else 'may use'} the {what} {name}")
            ways.append(
                f"ALTER {what.upper()} {ident(name)} OWNER TO ..."
                if how == "o"
                else f"REVOKE ALL ON {what.upper()} {name if what == 'parameter' else ident(name)} FROM {ident(role)}"
            )
    for space, kept in session.query(_KEPT, spaces):
        lines.append(f"in tablespace {ident(space)} waits in quarantine: {kept}")
        ways.append("ALTER TABLE ... SET TABLESPACE for each table, ALTER INDEX ... SET TABLESPACE for each index")
    members: dict[str, list[str]] = {}
    known = {a.path for a, c in changes.items() if a.kind == "membership" and c.action is Action.DROP}
    for role, member in session.query(_MEMBERS.format(given=given_to_maker(session.version)), gone):
        if (member, role) not in known and member not in gone:
            members.setdefault(role, []).append(member)
    for role, names in members.items():
        lines.append(f"role {ident(role)} has members that are not managed here: {identifiers(names)}")
        ways.append(f"REVOKE {ident(role)} FROM {identifiers(names)}")
    if lines:
        raise RefusedError(
            "something of the server that others still use is to be dropped",
            where=", ".join(f"{a.kind} {a.name}" for a in dropped if a.kind in ("role", "tablespace")),
            detail=(*lines, "do first what each needs:", *(f"    {way}" for way in ways)),
            advice="then plan again; or leave it: declare it again, or take its name out of `server_objects`",
        )


def _letting_go(role: str, what: str, name: str) -> tuple[Address, ...]:
    """The changes by which a role would let go of something of the server."""
    if what == "parameter":
        return (Address("parameter_privilege", (name, role)),)
    return Address(what, (name,)), Address("owner", (what, name)), Address("grant", (what, name, role))
