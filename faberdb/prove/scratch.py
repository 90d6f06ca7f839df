"""Building objects on a scratch database, and what the engine asks of a scratch server."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from contextlib import AbstractContextManager
from typing import Protocol

from faberdb.canon.mentions import words_of
from faberdb.diff.changes import diff
from faberdb.errors import CircleError
from faberdb.model import WAYS, Address, Catalogue, Effects, Kept, Kind, Object, Objection, Refusal, Samples, Step
from faberdb.order.steps import make_steps


class MadeUpRows(Protocol):
    """Rows that are made up for the tables whose rows a plan has to do with."""

    @property
    def at_stake(self) -> bool:
        """Whether there are such tables."""
        ...

    @property
    def filled(self) -> tuple[int, int]:
        """How many of them have rows, and how many those are."""
        ...

    @property
    def thinned(self) -> Mapping[str, str]:
        """Those that had only some of the rows, with the reason."""
        ...

    @property
    def not_filled(self) -> Mapping[str, str]:
        """Those that had none, with the reason."""
        ...

    @property
    def names(self) -> Iterable[str]:
        """Those tables, as statements write them."""
        ...

    def fill(self) -> Samples | str:
        """Put rows into them in place of all that they have; returns all that is there then, or why nothing can be."""
        ...

    def read(self) -> Samples | str:
        """All rows that are there, and in what has come in the tables' places; or why they cannot be read."""
        ...

    def clear(self) -> None:
        """Take away what an earlier run of the plan has left in quarantine and in the session."""
        ...

    def plainer(self, step: Step, refusal: Refusal) -> bool:
        """After a step was refused because of rows: put less into what it has to do with. False where there is nothing
        less."""
        ...

    def acts_on_rows(self, steps: Iterable[Step]) -> bool:
        """Whether something of the user's acts on rows that the steps write."""
        ...

    def acted_on(self, step: Step, effects: Effects) -> Set[str]:
        """The tables, as statements write them, whose rows that may have changed in a step, which did this; to be asked
        after each step of a run."""
        ...


class ScratchDatabase(Protocol):
    """A database of our own, empty at first, gone afterwards."""

    version: int

    def at_first(self) -> Catalogue: ...
    def inspect(self) -> Catalogue: ...
    def tells(self, obj: Object) -> bool: ...
    def barrier(self, old: Object, new: Object) -> str: ...
    def objections(self, objects: Iterable[Object]) -> Mapping[Address, Objection]: ...
    def run_all(
        self, steps: Sequence[Step], measured: Callable[[Step, Effects], None] | None = None
    ) -> tuple[int, Refusal] | None: ...
    def run_each(self, steps: Sequence[Step]) -> dict[int, Refusal]: ...
    def run_batch(self, steps: Sequence[Step]) -> bool: ...
    def prepare_bookkeeping(self) -> bool: ...
    def made_up_rows(self, steps: Sequence[Step], kept: Iterable[Kept]) -> MadeUpRows: ...


class Scratch(Protocol):
    """A scratch server: as many empty databases as a plan asks for."""

    @property
    def description(self) -> str: ...
    def database(self) -> AbstractContextManager[ScratchDatabase]: ...


Failures = dict[Address, Refusal]


def build(database: ScratchDatabase, objects: Mapping[Address, Object], kinds: Mapping[str, Kind]) -> Failures:
    """Create the objects, which may be declared or canonical, on a scratch database that is still empty.

    Returns what the server says of each that could not be made. References that only a name suggested may form a
    circle; then they are left out, and what comes too early is tried again.
    """
    there = database.at_first()
    wanted = {**there.objects, **{a: _at_once(o, kinds) for a, o in objects.items()}}
    try:
        steps = _creating(there, wanted, kinds)
    except CircleError:
        wanted = {a: _without_soft(o) for a, o in wanted.items()}
        steps = _creating(there, wanted, kinds)
    if database.run_batch(steps):
        return {}
    # Once more with a statement for each object, so that what fails is the object that is wrong, not its table.
    steps = _creating(there, wanted, kinds, inline=False)
    failed = {steps[index].address: refusal for index, refusal in database.run_each(steps).items()}
    # Of objects that need each other none is told to fail for another one's sake.
    first = (a for a in failed if not (_needs(wanted[a], failed, wanted) or _lacks(a, failed, wanted)))
    return {a: failed[a] for a in first} or failed


def _at_once(obj: Object, kinds: Mapping[str, Kind]) -> Object:
    """The object without what its declaration says of the way there, which may name what is gone long since."""
    if not obj.hints:
        return obj
    once = kinds[obj.address.kind].once
    return obj._replace(hints={} if once else {k: v for k, v in obj.hints.items() if k not in WAYS})


def _creating(
    there: Catalogue, wanted: Mapping[Address, Object], kinds: Mapping[str, Kind], *, inline: bool = True
) -> tuple[Step, ...]:
    changes = {a: c for a, c in diff(there.objects, wanted, kinds).items() if c.before is None}
    return make_steps(changes, there, wanted, kinds, inline=inline)[0]


def _needs(obj: Object, failed: Iterable[Address], wanted: Mapping[Address, Object]) -> bool:
    """Whether the object refers, through others or itself, to one that failed: then its own failure only follows."""
    seen: set[Address] = {obj.address}
    todo = list(obj.references)
    failures = set(failed) - {obj.address}
    while todo:
        address = todo.pop()
        if address in failures:
            return True
        if address not in seen and address in wanted:
            seen.add(address)
            todo.extend(wanted[address].references)
    return False


def _lacks(address: Address, failed: Failures, wanted: Mapping[Address, Object]) -> bool:
    """Whether what the server misses has the name of a part that failed, of something that the object refers to: a text
    tells which words it has, not that one of them is a column of this table."""
    named = words_of(failed[address].words[0])
    parts = (a for a in failed.keys() - {address} if a.path[-1] in named)
    return any(wanted[a].parent in wanted[address].references for a in parts)


def _without_soft(obj: Object) -> Object:
    """Only the references that the object's own structure gives: its parent, and what its attributes name."""
    firm = frozenset(r for r in obj.references if r == obj.parent or r.kind in ("schema", "column", "sequence"))
    return Object(obj.address, obj.attributes, obj.parent, firm, obj.scope, obj.origin, None, obj.hints)
