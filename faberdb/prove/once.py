"""What is done once (a raw step): whether it can be done where it is asked to be, and is still what was done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from faberdb.declare.source import Problem, closest, error_of, problem_at
from faberdb.errors import DeclarationError, ProofError
from faberdb.model import Address, Change, Kind, Object

Objects = Mapping[Address, Object]


def refuse_other_deeds(wanted: Objects, live: Objects, kinds: Mapping[str, Kind]) -> None:
    """Raises DeclarationError for what was done here and is declared as something else by now."""
    done = (o for a, o in wanted.items() if a in live and kinds[a.kind].once)
    changed = [o for o in done if kinds[o.address.kind].deed(o) != kinds[o.address.kind].deed(live[o.address])]
    problems = [
        _problem(
            obj,
            f"{obj.address.spoken} was done in this database with another text, which cannot be changed any more",
            "put the text back as it was, and write what is to be done now as another step, with a name of its own",
        )
        for obj in changed
    ]
    if problems:
        raise error_of(problems, DeclarationError)


def refuse_misplaced(wanted: Objects, live: Objects, target: Objects, kinds: Mapping[str, Kind]) -> None:
    """Raises DeclarationError for what is to come after something that nobody knows, or before something that nobody
    knows where there are others like it. Where there are none (a new database) that is a matter of the past."""
    known = {**live, **target}
    problems = []
    for address, obj in wanted.items():
        if not kinds[address.kind].once or address in live:
            continue
        for word, other in kinds[address.kind].stands_by(obj).items():
            alike = _alike(other, live)
            if other in known or (word == "before" and not alike):
                continue
            message = f"{address.spoken} is to come {word} {other.spoken}, which is neither declared nor there"
            close = closest(other.spoken, (a.spoken for a in _alike(other, known)))
            advice = "write it as a plan prints it; if there is nothing left to do here, take the step out of the file"
            problems.append(_problem(obj, message + (f"; did you mean `{close}`?" if close else ""), advice))
    if problems:
        raise error_of(problems, DeclarationError)


def _alike(address: Address, objects: Iterable[Address]) -> list[Address]:
    """What is of the same kind in the same place."""
    return [a for a in objects if a.kind == address.kind and a.path[:-1] == address.path[:-1]]


def _problem(obj: Object, message: str, advice: str) -> Problem:
    assert obj.origin is not None, "what is wanted was declared"
    return problem_at(obj.origin, message, advice)


def changed_too_much(
    lines: Sequence[str], changes: Mapping[Address, Change], kinds: Mapping[str, Kind], *, back: bool
) -> ProofError | None:
    """The error where a plan does not lead where it should and runs SQL of the project's: that is the only thing in it
    that is not of our making. None where there is no such SQL."""
    done = (c.after for a, c in changes.items() if kinds[a.kind].once and c.after is not None)
    steps = sorted(o.address.spoken for o in done if not (back and kinds[o.address.kind].remains(o)))
    if not steps:
        return None
    which = steps[0] if len(steps) == 1 else f"one of {', '.join(steps)}"
    return ProofError(
        f"{'taken back, ' if back else ''}{which} changes more than rows",
        detail=tuple(lines),
        advice="a step writes rows; what the database holds besides is declared: take it out of the step, and of what"
        " that calls. No plan was written and nothing was changed",
    )
