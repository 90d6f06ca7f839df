"""The values of a column are copied to quarantine while the table is in use: the rows that are there in parts, and
what is written meanwhile by a trigger.

The trigger does not trust what it is told of a row: it looks at the table for what has a key by now, whatever other
triggers and keys that wander from row to row have done to it. What is gone is noted as gone, so that a part that is
copied at the same moment cannot bring it back: who comes second of the two finds the key taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from faberdb.model import Address, Batches, Hazard, Object, Risk, Statement, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.lossless import of_own_type
from faberdb_providers.postgres.kinds.online.filling import key_of
from faberdb_providers.postgres.kinds.online.index import NEW
from faberdb_providers.postgres.kinds.undisturbed import triggers_of
from faberdb_providers.postgres.names import dotted, ident, marked

if TYPE_CHECKING:
    from faberdb.model import Kept

_KEPT = Hazard(
    codes.KEPT_BESIDE,
    "each write to the table writes to quarantine too until the plan has ended",
    in_use=True,
)
_COPIED = Hazard(codes.KEPT_BESIDE, "the values are copied to quarantine in parts, each committed", in_use=True)
_ELSEWHERE = ("part", "cast", "row", "position", "filled", "slot")
"""What is kept of rows that one copy by one key does not tell."""


def may_be_followed(column: Object, detail: Mapping[str, Any], work: Work) -> bool:
    """Whether a trigger can have quarantine hold what each row has by now. detail: what tells the rows apart."""
    table = column.parent
    if table is None or not by_one_key(column, detail, work):
        return False
    if not all(stays(r, work) for r in column.references if r != table):
        return False  # a type that goes with it would go first
    ends = (work.before(table), work.after(table))
    # Or the trigger would see those rows only that a policy shows.
    return not any(end is None or {"row_security", "force_row_security"} & end.attributes.keys() for end in ends)


def stays(address: Address, work: Work) -> bool:
    """Whether something is there before and after, and the same."""
    before, after = work.before(address), work.after(address)
    return before is not None and after is not None and before.attributes == after.attributes


class Following:
    """The copy of a column in quarantine that follows what is written. second: as SQL, the column that takes its place,
    where it takes another type; what that has is kept beside it."""

    def __init__(self, column: Object, kept: Kept, second: str = "", became: Object | None = None) -> None:
        self._column, self._kept, self._place = column, kept, kept.place
        self._whole = column.address.path[:-1]
        self._table, self._name = dotted(*self._whole), ident(column.address.path[-1])
        self._keys = [ident(key) for key in kept.detail["key"]]
        self._numbered = [f"key_{n}" for n, _ in enumerate(self._keys, 1)]
        self._held = {"value": f"{self._name}::text" if of_own_type(column) else self._name}
        if became is not None:
            self._held["became"] = f"{second}::text" if of_own_type(became) else second
        mark = f"{column.address.path[-1]} kept" if became is not None else column.address.path[-1]
        self._function = dotted(self._whole[0], marked(f"{self._whole[-1]}_{mark}", NEW))
        self._triggers = [ident(marked(f"~{mark}{which}", NEW)) for which in ("", " all")]

    def begun(self, work: Work) -> Iterator[Statement]:
        """From now on, what is written is kept."""
        place, numbered = self._place, ", ".join(self._numbered)
        copied = ", ".join(f"{key} AS {number}" for key, number in zip(self._keys, self._numbered, strict=True))
        held = ", ".join(f"{value} AS {kept}" for kept, value in self._held.items())
        yield Statement(
            f"CREATE TABLE {place} AS SELECT NULL::bigint AS id, {copied}, {held}, false AS gone FROM {self._table}"
            " WITH NO DATA",
            Risk.CAUTION,
            (_KEPT,),
        )
        yield Statement(
            f"ALTER TABLE {place} ADD PRIMARY KEY (id), ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY,"
            " ALTER COLUMN gone SET DEFAULT false"
        )
        yield Statement(f"CREATE UNIQUE INDEX {index_of(self._kept)} ON {place} ({numbered})")
        yield Statement(f"CREATE INDEX {ident(_bare(self._kept) + '_gone')} ON {place} (id) WHERE gone")
        yield Statement(self._following())
        yield Statement(f"REVOKE ALL ON FUNCTION {self._function}() FROM PUBLIC")
        # What a trigger before it gives a column the UPDATE does not name, so UPDATE OF would not fire for it.
        of = "" if triggers_of(self._whole, work) else f" OF {', '.join(dict.fromkeys([*self._keys, self._name]))}"
        rows = f"INSERT OR DELETE OR UPDATE{of} ON {self._table} FOR EACH ROW"
        events = (rows, f"TRUNCATE ON {self._table} FOR EACH STATEMENT")
        for trigger, event in zip(self._triggers, events, strict=True):
            sql = f"CREATE TRIGGER {trigger} AFTER {event} EXECUTE FUNCTION {self._function}()"
            yield Statement(sql, Risk.CAUTION)
            # Also for those who write with session_replication_role = replica, as who applies changes from elsewhere
            # does.
            yield Statement(f"ALTER TABLE {self._table} ENABLE ALWAYS TRIGGER {trigger}", Risk.CAUTION)

    def copied(self, work: Work) -> Statement:
        """The rows that are there, in parts."""
        condition = f"NOT EXISTS (SELECT FROM {self._place} faberdb_kept WHERE {same_row(self._whole, self._kept)})"
        sql = (
            f"INSERT INTO {self._place} ({', '.join([*self._numbered, *self._held])})"
            f" SELECT {', '.join([*self._keys, *self._held.values()])} FROM {self._table} WHERE {condition}"
        )
        key = key_of(Address("table", self._whole), work)
        batches = Batches(self._table, key, condition, self._column.address, " ON CONFLICT DO NOTHING")
        return Statement(sql, Risk.CAUTION, (_COPIED,), outside=True, afterwards=True, batches=batches)

    @property
    def cleared(self) -> Statement:
        """Before the transaction in which it ends, as much may be gone."""
        return Statement(self._gone, afterwards=True)

    def ended(self) -> list[str]:
        """It follows no more; to be done in the transaction in which the column goes."""
        ending = [*(f"DROP TRIGGER {trigger} ON {self._table}" for trigger in self._triggers)]
        return [*ending, f"DROP FUNCTION {self._function}()", self._gone, f"ALTER TABLE {self._place} DROP COLUMN gone"]

    @property
    def _gone(self) -> str:
        return f"DELETE FROM {self._place} WHERE gone"

    def _following(self) -> str:
        """The function that has quarantine hold what a row of the table has by now, or that there is none. It writes
        there as who applies the plan does, whoever writes to the table."""
        old, new = (f"ROW({', '.join(f'{row}.{key}' for key in self._keys)})" for row in ("OLD", "NEW"))
        return (
            f"CREATE FUNCTION {self._function}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER"
            " SET search_path = pg_catalog, pg_temp AS $faberdb$ BEGIN\n"
            f"    IF TG_OP = 'TRUNCATE' THEN TRUNCATE {self._place}; RETURN NULL; END IF;\n"
            f"    IF TG_OP <> 'INSERT' THEN {self._looked_up('OLD')}; END IF;\n"
            "    IF TG_OP = 'DELETE' THEN RETURN NULL; END IF;\n"
            f"    IF TG_OP = 'INSERT' OR {new} IS DISTINCT FROM {old} THEN {self._looked_up('NEW')}; END IF;\n"
            "    RETURN NULL; END $faberdb$"
        )

    def _looked_up(self, row: str) -> str:
        same = " AND ".join(f"t.{key} = {row}.{key}" for key in self._keys)
        taken = ", ".join(f"{row}.{key}" for key in self._keys)
        held = ", ".join(f"t.{value}" for value in self._held.values())
        renewed = ", ".join(f"{kept} = EXCLUDED.{kept}" for kept in (*self._held, "gone"))
        return (
            f"INSERT INTO {self._place} ({', '.join([*self._numbered, *self._held])}, gone)"
            f" SELECT {taken}, {held}, t.{self._keys[0]} IS NULL"
            f" FROM (VALUES (1)) one LEFT JOIN {self._table} t ON {same} ON CONFLICT ({', '.join(self._numbered)})"
            f" DO UPDATE SET {renewed}"
        )


def same_row(table: tuple[str, ...], kept: Kept) -> str:
    """The condition on what is kept of a row of the table, which is not called by another name."""
    name = ident(table[-1])
    pairs = enumerate(kept.detail["key"], 1)
    return " AND ".join(f"faberdb_kept.key_{n} = {name}.{ident(key)}" for n, key in pairs)


def by_one_key(column: Object, detail: Mapping[str, Any], work: Work) -> bool:
    """Whether only values of columns are kept, each by a key of the server's own types."""
    if "key" not in detail or any(key in _ELSEWHERE or key.startswith("column_") for key in detail):
        return False
    table = column.address.path[:-1]
    columns = [work.before(Address("column", (*table, key))) for key in detail["key"]]
    return all(c is not None and not of_own_type(c) for c in columns)


def _bare(kept: Kept) -> str:
    return kept.place.rpartition(".")[2]


def index_of(kept: Kept) -> str:
    return ident(_bare(kept) + "_key")
