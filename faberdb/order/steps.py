"""From ordered changes to the statements of a plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from itertools import groupby

from faberdb.diff.changes import Kinds, Objects
from faberdb.model import Action, Address, Catalogue, Change, Kept, Object, Statement, Step
from faberdb.order.fresh import Fresh
from faberdb.order.graph import Ordered, order
from faberdb.order.places import allot, keep_apart, note_carried, note_groups, shared_places
from faberdb.order.situation import Quarantine, Situation, ancestors


def make_steps(
    changes: Mapping[Address, Change],
    live: Catalogue,
    target: Objects,
    kinds: Kinds,
    *,
    quarantine: Quarantine | None = None,
    giving: Mapping[Address, Kept] | None = None,
    known: Mapping[Address, Kept] | None = None,
    barred: Mapping[Address, str] | None = None,
    lost: Set[Address] = frozenset(),
    online: Set[Address] = frozenset(),
    first_number: int = 1,
    renames: Sequence[tuple[Object, Object]] = (),
    renames_last: bool = False,
    reverse_ties: bool = False,
    inline: bool = True,
) -> tuple[tuple[Step, ...], tuple[Kept, ...]]:
    """The statements that carry out the changes, in order, and what they leave in quarantine.

    quarantine: where to keep what is dropped; without it things are really dropped (on scratch, where nothing is).
    giving: what waits in quarantine to be brought back instead of being made anew. known: what is kept whatever the
    kinds say, because a declaration that is forgotten by now made it so. barred: changes that the server has no way
    back from, and why. lost: what is destroyed though it would be kept. online: tables whose users are not to be kept
    waiting, unless renames come last. renames: (old, new) pairs, done
    first, so that `live` already bears the new names; or last, so that `live` and `target` still bear the old ones.
    Without inline every object is made by a statement of its own, so that one that fails names its object.
    """
    staying = _staying_behind(changes, live.objects, kinds, lost)
    while True:
        situation = Situation(live.objects, target, live.version, live.casts, giving=giving or {}, barred=barred or {})
        # Names that come back last would wait until all rows are looked at.
        situation.tables_online = frozenset() if renames and renames_last else online
        number, forms = first_number, {}
        if quarantine is not None:
            forms = {a: kinds[a.kind].keeps(c) for a, c in changes.items() if c.before is not None and a not in lost}
            forms |= {a: kept.form for a, kept in (known or {}).items() if a in forms}
            forms |= {a: "" for a in staying if forms.get(a) == "moved"}
            number = allot(changes, situation, forms, staying, quarantine, first_number)
        ordered = _ordered(changes, situation, staying, kinds, inline=inline, reverse_ties=reverse_ties)
        left = _left_out(ordered, forms, situation) - staying
        if not left:
            break
        staying |= left
    note_carried(ordered, situation)
    note_groups(ordered, situation)
    if quarantine is not None:
        keep_apart(changes, situation, quarantine, number)
    naming = [
        (new.address, Action.RENAME, new, statement)
        for old, new in renames
        for statement in kinds[old.address.kind].rename(old, new)
    ]
    fresh = Fresh(changes, live.objects, target, situation.giving, kinds)
    changing = _watched(list(_written(ordered, changes, situation, kinds, fresh)), situation, kinds)
    changing = sorted(_later(changing, kinds), key=lambda entry: _section(entry[3]))
    # What a new name needs (the schema that a table moves to) comes before it, and goes after it on the way back.
    needed = {r for pair in renames for r in pair[0 if renames_last else 1].references}
    apart = Action.DROP if renames_last else Action.CREATE
    places = [e for e in changing if e[0] in needed and e[1] is apart and not e[2].references]
    rest = [e for e in changing if e not in places] if places else changing
    written = [*rest, *naming, *places] if renames_last else [*places, *naming, *rest]
    return tuple(_number(written)), tuple(situation.keeping.values())


def _ordered(
    changes: Mapping[Address, Change],
    situation: Situation,
    staying: set[Address],
    kinds: Kinds,
    *,
    inline: bool,
    reverse_ties: bool,
) -> list[Ordered]:
    live, target = situation.live, situation.target
    moved = {a for a, kept in situation.keeping.items() if kept.form == "moved"}

    def travels(address: Address) -> bool:
        """A sequence of a dropped column has a position to keep, so it does not go with the column; with a table
        that is moved it does."""
        if address in staying:
            return live[address].parent in staying
        return address not in moved or any(above in moved for above in ancestors(address, live))

    coming = {a: k.address for k in situation.giving.values() if k.form == "moved" for a in (k.address, *k.carries)}

    def takes(address: Address) -> bool:
        """What comes back from quarantine comes as it went, and with nothing else."""
        obj = target.get(address)
        return address not in coming and (inline or (obj is not None and kinds[address.kind].whole(obj)))

    together = shared_places(changes, situation)
    first = {a for a, c in changes.items() if kinds[a.kind].committed_first(c) and a not in situation.giving}
    return order(
        changes,
        target,
        kinds,
        travels,
        takes=takes,
        together=together,
        coming=coming,
        first=first,
        reverse_ties=reverse_ties,
    )


def _left_out(ordered: Iterable[Ordered], forms: Mapping[Address, str], situation: Situation) -> set[Address]:
    """Values that were to go along with what is moved and, for the order's sake, are taken down by themselves: nothing
    would keep them, so they stay behind too."""
    down = {item.vertex.address for item in ordered if item.vertex.end == "down"}
    return {a for a in down - situation.keeping.keys() if forms.get(a) == "values"}


def _staying_behind(changes: Mapping[Address, Change], live: Objects, kinds: Kinds, lost: Set[Address]) -> set[Address]:
    """Parts of what is moved to quarantine that cannot go along, because they stand on something that is destroyed
    (the trigger whose function is dropped too, the index of an operator class whose extension goes) or made anew under
    those that use it (the column of an enum that loses a value). And what would be moved itself, with all its parts, if
    it is made of such things (the domain over a type whose extension goes): it is destroyed too."""
    gone = {a for a, c in changes.items() if c.action in (Action.DROP, Action.REPLACE)}
    moved = {a for a in gone - lost if kinds[a.kind].keeps(changes[a]) == "moved"}
    parts = {a for a in gone - moved if any(above in moved for above in ancestors(a, live))}
    destroyed = (gone - moved - parts) | {a for a, c in changes.items() if c.disturbs and a not in gone}
    staying: set[Address] = set()

    def stands_on(address: Address) -> Iterable[Address]:
        if address in moved:
            return kinds[address.kind].made_of(live[address])
        # A part leaves the place of its whole with it: the sequence of an identity column is in the table's schema. Not
        # what else the whole can leave: an index stays in the tablespace it is in.
        wholes = [above for above in ancestors(address, live) if above in moved]
        return (r for r in live[address].references if not any(is_place(r, above) for above in wholes))

    def is_place(address: Address, within: Address) -> bool:
        return within.path[: len(address.path)] == address.path != within.path and not kinds[address.kind].of_server

    while found := {a for a in (parts | moved) - staying if not destroyed.isdisjoint(stands_on(a))}:
        staying |= found
        destroyed |= found
    return staying


_Written = tuple[Address, Action, Object, Statement]


def _written(
    ordered: Iterable[Ordered],
    changes: Mapping[Address, Change],
    situation: Situation,
    kinds: Kinds,
    fresh: Fresh,
) -> Iterable[_Written]:
    for group, items in groupby(ordered, key=lambda item: item.group):
        lists = [list(_write(item, changes, situation, kinds, fresh)) for item in items]
        yield from _side_by_side(lists) if group else (entry for entries in lists for entry in entries)


def _side_by_side(lists: Sequence[list[_Written]]) -> Iterable[_Written]:
    """The statements of objects that are written together: what several of them share comes once, after all that any
    of them does before it."""
    said: set[Statement] = set()
    waiting = [list(reversed(entries)) for entries in lists]
    while any(waiting):
        for entries in waiting:
            while entries and (not entries[-1][3].shared or entries[-1][3] in said):
                entry = entries.pop()
                if entry[3] not in said:
                    yield entry
        heads = [entries for entries in waiting if entries]
        # What one of them does twice (taking a lock) waits for the others only, and not for those that are as far.
        ready = [e for e in heads if not any(e[-1][3] == x[3] for o in heads if o[-1][3] != e[-1][3] for x in o[:-1])]
        for entries in ready[:1] or heads[:1]:
            address, action, obj, statement = entries[-1]
            said.add(statement)
            others = (o[0][0] for o in waiting if o and o is not entries and any(statement == e[3] for e in o))
            yield address, action, obj, statement._replace(beside=tuple(others))


def _later(written: Iterable[_Written], kinds: Kinds) -> Iterable[_Written]:
    """The statements; what stands on something that is only made afterwards comes afterwards too."""
    begun: set[Address] = set()
    coming: set[Address] = set()
    offered: set[tuple[str, ...]] = set()
    for address, action, obj, statement in written:
        comes = action in (Action.CREATE, Action.REPLACE)
        stands_on = {address, obj.parent, *obj.references}
        waits = statement.afterwards and comes and address not in begun
        if not waits and action is not Action.DROP and coming:
            waits = not coming.isdisjoint(stands_on) or kinds[address.kind].picks(obj) in offered
        if statement.batches is not None and statement.batches.fills is not None and not statement.beforehand:
            coming.add(statement.batches.fills)
        if waits:
            coming.add(address)
            offered.update(filter(None, [kinds[address.kind].offers(obj)]))
        begun.add(address)
        yield address, action, obj, statement._replace(afterwards=statement.afterwards or waits)


def _section(statement: Statement) -> int:
    return 0 if statement.beforehand else 2 if statement.afterwards else 1


def _watched(written: list[_Written], situation: Situation, kinds: Kinds) -> list[_Written]:
    """The statements, the first with a hazard for each object that acts on every change and stays in place."""
    stay = (o for a, o in situation.live.items() if kinds[a.kind].watches and situation.target.get(a) == o)
    hazards = tuple(hazard for obj in stay if (hazard := kinds[obj.address.kind].watching(obj)))
    if not hazards or not written:
        return written
    address, action, obj, statement = written[0]
    return [(address, action, obj, statement._replace(hazards=(*statement.hazards, *hazards))), *written[1:]]


def _write(
    item: Ordered, changes: Mapping[Address, Change], situation: Situation, kinds: Kinds, fresh: Fresh
) -> Iterable[_Written]:
    address = item.vertex.address
    change, kind = changes[address], kinds[address.kind]
    if item.vertex.end in ("alter", "loose"):
        assert change.before is not None
        assert change.after is not None
        write = kind.loosen if item.vertex.end == "loose" else kind.alter
        made, obj = write(change.before, change.after, situation), change.after
    elif item.vertex.end == "down":
        assert change.before is not None
        made, obj = kind.drop(change.before, situation), change.before
    elif item.vertex.end == "fill":
        assert change.after is not None
        made, obj = kind.fill(change.after, situation), change.after
    else:
        assert change.after is not None
        obj = change.after
        if any(address in giving.carries for giving in situation.giving.values()):
            return  # it comes back inside what it went away with
        made = kind.create(change.after, _inlined(item, change.after, situation), situation)
    for number, statement in enumerate(made):
        yield address, change.action, obj, fresh.calmed(statement, obj, situation, first=number == 0)


def _inlined(item: Ordered, obj: Object, situation: Situation) -> list[Object]:
    """What is written into the statement, in the order of the declaration."""
    return sorted((situation.target[a] for a in item.merged), key=lambda o: situation.position(o.address))


def _number(written: Iterable[_Written]) -> Iterable[Step]:
    """Ids and transactions: all in one, except what must be committed before it can be used or cannot be in one."""
    transaction, count, alone = 1, 0, False
    for address, action, obj, statement in written:
        apart = statement.own_transaction or statement.outside or statement.afterwards
        if count and (apart or alone) and not statement.joined:
            transaction += 1
        count, alone = count + 1, apart
        scope = statement.scope or tuple(obj.hints.get("scope", obj.scope))
        yield Step(f"{count:04d}", address, action, statement, transaction, (), scope)
