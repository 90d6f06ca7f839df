"""Check constraints: an expression that is false for no row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from faberdb.model import Address, Object, Place, Work
from faberdb_providers.postgres.kinds.constraint import ConstraintKind
from faberdb_providers.postgres.kinds.in_the_way import rows_failing_check
from faberdb_providers.postgres.kinds.spec import Spec


class CheckSpec(Spec):
    """A check constraint; a bare string is its expression."""

    short = "expression"

    expression: str
    no_inherit: bool = False
    not_valid: bool = False
    not_enforced: bool = False


class CheckKind(ConstraintKind):
    """https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-CHECK-CONSTRAINTS"""

    name = "check"
    section = "checks"
    Declared = CheckSpec
    within = ("table", "foreign_table")
    contype = "c"
    created_inline = True
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

    def probe(self, obj: Object, work: Work) -> tuple[str, ...]:
        if obj.parent is not None and obj.parent.kind == "foreign_table":
            return ()  # the server takes it on trust
        return rows_failing_check(Address("table", obj.address.path[:-1]), obj, work)


KIND = CheckKind()
