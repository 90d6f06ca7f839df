"""What a statement does to others, as the server shows it while its transaction is open: which relations it locks,
which get new files, and which are read from end to end.

The views that show it are those of a session on itself: pg_locks, pg_relation_filenode, and the scans counted for the
transaction; https://www.postgresql.org/docs/current/explicit-locking.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from faberdb.model import Effects, Lock
from faberdb_providers.postgres.names import dotted, literal

Query = Callable[[str], list[tuple[Any, ...]]]

_RELATIONS = """
select c.oid::bigint, w.relkind::text, n.nspname, w.relname, t.oid is not null, c.relkind in ('r', 'm'),
       case when c.relkind <> 'S' then pg_relation_filenode(c.oid)::bigint end, pg_stat_get_xact_numscans(c.oid)
  from pg_class c
  left join pg_index x on c.relkind = 'i' and x.indexrelid = c.oid
  left join pg_class t on t.reltoastrelid = coalesce(x.indrelid, c.oid)
  join pg_class w on w.oid = coalesce(t.oid, c.oid)
  join pg_namespace n on n.oid = w.relnamespace
 where c.oid >= 16384 and c.relkind <> 'c' and n.nspname !~ '^faberdb(_|$)'
"""
_TOUCHED = """
select l.relation::bigint, array_agg(distinct l.mode), pg_relation_filenode(l.relation)::bigint,
       pg_stat_get_xact_numscans(l.relation), not exists (select from pg_class c where c.oid = l.relation)
  from pg_locks l
 where l.locktype = 'relation' and l.pid = pg_backend_pid() and l.granted and l.relation between 16384 and {newest}
   and l.database = (select d.oid from pg_database d where d.datname = current_database())
 group by l.relation
"""
_KINDS = {
    "r": "table",
    "p": "table",
    "v": "view",
    "m": "materialized view",
    "f": "foreign table",
    "S": "sequence",
    "i": "index",
    "I": "index",
}
"""What people call a relation, by pg_class.relkind."""
_TOAST = "long values of "
"""Goes before the name of a table: what PostgreSQL stores of it apart, and the index of that."""
MODES = {
    "RowShareLock": "ROW SHARE",
    "RowExclusiveLock": "ROW EXCLUSIVE",
    "ShareUpdateExclusiveLock": "SHARE UPDATE EXCLUSIVE",
    "ShareLock": "SHARE",
    "ShareRowExclusiveLock": "SHARE ROW EXCLUSIVE",
    "ExclusiveLock": "EXCLUSIVE",
    "AccessExclusiveLock": "ACCESS EXCLUSIVE",
}
"""In SQL's words, weakest first; less the one that hinders nobody but those who drop."""
BLOCKING = frozenset(("SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE"))
"""Those that keep others from writing."""
STRENGTH = {mode: strength for strength, mode in enumerate(MODES.values())}
CONFLICTS = {
    "ROW SHARE": frozenset(("EXCLUSIVE", "ACCESS EXCLUSIVE")),
    "ROW EXCLUSIVE": BLOCKING,
    "SHARE UPDATE EXCLUSIVE": BLOCKING | {"SHARE UPDATE EXCLUSIVE"},
    "SHARE": BLOCKING - {"SHARE"} | {"ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE"},
    "SHARE ROW EXCLUSIVE": BLOCKING | {"ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE"},
    "EXCLUSIVE": frozenset(MODES.values()),
    "ACCESS EXCLUSIVE": frozenset((*MODES.values(), "ACCESS SHARE")),
}
"""By the mode that somebody wants: those in which others must not hold the relation meanwhile."""


class _Relation(NamedTuple):
    """One that others can see. label: what it is called here, with its kind and schema. filenode: of what grows, as a
    sequence does not."""

    label: str
    name: str
    counts_scans: bool
    filenode: int | None
    scans: int


def _relations(query: Query) -> dict[int, _Relation]:
    return {
        oid: _Relation(f"{_TOAST * toast}{_KINDS[kind]} {dotted(schema, name)}", name, counts, filenode, scans or 0)
        for oid, kind, schema, name, toast, counts, filenode, scans in query(_RELATIONS)
    }


def labels(query: Query) -> dict[int, str]:
    """What the relations of a database are called here, by their oid."""
    return {oid: relation.label for oid, relation in _relations(query).items()}


def name_of(label: str) -> str:
    """The SQL name of the relation that is called so; empty for long values, which have none of their own."""
    kind = next((kind for kind in _KINDS.values() if label.startswith(f"{kind} ")), "")
    return label.removeprefix(f"{kind} ") if kind else ""


def mode_of(name: str) -> str:
    """A lock mode in SQL's words, of which pg_locks has the name."""
    return MODES.get(name, "ACCESS SHARE")


class Meter:
    """Reads what each statement of a transaction did, on a session that does nothing else meanwhile. until: the newest
    relation, by its oid, that others can see; where it is not said, all that are there when the transaction begins."""

    def __init__(self, query: Query, until: int | None = None) -> None:
        self._query, self._until = query, until
        self._relations: dict[int, _Relation] = {}
        self._held: dict[str, int] = {}
        self._newest = 0

    def begin(self, *, again: bool = False) -> None:
        """A transaction begins: what is there now can be seen by others, and what it makes itself cannot. again: it is
        really the next part of one that was measured already."""
        found = {o: r for o, r in _relations(self._query).items() if self._until is None or o <= self._until}
        if again:
            known = self._relations
            found = {oid: now._replace(label=known[oid].label) for oid, now in found.items() if oid in known}
        self._relations, self._newest = found, max(found, default=0)
        self._held = self._held if again else {}

    def read(self) -> Effects:
        """What the last statement did."""
        if not self._relations:
            return Effects()
        locks: dict[str, int] = {}
        rewrites, scans, gone = set(), set(), []
        for oid, modes, filenode, counted, dropped in self._query(_TOUCHED.format(newest=self._newest)):
            relation = self._relations.get(oid)
            if relation is None:
                continue
            strongest = max((STRENGTH[MODES[mode]] for mode in modes if mode in MODES), default=-1)
            if strongest > self._held.get(relation.label, -1):
                locks[relation.label] = max(strongest, locks.get(relation.label, -1))
            file = filenode if relation.filenode and filenode else relation.filenode
            if file != relation.filenode:
                rewrites.add(relation.label)
            if relation.counts_scans and (counted or 0) > relation.scans:
                scans.add(relation.label)
            self._relations[oid] = relation._replace(filenode=file, scans=max(counted or 0, relation.scans))
            if dropped:
                gone.append(self._relations.pop(oid))
        rewrites |= self._made_anew(gone)
        self._held |= locks
        words = list(STRENGTH)
        return Effects(
            tuple(sorted(Lock(label, words[strength]) for label, strength in locks.items() if self._says(label))),
            tuple(sorted(label for label in rewrites if label.removeprefix(_TOAST) not in rewrites - {label})),
            tuple(sorted(scans)),
        )

    def knows(self, name: str) -> bool:
        """Whether something of this name was there before the transaction, in whichever schema."""
        return any(relation.name == name for relation in self._relations.values())

    def _made_anew(self, gone: list[_Relation]) -> set[str]:
        """Of the relations that a statement dropped, the indexes that it built again by the way: a change of type makes
        new ones, which keep the file of the old where that still serves."""
        names = {r.label.removeprefix("index "): r for r in gone if r.label.startswith("index ")}
        if not names:
            return set()
        listed = ", ".join(map(literal, names))
        rows = self._query(f"select n, pg_relation_filenode(to_regclass(n))::bigint from unnest(array[{listed}]) n")
        return {names[name].label for name, file in rows if file and file != names[name].filenode}

    def _says(self, label: str) -> bool:
        """Whether a lock is worth telling: not that of long values where their table is locked as well."""
        above = self._held.get(label.removeprefix(_TOAST), -1)
        return not label.startswith(_TOAST) or self._held[label] > above
