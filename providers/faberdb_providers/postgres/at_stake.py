"""Which tables' rows a plan has to do with, as the server showed it when the plan was measured."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from faberdb.model import Action, Effects, Kept, Step
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.names import dotted
from faberdb_providers.postgres.pattern import pattern

_TABLE = "table "
_WRITES = "ROW EXCLUSIVE"
_WHOLE = frozenset(("ACCESS EXCLUSIVE",))


def at_stake(steps: Sequence[Step], kept: Iterable[Kept]) -> list[str]:
    """The tables whose rows could come to harm, by their names; some may not be there, or be something else.

    A table is one of them if a step writes its rows anew, or writes to them, or reads them all to see whether they fit
    (for an index it only reads them), or can fail because of them; or if it changes or drops the table or a column that
    is there. What only adds something that no row has to do with puts none at stake.
    """
    found: dict[str, None] = {}
    for kept_of in kept:
        if len(kept_of.address.path) > 1:
            found.setdefault(dotted(*kept_of.address.path[:2]))
    for step in steps:
        for relation in _of_step(step):
            if relation.startswith(_TABLE):
                found.setdefault(relation.removeprefix(_TABLE))
    return list(found)


def concerned(step: Step) -> set[str]:
    """The tables that a step has to do with, by their names."""
    effects = step.effects
    shown = (*(lock.relation for lock in effects.locks), *effects.rewrites, *effects.scans) if effects else ()
    return {dotted(*step.address.path[:2]), *(r.removeprefix(_TABLE) for r in shown if r.startswith(_TABLE))}


def _of_step(step: Step) -> Iterable[str]:
    effects, kind = step.effects, step.address.kind
    if effects is None:
        return ()
    indexes = kind == "index" and step.action is Action.CREATE
    found = [*effects.rewrites, *(() if indexes else effects.scans)]
    found += [lock.relation for lock in effects.locks if lock.mode == _WRITES]
    if step.statement.probe:
        found += [lock.relation for lock in effects.locks]
        found.append(_TABLE + dotted(*step.address.path[:2]))
    if kind in ("table", "column") and step.action in (Action.ALTER, Action.REPLACE, Action.DROP):
        found += [lock.relation for lock in effects.locks if lock.mode in _WHOLE]
    return found


def acts_on_rows(step: Step) -> bool:
    """Whether triggers of the user's act on rows that the step writes, or SQL of the user's writes them, and so may
    change what the plan does not."""
    return any(h.code in (codes.BACKFILL_FIRES_TRIGGERS, codes.RAW_STEP) for h in step.statement.hazards)


def written(step: Step, effects: Effects) -> set[str]:
    """The tables that a step writes to, by their names, as far as what it did tells."""
    locked = (lock.relation for lock in effects.locks if lock.mode == _WRITES and lock.relation.startswith(_TABLE))
    return {dotted(*step.address.path[:2]), *(relation.removeprefix(_TABLE) for relation in locked)}


_PUTS_BELOW = pattern(r"\b(?:PARTITION|INHERITS?)\b")


def into_foreign(steps: Iterable[Step], there: Iterable[str]) -> str:
    """Why no rows may be there when the steps run: they give a table a foreign one as a child, through which rows would
    come to another server, or be read there. Empty where they do not. there: names of foreign tables."""
    steps = tuple(steps)
    foreign = {*there, *(dotted(*step.address.path[:2]) for step in steps if step.address.kind == "foreign_table")}
    for step in steps:
        name = dotted(*step.address.path[:2])
        if name in foreign and step.action is not Action.DROP and _PUTS_BELOW.search(step.statement.sql):
            return f"rows could come to foreign table {name}"
    return ""
