"""How a column's values are kept when the column goes or changes type, and how they come back.

Each row is known again by its primary key where the table has one that stays, else by the content of the columns that
stay: rows alike in all of those are told apart by a number, which is exact as long as nobody changes them in between.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from faberdb.model import Address, Kept, Object, Risk, Statement, Work
from faberdb_providers.postgres.names import dotted, ident, literal

_TYPE = re.compile(r"(.+?)(?:\(([0-9]+)(?:,(-?[0-9]+))?\))?( with(?:out)? time zone)?\Z")
_WIDER = {
    "smallint": {"integer", "bigint", "numeric"},
    "integer": {"bigint", "numeric"},
    "bigint": {"numeric"},
    "real": {"double precision"},
    "character varying": {"text"},
    "date": {"timestamp without time zone"},
    "cidr": {"inet"},
    "json": {"text"},
    "uuid": {"text"},
    "boolean": {"text"},
}


def lossless(old: str, new: str) -> bool:
    """Whether every value of type `old` survives a cast to `new` and the cast back, for certain. Types are named as
    format_type() names them; a pair this does not know counts as lossy, which only costs the copy of the values."""
    if old == new:
        return True
    (base, size, scale), (wide, limit, digits) = _parts(old), _parts(new)
    if base.endswith("[]") or wide.endswith("[]"):
        return False
    if base == wide and base in ("character varying", "bit varying", "timestamp without time zone", "numeric"):
        return limit is None or (size is not None and limit >= size and scale == digits)
    if base == wide:
        return limit is None and size is None
    if wide in _WIDER.get(base, ()):
        return limit is None
    integral = base in ("smallint", "integer", "bigint")
    return wide in ("text", "character varying") and limit is None and (integral or base == "numeric")


def _parts(type_: str) -> tuple[str, int | None, int | None]:
    match = _TYPE.match(type_)
    if match is None:
        return type_, None, None
    name, size, scale, zone = match.groups()
    return name + (zone or ""), int(size) if size else None, int(scale or 0) if size else None


def key_columns(column: Address, work: Work) -> dict[str, list[str]]:
    """What tells the rows of a table apart before and after the plan: `key`, or for want of one `content`."""
    table = Address("table", column.path[:-1])
    goes = work.after(table) is None
    stay = []
    for old in work.children(table, after=False):
        if old.address.kind != "column" or old.address == column:
            continue
        # The other columns of a table that goes to quarantine are the same when it comes back, but for those whose type
        # may be gone or another by then.
        new = old if goes and not of_own_type(old) else work.after(old.address)
        if new is None:
            continue
        generated = "generated" in old.attributes or "generated" in new.attributes
        if old.attributes["type"] == new.attributes["type"] and not generated:
            stay.append(old.address.path[-1])
    for key in work.children(table, after=False):
        if key.address.kind == "primary_key" and set(key.attributes["columns"]) <= set(stay):
            return {"key": list(key.attributes["columns"])}
    return {"content": stay}


def rows_where(table: Address, condition: str, work: Work) -> str:
    """A query for the keys of up to five rows: their primary key, or for want of one their place in the file. Other
    values are never asked for, because an error message is no place for them."""
    columns = ["t.ctid"]
    for child in work.children(table, after=False):
        if child.address.kind == "primary_key":
            columns = [f"t.{ident(c)}" for c in child.attributes["columns"]]
    where = f" where {condition}" if condition else ""
    return f"select {', '.join(columns)} from {dotted(*table.path)} t{where} limit 5"


def save(obj: Object, kept: Kept, became: str | None = None, value: str | None = None) -> Iterator[Statement]:
    """Copy the column's values, and what tells their rows apart, beside the table. became: expression of the value
    each row will have instead, so that a restore can tell who has been written since. value: an expression to copy
    instead of the column."""
    table, column = dotted(*obj.address.path[:-1]), value or ident(obj.address.path[-1])
    if value is None and of_own_type(obj):
        column += "::text"
    more = f", {became} AS became" if became else ""
    if "key" in kept.detail:
        keys = ", ".join(f"{ident(k)} AS key_{n}" for n, k in enumerate(kept.detail["key"], 1))
        select = f"SELECT row_number() OVER () AS id, {keys}, {column} AS value{more} FROM {table}"
    else:
        content = _content(kept.detail["content"], "")
        select = (
            f"SELECT row_number() OVER () AS id, {content} AS digest,"
            f" row_number() OVER (PARTITION BY {content}) AS ordinal, {column} AS value{more} FROM {table}"
        )
    # Between the copy and the change nobody may write, or the row written would be lost to the copy.
    yield Statement(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE", Risk.DANGEROUS)
    yield Statement(f"CREATE TABLE {kept.place} AS {select}", Risk.DANGEROUS)
    yield Statement(f"ALTER TABLE {kept.place} ADD PRIMARY KEY (id)")
    if kept.detail.get("position"):
        sequence = _sequence(obj)
        yield Statement(
            f"CREATE TABLE {kept.place}_position AS SELECT 1 AS id, pg_sequence_last_value({sequence}) AS value"
        )
        yield Statement(f"ALTER TABLE {kept.place}_position ADD PRIMARY KEY (id)")


def note_same(obj: Object, kept: Kept, cast: str) -> Iterator[Statement]:
    """Before a column changes back: note beside its kept values which of its rows still have what those became, and
    stop at a value written since that `cast` cannot make one of the old type."""
    table, column = dotted(*obj.address.path[:-1]), ident(obj.address.path[-1])
    source, match = _rows_of(obj, kept)
    same = f"{match} AND t.{column}::text IS NOT DISTINCT FROM q.became::text"
    yield Statement(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE", Risk.DANGEROUS)
    yield Statement(f"CREATE TABLE {kept.place}_same AS SELECT q.id FROM {table} t, {source} WHERE {same}")
    yield Statement(f"ALTER TABLE {kept.place}_same ADD PRIMARY KEY (id)")
    yield Statement(
        f"SELECT count({cast}) FROM {table} WHERE (tableoid, ctid) NOT IN"
        f" (SELECT t.tableoid, t.ctid FROM {table} t, {source} WHERE {same})",
        Risk.DANGEROUS,
    )


def restore(
    obj: Object,
    kept: Kept,
    became: str | None = None,
    *,
    part: str | None = None,
    value: str | None = None,
    condition: str = "",
    same: bool = False,
) -> Iterator[Statement]:
    """Put kept values back into the rows they came from. became: what the other value looks like after the cast back;
    rows whose value is not that were written since and stay as they are. part: what is set, where that is only a part
    of the column; value: to what; condition: on which rows besides, with AND in front; same: those
    rows were noted before."""
    table, column = dotted(*obj.address.path[:-1]), ident(obj.address.path[-1])
    # Values of a user's type are kept as text.
    value = value or f"q.value::{obj.attributes['type']}"
    unchanged = f" AND t.{column}::text IS NOT DISTINCT FROM ({became})::text" if became else ""
    if same:
        unchanged = f" AND q.id IN (SELECT id FROM {kept.place}_same)"
    source, match = _rows_of(obj, kept)
    rows = f"{source} WHERE {match}{unchanged}{condition}"
    override = f"UPDATE {table} t SET {part or column} = {value} FROM {rows}"
    always = obj.attributes.get("identity", {}).get("generated") == "always"
    if always:  # which no UPDATE may set
        yield Statement(f"ALTER TABLE {table} ALTER COLUMN {column} SET GENERATED BY DEFAULT")
    yield Statement(override, Risk.DANGEROUS)
    if always:
        yield Statement(f"ALTER TABLE {table} ALTER COLUMN {column} SET GENERATED ALWAYS")


def _rows_of(obj: Object, kept: Kept) -> tuple[str, str]:
    """What to select kept values `q` from, and the condition that finds the row `t` of each."""
    table = dotted(*obj.address.path[:-1])
    if "key" in kept.detail:
        match = " AND ".join(f"t.{ident(k)} = q.key_{n}" for n, k in enumerate(kept.detail["key"], 1))
        source = f"{kept.place} q"
    else:
        content = _content(kept.detail["content"], "s.")
        source = (
            f"{kept.place} q, (SELECT s.tableoid AS part, s.ctid AS place, {content} AS digest,"
            f" row_number() OVER (PARTITION BY {content}) AS ordinal FROM {table} s) n"
        )
        match = "t.tableoid = n.part AND t.ctid = n.place AND n.digest = q.digest AND n.ordinal = q.ordinal"
    return source, match


def of_own_type(obj: Object) -> bool:
    """Whether a column is of a type that may go, or be made anew, while quarantine holds values of it."""
    return "." in obj.attributes["type"]  # the server qualifies the names of all but its own types


def restore_position(obj: Object, kept: Kept) -> Iterator[Statement]:
    """Put the sequence of an identity column back to where it was, or ahead if values have gone further."""
    table, column = dotted(*obj.address.path[:-1]), ident(obj.address.path[-1])
    yield Statement(
        f"SELECT setval({_sequence(obj)}, greatest(p.value, (SELECT max({column}) FROM {table})))"
        f" FROM {kept.place}_position p WHERE p.value IS NOT NULL"
    )


def _content(columns: list[str], prefix: str) -> str:
    return f"md5(ROW({', '.join(prefix + ident(c) for c in columns)})::text)"


def _sequence(obj: Object) -> str:
    return (
        f"pg_get_serial_sequence({literal(dotted(*obj.address.path[:-1]))}, {literal(obj.address.path[-1])})::regclass"
    )
