"""What indexes and constraints share: they are over columns, and may be parts of those of the table above."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from faberdb.model import Action, Address, Change, Object
from faberdb_providers.postgres.kinds.base import PostgresKind
from faberdb_providers.postgres.kinds.partition_index import left_by, part_forces


class OnColumns(PostgresKind):
    """An index or constraint, which the server carries along when its columns change type."""

    off_for_new_types: bool = False
    """Taken off and put back around a new type of a column all the same: meanwhile it would not fit."""

    def disturbed_by(self, obj: Object, change: Change) -> bool:
        if change.action in (Action.DROP, Action.REPLACE):
            return not left_by(obj, change)
        if change.address.kind == "column":
            return change.disturbs and (self.off_for_new_types or _over_rows(obj))
        return change.disturbs and change.address.kind != "table"

    def forces(
        self, change: Change, live: Mapping[Address, Object], target: Mapping[Address, Object]
    ) -> Iterable[Address]:
        if change.action is Action.ALTER:
            return ()
        return part_forces(change.before, target, live, replaced=change.action is Action.REPLACE)


def _over_rows(obj: Object) -> bool:
    """Whether an expression is over whole rows, or takes a value out of a row: the server does not follow such through
    a change of type."""
    return any(re.search(r"\)\.|\.\*", str(obj.attributes.get(key, ""))) for key in ("on", "elements", "where"))
