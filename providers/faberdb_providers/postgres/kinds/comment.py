"""Comments on anything: a key of what they describe, ordered after it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from faberdb.model import Action, Address, Change, Object, Place, Statement, Work
from faberdb_providers.postgres.kinds.along import PUBLIC_SCHEMA, STANDARD, made_anew, part_key
from faberdb_providers.postgres.kinds.base import PostgresKind
from faberdb_providers.postgres.kinds.cast import cast_identity
from faberdb_providers.postgres.kinds.language import transform_identity
from faberdb_providers.postgres.kinds.operator import operator_identity
from faberdb_providers.postgres.kinds.operator_class import of_method
from faberdb_providers.postgres.names import dotted, ident, literal, routine

if TYPE_CHECKING:
    from faberdb_providers.postgres.specs.base import Spec

SIGNATURES = {"function": "FUNCTION", "procedure": "PROCEDURE", "aggregate": "AGGREGATE"}
CONSTRAINTS = ("primary_key", "unique", "check", "exclusion", "foreign_key", "constraint", "constraint_trigger")
ON_TABLE = {
    **dict.fromkeys(CONSTRAINTS, "CONSTRAINT"),
    "trigger": "TRIGGER",
    "policy": "POLICY",
    "rule": "RULE",
}
PLAIN = {
    "enum": "TYPE",
    "composite_type": "TYPE",
    "range_type": "TYPE",
    "base_type": "TYPE",
    "foreign_server": "SERVER",
}
OF_METHOD = {"operator_class": "OPERATOR CLASS", "operator_family": "OPERATOR FAMILY"}
_BY_SIGNATURE = (*SIGNATURES, "cast", "transform", "operator")
"""What is told apart by types, which stand in its address as SQL."""
OTHER = {"TABLE CONSTRAINT": "CONSTRAINT"}
"""What pg_identify_object calls otherwise than COMMENT ON does, in upper case."""


def target(address: Address) -> str:
    """What COMMENT ON calls the object that a comment's address names."""
    kind, *path = address.path
    if kind in ON_TABLE:
        return f"{ON_TABLE[kind]} {ident(path[-1])} ON {dotted(*path[:-1])}"
    if kind in SIGNATURES:
        return f"{SIGNATURES[kind]} {routine(kind, path)}"
    if kind == "index":
        return f"INDEX {dotted(path[0], path[-1])}"
    if kind == "attribute":
        return f"COLUMN {dotted(*path)}"
    if kind == "domain_constraint":
        return f"CONSTRAINT {ident(path[-1])} ON DOMAIN {dotted(*path[:-1])}"
    if kind == "cast":
        return cast_identity(*path)
    if kind == "transform":
        return transform_identity(*path)
    if kind == "operator":
        return operator_identity(*path)
    if kind in OF_METHOD:
        return of_method(OF_METHOD[kind], *path)
    if kind == "other":
        return f"{OTHER.get(path[0], path[0])} {path[1]}"
    return f"{PLAIN.get(kind, kind.replace('_', ' ').upper())} {dotted(*path)}"


class CommentKind(PostgresKind):
    """`COMMENT ON`; https://www.postgresql.org/docs/current/sql-comment.html"""

    name = "comment"
    alterable = True
    renamable = False
    dropped_inline = True
    has_query = False

    def declare(self, place: Place, name: str, spec: Spec) -> Iterator[Object]:
        raise LookupError("a comment is declared with what it describes")

    def write(self, obj: Object) -> Mapping[str, Any]:
        kind, *path = obj.address.path
        if kind == "column" and obj.parent is not None and obj.parent.kind != kind:
            return {"column_comments": {path[-1]: obj.attributes["text"]}}
        if kind == "sequence" and obj.parent is not None and obj.parent.kind == "column":
            return {"identity": {"comment": obj.attributes["text"]}}
        if kind == "constraint_trigger":
            return {"constraint_comment": obj.attributes["text"]}
        if obj.parent is not None and obj.parent.kind != kind:
            return {"part_comments": {part_key(obj.address): obj.attributes["text"]}}
        return {"comment": obj.attributes["text"]}

    def fragments(self, obj: Object) -> Iterable[str]:
        kind, *path = obj.address.path
        return path if kind == "other" else path[-1:] if kind in _BY_SIGNATURE else ()

    def elsewhere(self, address: Address, called: Callable[[str], str]) -> Address:
        if address.kind == self.name and address.path[0] == "role":
            return Address(self.name, ("role", called(address.path[1])))
        return address

    def with_roles(self, obj: Object, called: Callable[[str], str]) -> Object:
        return obj._replace(address=self.elsewhere(obj.address, called))

    def disturbed_by(self, obj: Object, change: Change) -> bool:
        return change.action in (Action.DROP, Action.REPLACE) or made_anew(obj, change)

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        yield Statement(f"COMMENT ON {target(obj.address)} IS {literal(obj.attributes['text']).strip()}")

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        yield from self.create(after, (), work)

    def stays(self, obj: Object, above: Object | None) -> bool:
        # Whoever makes the schema public anew, as restored dumps do, leaves it without the comment it has at first.
        return not obj.attributes["text"]

    def drop(self, obj: Object, work: Work) -> Iterable[Statement]:
        at_first = STANDARD if obj.parent == PUBLIC_SCHEMA else "NULL"
        yield Statement(f"COMMENT ON {target(obj.address)} IS {at_first}")

    def rename(self, before: Object, after: Object) -> Iterable[Statement]:
        return ()


KIND = CommentKind()
