"""What the statements of SQL files change, and what of that was there before them: what they make themselves is
nobody's, so nobody waits for it and no row of it is lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from faberdb.diff.changes import Kinds, Objects, diff
from faberdb.errors import CircleError
from faberdb.model import Action, Address, Catalogue, Change, Object, Risk, Step
from faberdb.order.steps import make_steps

Pair = tuple[Object, Object]


class Made:
    """The catalogue as the files have made it so far. start: what it was before the first of them."""

    def __init__(self, start: Catalogue, kinds: Kinds) -> None:
        self.now, self._kinds = start, kinds
        self._new: set[Address] = set()

    def taken_back(self, now: Catalogue) -> None:
        """What was made in a transaction that was rolled back is gone."""
        self.now = now
        self._new &= now.objects.keys()

    def become(self, now: Catalogue, *, renamed: bool) -> tuple[Step, ...]:
        """A statement made this of the catalogue. renamed: whether it can only have given names. Returns the steps that
        faberdb would write for that, with the hazards that they have for what was there before the files."""
        before, self.now = self.now, now
        changes = self._changes(before.objects, now)
        if renamed and (pairs := _pairs(changes)):
            return self._renamed(pairs, before.objects, now.objects)
        steps = _written(changes, before, now.objects, self._kinds)
        told = tuple(self._calmed(step, before.objects, now.objects) for step in steps)
        self._new |= {a for a, c in changes.items() if c.before is None}
        self._new &= now.objects.keys()
        return told

    def _changes(self, before: Objects, now: Catalogue) -> dict[Address, Change]:
        """What differs, without what a plan would rebuild around that: the server has carried it along."""
        found = diff(before, now.objects, self._kinds, version=now.version)
        compare = {a: self._kinds[a.kind].compare for a in found}

        def differs(change: Change) -> bool:
            old, new = change.before, change.after
            return old is None or new is None or compare[change.address](old, new) is not None

        return {a: c for a, c in found.items() if not c.follows and differs(c)}

    def _calmed(self, step: Step, before: Objects, now: Objects) -> Step:
        """The step without hazards for what is nobody's."""
        if not any(a in self._new for a in _with_those_above(step.address, before, now)):
            return step
        # What the files have made they may also change; what comes new to it may still open something to everybody.
        kept = () if step.address in before else tuple(h for h in step.statement.hazards if not h.in_use)
        # What is left is as risky as it says itself.
        return step._replace(statement=step.statement._replace(risk=Risk.SAFE, hazards=kept))

    def _renamed(self, pairs: Iterable[Pair], before: Objects, now: Objects) -> tuple[Step, ...]:
        statements = [(old, s) for old, new in pairs for s in self._kinds[old.address.kind].rename(old, new)]
        steps = [Step(f"{n:04d}", old.address, Action.RENAME, s, 1) for n, (old, s) in enumerate(statements, 1)]
        told = tuple(self._calmed(step, before, now) for step in steps)
        if any(old.address in self._new for old, _ in pairs):
            self._new |= now.keys() - before.keys()
        self._new &= now.keys()
        return told


def _pairs(changes: Mapping[Address, Change]) -> list[Pair]:
    """What is called otherwise: the one object of a kind that is gone, and the one that has come, less what went and
    came with something above it."""
    gone = {a: c.before for a, c in changes.items() if c.before is not None and c.after is None}
    come = {a: c.after for a, c in changes.items() if c.after is not None and c.before is None}
    old = _by_kind(o for o in gone.values() if o.parent not in gone)
    new = _by_kind(o for o in come.values() if o.parent not in come)
    return [(old[k][0], new[k][0]) for k in old if len(old[k]) == 1 and len(new.get(k, ())) == 1]


def _by_kind(objects: Iterable[Object]) -> dict[str, list[Object]]:
    found: dict[str, list[Object]] = {}
    for obj in objects:
        found.setdefault(obj.address.kind, []).append(obj)
    return found


def _with_those_above(address: Address, *sides: Objects) -> Iterator[Address]:
    above: Address | None = address
    while above is not None:
        yield above
        obj = next((side[above] for side in sides if above in side), None)
        above = obj.parent if obj else None


def _written(changes: Mapping[Address, Change], before: Catalogue, now: Objects, kinds: Kinds) -> tuple[Step, ...]:
    """The statements of a plan that did the same."""
    try:
        return make_steps(changes, before, now, kinds)[0]
    except CircleError:  # the server got there by other ways; each change still says what it can do
        return tuple(step for a, c in changes.items() for step in make_steps({a: c}, before, now, kinds)[0])
