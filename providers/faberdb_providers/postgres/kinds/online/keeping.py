"""The values of a column go to quarantine, and come back from there, while the table is in use: copied in parts, and
what is written meanwhile by a trigger. So the table is locked for a moment only, when the column goes.

The trigger does not trust what it is told of a row: it looks at the table for what has a key by now, whatever other
triggers and keys that wander from row to row have done to it. What is gone is noted as gone, so that a part that is
copied at the same moment cannot bring it back: who comes second of the two finds the key taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from faberdb.model import Address, Batches, Hazard, Object, Risk, Statement, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.in_the_way import Probe, rows_where
from faberdb_providers.postgres.kinds.lossless import of_own_type
from faberdb_providers.postgres.kinds.online.filling import (
    in_ranges,
    is_filled_in_parts,
    key_of,
    may_be_filled_in_parts,
)
from faberdb_providers.postgres.kinds.online.index import NEW
from faberdb_providers.postgres.kinds.undisturbed import reaching, triggers_of
from faberdb_providers.postgres.names import dotted, ident, marked

if TYPE_CHECKING:
    from faberdb.model import Kept

_KEPT = Hazard(
    codes.KEPT_BESIDE,
    "each write to the table writes to quarantine too until the plan has ended",
    in_use=True,
)
_COPIED = Hazard(codes.KEPT_BESIDE, "the values are copied to quarantine in parts, each committed", in_use=True)
BESIDE = {"beside": ["in parts"]}
"""Says in a plan that a copy is made so."""
_ELSEWHERE = ("part", "cast", "row", "position", "became", "filled", "slot")
"""What is kept of rows that one copy by one key does not tell."""


def is_copied_beside(column: Object, kept: Kept, work: Work) -> bool:
    """Whether a column that goes is copied beside reads and writes, to a place of its own: of a table whose rows are
    known by a key of the server's own types, with nothing hanging on it that has a life of its own."""
    table = column.parent
    if table is None or work.after(column.address) is not None or not may_be_filled_in_parts(table, work):
        return False
    if not _by_one_key(column, kept, work) or "identity" in column.attributes:
        return False
    if any(work.after(r) != work.before(r) for r in column.references if r != table):
        return False  # a type that goes with it would go first
    ends = (work.before(table), work.after(table))
    if any(end is None or {"row_security", "force_row_security"} & end.attributes.keys() for end in ends):
        return False  # the trigger would see those rows only that a policy shows
    return all(child.address.kind in ("default", "comment") for child in work.children(column.address, after=False))


def is_given_back_beside(column: Object, work: Work) -> bool:
    """Whether the kept values of a column that comes back are written in parts: of a table without triggers and rules,
    which do not act on what is taken back."""
    kept = work.kept(column.address)
    if kept is None or kept.form != "values" or work.before(column.address) is not None or column.parent is None:
        return False
    if not _by_one_key(column, kept, work) or {"identity", "generated"} & column.attributes.keys():
        return False
    places = [k.place for a in work.together(column.address) if (k := work.kept(a)) is not None]
    quiet = places.count(kept.place) <= 1 and reaching(column.parent.path, "", work, quiet=True) == ""
    return quiet and is_filled_in_parts(column, work)


def kept_beside(column: Object, kept: Kept, work: Work) -> Iterator[Statement]:
    """The statements after which only the column itself is to go, in the transaction of the last of them."""
    whole, name, place = column.address.path[:-1], ident(column.address.path[-1]), kept.place
    table, keys = dotted(*whole), [ident(k) for k in kept.detail["key"]]
    numbered = [f"key_{n}" for n, _ in enumerate(keys, 1)]
    copied = ", ".join(f"{key} AS {number}" for key, number in zip(keys, numbered, strict=True))
    value = f"{name}::text" if of_own_type(column) else name
    yield Statement(
        f"CREATE TABLE {place} AS SELECT NULL::bigint AS id, {copied}, {value} AS value, false AS gone FROM {table}"
        " WITH NO DATA",
        Risk.CAUTION,
        (_KEPT,),
    )
    yield Statement(
        f"ALTER TABLE {place} ADD PRIMARY KEY (id), ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY,"
        " ALTER COLUMN gone SET DEFAULT false"
    )
    yield Statement(f"CREATE UNIQUE INDEX {_index(kept)} ON {place} ({', '.join(numbered)})")
    yield Statement(f"CREATE INDEX {ident(_bare(kept) + '_gone')} ON {place} (id) WHERE gone")
    function = dotted(whole[0], marked("_".join(column.address.path[1:]), NEW))
    yield Statement(_following(function, table, keys, numbered, value, place))
    yield Statement(f"REVOKE ALL ON FUNCTION {function}() FROM PUBLIC")
    triggers = [ident(marked(f"~{column.address.path[-1]}{which}", NEW)) for which in ("", " all")]
    # What a trigger before it gives a column is no column that the UPDATE names, so UPDATE OF would not fire for it.
    of = "" if triggers_of(whole, work) else f" OF {', '.join(dict.fromkeys([*keys, name]))}"
    events = (f"INSERT OR DELETE OR UPDATE{of} ON {table} FOR EACH ROW", f"TRUNCATE ON {table} FOR EACH STATEMENT")
    for trigger, event in zip(triggers, events, strict=True):
        yield Statement(f"CREATE TRIGGER {trigger} AFTER {event} EXECUTE FUNCTION {function}()", Risk.CAUTION)
        # Also for those who write with session_replication_role = replica, as who applies changes from elsewhere does.
        yield Statement(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}", Risk.CAUTION)
    yield _copied_in_parts(column, kept, f"{', '.join(numbered)}, value", f"{', '.join(keys)}, {value}", work)
    gone = f"DELETE FROM {place} WHERE gone"
    yield Statement(gone, afterwards=True)
    ending = [*(f"DROP TRIGGER {trigger} ON {table}" for trigger in triggers), f"DROP FUNCTION {function}()"]
    ending += [gone, f"ALTER TABLE {place} DROP COLUMN gone"]
    for number, sql in enumerate(ending):
        yield Statement(sql, Risk.CAUTION, afterwards=True, joined=number > 0)


def given_back_in_parts(column: Object, work: Work) -> Iterator[Statement]:
    """The statements that give a column that is back, and empty, its kept values."""
    kept = work.kept(column.address)
    assert kept is not None
    whole, name = column.address.path[:-1], ident(column.address.path[-1])
    numbered = ", ".join(f"key_{n}" for n, _ in enumerate(kept.detail["key"], 1))
    same = _same(whole, kept)
    source = f"FROM {kept.place} faberdb_kept WHERE {same}"
    yield Statement(f"CREATE UNIQUE INDEX IF NOT EXISTS {_index(kept)} ON {kept.place} ({numbered})", afterwards=True)
    change = f"{name} = (SELECT faberdb_kept.value::{column.attributes['type']} {source})"
    condition = f"{name} IS NULL AND EXISTS (SELECT {source} AND faberdb_kept.value IS NOT NULL)"
    yield in_ranges(column, change, condition, work)
    left = f"{kept.place}_left"
    yield Statement(
        f"CREATE TABLE {left} AS SELECT id FROM {kept.place} EXCEPT SELECT faberdb_kept.id"
        f" FROM {dotted(*whole)}, {kept.place} faberdb_kept WHERE {same}",
        afterwards=True,
    )
    yield Statement(f"ALTER TABLE {left} ADD PRIMARY KEY (id)", afterwards=True, joined=True)


def never_kept(column: Object, work: Work) -> Probe:
    """A query for the keys of rows for which nothing is kept, to be asked before the column is back: they were written
    since, and get no value."""
    kept = work.kept(column.address)
    assert kept is not None
    whole = column.address.path[:-1]
    known = f"EXISTS (SELECT FROM {kept.place} faberdb_kept WHERE {_same(whole, kept)} AND value IS NOT NULL)"
    return rows_where(Address("table", whole), f"NOT {known}", work, alias=ident(whole[-1]))


def _by_one_key(column: Object, kept: Kept, work: Work) -> bool:
    """Whether only values of columns are kept, each by a key of the server's own types."""
    detail = kept.detail
    if "key" not in detail or any(key in _ELSEWHERE or key.startswith("column_") for key in detail):
        return False
    table = column.address.path[:-1]
    columns = [work.before(Address("column", (*table, key))) for key in detail["key"]]
    return all(c is not None and not of_own_type(c) for c in columns)


def _copied_in_parts(column: Object, kept: Kept, into: str, selected: str, work: Work) -> Statement:
    whole = column.address.path[:-1]
    condition = f"NOT EXISTS (SELECT FROM {kept.place} faberdb_kept WHERE {_same(whole, kept)})"
    sql = f"INSERT INTO {kept.place} ({into}) SELECT {selected} FROM {dotted(*whole)} WHERE {condition}"
    key = key_of(Address("table", whole), work)
    batches = Batches(dotted(*whole), key, condition, column.address, " ON CONFLICT DO NOTHING")
    return Statement(sql, Risk.CAUTION, (_COPIED,), outside=True, afterwards=True, batches=batches)


def _following(function: str, table: str, keys: list[str], numbered: list[str], value: str, place: str) -> str:
    """The function that has quarantine hold what a row of the table has by now, or that there is none. It writes there
    as who applies the plan does, whoever writes to the table."""

    def looked_up(row: str) -> str:
        same = " AND ".join(f"t.{key} = {row}.{key}" for key in keys)
        taken = ", ".join(f"{row}.{key}" for key in keys)
        held = f"t.{value}"
        return (
            f"INSERT INTO {place} ({', '.join(numbered)}, value, gone) SELECT {taken}, {held}, t.{keys[0]} IS NULL"
            f" FROM (VALUES (1)) one LEFT JOIN {table} t ON {same} ON CONFLICT ({', '.join(numbered)})"
            " DO UPDATE SET value = EXCLUDED.value, gone = EXCLUDED.gone"
        )

    old, new = (f"ROW({', '.join(f'{row}.{key}' for key in keys)})" for row in ("OLD", "NEW"))
    return (
        f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER"
        " SET search_path = pg_catalog, pg_temp AS $faberdb$ BEGIN\n"
        f"    IF TG_OP = 'TRUNCATE' THEN TRUNCATE {place}; RETURN NULL; END IF;\n"
        f"    IF TG_OP <> 'INSERT' THEN {looked_up('OLD')}; END IF;\n"
        "    IF TG_OP = 'DELETE' THEN RETURN NULL; END IF;\n"
        f"    IF TG_OP = 'INSERT' OR {new} IS DISTINCT FROM {old} THEN {looked_up('NEW')}; END IF;\n"
        "    RETURN NULL; END $faberdb$"
    )


def _same(table: tuple[str, ...], kept: Kept) -> str:
    """The condition on what is kept of a row of the table, which is not called by another name."""
    name = ident(table[-1])
    pairs = enumerate(kept.detail["key"], 1)
    return " AND ".join(f"faberdb_kept.key_{n} = {name}.{ident(key)}" for n, key in pairs)


def _bare(kept: Kept) -> str:
    return kept.place.rpartition(".")[2]


def _index(kept: Kept) -> str:
    return ident(_bare(kept) + "_key")
