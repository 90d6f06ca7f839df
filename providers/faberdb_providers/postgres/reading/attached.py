"""What hangs on objects without being one in the catalogue: their owners, the privileges in their access control lists,
security labels, and the extensions they go with."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping

from faberdb.model import Address, Object, Unmanaged
from faberdb_providers.postgres.kinds.acl import PUBLIC, attributes_from, differences, owner_of
from faberdb_providers.postgres.kinds.along import depending_on, owned_by
from faberdb_providers.postgres.kinds.base import Identity, Row
from faberdb_providers.postgres.kinds.extension_dependency import DEPENDENT
from faberdb_providers.postgres.kinds.security_label import LABELLED

_TYPE = (
    "(t.typtype in ('e', 'd', 'r') or t.typtype = 'b' and t.typinput <> 'array_in'::regproc or t.typtype = 'c' and"
    " exists (select from pg_class c where c.oid = t.typrelid and c.relkind = 'c'))"
)


_OWNED = {
    "pg_proc": "pro",
    "pg_type": "typ",
    "pg_collation": "coll",
    "pg_conversion": "con",
    "pg_operator": "opr",
    "pg_opclass": "opc",
    "pg_opfamily": "opf",
    "pg_ts_config": "cfg",
    "pg_ts_dict": "dict",
    "pg_statistic_ext": "stx",
    "pg_foreign_data_wrapper": "fdw",
    "pg_foreign_server": "srv",
    "pg_publication": "pub",
    "pg_subscription": "sub",
    "pg_event_trigger": "evt",
    "pg_language": "lan",
}
"""The prefix of the columns of each catalogue that says `owner`, less relations and schemas."""


_GRANTED = (("pg_language", "lan", "l"), ("pg_foreign_data_wrapper", "fdw", "F"), ("pg_foreign_server", "srv", "S"))


def owners_query(version: int, empty: Container[str] = (), *, server_wide: bool = False) -> str:
    """One row for each object that does not belong to the owner of the database; those that belong to whom their whole
    belongs to (indexes, the sequence of a column) are left out by their kind, or here. empty: catalogues that need not
    be looked into; server_wide: tablespaces too."""
    # Not everybody can do with the first owner of the schema public what its owner can: pg_dump prints any other.
    first = "(select oid from pg_roles where rolname = 'pg_database_owner')" if version >= 15 else "10"
    of_column = (
        "c.relkind = 'S' and exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid"
        " and d.refclassid = 'pg_class'::regclass and d.refobjsubid > 0 and d.deptype in ('a', 'i'))"
    )
    lists = (
        "select 'pg_class'::regclass::oid as classid, c.oid as objid, c.relowner as owner from pg_class c, b"
        " where c.relowner <> b.datdba and c.oid >= 16384 and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')"
        f" and not ({of_column})",
        "select 'pg_namespace'::regclass, n.oid, n.nspowner from pg_namespace n, b where case n.nspname"
        f" when 'public' then n.nspowner <> {first} else n.oid >= 16384 and n.nspowner <> b.datdba end",
        *(
            f"select '{catalogue}'::regclass, x.oid, x.{prefix}owner from {catalogue} x, b"
            f" where x.oid >= 16384 and x.{prefix}owner <> b.datdba"
            for catalogue, prefix in _OWNED.items()
            if catalogue not in empty and (version >= 14 or catalogue != "pg_subscription")  # 13 shows nobody the oid
        ),
    )
    if server_wide:
        spaces = "from pg_tablespace t, b where t.oid >= 16384 and t.spcowner <> b.datdba"
        lists = (*lists, f"select 'pg_tablespace'::regclass, t.oid, t.spcowner {spaces}")
    return (
        "with b as (select datdba from pg_database where datname = current_database())"
        f" select x.classid, x.objid, r.rolname from ({' union all '.join(lists)}) x join pg_roles r on r.oid = x.owner"
    )


def owners(rows: Iterable[Row], addresses: Mapping[Identity, Address]) -> Iterator[Object]:
    """The owners of the objects that are read."""
    for classid, oid, role in rows:
        if (owned := addresses.get((classid, oid, 0))) is not None:
            yield owned_by(owned, role)


def grants_query(version: int, empty: Container[str] = (), *, server_wide: bool = False) -> str:
    """One row for each object and grantee whose privileges are not what the server gives without being told.

    The sequence of an identity column is no object of its own, so its rows bear the identity of the column.
    empty: catalogues that need not be looked into; server_wide: those on tablespaces too.
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
        *(
            f"select '{catalogue}'::regclass, x.oid, 0, null, null, x.{prefix}owner, x.{prefix}acl,"
            f" acldefault('{letter}', x.{prefix}owner) from {catalogue} x"
            f" where x.{prefix}acl is not null and x.oid >= 16384"
            for catalogue, prefix, letter in _GRANTED
            if catalogue not in empty
        ),
    )
    if server_wide:
        spaces = (
            "select 'pg_tablespace'::regclass, t.oid, 0, null, null, t.spcowner, t.spcacl, acldefault('t', t.spcowner)"
            " from pg_tablespace t where t.spcacl is not null and t.oid >= 16384"
        )
        return differences(" union all ".join((*lists, spaces)), "classid, objid, part, name, what")
    return differences(" union all ".join(lists), "classid, objid, part, name, what")


def grants(
    rows: Iterable[Row],
    addresses: Mapping[Identity, Address],
    members: Container[tuple[int, int]],
    find: Callable[[int, int, int], Address | None],
) -> Iterator[Object]:
    """The grants, each after what it hangs on. Those on members of an extension are the extension's own."""
    made: dict[Address, Object] = {}
    for classid, oid, part, name, what, grantee, found, _ in rows:
        exact, whole = addresses.get((classid, oid, part)), find(classid, oid, 0)
        parent = exact or whole
        if (classid, oid) in members or parent is None or whole is None:
            continue
        if exact is None and not part:
            continue  # the constructor of a range type has what default privileges gave it; pg_dump does not print it
        target = (parent.kind, *parent.path)
        if what == "sequence":
            target = ("sequence", whole.path[0], name)
        elif part and exact is None:
            target = ("column", *whole.path, name)
        address = Address("grant", (*target, grantee))
        needs = {parent, owner_of(parent)}
        if what == "column":
            # GRANT and REVOKE on the table first, also where one is to come or to go: REVOKE there reaches the columns.
            needs.add(Address("grant", (whole.kind, *whole.path, grantee)))
        attributes = attributes_from(found)
        for grantor in attributes.get("granted_by", ()):
            needs |= {Address("grant", (*t, grantor)) for t in (target, (whole.kind, *whole.path))}
            needs |= {Address("grant", ("schema", whole.path[0], g)) for g in (grantor, PUBLIC)}
        made[address] = Object(address, attributes, parent, frozenset(needs - {address}))
    yield from made.values()


LABELS = """
select l.classoid, l.objoid, l.objsubid, l.provider, l.label, a.attname, i.type, i.identity
  from pg_seclabel l left join pg_attribute a
    on l.objsubid > 0 and l.classoid = 'pg_class'::regclass and a.attrelid = l.objoid and a.attnum = l.objsubid,
       lateral pg_identify_object(l.classoid, l.objoid, l.objsubid) i
 where l.classoid <> 'pg_largeobject'::regclass and i.identity is not null
   and coalesce(i.schema, '') !~ '^"?faberdb(_|$)'
"""


def labels(
    rows: Iterable[Row], addresses: Mapping[Identity, Address], members: Container[tuple[int, int]]
) -> tuple[dict[Address, Object], list[Unmanaged]]:
    """The security labels, and those that are on what no declaration can name (a member of an extension)."""
    made: dict[Address, Object] = {}
    rest = []
    for classid, oid, part, provider, label, column, what, identity in rows:
        exact, whole = addresses.get((classid, oid, part)), addresses.get((classid, oid, 0))
        parent = exact or whole
        if (classid, oid) in members or parent is None or parent.kind not in LABELLED:
            name = f"{provider} on {what} {identity}"
            rest.append(Unmanaged("security label", name, "it is on something that cannot be declared"))
            continue
        on = (parent.kind, *parent.path) if exact else ("column", *parent.path, column)
        address = Address("security_label", (*on, provider))
        made[address] = Object(address, {"label": label}, parent, frozenset({parent}))
    return made, rest


DEPENDING = """
select d.classid, d.objid, e.extname, i.type, i.identity
  from pg_depend d join pg_extension e on d.refclassid = 'pg_extension'::regclass and e.oid = d.refobjid,
       lateral pg_identify_object(d.classid, d.objid, d.objsubid) i
 where d.deptype = 'x' and coalesce(i.schema, '') !~ '^"?faberdb(_|$)'
"""


def dependents(
    rows: Iterable[Row],
    objects: Mapping[Address, Object],
    members: Container[tuple[int, int]],
    find: Callable[[int, int, int], Address | None],
) -> tuple[dict[Address, Object], list[Unmanaged]]:
    """What goes with an extension that it does not belong to, and what of that no declaration can name (an index that a
    partition has from its table)."""
    made: dict[Address, Object] = {}
    rest = []
    for classid, oid, extension, what, identity in rows:
        holder = find(classid, oid, 0)
        if holder is None or holder.kind not in DEPENDENT:
            if (classid, oid) not in members:
                name = f"{what} {identity} on {extension}"
                rest.append(Unmanaged("dependency on an extension", name, "it is of something that cannot be declared"))
            continue
        # The server builds an index anew for a new type of its column.
        columns = {r for r in objects[holder].references if r.kind == "column"}
        for obj in depending_on(holder, [extension]):
            made[obj.address] = obj._replace(references=obj.references | columns)
    return made, rest
