"""Check constraints: an expression that is false for no row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from faberdb.model import Action, Address, Change, Object, Place, Turn, Work
from faberdb_providers.postgres.kinds.constraint import ConstraintKind
from faberdb_providers.postgres.kinds.in_the_way import rows_failing_check
from faberdb_providers.postgres.kinds.lineage import all_above, all_below
from faberdb_providers.postgres.kinds.written import written

if TYPE_CHECKING:
    from faberdb_providers.postgres.specs.check import CheckSpec


class CheckKind(ConstraintKind):
    """https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-CHECK-CONSTRAINTS"""

    name = "check"
    section = "checks"
    Declared: Any = written("check", "CheckSpec")
    within = ("table", "foreign_table")
    contype = "c"
    created_inline = True
    validated = True
    in_use = "validated later"
    texts = ("expression",)
    off_for_new_types = True  # one can leave the expression without an operator

    def columns(self, version: int) -> str:
        return "pg_get_expr(k.conbin, k.conrelid), k.connoinherit"

    def own(self, schema: str, columns: list[str], period: bool, rest: Sequence[Any]) -> dict[str, Any]:
        return {"expression": rest[0], "no_inherit": rest[1]}

    def declare(self, place: Place, name: str, spec: CheckSpec) -> Iterator[Object]:
        attributes = {k: getattr(spec, k) for k in ("expression", "no_inherit", "not_valid", "not_enforced")}
        yield from self.on_table(place, spec, name, attributes)

    def mentions(self, obj: Object) -> Iterable[str]:
        return [obj.attributes["expression"]]

    def later(self, obj: Object, work: Work) -> bool:
        """Not where one of its name is made at once above or below: the server takes none that is valid on a table and
        not on another below it."""
        table = work.after(obj.parent) if obj.parent is not None else None
        if table is None or not super().later(obj, work):
            return False
        for kin in (*all_above(table, work.after), *all_below(table, work)):
            namesake = Address(self.name, (*kin.address.path, obj.address.path[-1]))
            at_once = work.before(namesake) is not None or not work.online(kin.address)
            if at_once and work.after(namesake) is not None:
                return False
        return True

    def turn(
        self,
        change: Change,
        changes: Mapping[Address, Change],
        live: Mapping[Address, Object],
        target: Mapping[Address, Object],
    ) -> Turn:
        """One that goes, goes before those of its name on tables below: as long as it is there the server takes theirs
        for inherited, drops none and adds no other. One that is made anew comes after them, or it would meet theirs of
        old."""
        turn, name = super().turn(change, changes, live, target), change.address.path[-1]
        table = change.before.parent if change.before is not None else None
        if table is None or not _goes(change) or (table in changes and _goes(changes[table])):
            return turn
        of_name = {a: c for a, c in changes.items() if a.kind == self.name and a.path[-1] == name}
        # What a table carries that leaves this one goes when that has left.
        alike = [a for a, c in of_name.items() if c.action is not Action.ALTER and not c.by]
        parents = {a: o for a in alike if a != change.address and (o := live.get(Address("table", a.path[:-1])))}
        below = {a for a, o in parents.items() if any(above.address == table for above in all_above(o, live.get))}
        again = below if change.after is not None else frozenset()
        return turn._replace(ahead=turn.ahead | below, last=turn.last | again)

    def probe(self, obj: Object, work: Work) -> tuple[str, ...]:
        if obj.parent is not None and obj.parent.kind == "foreign_table":
            return ()  # the server takes it on trust
        return rows_failing_check(Address("table", obj.address.path[:-1]), obj, work)


def _goes(change: Change) -> bool:
    return change.action in (Action.DROP, Action.REPLACE)


KIND = CheckKind()
