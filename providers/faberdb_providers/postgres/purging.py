"""What is in quarantine, place by place, and the statements that destroy it for good. They drop with RESTRICT, so that
the server itself refuses where something that is live has come to need it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from faberdb.model import Action, Address, Hazard, InQuarantine, Leaning, Risk, Statement, Step
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.names import dotted, ident, unquoted
from faberdb_providers.postgres.waiting import reading

if TYPE_CHECKING:
    from faberdb_providers.postgres.session import Session

COUNTED = 256 * 1024 * 1024
"""Bytes of a table up to which its rows are counted; of a larger one the server's estimate will do."""
_GONE = Hazard(codes.PURGED, "what was kept in quarantine is destroyed: only a backup has it from then on")
_ALIKE = frozenset(("table", "sequence", "view", "materialized view", "foreign table", "type", "function", "procedure"))
"""What one statement drops several of, those that need each other too."""
_RELATIONS = frozenset(("table", "sequence", "view", "materialized view", "foreign table"))

# All that stands in quarantine, with the whole that it is a part of, and the place of that. What a type brings along
# (the constructors of a range) stands in the schema as well, and goes with it. The columns of a partition key depend on
# their own table, which is no part of itself for that.
_INSIDE = """
with recursive inside (classid, objid, root_class, root, place) as (
select d.classid, d.objid, d.classid, d.objid, case n.nspname when 'faberdb_quarantine'
       then 'faberdb_quarantine.' || substring(c.relname from '^q_[0-9]+') else n.nspname end
  from pg_namespace n join pg_depend d on d.refclassid = 'pg_namespace'::regclass and d.refobjid = n.oid
  left join pg_class c on d.classid = 'pg_class'::regclass and c.oid = d.objid
 where n.nspname ~ '^faberdb_quarantine(_[0-9]+)?$' and not exists (
       select from pg_depend u where u.classid = d.classid and u.objid = d.objid
          and (u.refclassid, u.refobjid) <> (u.classid, u.objid)
          and (u.deptype = 'i' or u.deptype in ('a', 'P') and u.refclassid = 'pg_class'::regclass))
union
select d.classid, d.objid, i.root_class, i.root, i.place
  from inside i join pg_depend d on d.refclassid = i.classid and d.refobjid = i.objid
 where d.deptype in ('a', 'i', 'P', 'S')
)
"""
_PLACES = f"""
{_INSIDE}
select nspname, 0 from pg_namespace where nspname ~ '^faberdb_quarantine_[0-9]+$'
union all
select place, count(distinct (root_class, root)) from inside where place is not null group by 1
"""
# Rows of a copy that are noted as gone are no rows besides those of the copy; and who a policy applies to counts only
# what it shows.
_TABLES = f"""
{_INSIDE}
select distinct i.place, n.nspname, c.relname, pg_total_relation_size(c.oid)::bigint, pg_relation_size(c.oid)::bigint,
       c.relkind in ('r', 'm') and c.relname !~ '^q_[0-9].*_left$' and not (c.relrowsecurity
       and (c.relforcerowsecurity or not pg_has_role(c.relowner, 'USAGE'))), c.reltuples::bigint
  from inside i join pg_class c on i.classid = 'pg_class'::regclass and c.oid = i.objid
  join pg_namespace n on n.oid = c.relnamespace
 where c.relkind in ('r', 'S', 'm') and i.place is not null
 order by 1, 2, 3
"""
_ROOTS = f"""
{_INSIDE}
select distinct i.root_class::bigint, i.root::bigint, i.place, o.type, o.schema, o.name, o.identity
  from inside i, pg_identify_object(i.root_class, i.root, 0) o where i.place is not null order by 3, 4, 7
"""
# Names as they are: `pg_identify_object` quotes them.
_NAMES = f"""
{_INSIDE}
select distinct i.place, o.type, coalesce(c.relname::text, t.typname::text, p.proname::text, o.identity)
  from inside i cross join pg_identify_object(i.root_class, i.root, 0) o
  left join pg_class c on i.root_class = 'pg_class'::regclass and c.oid = i.root
  left join pg_type t on i.root_class = 'pg_type'::regclass and t.oid = i.root
  left join pg_proc p on i.root_class = 'pg_proc'::regclass and p.oid = i.root
 where i.place is not null order by 1, 2, 3
"""
_NEEDS = f"""
{_INSIDE}
select distinct i.root_class::bigint, i.root::bigint, o.root_class::bigint, o.root::bigint
  from inside i join pg_depend d on d.classid = i.classid and d.objid = i.objid
  join inside o on o.classid = d.refclassid and o.objid = d.refobjid
 where (i.root_class, i.root) <> (o.root_class, o.root)
"""
# What a rule or a default leans on, its view or table does. A part that stands elsewhere (a partition that somebody has
# attached) needs its whole, too: the server would drop it along without a word, with all its rows.
_LEANING = f"""
{_INSIDE}
select distinct coalesce(pg_describe_object('pg_class'::regclass, r.ev_class, 0),
                         pg_describe_object(d.classid, d.objid, d.objsubid)),
       coalesce((select min(w.place) from inside w where w.classid = d.classid and w.objid = d.objid), ''),
       pg_describe_object(o.root_class, o.root, 0)
  from inside o join pg_depend d on d.refclassid = o.classid and d.refobjid = o.objid
  left join pg_rewrite r on d.classid = 'pg_rewrite'::regclass and r.oid = d.objid
 where o.place = any(%s::text[]) and not exists (
       select from inside i where i.classid = d.classid and i.objid = d.objid and i.place = any(%s::text[]))
union
select pg_describe_object(i.classid, i.objid, 0),
       case when n.nspname ~ '^faberdb_quarantine_[0-9]+$' then n.nspname else '' end,
       pg_describe_object(i.root_class, i.root, 0)
  from inside i join pg_class c on i.classid = 'pg_class'::regclass and c.oid = i.objid
  join pg_namespace n on n.oid = c.relnamespace
 where i.place = any(%s::text[]) and c.relkind in ('r', 'p', 'f', 'v', 'm', 'S') and n.nspname <> all(%s::text[])
   and n.nspname not in ('faberdb_quarantine', 'pg_toast')
 order by 1, 3
"""


@dataclass(frozen=True)
class _Root:
    """Something that a statement can drop, as `pg_identify_object` has it."""

    key: tuple[int, int]
    place: str
    kind: str
    schema: str
    name: str | None
    identity: str

    @property
    def address(self) -> Address:
        if self.kind in _RELATIONS and self.name is not None:
            return Address(self.kind.replace(" ", "_"), (self.schema, unquoted(self.name) or self.name))
        return Address("schema", (self.schema,))


def in_quarantine(session: Session, *, counted: bool) -> list[InQuarantine]:
    """What is in each place of quarantine. counted: with the number of rows, for which tables are read. Raises
    DatabaseError, LockedError."""
    with reading(session.connection, f"what is in quarantine in {session.label}"):
        things: dict[str, int] = {}
        for place, number in session.query(_PLACES):
            things[place] = things.get(place, 0) + number
        sizes, rows, about = dict.fromkeys(things, 0), dict[str, int](), set[str]()
        for place, schema, name, whole, own, countable, tuples in session.query(_TABLES):
            sizes[place] += whole
            if counted and countable:
                number = tuples if own > COUNTED else _count(session, schema, name)
                rows[place] = rows.get(place, 0) + max(number, 0)
                about |= {place} if own > COUNTED else set()
        names: dict[str, list[tuple[str, str]]] = {place: [] for place in things}
        for place, kind, name in session.query(_NAMES):
            names[place].append((kind, name))
    return [
        InQuarantine(place, things[place], sizes[place], rows.get(place), place in about, tuple(names[place]))
        for place in sorted(things, key=_number)
    ]


def _number(place: str) -> tuple[int, str]:
    return int(place.rpartition("_")[2]), place


def _count(session: Session, schema: str, name: str) -> int:
    """Rows of one table, without those of tables that inherit from it."""
    return int(session.query(f"select count(*) from only {dotted(schema, name)}")[0][0])


def leaning(session: Session, places: Collection[str]) -> list[Leaning]:
    """What outside of these places, live or in others, needs what is in them. Raises DatabaseError, LockedError."""
    with reading(session.connection, f"what needs what is in quarantine in {session.label}"):
        rows = session.query(_LEANING, *[list(places)] * 4)
    return [Leaning(what, place, needs) for what, place, needs in rows]


def purge_steps(session: Session, places: Collection[str]) -> tuple[Step, ...]:
    """The steps, of one transaction, that destroy what is in these places. Raises DatabaseError, LockedError."""
    with reading(session.connection, f"what is in quarantine in {session.label}"):
        found = [_Root((classid, oid), *rest) for classid, oid, *rest in session.query(_ROOTS)]
        needs = [((a, b), (c, d)) for a, b, c, d in session.query(_NEEDS)]
    dropped = [*_drops({root.key: root for root in found if root.place in places}, needs), *_schemas(places)]
    return tuple(
        Step(f"{n:04d}", address, Action.DROP, Statement(text, Risk.DESTRUCTIVE, (_GONE,)), 1)
        for n, (address, text) in enumerate(dropped, 1)
    )


def _schemas(places: Iterable[str]) -> Iterator[tuple[Address, str]]:
    for place in sorted((p for p in places if "." not in p), key=_number):
        yield Address("schema", (place,)), f"DROP SCHEMA {ident(place)}"


Key = tuple[int, int]


def _drops(roots: Mapping[Key, _Root], needs: Iterable[tuple[Key, Key]]) -> Iterator[tuple[Address, str]]:
    """Statements for all of them: what needs another goes before it, and those that need each other go together."""
    edges = {(a, b) for a, b in needs if a in roots and b in roots}
    group = {key: frozenset((key,)) for key in roots}
    while True:
        sorter: TopologicalSorter[frozenset[Key]] = TopologicalSorter({group[key]: set() for key in roots})
        for needing, needed in sorted(edges):
            if group[needing] != group[needed]:
                sorter.add(group[needed], group[needing])
        try:
            order = list(sorter.static_order())
            break
        except CycleError as circle:
            together = frozenset().union(*circle.args[1])
            group |= dict.fromkeys(together, together)
    for keys in order:
        yield _drop([roots[key] for key in sorted(keys, key=lambda key: roots[key].identity)])


def _drop(together: list[_Root]) -> tuple[Address, str]:
    kinds = {root.kind for root in together}
    if len(kinds) == 1 and (len(together) == 1 or kinds <= _ALIKE):
        names = ", ".join(root.identity for root in together)
        return together[0].address, f"DROP {together[0].kind.upper()} {names}"
    # A base type and the functions it is made of: no statement drops them all, and either takes the others along. That
    # nothing else needs any of them was asked before.
    first = next((root for root in together if root.kind == "type"), together[0])
    return first.address, f"DROP {first.kind.upper()} {first.identity} CASCADE"
