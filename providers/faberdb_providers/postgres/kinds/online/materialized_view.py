"""A materialized view over tables in use gets another query: a second one is filled and indexed before the rest of the
plan, and takes its place in the moment in which the first goes, so that nobody waits for the query."""

from __future__ import annotations

from collections.abc import Iterator

from faberdb.model import Address, Hazard, Object, Risk, Statement, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.from_elsewhere import reaches_elsewhere
from faberdb_providers.postgres.kinds.granting import given_by_default
from faberdb_providers.postgres.kinds.lineage import Find
from faberdb_providers.postgres.kinds.online.following import stays
from faberdb_providers.postgres.kinds.online.index import NEW, set_apart
from faberdb_providers.postgres.names import ident, qualified

_FILLED = Hazard(
    codes.FILLED_BESIDE, "it holds what its tables held when it was filled; what is written since comes with a REFRESH"
)
_LATE = {"clustered", "statistics"}
"""What is said of an index once it has its name."""


def read_by(view: Object, find: Find) -> Iterator[Address]:
    """All that its query reads, if through other views, with columns and functions."""
    seen, todo = {view.address}, list(view.references)
    while todo:
        address = todo.pop()
        if address in seen:
            continue
        seen.add(address)
        yield address
        obj = find(address)
        if obj is not None and address.kind in ("view", "materialized_view"):
            todo += obj.references


def is_filled_beside(view: Object, work: Work) -> bool:
    """Whether a materialized view that is wanted replaces one, and can be filled before anything else of the plan."""
    before = work.before(view.address)
    if before is None or "unpopulated" in view.attributes or work.kept(view.address) is not None:
        return False
    if all(before.attributes.get(key) == view.attributes.get(key) for key in ("query", "row", "access_method")):
        return False
    if reaches_elsewhere(view, work) or given_by_default(view.address.kind, view.address.path, work):
        return False
    if any(end(set_apart(view, NEW).address) is not None for end in (work.before, work.after)):
        return False
    read = list(read_by(view, work.after))
    return any(work.online(address) for address in read) and all(stays(address, work) for address in read)


def filled_beside(view: Object, sql: str) -> Iterator[Statement]:
    """sql: what makes it under the name that it has until then."""
    second = set_apart(view, NEW)
    yield Statement(sql, Risk.CAUTION, (_FILLED,), afterwards=True, beforehand=True)
    yield Statement(f"ALTER MATERIALIZED VIEW {qualified(second.address)} RENAME TO {ident(view.address.path[-1])}")


def goes_along(index: Object, work: Work) -> bool:
    """Whether an index is made on a materialized view before that has its name."""
    view = work.after(index.parent) if index.parent is not None and index.parent.kind == "materialized_view" else None
    return view is not None and not _LATE & index.attributes.keys() and is_filled_beside(view, work)


def on_the_second(index: Object) -> Object:
    """The index of the one that is filled beside."""
    schema, view, name = set_apart(index, NEW).address.path
    there = set_apart(Object(Address("materialized_view", (schema, view)), {}), NEW)
    return index._replace(address=Address("index", (*there.address.path, name)))
