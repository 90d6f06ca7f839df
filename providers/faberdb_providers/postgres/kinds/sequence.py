"""Sequences, owned by a column or not. Positions are data: they are never rewound, and are kept when one is dropped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from faberdb.model import Action, Address, Change, Hazard, Object, Place, Risk, Statement, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.acl import owner_of
from faberdb_providers.postgres.kinds.base import USER_SCHEMA, Found, PostgresKind, Row, compact
from faberdb_providers.postgres.kinds.granting import bare
from faberdb_providers.postgres.kinds.owner import given_back, given_to_that_of
from faberdb_providers.postgres.kinds.position import (
    LIMITS,
    first_value,
    keep_position,
    position_lost,
    position_within,
    restore_position,
)
from faberdb_providers.postgres.kinds.written import written
from faberdb_providers.postgres.names import dotted, ident, qualified

if TYPE_CHECKING:
    from faberdb_providers.postgres.specs.sequence import SequenceSpec

PARAMETERS = ("type", "start", "increment", "min", "max", "cache", "cycle")


_DROPPED = Hazard(codes.SEQUENCE_DROPPED, "what draws from it fails from the moment this commits")


def not_default(type_: str, start: int, increment: int, low: int, high: int, cache: int, cycle: bool) -> dict[str, Any]:
    """The parameters of a sequence that differ from what CREATE SEQUENCE fills in (its docs page, Parameters)."""
    limit = LIMITS[type_]
    low_default, high_default = (1, limit) if increment > 0 else (-limit - 1, -1)
    return compact(
        {
            "type": None if type_ == "bigint" else type_,
            "start": None if start == (low if increment > 0 else high) else start,
            "increment": None if increment == 1 else increment,
            "min": None if low == low_default else low,
            "max": None if high == high_default else high,
            "cache": None if cache == 1 else cache,
            "cycle": cycle,
        }
    )


def clauses(attributes: Mapping[str, Any], *, complete: bool = False) -> list[str]:
    """The parameters as CREATE or ALTER SEQUENCE clauses; complete: also those that return to their default."""
    words: list[str] = []
    if "increment" in attributes or complete:
        words.append(f"INCREMENT BY {attributes.get('increment', 1)}")
    for key in ("min", "max"):
        if key in attributes:
            words.append(f"{key.upper()}VALUE {attributes[key]}")
        elif complete:
            words.append(f"NO {key.upper()}VALUE")
    if "start" in attributes or complete:
        words.append(f"START WITH {attributes.get('start', first_value(attributes))}")
    if "cache" in attributes or complete:
        words.append(f"CACHE {attributes.get('cache', 1)}")
    if attributes.get("cycle") or complete:
        words.append("CYCLE" if attributes.get("cycle") else "NO CYCLE")
    return words


class SequenceKind(PostgresKind):
    """`CREATE SEQUENCE`; https://www.postgresql.org/docs/current/sql-createsequence.html"""

    name = "sequence"
    alterable = True
    section = "sequences"
    Declared: Any = written("sequence", "SequenceSpec")
    dropped_inline = True

    def query(self, version: int) -> str:
        return (
            "select 'pg_class'::regclass::oid, c.oid, 0, n.nspname, c.relname, format_type(s.seqtypid, null),"
            " s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle, c.relpersistence::text,"
            " o.nspname, o.relname, o.attname"
            " from pg_class c join pg_sequence s on s.seqrelid = c.oid join pg_namespace n on n.oid = c.relnamespace"
            " left join lateral (select on_.nspname, oc.relname, oa.attname, d.deptype from pg_depend d"
            "  join pg_class oc on oc.oid = d.refobjid join pg_namespace on_ on on_.oid = oc.relnamespace"
            "  join pg_attribute oa on oa.attrelid = d.refobjid and oa.attnum = d.refobjsubid"
            "  where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.refclassid = 'pg_class'::regclass"
            "  and d.refobjsubid > 0 and d.deptype in ('a', 'i') limit 1) o on true"
            f" where {USER_SCHEMA} and o.deptype is distinct from 'i'"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, _, schema, name, type_, start, step, low, high, cache, cycle, persistence, *owner = row
        attributes = not_default(type_, start, step, low, high, cache, cycle)
        parent = None
        if owner[0]:
            parent = Address("column", tuple(owner))
            attributes["owned_by"] = f"{ident(owner[1])}.{ident(owner[2])}"
            if owner[0] != schema:
                attributes["owned_by"] = dotted(*owner)
        if persistence == "u":
            attributes["unlogged"] = True
        needs = frozenset({owner_of(parent)}) if parent else frozenset()
        return (classid, oid, 0), Object(Address(self.name, (schema, name)), attributes, parent, needs)

    def declare(self, place: Place, name: str, spec: SequenceSpec) -> Iterator[Object]:
        address = Address(self.name, (place.schema, name))
        attributes = {key: getattr(spec, key) for key in (*PARAMETERS, "owned_by", "unlogged")}
        if spec.type == "bigint":
            del attributes["type"]
        parent = owner(place.schema, spec.owned_by) if spec.owned_by else None
        needs = [Address("schema", (place.schema,)), *([owner_of(parent)] if parent else ())]
        yield from self.made(place, spec, address, attributes, parent, needs)

    def fragments(self, obj: Object) -> Iterable[str]:
        return [str(obj.attributes.get("type", ""))]

    def claims(self, obj: Object) -> Iterable[tuple[str, ...]]:
        yield ("relation", *obj.address.path)

    def disturbed_by(self, obj: Object, change: Change) -> bool:
        # The owning column may come and go; the sequence and its position stay.
        return False

    def keeps(self, change: Change) -> str:
        if change.action is Action.ALTER and change.before and change.after:
            return "position" if position_lost(change.before.attributes, change.after.attributes) else ""
        return "moved" if change.action is Action.DROP else ""

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        name, attributes = qualified(obj.address), obj.attributes
        kept = work.kept(obj.address)
        if kept and kept.form == "moved":
            place, here = dotted(kept.place, obj.address.path[-1]), ident(obj.address.path[0])
            yield Statement(f"ALTER SEQUENCE {place} SET SCHEMA {here}")
        else:
            unlogged = "UNLOGGED " if attributes.get("unlogged") else ""
            type_ = f"AS {attributes['type']}" if attributes.get("type") else ""
            yield Statement(" ".join(filter(None, [f"CREATE {unlogged}SEQUENCE {name}", type_, *clauses(attributes)])))
            yield from bare(obj.address, work)
        if obj.parent:
            yield from _linked(obj, obj.parent, work)

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        name, old, new = qualified(after.address), before.attributes, after.attributes
        if any(old.get(key) != new.get(key) for key in PARAMETERS):
            type_ = f"AS {new.get('type', 'bigint')} " if old.get("type") != new.get("type") else ""
            if kept := work.keep(after.address):
                yield from keep_position(name, kept)
            yield from position_within(name, old, new)
            yield Statement(f"ALTER SEQUENCE {name} {type_}{' '.join(clauses(new, complete=True))}", Risk.CAUTION)
        if back := work.kept(after.address):
            yield from restore_position(name, new, back)
        if bool(old.get("unlogged")) != bool(new.get("unlogged")):
            yield Statement(
                f"ALTER SEQUENCE {name} SET {'UNLOGGED' if new.get('unlogged') else 'LOGGED'}", Risk.CAUTION
            )
        if old.get("owned_by") != new.get("owned_by"):
            if after.parent:
                yield from _linked(after, after.parent, work, whole=before.parent)
                return
            yield Statement(f"ALTER SEQUENCE {name} OWNED BY NONE")
            # Whose the table was, it was: from now on it is whose it is said to be, as one that is made like this.
            if before.parent and work.before(owner_of(before.parent)) and not work.after(owner_of(after.address)):
                yield given_back(after.address)

    def drop(self, obj: Object, work: Work) -> Iterable[Statement]:
        name, kept = qualified(obj.address), work.keep(obj.address)
        gone = (_DROPPED,) if work.after(obj.address) is None else ()
        if not kept:
            yield Statement(f"DROP SEQUENCE {name}", Risk.DESTRUCTIVE, gone)
            return
        if obj.parent:
            yield Statement(f"ALTER SEQUENCE {name} OWNED BY NONE")
        risk = Risk.DANGEROUS if gone else Risk.CAUTION
        yield Statement(f"ALTER SEQUENCE {name} SET SCHEMA {ident(kept.place)}", risk, gone)


def _linked(obj: Object, column: Address, work: Work, whole: Address | None = None) -> Iterator[Statement]:
    """The sequence comes to a column, whose table must have the same owner. whole: the column it belonged to."""
    name, old, new = qualified(obj.address), work.before(owner_of(whole or obj.address)), work.after(owner_of(column))
    if (old and old.attributes) != (new and new.attributes):
        if whole is not None:
            yield Statement(f"ALTER SEQUENCE {name} OWNED BY NONE")  # as long as it belongs to one, it follows that
        yield given_to_that_of(obj.address, new)
    yield Statement(f"ALTER SEQUENCE {name} OWNED BY {qualified(column)}")


def kept_as_they_are(table: Object, work: Work) -> Iterator[Statement]:
    """From PostgreSQL 15 on SET LOGGED and SET UNLOGGED of a table reach the sequences of its columns, also those that
    are not to be as it is."""
    for sequence in work.all_of("sequence", after=True) if work.version >= 15 else ():
        before = work.before(sequence.address)
        owners = [side.parent.path[:2] for side in (sequence, before) if side is not None and side.parent is not None]
        unlike = bool(sequence.attributes.get("unlogged")) != bool(table.attributes.get("unlogged"))
        if before is not None and table.address.path in owners and unlike:
            word = "UNLOGGED" if sequence.attributes.get("unlogged") else "LOGGED"
            yield Statement(f"ALTER SEQUENCE {qualified(sequence.address)} SET {word}", Risk.CAUTION)


def owner(schema: str, text: str) -> Address:
    """The column that `table.column` or `schema.table.column` names."""
    address = Address.parse("column:" + text)
    return address if len(address.path) == 3 else Address("column", (schema, *address.path))


KIND = SequenceKind()
