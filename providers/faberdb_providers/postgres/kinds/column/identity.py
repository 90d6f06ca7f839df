"""Identity columns and the sequences behind them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from faberdb.model import Address, Change, Object, Risk, Statement, Work
from faberdb_providers.postgres.kinds.granting import bare
from faberdb_providers.postgres.kinds.lineage import all_above, shared
from faberdb_providers.postgres.kinds.position import (
    LIMITS,
    go_on,
    keep_position,
    noted,
    position_within,
    restore_position,
    until_now,
    values_in,
)
from faberdb_providers.postgres.kinds.sequence import clauses, not_default
from faberdb_providers.postgres.names import dotted, ident, object_name


def serial_name(table: str, column: str) -> str:
    """The name CREATE TABLE gives the sequence of a serial or identity column."""
    return object_name(table, column, "seq")


def bare_identity(column: Object, work: Work) -> Iterator[Statement]:
    """Takes from a new identity column's sequence what ALTER DEFAULT PRIVILEGES gave, and the table's persistence where
    it has another."""
    if "identity" in column.attributes:
        schema, table, name = column.address.path
        sequence = column.attributes["identity"].get("name") or serial_name(table, name)
        yield from bare(Address("sequence", (schema, sequence)), work)
        if persistence := column.attributes["identity"].get("persistence"):
            yield _stored(dotted(schema, sequence), persistence)


def identity_sequence(column: Object) -> str:
    """The SQL name of an identity column's sequence."""
    return dotted(*identity_name(column))


def _stored(sequence: str, persistence: str) -> Statement:
    return Statement(f"ALTER SEQUENCE {sequence} SET {persistence.upper()}", Risk.CAUTION)


def persistence_change(before: Object, after: Object, work: Work) -> Iterator[Statement]:
    """What makes an identity column's sequence survive a crash, or no longer, in its table or unlike it."""
    old, new = before.attributes["identity"].get("persistence"), after.attributes["identity"].get("persistence")
    if old != new:
        table = work.after(Address("table", after.address.path[:-1]))
        usual = "unlogged" if table is not None and table.attributes.get("unlogged") else "logged"
        yield _stored(identity_sequence(after), new or usual)


def persistence_again(table: Object, work: Work) -> Iterator[Statement]:
    """SET LOGGED and SET UNLOGGED of a table reach the sequences of its identity columns, also those that are not to be
    as it is."""
    for column in _with_identity(work.children(table.address, after=True)):
        before, persistence = work.before(column.address), column.attributes["identity"].get("persistence")
        if persistence and before is not None and "identity" in before.attributes:
            yield _stored(identity_sequence(before), persistence)


def identity_name(column: Object) -> tuple[str, str]:
    """What an identity column's sequence is called, in which schema."""
    schema, table, name = column.address.path
    return schema, column.attributes["identity"].get("name", serial_name(table, name))


def granted_on_what_goes(
    change: Change, live: Mapping[Address, Object], target: Mapping[Address, Object]
) -> list[Address]:
    """What is granted on the sequence of an identity that a column gives up, and on the one of its name that comes."""
    before, after = change.before, change.after
    if before is None or after is None or "identity" not in before.attributes or "identity" in after.attributes:
        return []
    whole = ("sequence", *identity_name(before))
    mine = (a for a, o in live.items() if o.parent == change.address and a.kind == "grant" and a.path[:-1] == whole)
    return [a for a in mine if a in target]


def identity_away(before: Object, after: Object, work: Work) -> Iterator[Statement]:
    """Takes from a table that is to be a partition its identity columns: those of the table above serve then."""
    meets = shared(after, work, "column", after=True)
    for column in _with_identity(work.children(before.address, after=False)):
        if column.address.path[-1] not in meets:
            continue  # it goes by itself
        kept = work.keep(column.address)
        if kept and kept.detail.get("position"):
            yield from keep_position(identity_sequence(column), kept)
        yield from identity_changes(column, Object(column.address, {}))


def identity_back(before: Object, after: Object, work: Work) -> Iterator[Statement]:
    """Gives a table that is a partition no more its identity columns, which it has lost or never had."""
    keeps = shared(before, work, "column", after=False)
    for column in _with_identity(work.children(after.address, after=True)):
        if column.address.path[-1] not in keeps:
            continue  # it comes by itself
        yield from identity_changes(Object(column.address, {}), column)
        yield from bare_identity(column, work)
        yield from position_of_identity(column, work, new=True)


def counted_on(before: Object, after: Object, work: Work) -> Iterator[Statement]:
    """Lets the identity of the tables above go on where that of a new partition was, and after the values that it
    brings along."""
    wholes = {o.address for o in all_above(after, work.after)} - {o.address for o in all_above(before, work.before)}
    for above in sorted(wholes):
        for column in _with_identity(work.children(above, after=True)):
            here = column._replace(address=Address("column", (*after.address.path, column.address.path[-1])))
            kept, attributes = work.keep(here.address), _of_sequence(column)
            others = [noted(kept)] if kept is not None and kept.detail.get("position") else []
            yield from go_on(identity_sequence(column), attributes, others, values_in(here, attributes, work))


def _of_sequence(column: Object) -> dict[str, Any]:
    """The parameters of the sequence behind an identity column."""
    type_ = column.attributes.get("type")
    return {**column.attributes["identity"], **({"type": type_} if type_ in LIMITS else {})}


def _with_identity(objects: Sequence[Object]) -> list[Object]:
    return [o for o in objects if o.address.kind == "column" and "identity" in o.attributes]


def position_of_identity(column: Object, work: Work, *, new: bool) -> Iterator[Statement]:
    """Let an identity column go on from where it was when its sequence, or a part of its range, was taken away; a new
    one (new) from where the column's values came from until now, and past them."""
    sequence, back = identity_sequence(column), work.kept(column.address)
    attributes = _of_sequence(column)
    values = values_in(column, attributes, work)
    others = until_now(column, work, gone=True) if new else []
    if back and back.detail.get("position"):
        yield from restore_position(sequence, attributes, back, others, values)
    elif new:
        yield from go_on(sequence, attributes, others, values)


def identity_attributes(table: str, column: str, type_: str, kind: str, sequence: Sequence[str]) -> dict[str, Any]:
    """What the catalogue has of an identity. sequence: its name, type, and numbers as texts."""
    name, seq_type, *numbers, persistence = sequence
    start, step, low, high, cache = (int(n) for n in numbers[:5])
    parameters = not_default(seq_type, start, step, low, high, cache, numbers[5] == "true")
    parameters.pop("type", None)
    if name != serial_name(table, column):
        parameters["name"] = name
    if persistence:
        parameters["persistence"] = "unlogged" if persistence == "u" else "logged"
    return {"generated": "always" if kind == "a" else "by default", **parameters}


def identity_clause(identity: Mapping[str, Any], obj: Object) -> str:
    """GENERATED ... AS IDENTITY."""
    words = clauses(identity)
    if identity.get("name"):
        words = [f"SEQUENCE NAME {dotted(obj.address.path[0], identity['name'])}", *words]
    return f"GENERATED {identity['generated'].upper()} AS IDENTITY" + (f" ({' '.join(words)})" if words else "")


def identity_changes(before: Object, after: Object) -> Iterator[Statement]:
    """What gives a column its identity, changes it, or takes it away."""
    old, new = before.attributes.get("identity"), after.attributes.get("identity")
    table, name = dotted(*after.address.path[:-1]), ident(after.address.path[-1])
    column = f"ALTER TABLE {table} ALTER COLUMN {name}"
    if new is None:
        yield Statement(f"{column} DROP IDENTITY", Risk.CAUTION)
        return
    if old is None:
        yield Statement(f"{column} ADD {identity_clause(new, after)}", Risk.CAUTION)
        return
    words = []
    if old["generated"] != new["generated"]:
        words.append(f"SET GENERATED {new['generated'].upper()}")
    apart = ("generated", "name", "persistence")
    if {k: v for k, v in old.items() if k not in apart} != {k: v for k, v in new.items() if k not in apart}:
        words += ["SET " + clause for clause in clauses(new, complete=True)]
        sequence = old.get("name", serial_name(after.address.path[1], after.address.path[2]))
        yield from position_within(dotted(after.address.path[0], sequence), old, new)
    if words:
        yield Statement(f"{column} {' '.join(words)}", Risk.CAUTION)
    if old.get("name") != new.get("name"):
        default = serial_name(after.address.path[1], after.address.path[2])
        here = dotted(after.address.path[0], old.get("name", default))
        yield Statement(f"ALTER SEQUENCE {here} RENAME TO {ident(new.get('name', default))}", Risk.CAUTION)
