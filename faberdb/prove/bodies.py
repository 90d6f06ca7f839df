"""Texts that the server keeps unread until they run, the body of a function: looked into when the plan has run on
scratch, since only then all is there that they may name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from faberdb.canon.mentions import words_of
from faberdb.declare.source import place_of
from faberdb.errors import DeclarationError
from faberdb.model import Action, Address, Change, Hazard, Kind, Object, Objection, Risk, Step, reworded

CODE = "FDB902"
NAMED, SHOWN = "FDB903", 5
"""The hazard of what is named in texts that stay, and how many of these are named."""


def unread(changes: Mapping[Address, Change], kinds: Mapping[str, Kind]) -> list[Object]:
    """The new forms of changed objects that have such texts."""
    made = (change.after for change in changes.values() if change.after is not None)
    return [obj for obj in made if any(kinds[obj.address.kind].opaque(obj))]


def named_in_bodies(
    changes: Mapping[Address, Change], live: Mapping[Address, Object], kinds: Mapping[str, Kind]
) -> set[Address]:
    """What has to be there so that the texts can be looked into: what they seem to name, and what brings along names
    that nobody declared (an extension its functions)."""
    texts = unread(changes, kinds)
    if not texts:
        return set()
    bringing = {a for a in live if kinds[a.kind].as_declared and not kinds[a.kind].optional}
    return bringing.union(*(obj.suggested for obj in texts))


def objected(
    steps: Sequence[Step], changes: Mapping[Address, Change], objections: Mapping[Address, Objection]
) -> Iterator[Step]:
    """The steps, with what the server has against a text said at the step that brings it. Raises DeclarationError for
    what was written in a schema file and can never run."""
    if wrong := {a: o for a, o in objections.items() if o.certain and _written(changes[a])}:
        raise DeclarationError(
            "PostgreSQL does not accept the declared schema",
            detail=tuple(line for address, objection in wrong.items() for line in _lines(changes[address], objection)),
            advice="correct the declaration; nothing was changed on any database",
        )
    waiting = dict(objections)
    for step in steps:
        objection = waiting.pop(step.address, None) if step.action is not Action.DROP else None
        if objection is None:
            yield step
            continue
        hazard = Hazard(CODE, f"when it runs, PostgreSQL will say of its body: {' '.join(objection.words)}")
        risk = max(step.statement.risk, Risk.CAUTION)
        yield step._replace(statement=step.statement._replace(risk=risk, hazards=(*step.statement.hazards, hazard)))


def named(
    steps: Sequence[Step],
    changes: Mapping[Address, Change],
    renames: Sequence[tuple[Object, Object]],
    live: Mapping[Address, Object],
    target: Mapping[Address, Object],
    kinds: Mapping[str, Kind],
) -> Iterator[Step]:
    """The steps, with the texts that stay as they are named at the last step of what goes, or gets another name, and
    seems to be named in them. live: all there is before the plan."""
    gone = {c.address: c.before for c in changes.values() if c.action is Action.DROP and c.before}
    gone |= {new.address: old for old, new in renames if old.address != new.address}
    within = {new.address: {was for was, _ in reworded(old, new)} for old, new in renames if old.address == new.address}
    found: dict[Address, list[Address]] = {}
    for address in sorted(live) if gone or within else ():
        obj = live[address]
        texts, stays = tuple(kinds[address.kind].opaque(obj)), target.get(address)
        if not texts or stays is None or stays.attributes != obj.attributes:
            continue
        words = set().union(*map(words_of, texts))
        for other, goes in gone.items():
            if _called_in(words, goes, kinds):
                found.setdefault(other, []).append(address)
        for other, parts in within.items():
            if not parts.isdisjoint(words) and address not in found.get(other, ()):
                found.setdefault(other, []).append(address)
    said = []
    for step in reversed(steps):
        bodies = found.pop(step.address, None) if step.action in (Action.DROP, Action.RENAME) else None
        if bodies:
            listed = ", ".join(a.spoken for a in bodies[:SHOWN])
            more = f" and {len(bodies) - SHOWN} more" if len(bodies) > SHOWN else ""
            message = f"named in the body of {listed}{more}: where this is meant, that fails from then on"
            hazard = Hazard(NAMED, message)
            risk, hazards = max(step.statement.risk, Risk.CAUTION), (*step.statement.hazards, hazard)
            step = step._replace(statement=step.statement._replace(risk=risk, hazards=hazards))
        said.append(step)
    yield from reversed(said)


def _called_in(words: set[str], obj: Object, kinds: Mapping[str, Kind]) -> bool:
    """Whether a text of these words may mean an object: by a name of its own and, of a part (a column), that of the
    whole. Nothing means what has no name, a comment."""
    kind = kinds[obj.address.kind]
    names = {name[-1] for name in kind.names(obj) if name[-1]} or ({obj.address.path[-1]} if kind.shell else set())
    return not names.isdisjoint(words) and (obj.parent is None or obj.parent.path[-1] in words)


def _written(change: Change) -> bool:
    """Whether somebody wrote the text anew: what is there already, and is only made again, is not refused."""
    before, after = change.before, change.after
    return bool(after and after.origin and (before is None or before.attributes != after.attributes))


def _lines(change: Change, objection: Objection) -> list[str]:
    origin = change.after.origin if change.after else None
    what = change.address.spoken
    place = f"{place_of(origin)}: " if origin else ""
    return [f"{place}{what}: {objection.words[0]}", *(f"    {line}" for line in objection.words[1:])]
