"""What a plan destroys where nothing that is dropped is to be kept."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Set

from faberdb.model import NOTHING_KEPT, Action, Address, Change, Hazard, Kind, Risk, Step

_HAZARD = Hazard(
    NOTHING_KEPT, "on_drop is `drop`: nothing of it is kept, and no rollback gives rows or values back, only a backup"
)


def nothing_kept(
    changes: Mapping[Address, Change], kinds: Mapping[str, Kind], outside: Container[Address]
) -> frozenset[Address]:
    """What would go to quarantine and is destroyed instead. Not what is made anew, whose rows come from there, nor what
    something in quarantine needs. outside: what the project leaves out: where it goes with what it is a part of, nobody
    has said that it may be lost."""
    dropped = {a: c for a, c in changes.items() if c.action is Action.DROP and c.before is not None}
    spared = {a for a, c in dropped.items() if a in outside and kinds[a.kind].keeps(c) == "moved"}
    return frozenset(
        a
        for a, c in dropped.items()
        if not c.held and kinds[a.kind].keeps(c) and a not in spared and not (c.before and c.before.parent in spared)
    )


def told(steps: Iterable[Step], lost: Set[Address]) -> Iterator[Step]:
    """The steps, with a hazard for what is destroyed: at the last of each object, which takes it away."""
    steps = tuple(steps)
    last = {step.address: step.id for step in steps if step.address in lost and step.action is Action.DROP}
    for step in steps:
        statement = step.statement
        if last.get(step.address) == step.id:
            hazards = (*statement.hazards, _HAZARD)
            yield step._replace(statement=statement._replace(risk=Risk.DESTRUCTIVE, hazards=hazards))
        else:
            yield step
