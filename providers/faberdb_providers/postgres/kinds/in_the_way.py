"""Queries that name the rows a statement fails on, by their keys. They are asked when a plan is made, of rows as they
are then, and after the statement failed and was undone. Who asks says how many rows it wants (`asking`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from faberdb.model import Address, Object, Work
from faberdb_providers.postgres.names import dotted, ident

Probe = tuple[str, ...]
"""A query, after what has to be tried before it can be asked."""


def rows_alike(table: Address, on: Sequence[str], condition: str, work: Work, *, with_nulls: bool) -> Probe:
    """A query for the keys of rows that others are alike in what `on` lists, of those that a condition lets through.
    with_nulls: whether those are alike, too, that have no value there."""
    found = alike_in(own_rows(table, work), on, condition, with_nulls=with_nulls)
    return rows_where(table, f"(t.tableoid, t.ctid) in ({found})", work, own=True)


def alike_in(rows: str, on: Sequence[str], condition: str, *, with_nulls: bool) -> str:
    """A query for the table and place of such rows. rows: what stands after FROM."""
    conditions = [f"({condition})"] if condition else []
    conditions += [] if with_nulls else [f"num_nulls({', '.join(on)}) = 0"]
    where = f" where {' and '.join(conditions)}" if conditions else ""
    window = f"count(*) over (partition by {', '.join(on)}) as n"
    return f"select tableoid, ctid from (select tableoid, ctid, {window} from {rows}{where}) d where n > 1"


def rows_excluding(
    table: Address, on: Sequence[tuple[str, str]], condition: str, work: Work, besides: str = ""
) -> Probe:
    """A query for the keys of rows for which there is another one with which all comparisons hold, of those that a
    condition lets through. on: what is compared, and the operator. besides: rows that are in the way by themselves."""
    found = f"(t.tableoid, t.ctid) in ({excluding_in(own_rows(table, work), on, condition)})"
    return rows_where(table, f"{besides} or {found}" if besides else found, work, own=True)


def excluding_in(rows: str, on: Sequence[tuple[str, str]], condition: str) -> str:
    """A query for the table and place of such rows. rows: what stands after FROM."""
    where = f" where {condition}" if condition else ""
    named = [(f"e{n}", expression, operator) for n, (expression, operator) in enumerate(on, 1)]
    values = ", ".join(f"{expression} as {name}" for name, expression, _ in named)
    meet = " and ".join(f"a.{name} {operator} b.{name}" for name, _, operator in named)
    return (
        f"with e as (select tableoid as part, ctid as place, {values} from {rows}{where})"
        f" select a.part, a.place from e a join e b on (a.part, a.place) <> (b.part, b.place) and {meet}"
    )


def rows_where(table: Address, condition: str, work: Work, *, own: bool = False, alias: str = "t") -> Probe:
    """A query for the keys of rows: their primary key, or for want of one their place in the file. Other values are
    never asked for, because an error message is no place for them. own: only rows of the table itself; alias: what the
    condition calls it."""
    where = f" where {condition}" if condition else ""
    rows = own_rows(table, work) if own else dotted(*table.path)
    return (f"select {', '.join(_key_of(table, work, alias))} from {rows} {alias}{where}",)


def rows_failing_check(table: Address, check: Object, work: Work) -> Probe:
    """A query for the keys of rows of a table that a check of it, or of one above it, refuses. It speaks of a row as
    a whole by the name of the check's table."""
    own, name = bool(check.attributes.get("no_inherit")), ident(check.address.path[-2])
    return rows_where(table, f"not ({check.attributes['expression']})", work, own=own, alias=name)


def own_rows(table: Address, work: Work) -> str:
    """The table, less those that inherit from it: a key holds for its own rows alone. Partitions are parts of it."""
    obj = work.after(table) or work.before(table)
    name = dotted(*table.path)
    return name if obj is not None and "partition_by" in obj.attributes else f"only {name}"


def rows_in(conditions: Iterable[tuple[Address, str]], work: Work) -> Probe:
    """A query for rows of several tables, each with a condition: the table and the key."""
    parts = []
    for table, condition in conditions:
        label = dotted(*table.path).replace("'", "''")
        parts.append(
            f"(select '{label}' as in_table, concat_ws(', ', {', '.join(_key_of(table, work))}) as key"
            f" from {dotted(*table.path)} t where {condition})"
        )
    return (f"select * from ({' union all '.join(parts)}) found",) if parts else ()


def _key_of(table: Address, work: Work, alias: str = "t") -> list[str]:
    """The columns of its primary key, or of that of the table it is a partition of; else where each row is."""
    for child in work.children(table, after=False):
        if child.address.kind == "primary_key":
            return [f"{alias}.{ident(c)}" for c in child.attributes["columns"]]
    obj = work.before(table)
    return _key_of(obj.parent, work, alias) if obj is not None and obj.parent is not None else [f"{alias}.ctid"]
