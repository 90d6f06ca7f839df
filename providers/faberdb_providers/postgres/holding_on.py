"""What stands in quarantine and holds on to what is live: a column of a live type, a check that calls a live function.
The copy that a plan is proven on has nothing in quarantine, so the proof cannot see what would be in the way there."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import TYPE_CHECKING, NamedTuple

from faberdb.errors import RefusedError
from faberdb.model import Action, Address, JournalEntry, Kept, Object, Step
from faberdb_providers.postgres.pattern import pattern
from faberdb_providers.postgres.presence import HERE

if TYPE_CHECKING:
    from faberdb_providers.postgres.session import Session

# All that a schema of quarantine holds, with its parts (columns' defaults, checks, indexes, triggers), each with the
# whole that it is a part of; then what these need and is not there too.
_HOLDING = f"""
with recursive inside (classid, objid, root_class, root) as (
select d.classid, d.objid, d.classid, d.objid
  from pg_namespace n join pg_depend d on d.refclassid = 'pg_namespace'::regclass and d.refobjid = n.oid
 where n.nspname ~ '^faberdb_quarantine' and not exists (
       select from pg_depend u where u.classid = d.classid and u.objid = d.objid and u.deptype in ('a', 'i')
          and (u.refclassid, u.refobjid) <> (u.classid, u.objid) and u.refclassid = 'pg_class'::regclass)
union
select d.classid, d.objid, i.root_class, i.root
  from inside i join pg_depend d on d.refclassid = i.classid and d.refobjid = i.objid
 where d.deptype in ('a', 'i', 'P', 'S')
), needed as (
select i.*, d.objsubid, d.refclassid, d.refobjid, d.refobjsubid
  from inside i join pg_depend d on d.classid = i.classid and d.objid = i.objid
 where d.refobjid >= 16384 and d.refclassid <> 'pg_namespace'::regclass
   and not exists (select from inside o where o.classid = d.refclassid and o.objid = d.refobjid)
union all
select i.*, s.objsubid, s.refclassid, s.refobjid, 0
  from inside i join pg_shdepend s on s.dbid = {HERE} and s.classid = i.classid and s.objid = i.objid
 where s.refclassid = 'pg_authid'::regclass and s.refobjid >= 16384
)
select w.refclassid, w.refobjid, w.refobjsubid, pg_describe_object(w.classid, w.objid, w.objsubid), r.type, r.identity
  from needed w, pg_identify_object(w.root_class, w.root, 0) r order by r.identity, 4
"""
_PLACE = pattern(r"\bfaberdb_quarantine(?:_\d+|\.q_\d+)")
_DROPS = pattern(r"DROP\s")
_CHANGES = pattern(
    r"ALTER (?:TABLE|FOREIGN TABLE|TYPE) .*\b(?:DROP (?:COLUMN|ATTRIBUTE)|ALTER (?:COLUMN|ATTRIBUTE) .* TYPE)\b"
)
"""What the server refuses where values elsewhere are of the type, or what takes a part of these values away."""


class _Held(NamedTuple):
    """Something live, and what in quarantine needs it: what that is, and the whole that stands there (kind, name)."""

    what: str
    address: Address
    kind: str
    name: str

    @property
    def place(self) -> str:
        found = _PLACE.match(self.name)
        return found[0] if found else ""


def refuse_held(
    session: Session,
    steps: Sequence[Step],
    renames: Iterable[tuple[Object, Object]],
    known: Iterable[Step] = (),
) -> None:
    """Raises RefusedError where steps would drop, or make anew, what something in quarantine needs. known: the steps of
    the whole plan. The places that these name are no concern of ours: what goes there, or comes back from there, was in
    the proof."""
    gone = _taken_away(steps)
    if not gone:
        return
    mine = {place for step in (*steps, *known) for place in _PLACE.findall(step.statement.sql)}
    held = [one for one in _holding(session, renames) if one.address in gone and one.place not in mine]
    if held:
        raise _refusal(held, gone, session.journal())


def held_addresses(
    session: Session, renames: Iterable[tuple[Object, Object]], kept: Iterable[Kept]
) -> frozenset[Address]:
    """What something in quarantine needs, less what is kept to come back now."""
    mine = {place for one in kept for place in _PLACE.findall(one.place)}
    return frozenset(one.address for one in _holding(session, renames) if one.place not in mine)


def _holding(session: Session, renames: Iterable[tuple[Object, Object]]) -> list[_Held]:
    """What is needed by what in quarantine, under the name that it has, and that it has once renames are done."""
    rows = session.query(_HOLDING)
    if not rows:
        return []
    find, names = session.snapshot().find, {old.address: new.address for old, new in renames}
    found = []
    for classid, oid, part, what, kind, name in rows:
        if (address := find(classid, oid, part)) is not None:
            found += [_Held(what, a, kind, name) for a in dict.fromkeys((address, _renamed(address, names)))]
    return found


def _taken_away(steps: Iterable[Step]) -> dict[Address, str]:
    """What the steps drop, to make it anew or not, and what they change so that values of it are lost or refused, each
    with a word for that."""
    gone: dict[Address, str] = {}
    for step in steps:
        if _DROPS.match(step.statement.sql):
            gone[step.address] = "drops" if step.action is Action.DROP else "makes anew"
        elif _CHANGES.match(step.statement.sql):
            if step.address.kind == "column":
                gone.setdefault(step.address, "changes")
            path = step.address.path if step.address.kind == "composite_type" else step.address.path[:-1]
            for kind in ("table", "foreign_table", "composite_type"):
                gone.setdefault(Address(kind, path), "changes")
    return gone


def _renamed(address: Address, names: Mapping[Address, Address]) -> Address:
    """The address once the renames of a plan are done."""
    if address in names:
        return names[address]
    for old, new in names.items():
        if address.path[: len(old.path)] == old.path and len(address.path) > len(old.path):
            return Address(address.kind, (*new.path, *address.path[len(old.path) :]))
    return address


def _refusal(held: Sequence[_Held], gone: Mapping[Address, str], entries: Sequence[JournalEntry]) -> RefusedError:
    lines = [f"{one.what} needs {one.address.spoken}, which the plan {gone[one.address]}" for one in held]
    places = dict.fromkeys(one.place for one in held)
    back = [way for place in places if (way := _way_back(place, entries))]
    final = [f"DROP {kind.upper()} {name};" for kind, name in dict.fromkeys((one.kind, one.name) for one in held)]
    ways = [f"    {way}" for way in (*dict.fromkeys(back), *(f"or for ever, with its rows: {drop}" for drop in final))]
    return RefusedError(
        "what waits in quarantine needs what the plan would take away",
        where=", ".join(dict.fromkeys(one.address.spoken for one in held)),
        detail=(*dict.fromkeys(lines), "either let it come back, or let it go:", *ways),
        advice="then plan again; what goes in the same plan as what it needs is in nobody's way. Nothing was changed",
    )


def _way_back(place: str, entries: Sequence[JournalEntry]) -> str:
    """How to take back the plan that filled a place in quarantine, as the journal knows it; empty where it does not."""
    documents = {entry.plan_id: json.loads(entry.document) for entry in entries if entry.document}
    back = _taken_back(documents.values())
    # A purge that was killed has destroyed nothing: it is one transaction.
    ended = [documents[e.plan_id] for e in entries if e.plan_id in documents and (e.done or e.state != "running")]
    gone = {purged for document in ended for purged in document.get("purges", ())}
    mine = [e for e in entries if e.kind == "apply" and e.plan_id in documents]
    standing = [e for e in mine if e.plan_id not in back and e.plan_id not in gone]
    number = next((n for n, e in enumerate(standing) if f'"{place}"' in e.document or f'"{place}.' in e.document), None)
    if number is None:
        return ""
    entry, count = standing[number], len(standing) - number
    steps = f" --steps {count}" if count > 1 else ""
    return (
        f"{place} is of plan {entry.plan_id[:8]}, applied {entry.at[:16].replace('T', ' ')} UTC:"
        f" faberdb rollback {documents[entry.plan_id]['environment']}{steps}"
    )


def _taken_back(documents: Iterable[Mapping[str, object]]) -> Set[object]:
    return {document["of_plan"] for document in documents if document.get("of_plan")}
