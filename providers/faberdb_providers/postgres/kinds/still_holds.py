"""What stays on a table must hold for the values that a column has once its statement is done: keys, unique indexes,
exclusions and checks, which the server looks at anew in that very statement."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set

from faberdb.model import Address, Object, Work
from faberdb_providers.postgres.kinds.in_the_way import alike_in, excluding_in, own_rows
from faberdb_providers.postgres.kinds.index import as_element, compared
from faberdb_providers.postgres.kinds.lineage import all_above, pointed_at, shape, shared
from faberdb_providers.postgres.kinds.trying import as_stored
from faberdb_providers.postgres.names import dotted, ident

_UNCHECKED = frozenset(("not_valid", "not_enforced", "only", "attached_to"))
"""What says that the server does not look at the rows, or that something above says the same of them."""


TAKEN_OFF = frozenset(("check",))
"""What stays, but is taken off and put back around a new type: that is a statement with a query of its own."""


def conflicts(column: Object, value: str, work: Work, *, besides: Set[str] = frozenset()) -> list[str]:
    """Queries for the table and place of rows that are in the way of what stays once a column has other values. column:
    as it is wanted; value: the expression for what it will hold. besides: kinds of which nothing is to be asked."""
    expression, type_ = as_stored(value, column, work)
    collation = f" COLLATE {column.attributes['collation']}" if "collation" in column.attributes else ""
    becomes = f"(({expression})::{type_}){collation} AS {ident(column.address.path[-1])}"
    return [query for held in _staying(column, work, besides) for query in _asked(held, column, becomes, work)]


def untold(column: Object, work: Work) -> str:
    """Why rows may be in the way of other values of a column that no query finds; empty where there are none."""
    name, tables = column.address.path[-1], _family(column, work)
    for key in work.all_of("foreign_key", after=True):
        before = work.before(key.address)
        if before is None or not {"not_valid", "not_enforced"}.isdisjoint(key.attributes):
            continue
        refers = key.parent in tables and name in key.attributes["columns"]
        if refers or (pointed_at(key) in tables and name in _pointed_columns(key, work)):
            return f"{key.address.spoken} is held against the new values only then"
    return ""


def _pointed_columns(key: Object, work: Work) -> list[str]:
    named = key.attributes["references"].get("columns")
    keys = (o for o in work.children(pointed_at(key), after=True) if o.address.kind == "primary_key")
    return list(named or next((o.attributes["columns"] for o in keys), ()))


def _family(column: Object, work: Work) -> list[Address]:
    """The table of a column, and those below it, which have the column from it."""
    assert column.parent is not None
    home = column.parent
    below = (o for o in work.all_of("table", after=True) if home in [a.address for a in all_above(o, work.after)])
    return [home, *(o.address for o in below)]


def _staying(column: Object, work: Work, besides: Set[str]) -> Iterator[Object]:
    """What was there before, is to stay, and says something of the column."""
    name = ident(column.address.path[-1])
    for table in _family(column, work):
        for held in work.children(table, after=True):
            if held.address.kind in besides or not _stays(held, work):
                continue
            if any(mentions(text, name) for text in texts_of(held)):
                yield held


def _stays(held: Object, work: Work) -> bool:
    """Whether the server holds the rows against it anew; what is made anew has a statement and a query of its own."""
    before = work.before(held.address)
    if before is None or not _UNCHECKED.isdisjoint({*before.attributes, *held.attributes}):
        return False
    same = (before.attributes.get(key) == held.attributes.get(key) for key in ("expression", "without_overlaps"))
    return all(same) and shape(before) == shape(held)


def texts_of(held: Object) -> list[str]:
    """The SQL by which rows are held against something, as far as it speaks of columns."""
    kind, a = held.address.kind, held.attributes
    if kind in ("primary_key", "unique"):
        return [ident(name) for name in a["columns"]]
    if kind == "check":
        return [str(a["expression"])]
    if kind == "exclusion" or (kind == "index" and a.get("unique")):
        return [*a["elements" if kind == "exclusion" else "on"], str(a.get("where", ""))]
    return []


def _asked(held: Object, column: Object, becomes: str, work: Work) -> Iterator[str]:
    """The queries about one of those. becomes: what the column is, in the list of a SELECT."""
    table, texts = Address("table", held.address.path[:-1]), texts_of(held)
    columns = [ident(name) for name in _columns(table, work) if name != column.address.path[-1]]
    used = [name for name in columns if any(mentions(text, name) for text in texts)]
    own = held.address.kind != "check" or held.attributes.get("no_inherit")
    rows = own_rows(table, work) if own else dotted(*table.path)
    yield from broken(held, f"(SELECT {', '.join(['tableoid', 'ctid', *used, becomes])} FROM {rows}) faberdb", work)


def broken(held: Object, rows: str, work: Work) -> Iterator[str]:
    """Queries for the table and place of rows that one of those refuses. rows: what stands after FROM."""
    texts, a = texts_of(held), held.attributes
    where, with_nulls = str(a.get("where", "")), bool(a.get("nulls_not_distinct"))
    if held.address.kind == "check":
        yield f"SELECT tableoid, ctid FROM {rows} WHERE NOT ({a['expression']})"
    elif held.address.kind == "exclusion":
        parts = [part.rpartition(" WITH ") for part in a["elements"]]
        yield excluding_in(rows, [(compared(element), operator) for element, _, operator in parts], where)
    elif a.get("without_overlaps"):
        *same, period = texts
        yield excluding_in(rows, [*((name, "=") for name in same), (period, "&&")], "")
        yield f"SELECT tableoid, ctid FROM {rows} WHERE isempty({period})"
    elif held.address.kind == "index":
        as_sql = as_element(_columns(Address("table", held.address.path[:-1]), work))
        yield alike_in(rows, [compared(as_sql(element)) for element in a["on"]], where, with_nulls=with_nulls)
    elif texts:
        yield alike_in(rows, texts, "", with_nulls=with_nulls)


def _columns(table: Address, work: Work) -> dict[str, Object]:
    """The columns that a table has and keeps, be it from above, by name."""
    obj = work.after(table)
    own = {o.address.path[-1]: o for o in work.children(table, after=True) if o.address.kind == "column"}
    return {**(shared(obj, work, "column", after=True) if obj is not None else {}), **own}


def mentions(text: str, name: str) -> bool:
    """Whether an SQL text may speak of something by its name."""
    return re.search(rf"(?<![\w$]){re.escape(name)}(?![\w$])", text) is not None
