"""What hangs on objects without being one in the catalogue: the privileges in their access control lists."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping

from faberdb.model import Address, Object
from faberdb_providers.postgres.kinds.acl import PUBLIC, attributes_from, differences
from faberdb_providers.postgres.kinds.base import Identity, Row

_TYPE = (
    "(t.typtype in ('e', 'd', 'r') or t.typtype = 'c' and exists (select from pg_class c where c.oid = t.typrelid"
    " and c.relkind = 'c'))"
)


def grants_query(version: int) -> str:
    """One row for each object and grantee whose privileges are not what the server gives without being told.

    The sequence of an identity column is no object of its own, so its rows bear the identity of the column.
    """
    # Every database comes with these, and pg_dump does not print them either.
    public = "array[makeaclitem(0, n.nspowner, 'USAGE', false)]"
    if version < 15:
        public += " || makeaclitem(0, n.nspowner, 'CREATE', false)"
    lists = (
        "select 'pg_class'::regclass::oid as classid, coalesce(i.refobjid, c.oid) as objid,"
        " coalesce(i.refobjsubid, 0) as part, case when i.objid is not null then c.relname end as name,"
        " case when i.objid is not null then 'sequence' end as what, c.relowner as owner, c.relacl as acl,"
        " acldefault(case c.relkind when 'S' then 's'::\"char\" else 'r' end, c.relowner) as base from pg_class c"
        " left join pg_depend i on c.relkind = 'S' and i.classid = 'pg_class'::regclass and i.objid = c.oid"
        "  and i.deptype = 'i' and i.refclassid = 'pg_class'::regclass and i.refobjsubid > 0"
        " where c.relacl is not null and c.oid >= 16384 and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')",
        "select 'pg_class'::regclass, a.attrelid, a.attnum, a.attname, 'column', c.relowner, a.attacl,"
        " acldefault('c', c.relowner)"
        " from pg_attribute a join pg_class c on c.oid = a.attrelid"
        " where a.attacl is not null and a.attrelid >= 16384 and not a.attisdropped",
        "select 'pg_namespace'::regclass, n.oid, 0, null, null, n.nspowner, n.nspacl, acldefault('n', n.nspowner)"
        f" || case when n.nspname = 'public' then {public} else '{{}}' end from pg_namespace n"
        " where n.nspname = 'public' or n.nspacl is not null and n.oid >= 16384",
        "select 'pg_proc'::regclass, p.oid, 0, null, null, p.proowner, p.proacl, acldefault('f', p.proowner)"
        " from pg_proc p where p.proacl is not null and p.oid >= 16384",
        "select 'pg_type'::regclass, t.oid, 0, null, null, t.typowner, t.typacl, acldefault('T', t.typowner)"
        f" from pg_type t where t.typacl is not null and t.oid >= 16384 and {_TYPE}",
        "select 'pg_language'::regclass, l.oid, 0, null, null, l.lanowner, l.lanacl, acldefault('l', l.lanowner)"
        " from pg_language l where l.lanacl is not null and l.oid >= 16384",
        "select 'pg_foreign_data_wrapper'::regclass, w.oid, 0, null, null, w.fdwowner, w.fdwacl,"
        " acldefault('F', w.fdwowner) from pg_foreign_data_wrapper w where w.fdwacl is not null and w.oid >= 16384",
        "select 'pg_foreign_server'::regclass, s.oid, 0, null, null, s.srvowner, s.srvacl,"
        " acldefault('S', s.srvowner) from pg_foreign_server s where s.srvacl is not null and s.oid >= 16384",
    )
    return differences(" union all ".join(lists), "classid, objid, part, name, what")


def grants(
    rows: Iterable[Row],
    addresses: Mapping[Identity, Address],
    members: Container[tuple[int, int]],
    find: Callable[[int, int, int], Address | None],
) -> Iterator[Object]:
    """The grants, each after what it hangs on. Those on members of an extension are the extension's own."""
    made: dict[Address, Object] = {}
    for classid, oid, part, name, what, grantee, found in rows:
        exact, whole = addresses.get((classid, oid, part)), find(classid, oid, 0)
        parent = exact or whole
        if (classid, oid) in members or parent is None or whole is None:
            continue
        target = (parent.kind, *parent.path)
        if what == "sequence":
            target = ("sequence", whole.path[0], name)
        elif part and exact is None:
            target = ("column", *whole.path, name)
        address = Address("grant", (*target, grantee))
        needs = {parent}
        if what == "column":
            # GRANT and REVOKE on the table first, also where one is to come or to go: REVOKE there reaches the columns.
            needs.add(Address("grant", (whole.kind, *whole.path, grantee)))
        attributes = attributes_from(found)
        for grantor in attributes.get("granted_by", ()):
            needs |= {Address("grant", (*t, grantor)) for t in (target, (whole.kind, *whole.path))}
            needs |= {Address("grant", ("schema", whole.path[0], g)) for g in (grantor, PUBLIC)}
        made[address] = Object(address, attributes, parent, frozenset(needs - {address}))
    yield from made.values()
