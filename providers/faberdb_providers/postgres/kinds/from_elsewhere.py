"""Materialized views over foreign tables: what they hold is on another server, which nothing that is tried out reaches
(`settings.closed_off`). On scratch they count as populated and hold nothing."""

from __future__ import annotations

from faberdb.model import Address, Object, Statement, Work
from faberdb_providers.postgres.names import dollar_quoted, literal, qualified

_FOLLOWED = ("view", "function", "procedure")
"""What runs a query of its own where it is read. A materialized view is read as it stands."""
_TABLES = ("table", "foreign_table")


def reaches_elsewhere(view: Object, work: Work) -> bool:
    """Whether the query of a wanted materialized view reads a foreign table, as far as references tell."""
    seen: set[Address] = set()
    todo = list(view.references)
    while todo:
        address = todo.pop()
        if address.kind == "foreign_table":
            return True
        obj = None if address in seen else work.after(address)
        seen.add(address)
        if obj is None:
            continue
        if address.kind == "column" and obj.parent is not None:
            todo.append(obj.parent)
        elif address.kind in _FOLLOWED:
            todo += obj.references
        elif address.kind == "table":
            below = (*work.children(address, after=True), *work.referrers(address, after=True))
            todo += [part.address for part in below if part.address.kind in _TABLES]
    return False


def taken_for_populated(view: Object, statement: Statement, *, made: str = "") -> Statement:
    """The statement, with what a scratch server runs in its place. made: what makes it without data. Only superusers
    may say so, and there is no other way to."""
    name = literal(qualified(view.address)).strip()
    mark = f"UPDATE pg_catalog.pg_class SET relispopulated = true WHERE oid = {name}::pg_catalog.regclass"
    lines = [f"EXECUTE {literal(made).strip()}"] if made else []
    body = " ".join(f"{line};" for line in (*lines, mark))
    return statement._replace(on_scratch=f"DO {dollar_quoted(f'BEGIN {body} END')}")
