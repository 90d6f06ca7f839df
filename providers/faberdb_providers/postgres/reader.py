"""The live catalogue as objects: one query a kind, all in one round trip and one snapshot."""

from __future__ import annotations

import hashlib
import marshal
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus

from faberdb.model import Address, Catalogue, Object, Unmanaged
from faberdb_providers.postgres import server_wide
from faberdb_providers.postgres.attached import (
    DEPENDING,
    LABELS,
    dependents,
    grants,
    grants_query,
    labels,
    owners,
    owners_query,
)
from faberdb_providers.postgres.kinds.base import Identity, PostgresKind, Row
from faberdb_providers.postgres.kinds.base_type import with_shells
from faberdb_providers.postgres.kinds.column.identity import identity_name
from faberdb_providers.postgres.kinds.column.row_type import USES
from faberdb_providers.postgres.kinds.partition_index import with_siblings
from faberdb_providers.postgres.prepared import Prepared
from faberdb_providers.postgres.presence import PRESENCE, presence_query
from faberdb_providers.postgres.printed import with_texts_that_read_back
from faberdb_providers.postgres.remembered import pack
from faberdb_providers.postgres.server_names import refer_to_server
from faberdb_providers.postgres.service import PREINSTALLED, Service
from faberdb_providers.postgres.unmanaged import UNMANAGED

FIRST_USER_OID = 16384
"""FirstNormalObjectId in PostgreSQL's access/transam.h: below are the objects initdb made."""

CLASSES = """
select 'pg_class'::regclass::oid, 'pg_type'::regclass::oid, 'pg_rewrite'::regclass::oid,
       'pg_constraint'::regclass::oid, 'pg_attrdef'::regclass::oid, 'pg_namespace'::regclass::oid
"""

# What pg_depend and pg_description may name in place of an object we know: the rule behind a view, the row type of a
# table, an array type, the index behind a constraint, the stored expression of a generated column, the sequence of an
# identity column; and the parts of what is one object to us: a domain's constraints, a range's constructors, the
# members of an operator class.
ALIASES = """
select 'pg_rewrite'::regclass::oid, r.oid, 'pg_class'::regclass::oid, r.ev_class, 0
  from pg_rewrite r where r.rulename = '_RETURN' and r.oid >= 16384
union all
select 'pg_type'::regclass::oid, t.oid, 'pg_class'::regclass::oid, t.typrelid, 0
  from pg_type t join pg_class c on c.oid = t.typrelid where t.oid >= 16384 and c.relkind <> 'c'
union all
select 'pg_class'::regclass::oid, c.oid, 'pg_type'::regclass::oid, c.reltype, 0
  from pg_class c where c.relkind = 'c' and c.oid >= 16384
union all
select 'pg_type'::regclass::oid, t.typarray, 'pg_type'::regclass::oid, t.oid, 0
  from pg_type t where t.typarray >= 16384
union all
select 'pg_class'::regclass::oid, k.conindid, 'pg_constraint'::regclass::oid, k.oid, 0
  from pg_constraint k where k.contype in ('p', 'u', 'x') and k.conindid >= 16384
union all
select 'pg_attrdef'::regclass::oid, d.oid, 'pg_class'::regclass::oid, d.adrelid, d.adnum::int
  from pg_attrdef d where d.oid >= 16384
union all
select 'pg_constraint'::regclass::oid, k.oid, 'pg_type'::regclass::oid, k.contypid, 0
  from pg_constraint k where k.contypid >= 16384
union all
select 'pg_constraint'::regclass::oid, k.oid, 'pg_class'::regclass::oid, k.conrelid,
       k.conkey[1]::int
  from pg_constraint k
 where k.conrelid >= 16384 and k.contype = 'n'
union all
select 'pg_constraint'::regclass::oid, t.tgconstraint, 'pg_trigger'::regclass::oid, t.oid, 0
  from pg_trigger t join pg_constraint k on k.oid = t.tgconstraint
 where k.contype = 't' and t.tgparentid = 0 and not t.tgisinternal
union all
select d.classid, d.objid, d.refclassid, d.refobjid, d.refobjsubid
  from pg_depend d where d.objid >= 16384 and d.classid = 'pg_class'::regclass and d.deptype = 'i'
   and d.refclassid = 'pg_class'::regclass and d.refobjsubid > 0
union all
select d.classid, d.objid, d.refclassid, d.refobjid, 0
  from pg_depend d where d.objid >= 16384
   and ((d.classid in ('pg_proc'::regclass, 'pg_cast'::regclass) and d.refclassid = 'pg_type'::regclass
         and d.deptype = 'i')
     or (d.classid in ('pg_amop'::regclass, 'pg_amproc'::regclass) and d.deptype in ('a', 'i')
         and d.refclassid in ('pg_opclass'::regclass, 'pg_opfamily'::regclass)))
"""

MULTIRANGES = """
union all
select 'pg_type'::regclass::oid, r.rngmultitypid, 'pg_type'::regclass::oid, r.rngtypid, 0
  from pg_range r where r.rngmultitypid >= 16384
"""

DEPENDENCIES = """
select classid, objid, objsubid, refclassid, refobjid, refobjsubid, deptype = 'e' from pg_depend
 where refobjid >= 16384 and objid >= 16384 and deptype <> 'x' and not (deptype = 'i' and classid = 'pg_type'::regclass)
union all
"""

INHERITED = """
select a.attrelid, a.attnum::int, p.attrelid, p.attnum::int
  from pg_inherits h join pg_attribute a on a.attrelid = h.inhrelid and a.attnum > 0 and a.attinhcount > 0
  join pg_attribute p on p.attrelid = h.inhparent and p.attname = a.attname and not p.attisdropped
 where h.inhrelid >= 16384 order by h.inhseqno desc
"""

# DROP SUBSCRIPTION leaves the comment behind. The schema public comes with one that pg_dump does not print; where
# somebody took that away it has an empty one.
COMMENTS = """
select d.classoid, d.objoid, d.objsubid, d.description, coalesce(a.attname, k.conname), i.type, i.identity
  from pg_description d left join pg_attribute a
    on d.objsubid > 0 and d.classoid = 'pg_class'::regclass and a.attrelid = d.objoid and a.attnum = d.objsubid
  left join pg_constraint k on d.classoid = 'pg_constraint'::regclass and k.oid = d.objoid
  left join lateral pg_identify_object(d.classoid, d.objoid, 0) i on d.objsubid = 0
  left join pg_namespace n on d.classoid = 'pg_namespace'::regclass and n.oid = d.objoid and n.nspname = 'public'
 where (d.objoid >= 16384 or n.oid is not null)
   and not (n.oid is not null and d.description = 'standard public schema')
   and d.classoid <> 'pg_largeobject'::regclass
   and not (d.classoid = 'pg_subscription'::regclass and i.identity is null)
   and coalesce(i.schema, '') !~ '^"?faberdb(_|$)'
   and not (d.classoid in ('pg_trigger'::regclass, 'pg_policy'::regclass, 'pg_rewrite'::regclass,
    'pg_constraint'::regclass) and i.identity ~ ' on faberdb(_[^ .]*)?[.]("([^"]|"")+"|[^ ]+)$')
union all
select 'pg_namespace'::regclass, n.oid, 0, '', null, null, null from pg_namespace n
 where n.nspname = 'public' and obj_description(n.oid, 'pg_namespace') is null
"""

CASTS = """
select format_type(c.castsource, null), format_type(c.casttarget, null) from pg_cast c
"""

SETTINGS = "select set_config('search_path', '', true)"

CONSTRAINT_OF = {"domain": "domain_constraint", "trigger": "constraint_trigger"}
"""What a constraint that is part of another object is called in a comment's address."""


UNREADABLE = {
    "type": "the shell of a type that nobody has made yet",
    "user mapping": "this role may not read its options, so nothing can be said about it",
    "subscription": "PostgreSQL 13 lets none but superusers read its settings, so it is left alone there",
}
"""Why something of a kind that is managed may still be none of ours."""


_FIXED = 12
"""How many queries come before those of the kinds."""


class Snapshot:
    """What the catalogue queries found in one REPEATABLE READ, READ ONLY snapshot: rows, and objects when asked for."""

    def __init__(
        self,
        texts: Sequence[str],
        rows: list[list[Row]],
        kinds: Sequence[PostgresKind],
        version: int,
        asked: server_wide.Asked | None = None,
        service: Service | None = None,
    ) -> None:
        self._texts, self._rows, self._kinds, self._version, self._asked = texts, rows, kinds, version, asked
        self._service = service

    @cached_property
    def digest(self) -> str:
        """SHA-256 of everything the catalogue is made from: what was asked and what was answered."""
        names = [kind.name for kind in self._kinds]
        # In this version of marshal equal values give equal bytes, whichever of them are the same in memory.
        return hashlib.sha256(marshal.dumps((list(self._texts), names, self._rows, self._version), 2)).hexdigest()

    @property
    def packed(self) -> bytes:
        """The catalogue as bytes, to be remembered."""
        return pack(self._catalogue)

    def catalogue(self) -> Catalogue:
        return self._catalogue

    def find(self, classid: int, oid: int, part: int) -> Address | None:
        """What something that pg_depend names is, or is a part of: an object, or the extension that brought it."""
        assembly, _ = self._assembled
        return assembly.find(classid, oid, part)

    @property
    def _catalogue(self) -> Catalogue:
        return self._assembled[1]

    @cached_property
    def _assembled(self) -> tuple[_Assembly, Catalogue]:
        classes, *fixed = self._rows[:_FIXED]
        found = dict(zip(self._kinds, self._rows[_FIXED:], strict=True))
        assembly = _Assembly(found, self._version, self._asked, self._service)
        return assembly, assembly.assemble(classes[0], *fixed)


def take_snapshot(
    connection: psycopg.Connection[Row],
    version: int,
    kinds: Iterable[PostgresKind],
    asked: server_wide.Asked | None = None,
    prepared: Prepared | None = None,
    service: Service | None = None,
) -> Snapshot:
    """Everything the database holds, and what is asked for of the whole server. prepared: keeps the queries planned for
    the next time; service: whose own objects are left out. Raises psycopg.Error.

    Expressions are printed with an empty search_path, so that every name in them is qualified.
    """
    readable = [kind for kind in kinds if kind.has_query and (asked or not kind.of_server)]
    aliases_of = ALIASES + (MULTIRANGES if version >= 14 else "")
    comments = COMMENTS + (server_wide.COMMENTS if asked else "")
    wide = asked is not None
    attached = [
        comments,
        owners_query(version, server_wide=wide),
        grants_query(version, server_wide=wide),
        LABELS,
    ]
    attached += [DEPENDING, PREINSTALLED]
    fixed = [CLASSES, aliases_of, DEPENDENCIES + USES, INHERITED, *attached, CASTS, UNMANAGED]

    def run(text: str) -> psycopg.Cursor[Row]:
        return prepared.execute(connection, text) if prepared else connection.execute(text.encode())

    inside = connection.info.transaction_status != TransactionStatus.IDLE
    # Inside a transaction that has its own settings and writes, what is set here must not stay.
    with connection.transaction(force_rollback=inside):
        if not inside:
            connection.execute("set transaction isolation level repeatable read, read only")
        connection.execute(SETTINGS)
        row = run(presence_query(kind.name for kind in readable)).fetchone()
        queried = [k for k in readable if k.name not in PRESENCE or row is None or k.name in row[0]]
        texts = [*fixed, *(k.query(version) for k in queried)]
        with connection.pipeline():
            cursors = [run(text) for text in texts]
        rows = [cursor.fetchall() for cursor in cursors]
    return Snapshot(texts, rows, queried, version, asked, service)


class _Assembly:
    """Rows of all queries put together into objects with their references."""

    def __init__(
        self,
        found: Mapping[PostgresKind, list[Row]],
        version: int,
        asked: server_wide.Asked | None,
        service: Service | None,
    ) -> None:
        self.found, self.version, self.asked, self.service = found, version, asked, service
        self.addresses: dict[Identity, Address] = {}
        self.aliases: dict[tuple[int, int], Identity] = {}
        self.objects: dict[Address, Object] = {}
        self.members: dict[tuple[int, int], Address] = {}
        self.left: list[Address] = []

    def assemble(
        self,
        classes: Row,
        aliases: list[Row],
        dependencies: list[Row],
        inherited: list[Row],
        comments: list[Row],
        owned: list[Row],
        granted: list[Row],
        labelled: list[Row],
        depending: list[Row],
        preinstalled: list[Row],
        casts: list[Row],
        unmanaged: list[Row],
    ) -> Catalogue:
        self.pg_class = classes[0]
        self.inherited = {(oid, part): (above, number) for oid, part, above, number in inherited}
        self.aliases = {(row[0], row[1]): (row[2], row[3], row[4]) for row in aliases}
        members = {(row[0], row[1]): (row[3], row[4]) for row in dependencies if row[6]}
        for kind, rows in self.found.items():
            for row in rows:
                if (row[0], row[1]) not in members and (pair := kind.read(row)) is not None:
                    if kind.of_server and not (self.asked and self.asked(pair[1].address)):
                        self.left.append(pair[1].address)
                        continue
                    self.addresses[pair[0]] = pair[1].address
                    self.objects[pair[1].address] = with_texts_that_read_back(pair[1], kind.texts)
        self._leave_parts_of_others()
        for member, (classid, oid) in members.items():
            if (classid, oid, 0) in self.addresses:
                self.members[member] = self.addresses[(classid, oid, 0)]
        self._refer(dependencies)
        self.objects = with_shells(self.objects)
        self._comment(comments, members)
        self.objects |= {obj.address: obj for obj in owners(owned, self.addresses)}
        self.objects |= {obj.address: obj for obj in grants(granted, self.addresses, members, self.find)}
        found, elsewhere = labels(labelled, self.addresses, members)
        self.objects |= found
        found, others = dependents(depending, self.objects, members, self.find)
        self.objects |= found
        elsewhere.extend(others)
        self.objects |= with_siblings(self.objects)
        if self.asked:
            self.objects = refer_to_server(self.objects)
            elsewhere.extend(server_wide.others(self.left))
        if self.service:
            self.objects, theirs = self.service.without(self.objects, [(row[0], row[1]) for row in preinstalled])
            elsewhere.extend(theirs)
        managed = {kind.name for kind in self.found if kind.managed}
        rest = tuple(
            Unmanaged(what, name, UNREADABLE.get(what, "this kind of object is not managed yet"))
            for classid, oid, what, name in unmanaged
            if (classid, oid) not in members
            and ((address := self.addresses.get((classid, oid, 0))) is None or address.kind not in managed)
        )
        return Catalogue(self.objects, (*rest, *elsewhere), frozenset((s, t) for s, t in casts), self.version)

    def _leave_parts_of_others(self) -> None:
        """Forget keys, checks, triggers of relations that are not read apart: those of an extension's tables."""
        parts = {kind.name for kind in self.found if kind.dropped_inline}
        lost = [
            obj
            for address, obj in self.objects.items()
            if address.kind in parts and obj.parent and obj.parent not in self.objects
        ]
        while lost:
            for obj in lost:
                del self.objects[obj.address]
            lost = [o for o in self.objects.values() if o.parent in {gone.address for gone in lost}]
        self.addresses = {identity: a for identity, a in self.addresses.items() if a in self.objects}

    def _refer(self, dependencies: list[Row]) -> None:
        references: dict[Address, set[Address]] = {}
        for (oid, part), (parent, number) in self.inherited.items():
            child, above = self.addresses.get((self.pg_class, oid, part)), self._column(parent, number)
            if child is not None and above is not None and "inherited" in self.objects[child].attributes:
                references.setdefault(child, set()).add(above)
        for classid, oid, part, ref_class, ref_oid, ref_part, member in dependencies:
            if member:
                continue
            here = self.find(classid, oid, part, up=False)  # what an inherited column needs, its own table needs
            needed = [self.find(ref_class, ref_oid, ref_part)]
            if ref_part and (ref_class, ref_oid, ref_part) not in self.addresses:
                # It needs an inherited column, that is the one above, and the table in which it is.
                needed.append(self.find(ref_class, ref_oid, 0))
            if here is not None:
                references.setdefault(here, set()).update(a for a in needed if a is not None and a != here)
        for address, obj in self.objects.items():
            found = references.get(address, set()) | obj.references
            if obj.parent is not None:
                found.add(obj.parent)
            if found:
                self.objects[address] = Object(address, obj.attributes, obj.parent, frozenset(found))

    def find(self, classid: int, oid: int, part: int, *, up: bool = True) -> Address | None:
        """The object, or the whole of which it is a part, or what stands behind an alias. up: an inherited column that
        is no object stands for that of the table above."""
        found = self.addresses.get((classid, oid, part))
        if found is None and part and up and classid == self.pg_class:
            found = self._column(oid, part)
        found = found or self.addresses.get((classid, oid, 0))
        if found is None and (classid, oid) in self.aliases:
            classid, oid, part = self.aliases[(classid, oid)]
            found = self.addresses.get((classid, oid, part)) or self.addresses.get((classid, oid, 0))
            if found is None and (classid, oid) in self.aliases:
                return self.find(classid, oid, part, up=up)
        return found or self.members.get((classid, oid))

    def _column(self, oid: int, part: int) -> Address | None:
        """The column, or that of the table above which it is inherited from."""
        found = self.addresses.get((self.pg_class, oid, part))
        while found is None and (oid, part) in self.inherited:
            oid, part = self.inherited[(oid, part)]
            found = self.addresses.get((self.pg_class, oid, part))
        return found

    def _comment(self, comments: list[Row], members: Mapping[tuple[int, int], Any]) -> None:
        for classid, oid, part, text, column, what, identity in comments:
            if (classid, oid) in members:
                continue
            exact = self.addresses.get((classid, oid, part))
            whole = self.find(classid, oid, 0)
            if exact is not None:
                path: tuple[str, ...] = (exact.kind, *exact.path)
            elif part and whole is not None:
                path = ("column", *whole.path, column)
            elif whole is not None and what == "sequence":
                path = ("sequence", *identity_name(self.objects[whole]))
            elif whole is not None and classid == self.pg_class:
                path = ("index", *whole.path)  # the index behind a constraint has a comment of its own
            elif whole is not None and what in ("table constraint", "domain constraint"):
                path = (CONSTRAINT_OF.get(whole.kind, "constraint"), *_relation(whole), column)
            elif what and not part:
                path = ("other", what.upper(), identity)
            else:
                continue
            address = Address("comment", path)
            parent = exact or whole
            needs = frozenset({parent}) if parent else frozenset()
            self.objects[address] = Object(address, {"text": text}, parent, needs)


def _relation(whole: Address) -> tuple[str, ...]:
    """The table or domain that a constraint is on, from the object it is part of."""
    return whole.path[:-1] if whole.kind in ("trigger", "column") else whole.path
