"""The proof: the plan run on a copy of what it touches gives what was asked for, its rollback gives back what was."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from faberdb.canon.closure import closure
from faberdb.errors import ProofError
from faberdb.model import Action, Address, CarriedRows, Change, Effects, Kind, Object, Objection, Step
from faberdb.prove.barred import as_it_stays
from faberdb.prove.bodies import unread
from faberdb.prove.copying import Copy
from faberdb.prove.once import changed_too_much
from faberdb.prove.renaming import irrevocable
from faberdb.prove.scratch import Scratch, build


class Proof(NamedTuple):
    """What was proven, where. after: the changed objects as the server printed them when the plan had run, less
    renames at its end. before, final: all of the copy, before the plan and after all of it. rollback: what took it back
    from there. stages: all of it after each transaction but the last. objections: what the server has against texts of
    changed objects that it looks into only when they run. effects: what the steps did there, by their ids. rows: what
    was shown with rows, if the plan has to do with any."""

    server: str
    scope: str
    forward: bool
    backward: bool
    after: Mapping[Address, Object]
    before: Mapping[Address, Object]
    final: Mapping[Address, Object]
    rollback: tuple[Step, ...] = ()
    stages: Mapping[int, Mapping[Address, Object]] = {}
    objections: Mapping[Address, Objection] = {}
    effects: Mapping[str, Effects] = {}
    rows: CarriedRows | None = None


def prove(
    copy: Copy,
    steps: Sequence[Step],
    way_back: Callable[[Mapping[Address, Object]], Sequence[Step]],
    changes: Mapping[Address, Change],
    scratch: Scratch,
    target: Mapping[Address, Object],
    *,
    renames_last: bool = False,
    barred: Collection[Address] = (),
) -> Proof:
    """Run the plan forward, then back, on the copy, and hold each result against what was promised. way_back: the steps
    that take it back, given what it made, under the names that the changes have. barred: changes that it cannot take
    back altogether.

    Renames at the head or the tail of the plan only give names; what the changes promise is held between them.
    Raises ProofError with what differs.
    """
    begin = copy.now
    stages: dict[int, Mapping[Address, Object]] = {}
    effects: dict[str, Effects] = {}

    def note(step: Step, found: Effects) -> None:
        effects[step.id] = found

    def run(part: Sequence[Step]) -> Mapping[Address, Object]:
        for number, group in groupby(part, key=lambda step: step.transaction):
            stages[number] = copy.run(tuple(group), "plan", target, note)
        return copy.now

    first, changing, last = _around_renames(steps, renames_last=renames_last)
    start = run(first)
    after = run(changing)
    # What gets a name at the end may have it from something that went before.
    outlasting = _with_parts({step.address for step in last if step.action is not Action.RENAME}, changes, steps)
    held = {a: c for a, c in changes.items() if a not in outlasting}
    _hold_forward(copy, after, held, start, scratch, target)
    followed = {a: o for a, o in after.items() if a in changes or a not in start or start[a] != o}
    final = run(last)
    stages.pop(steps[-1].transaction, None)
    objections = copy.database.objections(texts) if (texts := unread(changes, copy.kinds)) else {}
    rollback = way_back(after)
    back = copy.run(rollback, "rollback")
    stays = {} if renames_last else irrevocable(after, start, copy.kinds)
    wrong = _differences({**as_it_stays(begin, after, barred, copy.kinds), **stays}, back, copy.kinds)
    if wrong:
        said = changed_too_much(wrong, changes, copy.kinds, back=True)
        lost = ProofError("the rollback does not lead back to the live catalogue", detail=tuple(wrong), advice=_BUG)
        raise said or lost
    return Proof(
        scratch.description,
        copy.scope,
        True,
        True,
        followed,
        begin,
        final,
        tuple(rollback),
        stages,
        objections,
        effects,
    )


def _around_renames(
    steps: Sequence[Step], *, renames_last: bool
) -> tuple[Sequence[Step], Sequence[Step], Sequence[Step]]:
    """The steps up to the renames, those of the changes, and the renames with what follows them."""
    naming = [n for n, step in enumerate(steps) if step.action is Action.RENAME]
    if not naming:
        return (), steps, ()
    if renames_last:
        return (), steps[: naming[0]], steps[naming[0] :]
    return steps[: naming[-1] + 1], steps[naming[-1] + 1 :], ()


def _with_parts(
    addresses: set[Address], changes: Mapping[Address, Change], steps: Sequence[Step]
) -> frozenset[Address]:
    """These, and what goes with them by no step of its own: the privileges on a schema that is dropped."""
    found, own = set(addresses), {step.address for step in steps}
    inside = {
        a: c.before.parent
        for a, c in changes.items()
        if c.action is Action.DROP and c.before is not None and a not in own
    }
    while more := {a for a, above in inside.items() if above in found} - found:
        found |= more
    return frozenset(found)


_BUG = "no plan was written and nothing was changed; please report this, it is a bug in faberdb"


def _hold_forward(
    copy: Copy,
    after: Mapping[Address, Object],
    changes: Mapping[Address, Change],
    start: Mapping[Address, Object],
    scratch: Scratch,
    target: Mapping[Address, Object],
) -> None:
    expected = {a: o for a, o in start.items() if a not in changes or changes[a].after is not None}
    expected |= {a: c.after for a, c in changes.items() if c.after is not None and c.action is not Action.DROP}
    # What something of which only the declared counts brings along (the comment of an extension).
    expected |= {
        a: o
        for a, o in after.items()
        if a not in expected
        and o.parent is not None
        and o.parent in changes
        and (copy.kinds[o.parent.kind].as_declared or copy.kinds[a.kind].optional)
    }
    expected = {a: o for a, o in expected.items() if a in after or copy.database.tells(o)}
    wrong = _differences(expected, after, copy.kinds)
    if not wrong:
        return
    # A text that prints differently when it is read again also does so here: hold it against a direct build.
    wanted = closure(changes, target, copy.kinds)
    with scratch.database() as database:
        build(database, wanted, copy.kinds)
        direct = database.inspect().objects
    expected |= {a: direct[a] for a in changes if a in direct and a in expected}
    expected |= {
        a: after[a] for a, o in expected.items() if a not in changes and a in after and _same_texts(o, after[a], copy)
    }
    wrong = _differences(expected, after, copy.kinds)
    if wrong:
        said = changed_too_much(wrong, changes, copy.kinds, back=False)
        raise said or ProofError("the plan does not lead to the declared schema", detail=tuple(wrong), advice=_BUG)


def _same_texts(old: Object, new: Object, copy: Copy) -> bool:
    """Unchanged but for printed texts, which follow what they refer to (a cast to the new type of a column)."""
    texts = set(copy.kinds[old.address.kind].texts)
    rest = [{k: v for k, v in o.attributes.items() if k not in texts} for o in (old, new)]
    return rest[0] == rest[1]


def _differences(
    expected: Mapping[Address, Object], found: Mapping[Address, Object], kinds: Mapping[str, Kind]
) -> list[str]:
    lines = [f"missing: {a}" for a in expected if a not in found]
    lines += [f"not expected: {a}" for a in found if a not in expected]
    for address, wanted in expected.items():
        if address in found and kinds[address.kind].compare(found[address], wanted) is not None:
            have, want = found[address].attributes, wanted.attributes
            keys = sorted(k for k in {*have, *want} if have.get(k) != want.get(k))
            lines += [f"{address}: {k} is {have.get(k)!r}, should be {want.get(k)!r}" for k in keys]
    return lines
