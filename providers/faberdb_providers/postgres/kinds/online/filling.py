"""A column of a table in use gets its values in parts, each committed for itself, after the rest of the plan."""

from __future__ import annotations

from collections.abc import Iterator

from faberdb.model import Address, Batches, Hazard, Object, Risk, Statement, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.lineage import above, all_below
from faberdb_providers.postgres.kinds.online.not_null import is_proven
from faberdb_providers.postgres.kinds.undisturbed import fires, reaching
from faberdb_providers.postgres.names import dotted, ident
from faberdb_providers.postgres.pattern import pattern

BY_POSITION = 14
"""The first major that finds rows by their place in the file without reading all of it."""

_VOLATILE = {
    *("clock_timestamp", "currval", "gen_random_bytes", "gen_random_uuid", "lastval", "nextval", "random"),
    *("random_normal", "timeofday", "uuid_generate_v1", "uuid_generate_v1mc", "uuid_generate_v4", "uuidv4", "uuidv7"),
}
"""Functions of PostgreSQL and of extensions that defaults are made of, and give another value for each row."""
_CALLED = pattern(r"([A-Za-z_][\w$]*)\"?\s*\(")

IN_PARTS = Hazard(
    codes.BACKFILL_IN_PARTS,
    "rows are written in parts, each committed; a plan that stops goes on where it was",
    in_use=True,
)
WITHOUT_VALUE = Hazard(
    codes.BACKFILL_IN_PARTS,
    "until its last part is committed, rows have no value yet; a plan that stops goes on where it was",
    in_use=True,
)


def is_filled_in_parts(column: Object, work: Work) -> bool:
    """Whether rows that are there get their values in parts, and that all have one can be proven afterwards."""
    if column.parent is None or not may_be_filled_in_parts(column.parent, work):
        return False
    return bool(column.attributes.get("null")) or is_proven(column, work)


def may_be_filled_in_parts(table: Address, work: Work) -> bool:
    """Whether an UPDATE of all its rows is run in parts: of a table in use that is no part of another and has none,
    where nothing is to be turned off around each, and no policy hides rows from its owner: what the server then refuses
    in the middle of a plan it refuses on the way back too."""
    obj = work.after(table)
    if any(end is not None and end.attributes.get("force_row_security") for end in (obj, work.before(table))):
        return False
    if obj is None or not work.online(table) or above(obj) or all_below(obj, work) or "partition_by" in obj.attributes:
        return False
    keyed = bool(key_of(table, work)) or work.version >= BY_POSITION
    return keyed and reaching(table.path, "", work) == ""


def differs_by_row(default: Object, work: Work) -> bool:
    """Whether a default gives each row another value, so that ADD COLUMN would write all of them: one that calls a
    function which does."""
    called = {name.lower() for name in _CALLED.findall(str(default.attributes["expression"]))}
    own = (work.after(address) for address in default.references if address.kind == "function")
    return bool(called & _VOLATILE) or any(
        function is not None and function.attributes.get("volatility", "volatile") == "volatile" for function in own
    )


def in_parts(column: Object, expression: str, work: Work, probe: tuple[str, ...] = ()) -> Statement:
    """Gives a value to the rows that have none."""
    name = ident(column.address.path[-1])
    return in_ranges(column, f"{name} = {expression}", f"{name} IS NULL", work, probe, WITHOUT_VALUE)


def in_ranges(
    column: Object, change: str, condition: str, work: Work, probe: tuple[str, ...] = (), hazard: Hazard = IN_PARTS
) -> Statement:
    """Changes the rows of a condition that none of them meets afterwards."""
    whole = column.address.path[:-1]
    hazards = (hazard, *(h for h in fires(whole, work) if h.code != codes.BACKFILL_UNDER_A_LOCK))
    batches = Batches(dotted(*whole), key_of(Address("table", whole), work), condition, column.address)
    sql = f"UPDATE {dotted(*whole)} SET {change} WHERE {condition}"
    return Statement(sql, Risk.CAUTION, hazards, probe=probe, outside=True, afterwards=True, batches=batches)


def after_that(statements: Iterator[Statement]) -> Iterator[Statement]:
    """What can only hold once all rows have a value."""
    return (statement._replace(afterwards=True) for statement in statements)


def key_of(table: Address, work: Work) -> tuple[str, ...]:
    """The columns of the primary key that the table has, before the plan and after it."""
    keys = [o for o in work.children(table, after=True) if o.address.kind == "primary_key"]
    before = ((key, work.before(key.address)) for key in keys)
    lasting = (key.attributes["columns"] for key, was in before if was is not None and _alike(key, was))
    return tuple(ident(column) for columns in lasting for column in columns)


def _alike(key: Object, was: Object) -> bool:
    return bool(key.attributes["columns"] == was.attributes["columns"])
