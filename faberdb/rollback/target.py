"""What a database is to be when a plan has been taken back."""

from __future__ import annotations

from collections.abc import Mapping

from faberdb.model import Address, Object
from faberdb.plan.state import Record


def before(objects: Mapping[Address, Object], record: Record, left: frozenset[Address]) -> dict[Address, Object]:
    """The catalogue with what the record changed as it was before, less what is left alone by now. What was added by
    hand to something that the record made goes with it."""
    target = dict(objects)
    for difference in record.differences:
        if difference.address in left:
            continue
        if difference.before is None:
            target.pop(difference.address, None)
        else:
            target[difference.address] = difference.before
    gone = objects.keys() - target.keys()
    while homeless := {a for a, o in target.items() if o.parent in gone}:
        gone = homeless
        for address in homeless:
            del target[address]
    return target
