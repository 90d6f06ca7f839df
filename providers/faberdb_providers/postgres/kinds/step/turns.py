"""Where a raw step stands among the changes of a plan: where it says, and else where its text can run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from faberdb.model import Action, Address, Change, Object, Turn
from faberdb_providers.postgres.pattern import pattern

Objects = Mapping[Address, Object]

_WORD = pattern(r'"((?:[^"]|"")+)"|([^\W\d][\w$]*)')


def beside(
    change: Change,
    by: tuple[str, Address],
    texts: Iterable[str],
    changes: Mapping[Address, Change],
    live: Objects,
    target: Objects,
) -> Turn:
    """Of a step with a place: after or before all changes of what it names there, in a rollback the other way round;
    and after what its text names and the plan makes, before what that names and the plan takes away. Columns count by
    their names and those of their tables, since no server keeps a record of what a text means."""
    key, address = by
    near = {a for a in changes if a != change.address and _within(a, address, live, target)}
    words = {quoted.replace('""', '"') or plain.lower() for text in texts for quoted, plain in _WORD.findall(text)}
    named = {a for a in changes if a not in near and a.kind != change.address.kind and _named(a, changes[a], words)}
    behind = {a for a in named if changes[a].action is Action.CREATE}
    ahead = {a for a in named if changes[a].action is Action.DROP}
    # What was done last is taken back first.
    if (key == "before") is (change.action is not Action.DROP):
        return Turn(behind=frozenset(behind), ahead=frozenset(ahead | near), binding=True)
    return Turn(behind=frozenset(behind | near), ahead=frozenset(ahead), binding=True)


def after_all(change: Change, others: Iterable[Address]) -> Turn:
    """Of a step without a place."""
    found = frozenset(others)
    if change.action is Action.DROP:
        return Turn(ahead=found, binding=True)
    return Turn(behind=found, binding=True)


def _within(address: Address, whole: Address, live: Objects, target: Objects) -> bool:
    """Whether something is that object, or belongs to it."""
    return whole in _with_wholes(address, live, target)


def _with_wholes(address: Address, live: Objects, target: Objects) -> Iterator[Address]:
    """An object and what it is a part of."""
    found: Address | None = address
    while found is not None:
        yield found
        obj = target.get(found) or live.get(found)
        found = obj.parent if obj is not None else None


def _named(address: Address, change: Change, words: set[str]) -> bool:
    """Whether a text of these words may name what changes: a column with its table, or what has a name of its own."""
    side = change.after or change.before
    if side is None or (side.parent is not None and address.kind != "column"):
        return False
    name = address.path[1] if len(address.path) > 1 and side.parent is None else address.path[-1]
    return name in words and (side.parent is None or side.parent.path[-1] in words)
