"""How statements are run: what they hold while others wait, for how long they may wait themselves, and what would
better be done at once or apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field

from faberdb.model import Effects, Hazard, Written
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.measuring.meter import BLOCKING
from faberdb_providers.postgres.statements.shape import Shape


@dataclass(frozen=True, slots=True)
class Ran:
    """A statement that was run. own: relations that it keeps others from writing to; held: those that earlier ones of
    its transaction do, with their lines. timeouts: which were set. replaced: tables that are gone, while another has
    the name. All relations were there before the first file."""

    shape: Shape
    statement: Written
    effects: Effects
    own: frozenset[str]
    held: Mapping[str, int]
    timeouts: Set[str]
    replaced: tuple[str, ...] = ()

    @property
    def blocked(self) -> frozenset[str]:
        """All relations that nobody else can write to while it runs."""
        return self.own | self.held.keys()

    @property
    def long(self) -> list[str]:
        """The relations that it reads from end to end or writes anew."""
        return sorted({*self.effects.scans, *self.effects.rewrites})


@dataclass
class Discipline:
    """What is known of the statements of one file so far."""

    _held: dict[str, int] = field(default_factory=dict)
    _passes: dict[str, int] = field(default_factory=dict)
    _said: set[str] = field(default_factory=set)

    def transaction_begins(self) -> None:
        """Nothing is held any more."""
        self._held.clear()

    def ran(self, shape: Shape, statement: Written, effects: Effects, timeouts: Set[str]) -> Ran:
        """Note what a statement did."""
        own = frozenset(lock.relation for lock in effects.locks if lock.mode in BLOCKING)
        ran = Ran(shape, statement, effects, own, dict(self._held), timeouts)
        for relation in own:
            self._held.setdefault(relation, statement.line)
        return ran

    def hazards(self, ran: Ran) -> Iterator[Hazard]:
        """What is to be said of how it was run; of what holds for many, once."""
        yield from self._timeouts(ran)
        yield from _held_on(ran)
        yield from self._one_by_one(ran)

    def _timeouts(self, ran: Ran) -> Iterator[Hazard]:
        strong = [lock for lock in ran.effects.locks if lock.mode in BLOCKING]
        if strong and "lock_timeout" not in ran.timeouts and codes.NO_LOCK_TIMEOUT not in self._said:
            self._said.add(codes.NO_LOCK_TIMEOUT)
            # A table says more than its indexes, which come before it by name.
            lock = next((lock for lock in strong if lock.relation.startswith("table ")), strong[0])
            what = f"it may wait without end for {lock.mode} on {lock.relation}, and all others behind it"
            yield Hazard(codes.NO_LOCK_TIMEOUT, f"{what}: no lock_timeout is set")
        if (
            ran.blocked.intersection(ran.long)
            and "statement_timeout" not in ran.timeouts
            and codes.NO_STATEMENT_TIMEOUT not in self._said
        ):
            self._said.add(codes.NO_STATEMENT_TIMEOUT)
            what = "it keeps others waiting as long as it takes: no statement_timeout is set"
            yield Hazard(codes.NO_STATEMENT_TIMEOUT, what)

    def _one_by_one(self, ran: Ran) -> Iterator[Hazard]:
        if not ran.shape.is_("alters_table"):
            return
        passed = [r for r in ran.long if r in ran.own and r.startswith("table ")]
        for relation in passed:
            before = self._passes.setdefault(relation, ran.statement.line)
            if before != ran.statement.line:
                what = f"{relation} is gone through once more, as in line {before}: one ALTER TABLE would do both"
                yield Hazard(codes.ONE_BY_ONE, what)


def _held_on(ran: Ran) -> Iterator[Hazard]:
    """What an earlier statement of the transaction locked stays locked while this one works for long."""
    tables = {relation: line for relation, line in ran.held.items() if relation.startswith("table ")}
    if not tables or not ran.long:
        return
    reads = f"{', '.join(ran.long[:3])} {'is' if len(ran.long) == 1 else 'are'} gone through"
    within, beside = [r for r in tables if r in ran.long], [r for r in tables if r not in ran.long]
    if ran.shape.is_("validates") and within:
        what = f"{within[0]} is read from end to end under the lock that line {tables[within[0]]} took, not its own"
        yield Hazard(codes.VALIDATED_AT_ONCE, what)
    elif ran.shape.is_("writes_rows"):
        locked = (within or beside)[0]
        what = f"{locked} stays locked, since line {tables[locked]}, while {reads} and rows are written"
        yield Hazard(codes.BACKFILL_UNDER_A_LOCK, what)
    elif beside or ran.shape.is_("reads"):
        locked = (beside or within)[0]
        yield Hazard(codes.LOCK_HELD_ON, f"{locked} stays locked, since line {tables[locked]}, while {reads}")
