"""The live catalogue as objects: one query a kind, all in one round trip and one snapshot."""

from __future__ import annotations

import hashlib
import marshal
from collections.abc import Container, Iterable, Sequence
from functools import cached_property

import psycopg
from psycopg.pq import TransactionStatus

from faberdb.model import Address, Catalogue
from faberdb_providers.postgres import server_wide
from faberdb_providers.postgres.kinds.base import PostgresKind, Row
from faberdb_providers.postgres.kinds.column.row_type import USES
from faberdb_providers.postgres.prepared import Prepared, ask
from faberdb_providers.postgres.presence import PRESENCE, empty_catalogues, presence_query
from faberdb_providers.postgres.reading.assembly import Assembly
from faberdb_providers.postgres.reading.attached import (
    DEPENDING,
    LABELS,
    grants_query,
    owners_query,
)
from faberdb_providers.postgres.reading.remembered import pack
from faberdb_providers.postgres.reading.service import PREINSTALLED, Service
from faberdb_providers.postgres.reading.unmanaged import unmanaged_query

# 16384, in these queries and others, is FirstNormalObjectId in PostgreSQL's access/transam.h: below are the objects
# that initdb made.
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
select d.classoid, d.objoid, d.objsubid, d.description,
       coalesce(case when d.objsubid > 0 and d.classoid = 'pg_class'::regclass then (select a.attname
        from pg_attribute a where a.attrelid = d.objoid and a.attnum = d.objsubid) end, k.conname), i.type, i.identity
  from pg_description d
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
    def _assembled(self) -> tuple[Assembly, Catalogue]:
        classes, *fixed = self._rows[:_FIXED]
        found = dict(zip(self._kinds, self._rows[_FIXED:], strict=True))
        assembly = Assembly(found, self._version, self._asked, self._service)
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
    readable = {kind.name: kind for kind in kinds if kind.has_query and (asked or not kind.of_server)}

    def rows_of(queries: Sequence[str]) -> list[list[Row]]:
        return prepared.ask(connection, queries) if prepared else ask(connection, queries)

    inside = connection.info.transaction_status != TransactionStatus.IDLE
    # Inside a transaction that has its own settings and writes, what is set here must not stay.
    with connection.transaction(force_rollback=inside):
        if not inside:
            connection.execute("set transaction isolation level repeatable read, read only")
        connection.execute(SETTINGS)
        ((present,),) = rows_of([presence_query(readable)])[0]
        queried = [kind for name, kind in readable.items() if name not in PRESENCE or name in present]
        fixed = _fixed(version, empty_catalogues(readable.keys(), present), wide=asked is not None)
        texts = [*fixed, *(kind.query(version) for kind in queried)]
        rows = rows_of(texts)
    return Snapshot(texts, rows, queried, version, asked, service)


def _fixed(version: int, empty: Container[str], *, wide: bool) -> list[str]:
    """What is asked whatever kinds there are. empty: catalogues that need not be looked into; wide: what belongs to the
    whole server is asked for too."""
    return [
        CLASSES,
        ALIASES + (MULTIRANGES if version >= 14 else ""),
        DEPENDENCIES + USES,
        INHERITED,
        COMMENTS + (server_wide.COMMENTS if wide else ""),
        owners_query(version, empty, server_wide=wide),
        grants_query(version, empty, server_wide=wide),
        LABELS,
        DEPENDING,
        PREINSTALLED,
        CASTS,
        unmanaged_query(empty),
    ]
