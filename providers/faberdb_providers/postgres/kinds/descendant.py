"""What tables and foreign tables share: their names are also those of types, and they may stand under other tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from faberdb.model import Address, Change, Object, Statement, Turn, Work
from faberdb_providers.postgres.kinds.base import PostgresKind
from faberdb_providers.postgres.kinds.lineage import carried, moves, places, turn_of
from faberdb_providers.postgres.kinds.partition import leave


class Descendant(PostgresKind):
    """Something that can be a partition or a child of a table."""

    def claims(self, obj: Object) -> Iterable[tuple[str, ...]]:
        yield ("relation", *obj.address.path)
        yield ("type", *obj.address.path)
        yield from places(obj)

    def carries(
        self, change: Change, live: Mapping[Address, Object], target: Mapping[Address, Object]
    ) -> Iterable[Address]:
        assert change.before is not None
        assert change.after is not None
        return carried(change.before, change.after, live, target)

    def turn(
        self,
        change: Change,
        changes: Mapping[Address, Change],
        live: Mapping[Address, Object],
        target: Mapping[Address, Object],
    ) -> Turn:
        return turn_of(change, changes, live, target)

    def apart(self, before: Object, after: Object) -> bool:
        return moves(before.attributes, after.attributes)

    def loosen(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        return leave(before, after, work)
