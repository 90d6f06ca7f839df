"""How risky a step is, by what it was measured to do: a hazard that is about a scan or a rewrite holds where there was
one, and what was measured and not foreseen is a hazard too.

What kinds say of data that leaves, and of queries that break, no lock shows; that stays as they say it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from itertools import groupby
from typing import NamedTuple

from faberdb.model import Action, Address, Effects, Hazard, Lock, Risk, Step
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.measuring.meter import BLOCKING
from faberdb_providers.postgres.names import dotted

REWRITES, SCANS, BUILDS = "rewrites", "scans", "builds"
"""What can be measured of rows that are there: files of tables written anew, tables read from end to end, and files of
indexes written anew; each while writes have to wait."""
SHOWN = {
    codes.REWRITE: REWRITES,
    codes.VOLATILE_DEFAULT: REWRITES,
    codes.NUMBERED_COLUMN: REWRITES,
    codes.STORED_EXPRESSION: REWRITES,
    codes.COLUMN_OF_A_DOMAIN: REWRITES,
    codes.ENUM_REBUILD: REWRITES,
    codes.TABLESPACE: REWRITES,
    codes.SET_NOT_NULL: SCANS,
    codes.ADD_CONSTRAINT: SCANS,
    codes.ADD_FOREIGN_KEY: SCANS,
    codes.ADD_KEY: SCANS,
    codes.ADD_EXCLUSION: SCANS,
    codes.DOMAIN_CONSTRAINT: SCANS,
    codes.INDEX_BUILD: SCANS,
    codes.DEFAULT_PARTITION: SCANS,
    codes.ATTACH: SCANS,
}
"""What would have been measured if the hazard held."""
TOLD = {**SHOWN, codes.VALUES_COPIED: SCANS, codes.ROWS_COPIED: SCANS, codes.TYPE_REBUILD: REWRITES}
"""What a hazard tells of, on whichever step of an object's it stands."""
OF_OTHERS = frozenset(
    (
        codes.ADD_FOREIGN_KEY,
        codes.COLLATION,
        codes.DEFAULT_PARTITION,
        codes.DETACH,
        codes.DOMAIN_CONSTRAINT,
        codes.ENUM_REBUILD,
        codes.NO_INHERIT,
        codes.PARTITION,
        codes.TYPE_REBUILD,
    )
)
"""Those that tell of locks on other tables than the one that the step is about."""


def weighed(steps: Sequence[Step], level_of: Callable[[str], Risk | None]) -> tuple[Step, ...]:
    """The steps of a plan with risk and hazards as they were measured; what was not measured stays as it is said.

    level_of: the least risk of a step that carries a hazard of a code.
    """
    former = dict(_former_names(steps))
    measured = [_measured(step, blocked, former) for step, blocked in _blocked(steps)]
    # Rows that a table takes over when it is made anew are out of sight of what was measured.
    anew = {(s.transaction, _label(s.address)) for s in steps if s.action in (Action.CREATE, Action.REPLACE)}
    showed: dict[Address, set[str]] = {}
    for step, seen in zip(steps, measured, strict=True):
        known = seen is not None and (step.transaction, _own(step.address)) not in anew
        showed.setdefault(step.address, set()).update(seen.found if known and seen else {REWRITES, SCANS, BUILDS})
    held = [_held_to(step, showed[step.address]) for step in steps]
    told: dict[Address, set[str]] = {}
    for step in held:
        told.setdefault(step.address, set()).update(TOLD[h.code] for h in step.statement.hazards if h.code in TOLD)
    more = [_with_more(step, seen, told[step.address]) for step, seen in zip(held, measured, strict=True)]
    return tuple(_at_least(step, level_of) for step in more)


def of_one_statement(
    steps: Sequence[Step], effects: Effects, blocked: Set[str], told: Set[str], level_of: Callable[[str], Risk | None]
) -> tuple[tuple[Step, ...], tuple[Hazard, ...]]:
    """The same for SQL of others, where one statement makes all of several changes. steps: those that faberdb would
    write for these changes. blocked: relations that nobody else can write to while it runs. told: what of what can be
    measured is spoken of already.

    Returns the steps, and hazards for what showed and nothing speaks of.
    """
    shown = _shown(effects, blocked)
    found = {what for what, where in shown.items() if where}
    held = [_held_to(step, found) for step in steps]
    told = {*told, *(TOLD[h.code] for step in held for h in step.statement.hazards if h.code in TOLD)}
    more = list(_unforeseen(NOBODY, shown, told))
    own = {f"table {dotted(*path[:2])}" for s in steps for path in (s.address.path, s.address.path[1:]) if path}
    others = sorted({lock.relation for lock in effects.locks if _elsewhere(lock, own)} & blocked)
    if steps and others and not found and not OF_OTHERS & {h.code for s in held for h in s.statement.hazards}:
        more.append(_beside(others, NOBODY))
    return tuple(_at_least(step, level_of) for step in held), tuple(more)


NOBODY = Address("", ("", ""))
"""Stands for the object of a statement that has none, or many."""


class _Seen(NamedTuple):
    """What was measured of one step, of relations that are there while others must not write to them. shown: by what
    can be measured, where. others: other tables that it locks."""

    shown: Mapping[str, Sequence[str]]
    others: Sequence[str]

    @property
    def found(self) -> Set[str]:
        return {what for what, where in self.shown.items() if where}


def _blocked(steps: Sequence[Step]) -> Iterator[tuple[Step, Set[str]]]:
    """Each step with the relations that nobody writes to while it runs. What an earlier transaction of the plan has
    made is none: nobody uses it, and it has no rows. What its own makes was not measured at all."""
    made: set[str] = set()
    for _, transaction in groupby(steps, key=lambda step: step.transaction):
        held: set[str] = set()
        members = list(transaction)
        for step in members:
            held |= {lock.relation for lock in step.effects.locks if lock.mode in BLOCKING} if step.effects else set()
            yield step, held - made
        # What comes back from quarantine has its rows.
        new = (s for s in members if s.action is Action.CREATE and s.statement.sql.startswith("CREATE"))
        made |= {_label(step.address) for step in new}


def _label(address: Address) -> str:
    return f"{address.kind.replace('_', ' ')} {dotted(*address.path)}"


def _former_names(steps: Sequence[Step]) -> Iterator[tuple[str, str]]:
    """The tables that are renamed, with what they are called in what was measured until that is committed. A rename of
    a table locks no other one."""
    for step in steps:
        if step.action is Action.RENAME and step.address.kind == "table" and step.effects:
            tables = [lock.relation for lock in step.effects.locks if lock.relation.startswith("table ")]
            yield from ((_own(step.address), table) for table in tables)


def _measured(step: Step, blocked: Set[str], former: Mapping[str, str]) -> _Seen | None:
    effects = step.effects
    if effects is None:
        return None
    own = _own(step.address)
    others = {lock.relation for lock in effects.locks if _elsewhere(lock, {own, former.get(own)})}
    return _Seen(_shown(effects, blocked), sorted(others & blocked))


def _shown(effects: Effects, blocked: Set[str]) -> dict[str, list[str]]:
    """By what can be measured, where it was, of the relations that are blocked."""
    return {
        REWRITES: [r for r in effects.rewrites if r in blocked and not r.startswith("index ")],
        SCANS: [r for r in effects.scans if r in blocked],
        BUILDS: [r for r in effects.rewrites if r in blocked and r.startswith("index ")],
    }


def _held_to(step: Step, showed: Set[str]) -> Step:
    """The step without hazards that did not show at any step of its object's."""
    statement = step.statement
    hazards = tuple(h for h in statement.hazards if h.code not in SHOWN or SHOWN[h.code] in showed)
    if hazards == statement.hazards:
        return step
    # What is there already is locked for a moment at least.
    calm = Risk.SAFE if step.action is Action.CREATE else Risk.CAUTION
    risk = statement.risk if statement.risk is Risk.DESTRUCTIVE else min(statement.risk, calm)
    return step._replace(statement=statement._replace(risk=risk, hazards=hazards))


def _with_more(step: Step, seen: _Seen | None, told: Set[str]) -> Step:
    """The step with hazards that showed and that nothing speaks of, and no less risky than what showed."""
    if seen is None:
        return step
    statement = step.statement
    hazards = (*statement.hazards, *_unforeseen(step.address, seen.shown, told, step.action))
    risk = max(statement.risk, Risk.DANGEROUS) if seen.found else statement.risk
    if seen.others and not seen.found and not OF_OTHERS & {h.code for h in hazards}:
        hazards = (*hazards, _beside(seen.others, step.address))
    return step._replace(statement=statement._replace(risk=risk, hazards=hazards))


def _beside(others: Sequence[str], address: Address) -> Hazard:
    code = codes.SEVERAL_TABLES_LOCKED if len(others) > 1 else codes.OTHER_TABLE_LOCKED
    return Hazard(code, f"{_named(others, address)} locked for a moment too", in_use=True)


def _at_least(step: Step, level_of: Callable[[str], Risk | None]) -> Step:
    """The step, no less risky than its hazards are."""
    statement = step.statement
    risk = max([statement.risk, *(r for h in statement.hazards if (r := level_of(h.code)) is not None)])
    return step._replace(statement=statement._replace(risk=risk))


def _unforeseen(
    address: Address, measured: Mapping[str, Sequence[str]], told: Set[str], action: Action = Action.ALTER
) -> Iterator[Hazard]:
    """Hazards for what was measured and no hazard speaks of. A table that is rewritten is read too, and its indexes are
    built anew."""
    if measured[REWRITES]:
        if REWRITES not in told:
            locked = "it is" if len(measured[REWRITES]) == 1 else "they are"
            what = f"{_named(measured[REWRITES], address)} rewritten while {locked} locked"
            yield Hazard(codes.REWRITE, what, in_use=True)
        return
    if measured[SCANS] and SCANS not in told:
        what = f"{_named(measured[SCANS], address)} read from end to end while writes wait"
        again = address.kind == "column" and action is not Action.CREATE
        yield Hazard(codes.RECHECKED if again else codes.SCANNED, what, in_use=True)
    elif measured[BUILDS] and SCANS not in told:
        yield Hazard(
            codes.INDEX_BUILD, f"{_named(measured[BUILDS], address)} built anew while writes wait", in_use=True
        )


def _elsewhere(lock: Lock, own: Set[str | None]) -> bool:
    """Whether it keeps others from writing to another table. own: what the step's own table is called."""
    return lock.mode in BLOCKING and lock.relation.startswith("table ") and lock.relation not in own


def _own(address: Address) -> str:
    return f"table {dotted(*address.path[:2])}"


def _named(relations: Sequence[str], address: Address) -> str:
    """The relations, and the verb that goes with them; the step's own table needs no name."""
    names = ["the table" if relation == _own(address) else relation for relation in relations]
    if len(names) == 1:
        return f"{names[0]} is"
    return f"{', '.join(names[:-1])} and {names[-1]} are"
