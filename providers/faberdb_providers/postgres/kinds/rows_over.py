"""Rows that go over to a table that is made anew, from the one that waits in quarantine.

A partitioned table has its rows in its partitions: they come from those that go to quarantine, and go wherever they
belong in the new table, once its partitions are there.
"""

from __future__ import annotations

from collections.abc import Iterator

from faberdb.model import Address, Hazard, Object, Risk, Statement, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.acl import owner_of
from faberdb_providers.postgres.kinds.column.identity import identity_sequence
from faberdb_providers.postgres.kinds.in_the_way import rows_in
from faberdb_providers.postgres.kinds.lineage import Find, all_above, default_above, shared
from faberdb_providers.postgres.kinds.lossless import of_own_type
from faberdb_providers.postgres.kinds.namesake import as_it_stands
from faberdb_providers.postgres.kinds.owner import given_to_that_of
from faberdb_providers.postgres.kinds.position import position_lost
from faberdb_providers.postgres.kinds.taken_over import Rows
from faberdb_providers.postgres.kinds.trying import rows_failing
from faberdb_providers.postgres.kinds.values import cast_of
from faberdb_providers.postgres.names import dotted, ident, literal, qualified

COPIED = Hazard(
    codes.ROWS_COPIED,
    "its rows are copied while it is locked, and keep the values of columns that it still has; a rollback brings back"
    " the rows as they are now, and those written since stay in quarantine",
)


def goes_over(obj: Object, work: Work) -> list[str]:
    """The columns whose values a table made anew takes over; empty where its rows cannot come along: a new column needs
    a value, a sequence of its own could not go on where it was, or they would come to a table that was there before and
    would keep them when all is taken back."""
    before, after = work.before(obj.address), work.after(obj.address)
    if before is None or after is None or _has_parts_from_before(obj.address, work):
        return []
    old, new = _columns(before, work, after=False), _columns(after, work, after=True)
    common = [n for n, c in new.items() if n in old and _fits(old[n], c, work) and "generated" not in c.attributes]
    for name, column in new.items():
        own = work.after(Address("default", (*obj.address.path, name)))
        default = own or default_above(after, name, work, after=True)
        sequences = [r for r in default.references if r.kind == "sequence"] if default else []
        new_one = any(
            (s := work.after(r)) is not None and s.parent == column.address and work.before(r) is None
            for r in sequences
        )
        identity = column.attributes.get("identity")
        goes_on = name in common and not position_lost(old[name].attributes.get("identity") or identity, identity)
        needed = not column.attributes.get("null") and default is None and "generated" not in column.attributes
        if new_one or (identity and not goes_on) or (needed and name not in common):
            return []
    return common


def copied(obj: Object, work: Work) -> Iterator[Statement]:
    """Bring the rows over, if they can come along."""
    columns, before, after = goes_over(obj, work), work.before(obj.address), work.after(obj.address)
    if not columns or before is None or after is None or _filled_from_above(after, work):
        return
    new = _columns(after, work, after=True)
    old = {name: as_it_stands(column, work) for name, column in _columns(before, work, after=False).items()}
    values = {n: ident(n) if _type(old[n]) == _type(new[n]) else cast_of(old[n], new[n], work) for n in columns}
    sources = list(_sources(before, work))
    rows = Rows([source for source, _ in sources], before, after, old, new, values, work)
    tried, refused = rows.tried(), " or ".join(rows.refused())
    always = any(new[n].attributes.get("identity", {}).get("generated") == "always" for n in columns)
    for source, place in sources:
        sql = (
            f"INSERT INTO {qualified(obj.address)} ({', '.join(map(ident, columns))})"
            f"{' OVERRIDING SYSTEM VALUE' if always else ''}"
            f" SELECT {', '.join(values.values())} FROM ONLY {dotted(place, source.path[1])}"
        )
        if tried:
            beside = [f"SELECT tableoid, ctid FROM {dotted(*source.path)} t WHERE {refused}"] if refused else []
            probe = rows_failing(source, tried, work, together=beside)
        else:
            probe = rows_in([(source, refused)] if refused else [], work)
        was = work.before(source)
        forced = (
            f"ALTER TABLE {dotted(place, source.path[1])}" if was and was.attributes.get("force_row_security") else ""
        )
        # Where policies count for the owner too, reading all rows is refused.
        yield from (Statement(f"{forced} NO FORCE ROW LEVEL SECURITY", Risk.CAUTION),) if forced else ()
        yield Statement(sql, Risk.DANGEROUS, (COPIED,), probe=probe, untold=rows.untold())
        yield from (Statement(f"{forced} FORCE ROW LEVEL SECURITY", Risk.CAUTION),) if forced else ()
    yield from _positions(old, new, columns, work)


def _positions(old: dict[str, Object], new: dict[str, Object], columns: list[str], work: Work) -> Iterator[Statement]:
    """Let identity columns go on from where they were."""
    for name in columns:
        was, now = old[name], new[name]
        kept = work.keep(was.address._replace(kind="table", path=was.address.path[:2]))
        if "identity" in was.attributes and "identity" in now.attributes and kept is not None:
            there = identity_sequence(was).rpartition(".")[2]
            yield Statement(
                f"SELECT setval({literal(identity_sequence(now))}, last_value, is_called)"
                f" FROM {ident(kept.place)}.{there}",
                Risk.CAUTION,
            )


def _filled_from_above(table: Object, work: Work) -> bool:
    """Whether the rows of a partition come with those of a table that it was, and is, a part of."""
    before = work.before(table.address)
    had = {o.address for o in _wholes(before, work.before)} if before is not None else set()
    return any(o.address in had and work.keep(o.address) is not None for o in _wholes(table, work.after))


def _wholes(table: Object, find: Find) -> list[Object]:
    return all_above(table, find) if "partition_of" in table.attributes else []


def _sources(table: Object, work: Work) -> Iterator[tuple[Address, str]]:
    """The tables that have its rows, with their places in quarantine: it, or those of its partitions that go there."""
    kept = work.keep(table.address)
    if "partition_by" not in table.attributes:
        if kept is not None:
            yield table.address, kept.place
        return
    for part in work.children(table.address, after=False):
        if part.address.kind != "table" or work.keep(part.address) is None:
            continue
        wanted = work.after(part.address)
        if wanted is None or _filled_from_above(wanted, work):
            yield from _sources(part, work)


def _has_parts_from_before(table: Address, work: Work) -> bool:
    parts = [o.address for o in work.children(table, after=True) if "partition_of" in o.attributes]
    stay = (work.before(a) is not None and work.keep(a) is None for a in parts)
    return any(stay) or any(_has_parts_from_before(a, work) for a in parts)


def set_aside(obj: Object, work: Work) -> tuple[Hazard, ...]:
    """What it means for the rows of a table that it goes to quarantine, and another or others take its place."""
    if work.after(obj.address) is None:
        return tuple(_split(obj, work))
    if work.kept(obj.address):
        return (
            Hazard(
                codes.ROWS_SET_ASIDE, "its rows go to quarantine, and the table comes back with those it had before"
            ),
        )
    if goes_over(obj, work):
        return ()
    return (Hazard(codes.ROWS_SET_ASIDE, "its rows go to quarantine, and the new table is empty"),)


def _split(part: Object, work: Work) -> Iterator[Hazard]:
    """A partition goes and others come beside it: its rows do not go over to them by themselves."""
    whole = work.after(part.parent) if part.parent is not None and "bound" in part.attributes else None
    beside = work.children(whole.address, after=True) if whole is not None else ()
    names = [o.address.path[-1] for o in beside if "bound" in o.attributes and work.before(o.address) is None]
    if whole is not None and names and work.before(whole.address) is not None:
        yield Hazard(
            codes.ROWS_SET_ASIDE,
            f"its rows leave {whole.address.path[-1]} and wait in quarantine, also those that {', '.join(names)} would"
            " take; they stay where a partition that covers them says `renamed_from` of this one",
        )


def staying(table: Address, work: Work) -> Iterator[tuple[Object, Address]]:
    """The sequences that belong to columns of a table and stay when it is made anew; they would go where it goes."""
    if work.before(table) is None or work.after(table) is None:
        return
    for column in work.children(table, after=False):
        for sequence in work.children(column.address, after=False) if column.address.kind == "column" else ():
            wanted = work.after(sequence.address)
            if sequence.address.kind == "sequence" and wanted is not None and wanted.parent == column.address:
                yield sequence, column.address


def linked_again(sequence: Object, column: Address, work: Work) -> Iterator[Statement]:
    """The sequence belongs to the column of the table that is there now. It must have that one's owner: who makes a
    table owns it until it is given away, and one that comes back from quarantine has the owner that it had."""
    name, owner = qualified(sequence.address), owner_of(column)
    here, there = work.before(owner), work.after(owner)
    if work.kept(Address("table", column.path[:-1])) is None:
        # Its own owner is told apart only where that is not the table's.
        if here is not None or work.before(owner_of(sequence.address)) is not None:
            yield Statement(f"ALTER SEQUENCE {name} OWNER TO CURRENT_USER")
    elif (here and here.attributes) != (there and there.attributes):
        yield given_to_that_of(sequence.address, there)
    yield Statement(f"ALTER SEQUENCE {name} OWNED BY {qualified(column)}")


def _columns(table: Object, work: Work, *, after: bool) -> dict[str, Object]:
    own = {o.address.path[-1]: o for o in work.children(table.address, after=after) if o.address.kind == "column"}
    typed = {name: column for name, column in own.items() if "type" in column.attributes}
    return {**typed, **shared(table, work, "column", after=after)}


def _fits(old: Object, new: Object, work: Work) -> bool:
    # What no cast leads to goes by way of text, if it is of a type of the user's own: an enum to another one.
    told = "using" in new.hints or of_own_type(old) or of_own_type(new)
    return told or _type(old) == _type(new) or work.castable(str(_type(old)), str(_type(new)))


def _type(column: Object) -> object:
    return column.attributes.get("type")
