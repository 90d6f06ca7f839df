"""What the live catalogue is once all that the declaration renames has its new name, as a server prints it."""

from __future__ import annotations

from collections.abc import Callable

from faberdb.diff.changes import Kinds, Objects
from faberdb.model import Catalogue, Object
from faberdb.order.steps import make_steps
from faberdb.prove.copying import copied
from faberdb.prove.renaming import find_renames, followed
from faberdb.prove.scratch import Scratch


def renamed(
    wanted: Objects, catalogue: Catalogue, kinds: Kinds, scratch: Callable[[], Scratch], *, full: bool
) -> tuple[Objects, tuple[tuple[Object, Object], ...]]:
    """The catalogue, tried out on a copy, and the renames. A renamed table may hold renamed columns, so this goes on
    until no name is left to change. full: whether a large catalogue is copied as a whole. Raises what a copy raises."""
    start: Objects = catalogue.objects
    renames: list[tuple[Object, Object]] = []
    while found := find_renames(wanted, start, kinds):
        steps, _ = make_steps({}, catalogue._replace(objects=start), {}, kinds, renames=found)
        # What a new name needs and is not there yet: it comes with the changes, and is only lent to the copy.
        coming = {new.address for _, new in found}
        needed = {r for _, new in found for r in new.references} - coming
        places = {r: wanted[r] for r in needed if r in wanted and r not in start}
        touched = {*(old.address for old, _ in found), *places}
        beside = {r for _, new in found for r in new.references}
        with copied(scratch(), {**start, **places}, touched, beside, kinds, full=full) as copy:
            before = copy.now
            after = copy.run(steps, "rename", wanted)
        start = {a: o for a, o in followed(start, before, after).items() if a not in places}
        renames.extend(found)
    return start, tuple(renames)
