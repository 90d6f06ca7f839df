"""Comments on anything: a key of what they describe, ordered after it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from faberdb.model import Action, Address, Change, Object, Place, Statement, Verdict, Work
from faberdb_providers.postgres.kinds.base import PostgresKind, Spec
from faberdb_providers.postgres.names import dotted, ident, literal

SIGNATURES = {"function": "FUNCTION", "procedure": "PROCEDURE", "aggregate": "AGGREGATE"}
ON_TABLE = {
    **dict.fromkeys(("primary_key", "unique", "check", "exclusion", "foreign_key", "constraint_trigger"), "CONSTRAINT"),
    "trigger": "TRIGGER",
    "policy": "POLICY",
    "rule": "RULE",
}
PLAIN = {
    "materialized_view": "MATERIALIZED VIEW",
    "enum": "TYPE",
    "composite_type": "TYPE",
    "range_type": "TYPE",
    "foreign_table": "FOREIGN TABLE",
}


def target(address: Address) -> str:
    """What COMMENT ON calls the object that a comment's address names."""
    kind, *path = address.path
    if kind in ON_TABLE:
        return f"{ON_TABLE[kind]} {ident(path[-1])} ON {dotted(*path[:-1])}"
    if kind in SIGNATURES:
        return f"{SIGNATURES[kind]} {dotted(*path[:-1])}{path[-1]}"
    if kind == "index":
        return f"INDEX {dotted(path[0], path[-1])}"
    if kind == "other":
        return f"{path[0]} {path[1]}"
    return f"{PLAIN.get(kind, kind.upper())} {dotted(*path)}"


class CommentKind(PostgresKind):
    """`COMMENT ON`; https://www.postgresql.org/docs/current/sql-comment.html"""

    name = "comment"
    dropped_inline = True
    has_query = False

    def declare(self, place: Place, name: str, spec: Spec) -> Iterator[Object]:
        raise LookupError("a comment is declared with what it describes")

    def write(self, obj: Object) -> Mapping[str, Any]:
        return {"comment": obj.attributes["text"]}

    def compare(self, before: Object, after: Object) -> Verdict | None:
        return None if before.attributes == after.attributes else Verdict(Action.ALTER)

    def disturbed_by(self, obj: Object, change: Change) -> bool:
        return change.action in (Action.DROP, Action.REPLACE)

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        yield Statement(f"COMMENT ON {target(obj.address)} IS {literal(obj.attributes['text']).strip()}")

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        yield from self.create(after, (), work)

    def drop(self, obj: Object, work: Work) -> Iterable[Statement]:
        yield Statement(f"COMMENT ON {target(obj.address)} IS NULL")

    def rename(self, before: Object, after: Object) -> Iterable[Statement]:
        return ()


KIND = CommentKind()
