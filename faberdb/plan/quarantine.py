"""What waits in quarantine, by the plan that put it there, as the journal in the database tells."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from faberdb.model import Address, InQuarantine, JournalEntry
from faberdb.plan import records
from faberdb.plan.state import State

ENDED = ("applied", "unverified")
"""States of a plan all of whose steps were committed."""


@dataclass(frozen=True, slots=True)
class Lot:
    """What one plan put in quarantine and is still there.

    kind: of the plan; environment: it was made for; lineage: of the state it was made from, empty for the first. since:
    when the plan ended or, where it was taken back and this was left over, when that was; ISO 8601, UTC. returns:
    whether a rollback still brings it back: not what a rollback itself put there or left over, nor what is of a plan
    before one whose own quarantine was purged, since the newest is taken back first. places: each with the addresses
    that what is in it had. strange: what stands in them that the plan did not put there, in words. taken_back: what
    fits is live again.
    """

    plan_id: str
    kind: str
    environment: str
    lineage: str
    holder: str
    since: str
    returns: bool
    places: tuple[tuple[InQuarantine, tuple[Address, ...]], ...]
    strange: tuple[str, ...] = ()
    taken_back: bool = False

    @property
    def bytes(self) -> int:
        return sum(place.bytes for place, _ in self.places)

    @property
    def things(self) -> int:
        return sum(place.things for place, _ in self.places)

    @property
    def rows(self) -> int | None:
        """None where none of it was counted."""
        found = [place.rows for place, _ in self.places if place.rows is not None]
        return sum(found) if found else None


def lots(entries: Sequence[JournalEntry], places: Sequence[InQuarantine]) -> tuple[list[Lot], list[InQuarantine]]:
    """What is in quarantine, by plan, the oldest first; and the places of which the journal does not know the plan.
    A number is free again once a place is gone, so a place is of the last plan that names it, and never of one of
    which all was purged: then it is of a plan in the journal of somebody else."""
    gone = purged(entries)
    documents = _documents(entries)
    back = {d["of_plan"]: e.at for e, d in documents if d["kind"] == "rollback" and _complete(e, d)}
    barred = _out_of_reach(documents, back)
    owners: dict[str, JournalEntry] = {}
    kept: dict[tuple[str, str], list[Address]] = {}
    for entry, document in documents:
        if entry.done or entry.state in ENDED:
            for one in document["kept"]:
                owners.pop(one["place"], None)
                if entry.plan_id not in gone:
                    owners[one["place"]] = entry
                kept.setdefault((entry.plan_id, one["place"]), []).append(records.address(one["address"]))
    found = []
    for entry, document in documents:
        mine = [p for p in places if (owner := owners.get(p.place)) and owner.plan_id == entry.plan_id]
        if mine:
            addresses = {place.place: tuple(kept[entry.plan_id, place.place]) for place in mine}
            found.append(
                Lot(
                    entry.plan_id,
                    document["kind"],
                    document["environment"],
                    document["from"]["lineage"],
                    entry.holder,
                    max(entry.at, back.get(entry.plan_id, "")),
                    document["kind"] == "apply" and entry.plan_id not in {*back, *barred},
                    tuple((place, addresses[place.place]) for place in mine),
                    tuple(_strange(mine, addresses, document)),
                    entry.plan_id in back,
                )
            )
    return sorted(found, key=lambda lot: lot.since), [p for p in places if p.place not in owners]


def _out_of_reach(documents: Sequence[tuple[JournalEntry, Mapping[str, Any]]], back: Collection[str]) -> frozenset[str]:
    """The plans that no rollback comes to any more: those whose quarantine was purged, and all before them."""
    gone = {plan_id for e, d in documents if e.kind == "purge" and _complete(e, d) for plan_id in d.get("purges", ())}
    barred, purged_in = set(), set[str]()
    for entry, document in reversed(documents):
        if entry.plan_id in gone and document["kind"] == "apply" and entry.plan_id not in back:
            purged_in.add(document["environment"])
        if document["environment"] in purged_in:
            barred.add(entry.plan_id)
    return frozenset(barred)


def of_no_return(found: Iterable[Lot], environment: str) -> list[Lot]:
    """What plans of an environment put in quarantine and no rollback brings back."""
    return [lot for lot in found if lot.environment == environment and lot.things and not lot.returns]


def _strange(
    mine: Iterable[InQuarantine], addresses: Mapping[str, Iterable[Address]], document: Mapping[str, Any]
) -> Iterator[str]:
    """What somebody else has put into the schemas of a plan. What a plan moves keeps its name, the one from before the
    plan or the one that it has given; what goes along with another (its index, its sequence) stands there by nothing
    of its own."""
    given = {records.address(r[when]["address"]) for r in document["renames"] for when in ("before", "after")}
    for place in mine:
        known = {address.path[1] for address in (*addresses[place.place], *given) if len(address.path) > 1}
        if "." not in place.place:
            yield from (f"{kind} {place.place}.{name}" for kind, name in place.names if name not in known)


def of_others(found: Iterable[Lot], environment: str, state: State | None) -> dict[str, str]:
    """By plan, why what it put there is not this environment's to destroy: several environments, or projects, can share
    a database. state: of this environment, with what the journal tells."""
    why = {}
    known = {record.plan_id for record in state.applied} if state else set()
    for lot in found:
        if lot.environment != environment:
            why[lot.plan_id] = f"it is of environment {lot.environment}"
        elif state is not None and lot.plan_id not in known and lot.lineage != state.lineage:
            why[lot.plan_id] = f"the state of {environment} does not know it, so it may be another project's"
    return why


def older(found: Iterable[Lot], moment: datetime) -> list[Lot]:
    """Those that have been there since before a moment."""
    return [lot for lot in found if datetime.fromisoformat(lot.since) <= moment]


def purged(entries: Iterable[JournalEntry]) -> dict[str, JournalEntry]:
    """The purge of each plan of which what was in quarantine is destroyed, as this very database knows."""
    gone = ((e, d) for e, d in _documents(e for e in entries if e.kind == "purge") if _complete(e, d))
    return {plan_id: entry for entry, document in gone for plan_id in document.get("purges", ())}


def _documents(entries: Iterable[JournalEntry]) -> list[tuple[JournalEntry, Mapping[str, Any]]]:
    return [(entry, json.loads(entry.document)) for entry in entries if entry.document]


def _complete(entry: JournalEntry, document: Mapping[str, Collection[Mapping[str, Any]]]) -> bool:
    return entry.state in ENDED or all(step["transaction"] in entry.done for step in document["steps"])
