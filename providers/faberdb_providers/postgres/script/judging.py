"""What a statement can do: what faberdb would say of the changes it made, held to what it was measured to do, and what
its form and the way it is run add to that."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import replace

from faberdb.model import IRREVERSIBLE, Hazard, Risk, Step, Weighed
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.measuring.weighing import BUILDS, REWRITES, SCANS, SHOWN, of_one_statement
from faberdb_providers.postgres.names import dotted
from faberdb_providers.postgres.script.discipline import Ran

LevelOf = Callable[[str], Risk | None]

_ALL = frozenset((REWRITES, SCANS, BUILDS))
_TOLD = {
    codes.ALL_ROWS_DELETED: _ALL,
    codes.ALL_ROWS_UPDATED: _ALL,
    codes.BACKFILL_UNDER_A_LOCK: _ALL,
    codes.KEY_OVER_NULLS: frozenset((SCANS,)),
    codes.LOCK_HELD_ON: _ALL,
    codes.NOT_NULL_LOSES_PROOF: frozenset((SCANS,)),
    codes.REFRESH: _ALL,
    codes.REINDEX: _ALL,
    codes.REQUIRED_COLUMN: frozenset((SCANS,)),
    codes.REWRITE_COMMAND: _ALL,
    codes.TRUNCATE: _ALL,
    codes.VALIDATED_AT_ONCE: _ALL,
}
"""What of what can be measured a hazard accounts for, besides those of plans."""
_INSTEAD = {
    codes.KEY_OVER_NULLS: frozenset((codes.ADD_KEY, codes.SET_NOT_NULL)),
    codes.NOT_NULL_LOSES_PROOF: frozenset((codes.SET_NOT_NULL,)),
}
"""Hazards of changes of which one of the form says better why."""
_CONVERSIONS = frozenset((codes.SESSION_CAST, codes.TOO_LONG, codes.TYPE_CHANGE, codes.VALUES_CUT))
"""What can become of values only where they are written anew."""
_OF_PLANS = frozenset(
    (
        IRREVERSIBLE,
        codes.BACKFILL_FIRES_TRIGGERS,
        codes.BACKFILL_IDENTIFIES_ROWS,
        codes.BACKFILL_PASSES_RULES,
        codes.BACKFILL_UNDER_A_LOCK,
        codes.ENUM_REBUILD,
        codes.EVENT_TRIGGER,
        codes.INDEX_REPLACED,
        codes.ROUTINE_REPLACED,
        codes.ROWS_COPIED,
        codes.SECRET,
        codes.SUBSCRIPTION,
        codes.TYPE_REBUILD,
    )
)
"""What only the statements of a plan do, or what only a plan can say."""


def judged(steps: Sequence[Step], form: Sequence[Hazard], ran: Ran | None, level_of: LevelOf) -> Sequence[Weighed]:
    """The hazards of a statement, each with its risk, the worst first. steps: those of a plan that made the same
    changes; form: hazards of its form and of how it is run; ran: what it did, where it was run. Hazards of no risk
    worth a word are left out."""
    form = [*form, *(_emptied(steps, ran) if ran is not None else ())]
    found = [Weighed(hazard, level_of(hazard.code) or Risk.CAUTION) for hazard in form]
    if ran is not None:
        steps = [_of_others(step, form, ran) for step in steps]
        said = [*form, *(hazard for step in steps for hazard in step.statement.hazards)]
        told = _told(said)
        held, more = of_one_statement(steps, ran.effects, ran.blocked, told, level_of)
        found += [weighed for step in held for weighed in _of_step(step, level_of)]
        found += [Weighed(hazard, level_of(hazard.code) or Risk.CAUTION) for hazard in more]
    once = {(w.hazard.code, w.hazard.message, w.address): w for w in found if w.risk > Risk.SAFE}
    return sorted(once.values(), key=lambda w: (-w.risk, w.hazard.code))


def _emptied(steps: Sequence[Step], ran: Ran) -> Iterator[Hazard]:
    """Rows that something called by the statement took away, which no catalogue shows: a table has a new file, or is
    another, and nothing that was changed of it tells why."""
    if ran.replaced:
        what = f"all rows are gone: {', '.join(ran.replaced)}: what was there is dropped, and another has its name"
        yield Hazard(codes.TRUNCATE, what)
    if not ran.shape.is_("calls"):
        return
    written_anew = {
        f"table {dotted(*path[:2])}"
        for step in steps
        if step.address.kind == "table" or any(SHOWN.get(h.code) == REWRITES for h in step.statement.hazards)
        for path in (step.address.path, step.address.path[1:])
        if path
    }
    files = [r for r in ran.effects.rewrites if r.startswith("table ") and r not in written_anew]
    if files:
        what = f"emptied, or rewritten: a DO block or function did it: {', '.join(files)}"
        yield Hazard(codes.TRUNCATE, what)


def _told(hazards: Iterable[Hazard]) -> Set[str]:
    return {what for hazard in hazards for what in _TOLD.get(hazard.code, ())}


def _of_others(step: Step, form: Iterable[Hazard], ran: Ran) -> Step:
    """The step without what holds only where a plan does it, or where values are converted."""
    left_out = set(_OF_PLANS).union(*(_INSTEAD.get(hazard.code, ()) for hazard in form))
    if not ran.effects.rewrites:
        left_out |= _CONVERSIONS
    if step.address.kind == "default":  # a plan would fill a column that numbers its rows, and this one did not
        left_out.add(codes.SET_NOT_NULL)
    if ran.shape.is_("uses_index"):  # which goes on under the name of the constraint
        left_out.add(codes.INDEX_DROPPED)
    statement = step.statement
    kept = tuple(_reworded(hazard) for hazard in statement.hazards if hazard.code not in left_out)
    if kept == statement.hazards:
        return step
    # What is left is as risky as it says itself.
    return step._replace(statement=statement._replace(risk=Risk.SAFE, hazards=kept))


def _reworded(hazard: Hazard) -> Hazard:
    """The same of a statement for which faberdb sets nothing."""
    if hazard.code != codes.SESSION_CAST:
        return hazard
    return replace(
        hazard, message="the values are converted by the settings of the session that runs this, as TimeZone"
    )


def _of_step(step: Step, level_of: LevelOf) -> Iterator[Weighed]:
    """The hazards of a step. Where it hurts more than any of them says (data goes for good that a plan would have
    kept), the worst of them is to say so."""
    levels = [level_of(hazard.code) or Risk.SAFE for hazard in step.statement.hazards]
    worst = max(levels, default=Risk.SAFE)
    for hazard, level in zip(step.statement.hazards, levels, strict=True):
        yield Weighed(hazard, step.statement.risk if level is worst else level, step.address)
